"""Words that sound like the lists' words but are written with another character (谐音).

The text is mapped to sounds, character by character, and searched for the words' sounds: one pass, whatever
the number of homophones. A word of three characters and more is held by its others; a word of two only where
it is seldom written itself.
"""

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache

import numpy as np
from ahocorasick_rs import AhoCorasick
from numpy.typing import NDArray

from classifiers.text.normalise import Edit
from classifiers.text.words import how_common, is_word

# Single characters only are asked for: the library's phrases would take 50 MB and half a second.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")
from pypinyin import lazy_pinyin

_HELD = 3  # characters of a word in which the others hold a stand-in
_RARE = 40_000  # in the units of `how_common`; about one in 1,500 words of ordinary writing
_ANYWHERE = 50_000  # a character that stands in any sentence (是, 的) stands for no other
_PARTICLE = 8_000  # a character that is common as a word of its own stands beside anything


class Sounds:
    """Searches texts for misspellings of some words by their sound."""

    def __init__(self, words: Iterable[str]) -> None:
        by_sound: dict[str, list[str]] = defaultdict(list)
        for word in words:
            if len(word) >= _HELD or how_common(word) < _RARE:
                by_sound[_sound_of(word)].append(word)
        self._words = list(by_sound.values())
        self._known = frozenset(word for alike in self._words for word in alike)
        self._automaton = AhoCorasick(list(by_sound), store_patterns=False)
        self._meant = lru_cache(maxsize=50_000)(self._meant_by)

    def misspelt(self, text: str) -> Iterator[tuple[int, int, tuple[Edit, ...]]]:
        """Where normalised `text` has a word with one character replaced by one that sounds alike: start, end,
        and the edit that puts it right."""
        for index, start, end in self._automaton.find_matches_as_indexes(_sound_of(text), overlapping=True):
            written = text[start:end]
            if written in self._known:
                continue
            found = self._meant(index, written)
            if found:
                place, meant = found
                yield start, end, (Edit(start + place, start + place + 1, meant),)

    def _meant_by(self, index: int, written: str) -> tuple[int, str] | None:
        """The place of the one character that is replaced, and what is meant; None for no misspelling."""
        for word in self._words[index]:
            place = _only_difference(written, word)
            if place is not None and not is_word(written) and _may_replace(written, place):
                return place, word[place]
        return None


def homophones(character: str) -> list[str]:
    """Everyday characters that sound like this one, tones aside."""
    return [other for other in _by_sound()[pinyin(character)] if other != character]


@cache
def pinyin(character: str) -> str:
    """A character's pinyin, without its tone."""
    return lazy_pinyin(character)[0].replace("ü", "v")


def _only_difference(written: str, word: str) -> int | None:
    """The one place where both differ; None where they differ in none or in several."""
    places = [place for place, (one, other) in enumerate(zip(written, word, strict=True)) if one != other]
    return places[0] if len(places) == 1 else None


def _may_replace(written: str, place: int) -> bool:
    """Whether the stand-in can be meant as one: it makes no word of the dictionary with its neighbours, and,
    in a word of two, is no word that stands beside anything."""
    around = (written[max(0, place - 1) : place + 1], written[place : place + 2])
    if any(len(pair) == 2 and is_word(pair) for pair in around):
        return False
    return how_common(written[place]) < (_ANYWHERE if len(written) >= _HELD else _PARTICLE)


def _sound_of(text: str) -> str:
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    return _sounds()[codes].tobytes().decode("utf-32-le", "surrogatepass")


@lru_cache(maxsize=1)
def _by_sound() -> dict[str, list[str]]:
    """Everyday characters (level one of GB 2312) by their pinyin without tones."""
    found: dict[str, list[str]] = defaultdict(list)
    for character in _characters(range(0xB0, 0xD8)):
        found[pinyin(character)].append(character)
    return found


@lru_cache(maxsize=1)
def _sounds() -> NDArray[np.uint32]:
    """Code point to the code point of the first everyday character that sounds alike. The rarer ones (癜, 痔; level two
    of GB 2312) are mapped as well: words are made of them, and they stand in for others."""
    table = np.arange(0x110000, dtype=np.uint32)
    first = {sound: characters[0] for sound, characters in _by_sound().items()}
    for character in _characters(range(0xB0, 0xF8)):
        table[ord(character)] = ord(first.get(pinyin(character), character))
    return table


def _characters(rows: range) -> Iterator[str]:
    """The characters of some rows of GB 2312, which orders the everyday ones by sound and the rarer by radical."""
    for row in rows:
        for cell in range(0xA1, 0xFF):
            yield from bytes((row, cell)).decode("gb2312", "ignore")
