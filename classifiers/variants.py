"""Words as they are misspelt on purpose: homophones, look-alikes, pinyin in place of characters.

Made for the words that terms consist of. A word of three characters and more may have any one character
replaced by any that sounds alike, since the others hold it, and so may a word of two that is seldom written;
a common word of two only by the look-alikes of `classifiers.disguises`. Pinyin may stand for any of its
characters, or for all. What ordinary writing contains (as told by jieba's dictionary) is no variant.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from functools import cache, lru_cache
from itertools import combinations
from typing import NamedTuple

from pypinyin import lazy_pinyin

from classifiers.disguises import LOOK_ALIKES
from classifiers.words import cut, how_common, is_word

_RARE = 1_500  # in the units of `how_common`; about one in 40,000 words of ordinary writing
_PARTICLE = 8_000  # a character that is common as a word of its own stands beside anything
_HELD = 3  # characters of a word in which the others hold a stand-in
_LONGEST = 6  # longer words are cut into words
_MOST_PINYIN = 4  # in words up to this length, pinyin may stand for any of the characters


class StandIn(NamedTuple):
    """What stands at `offset` of a variant, `length` characters long, for the character that is `meant`."""

    offset: int
    length: int
    meant: str


class Variant(NamedTuple):
    """A misspelt word, and what is to be put right in it."""

    written: str
    stand_ins: tuple[StandIn, ...]


def variants(words: Iterable[str], taken: Container[str]) -> list[Variant]:
    """The variants of all `words` (normalised text), without those in `taken`, each once."""
    found: dict[str, Variant] = {}
    for word in _vocabulary(words):
        for variant in _variants_of(word):
            if variant.written not in taken and not is_word(variant.written):
                found.setdefault(variant.written, variant)
    return list(found.values())


def _vocabulary(words: Iterable[str]) -> Iterable[str]:
    vocabulary: dict[str, None] = {}
    for word in words:
        pieces = [word] if len(word) <= _LONGEST else cut(word)
        vocabulary.update(dict.fromkeys(piece for piece in pieces if _ideographs(piece) == len(piece) > 1))
    return vocabulary


def _variants_of(word: str) -> Iterator[Variant]:
    for index, character in enumerate(word):
        for stand_in in _alike(character, word):
            if not _is_ordinary(word[:index], stand_in, word[index + 1 :]):
                yield Variant(word[:index] + stand_in + word[index + 1 :], (StandIn(index, 1, character),))
    spelt = range(1, len(word) + 1) if len(word) <= _MOST_PINYIN else (1, len(word))
    for count in spelt:
        for places in combinations(range(len(word)), count):
            variant = _in_pinyin(word, frozenset(places))
            if len(variant.written) > _HELD:  # "an" alone is no word
                yield variant


def _in_pinyin(word: str, places: frozenset[int]) -> Variant:
    pieces, stand_ins, offset = [], [], 0
    for index, character in enumerate(word):
        piece = _pinyin(character) if index in places else character
        if index in places:
            stand_ins.append(StandIn(offset, len(piece), character))
        pieces.append(piece)
        offset += len(piece)
    return Variant("".join(pieces), tuple(stand_ins))


def _is_ordinary(before: str, stand_in: str, after: str) -> bool:
    """Whether the stand-in makes a word of the dictionary with a neighbour of the word."""
    around = (before[-2:] + stand_in, before[-1:] + stand_in, stand_in + after[:1], stand_in + after[:2])
    return any(len(word) > 1 and is_word(word) for word in around)


def _alike(character: str, word: str) -> Iterable[str]:
    found = [*LOOK_ALIKES.get(character, "")]
    if len(word) >= _HELD:
        found += homophones(character)
    elif how_common(word) < _RARE:
        found += (other for other in homophones(character) if how_common(other) < _PARTICLE)
    return dict.fromkeys(found)


def homophones(character: str) -> list[str]:
    """Everyday characters that sound like this one, tones aside."""
    return [other for other in _by_sound()[_pinyin(character)] if other != character]


def _ideographs(text: str) -> int:
    return sum("\u4e00" <= character <= "\u9fff" for character in text)


@cache
def _pinyin(character: str) -> str:
    return lazy_pinyin(character)[0].replace("ü", "v")


@lru_cache(maxsize=1)
def _by_sound() -> dict[str, list[str]]:
    """Everyday characters (level one of GB 2312) by their pinyin without tones."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in range(0xB0, 0xD8):
        for cell in range(0xA1, 0xFF):
            character = bytes((row, cell)).decode("gb2312", "ignore")
            if character:
                found[_pinyin(character)].append(character)
    return found
