"""Terms as they are misspelt on purpose: homophones, look-alikes, pinyin in place of a character.

One character of a term is replaced at a time, in terms of three characters and more: two that are right
hold the third. A variant that ordinary writing contains (as told by jieba's dictionary) is left out.
"""

from collections import defaultdict
from collections.abc import Iterator
from functools import cache, lru_cache

from pypinyin import lazy_pinyin

from classifiers.disguises import LOOK_ALIKES
from classifiers.words import is_word

_SHORTEST = 3


def variants(literal: str) -> Iterator[str]:
    """The variants of a term's literal part (normalised text)."""
    ideographs = [index for index, character in enumerate(literal) if "\u4e00" <= character <= "\u9fff"]
    if len(ideographs) < _SHORTEST:
        return
    for index in ideographs:
        before, after = literal[:index], literal[index + 1 :]
        for stand_in in _stand_ins(literal[index]):
            if not _is_ordinary(before, stand_in, after):
                yield before + stand_in + after
    yield "".join(_pinyin(character) for character in literal)
    for index in ideographs[:-1]:
        two = _pinyin(literal[index]) + _pinyin(literal[index + 1])
        yield literal[:index] + two + literal[index + 2 :]


def _is_ordinary(before: str, stand_in: str, after: str) -> bool:
    """Whether the stand-in makes a word of the dictionary with a neighbour of the term."""
    if len(stand_in) > 1:
        return False
    around = (before[-2:] + stand_in, before[-1:] + stand_in, stand_in + after[:1], stand_in + after[:2])
    return any(len(word) > 1 and is_word(word) for word in around)


def _stand_ins(character: str) -> tuple[str, ...]:
    pinyin = _pinyin(character)
    alike = [other for other in (*LOOK_ALIKES.get(character, ""), *_by_sound()[pinyin]) if other != character]
    return (*dict.fromkeys(alike), pinyin)


@cache
def _pinyin(character: str) -> str:
    return lazy_pinyin(character)[0].replace("ü", "v") if character > "\u2fff" else character


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
