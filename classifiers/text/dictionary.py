"""The dictionary that words are looked up in: jieba's, and the field's own words.

As jieba keeps it, a dict, it takes each process 60 MB and a second. Here it is a trie (marisa-trie) and an array of
frequencies in two files of 4 MB, made once and mapped by all processes of the machine.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

import numpy as np
from marisa_trie import Trie
from numpy.typing import NDArray
from platformdirs import user_cache_path

from classifiers.text.jieba_import import jieba

# Words of the field, with how often they stand in hospitals' pages: "word frequency part-of-speech" a line.
_OWN_WORDS = Path(__file__).parent / "dictionary.txt"
_LONGEST = 16  # characters; no word has more


class Dictionary:
    """Words and their frequencies. Beginnings of words are in it too, with frequency 0, as jieba requires.

    `frequencies` (uint32): of each key of `trie`, by its id, and at last the sum that they are shares of.
    """

    def __init__(self, trie: Trie, frequencies: NDArray[np.uint32]) -> None:
        if len(frequencies) != len(trie) + 1:
            raise ValueError(f"{len(frequencies)} frequencies for {len(trie)} words")
        self._trie = trie
        self._often = memoryview(frequencies)  # type: ignore[arg-type] # gives numbers of Python, at once
        self.total = self._often[len(trie)]

    def __contains__(self, word: str) -> bool:
        return word in self._trie

    def __getitem__(self, word: str) -> int:
        return int(self._often[self._trie[word]])

    def get(self, word: str) -> int:
        """How often the word stands in ordinary writing; 0 for an unknown word."""
        found = self._trie.get(word)
        return 0 if found is None else self._often[found]

    def words_at(self, text: str, place: int) -> list[tuple[int, int]]:
        """The words that begin at `place` of `text`: how long they are, and how frequent."""
        begun = self._trie.iter_prefixes_with_ids(text[place : place + _LONGEST])
        return [(len(word), often) for word, number in begun if (often := self._often[number])]


@lru_cache(maxsize=1)
def dictionary() -> Dictionary:
    """The dictionary, from its files; they are made where they are missing or cannot be used."""
    words, numbers = _path().with_suffix(".marisa"), _path().with_suffix(".npy")
    with suppress(OSError, RuntimeError, ValueError, EOFError):
        return Dictionary(Trie().mmap(str(words)), np.load(numbers, mmap_mode="r"))
    trie, frequencies = _made()
    with suppress(OSError):  # without a folder for it, each process makes its own
        _path().parent.mkdir(parents=True, exist_ok=True)
        _put(words, lambda new: trie.save(str(new)))
        _put(numbers, lambda new: np.save(new, frequencies))
    return Dictionary(trie, frequencies)


def _put(path: Path, write: Callable[[Path], object]) -> None:
    """Put a file in its place at once, whole."""
    descriptor, new = tempfile.mkstemp(dir=path.parent, suffix=path.suffix)
    os.close(descriptor)
    write(Path(new))
    Path(new).replace(path)


def _path() -> Path:
    """Where the files lie, but for their suffixes; elsewhere when anything is another that they are made of or by."""
    made_of = f"{jieba.__version__} {version('marisa-trie')} {_OWN_WORDS.read_text(encoding='utf-8')}"
    name = hashlib.sha256(made_of.encode()).hexdigest()[:16]
    return user_cache_path("qingyi") / f"words-{name}"


def _made() -> tuple[Trie, NDArray[np.uint32]]:
    frequencies, total = jieba.Tokenizer.gen_pfdict(jieba.Tokenizer().get_dict_file())
    for line in _OWN_WORDS.read_text(encoding="utf-8").splitlines():
        word, written, _ = line.split()
        total += int(written)
        frequencies[word] = int(written)
        for end in range(1, len(word)):
            frequencies.setdefault(word[:end], 0)
    trie = Trie(frequencies)
    often = np.zeros(len(trie) + 1, np.uint32)
    for word, frequency in frequencies.items():
        often[trie[word]] = frequency
    often[-1] = total
    return trie, often
