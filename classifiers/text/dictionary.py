"""The dictionary that words are looked up in: jieba's, and the field's own words.

As jieba keeps it, a dict, it takes each process 60 MB and a second. Here it is a trie (marisa-trie) in a file of 2 MB,
made once and mapped by all processes of the machine.
"""

import hashlib
import os
import tempfile
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from marisa_trie import RecordTrie
from platformdirs import user_cache_path

from classifiers.text.jieba_import import jieba

# Words of the field, with how often they stand in hospitals' pages: "word frequency part-of-speech" a line.
_OWN_WORDS = Path(__file__).parent / "dictionary.txt"
_NUMBER = "<Q"
_TOTAL = "\n"  # the key of the sum of all frequencies; no word has it


class Dictionary:
    """Words and their frequencies. Beginnings of words are in it, too, with none, as jieba wants it."""

    def __init__(self, trie: RecordTrie) -> None:
        self._trie = trie
        self.total = int(trie[_TOTAL][0][0])

    def __contains__(self, word: str) -> bool:
        return word in self._trie

    def __getitem__(self, word: str) -> int:
        return int(self._trie[word][0][0])

    def get(self, word: str) -> int:
        """How often the word stands in ordinary writing; 0 for what is none."""
        found = self._trie.get(word)
        return int(found[0][0]) if found else 0


@lru_cache(maxsize=1)
def dictionary() -> Dictionary:
    """The dictionary, from its file; the file is made where it is missing or cannot be used."""
    path = _path()
    with suppress(OSError, RuntimeError, KeyError):
        return Dictionary(RecordTrie(_NUMBER).mmap(str(path)))
    trie = _made()
    with suppress(OSError):  # without a folder for it, each process makes its own
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, new = tempfile.mkstemp(dir=path.parent)
        os.close(descriptor)
        trie.save(new)
        Path(new).replace(path)
    return Dictionary(trie)


def _path() -> Path:
    version = f"{jieba.__version__} {_OWN_WORDS.read_text(encoding='utf-8')}"
    name = hashlib.sha256(version.encode()).hexdigest()[:16]
    return user_cache_path("qingyi") / f"words-{name}.marisa"


def _made() -> RecordTrie:
    frequencies, total = jieba.Tokenizer.gen_pfdict(jieba.Tokenizer().get_dict_file())
    for line in _OWN_WORDS.read_text(encoding="utf-8").splitlines():
        word, written, _ = line.split()
        total += int(written)
        frequencies[word] = int(written)
        for end in range(1, len(word)):
            frequencies.setdefault(word[:end], 0)
    frequencies[_TOTAL] = total
    return RecordTrie(_NUMBER, ((word, (number,)) for word, number in frequencies.items()))
