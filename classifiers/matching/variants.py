"""Words as they are misspelt on purpose: look-alikes and pinyin in place of characters.

Made for the words that terms consist of: a character may be replaced by one of its look-alikes, and pinyin
may stand for any of a word's characters, or for all. Words of ordinary writing (by jieba's dictionary) are
not variants. Words that only sound like others are `classifiers.matching.homophones`.
"""

from collections.abc import Container, Iterable, Iterator
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

from classifiers.matching.homophones import pinyin
from classifiers.text.disguises import LOOK_ALIKES
from classifiers.text.words import cut, how_common, is_word

_LONGEST = 6  # longer words are cut into words
_MOST_PINYIN = 4  # in words up to this length, pinyin may stand for any of the characters
_PARTICLE = 90_000  # a last character that is a word of its own anywhere (只, 就) may begin the next word
_ALONE = 9_000  # a character that is a word of its own (跟) does not make a misspelt word of two (去根)
_SHORTEST_PINYIN = 3  # characters of a variant with pinyin, one more without any Chinese one


class StandIn(NamedTuple):
    """The characters at `offset` of a variant, `length` long, that replace the character `meant`."""

    offset: int
    length: int
    meant: str


class Variant(NamedTuple):
    """A misspelt word: how it is written, the word, and which of its characters are replaced.

    There are tens of thousands: the corrections are computed only for the few that are found.
    """

    written: str
    word: str
    places: tuple[int, ...]

    @property
    def stand_ins(self) -> Iterator[StandIn]:
        """The stand-ins to correct in it."""
        longer = 0  # than the word, by the stand-ins so far
        for place in self.places:
            meant = self.word[place]
            one = len(self.places) == 1  # a look-alike, or pinyin
            length = len(self.written) - len(self.word) + 1 if one else len(pinyin(meant))
            yield StandIn(place + longer, length, meant)
            longer += length - 1


def vocabulary(words: Iterable[str]) -> list[str]:
    """The Chinese words of two to six characters that `words` (normalised text) are or consist of."""
    found: dict[str, None] = {}
    for word in words:
        pieces = [word] if len(word) <= _LONGEST else cut(word)
        found.update(dict.fromkeys(piece for piece in pieces if _is_chinese(piece) and len(piece) > 1))
    return list(found)


def variants(words: Iterable[str], taken: Container[str]) -> list[Variant]:
    """The variants of all `words` (a vocabulary), without those in `taken`, each once."""
    found: dict[str, Variant] = {}
    for word in words:
        for variant in _variants_of(word):
            if variant.written not in taken:
                found.setdefault(variant.written, variant)
    return list(found.values())


@lru_cache(maxsize=20_000)
def _variants_of(word: str) -> tuple[Variant, ...]:
    """The variants that are not words themselves. Each version of the lists has nearly the same words."""
    return tuple(variant for variant in _written_variants(word) if not is_word(variant.written))


def _written_variants(word: str) -> Iterator[Variant]:
    for index, character in enumerate(word):
        for other in LOOK_ALIKES.get(character, ""):
            alone = len(word) == 2 and how_common(other) >= _ALONE
            if not alone and not _is_ordinary(word[:index], other, word[index + 1 :]):
                yield Variant(word[:index] + other + word[index + 1 :], word, (index,))
    telling = range(len(word) - (how_common(word[-1]) > _PARTICLE))
    spelt = range(1, len(telling) + 1) if len(word) <= _MOST_PINYIN else (1, len(telling))
    sounds = [pinyin(character) for character in word]
    for count in spelt:
        for places in combinations(telling, count):
            pieces = list(word)
            for place in places:
                pieces[place] = sounds[place]
            written = "".join(pieces)
            if len(written) >= _SHORTEST_PINYIN + written.isascii():
                yield Variant(written, word, places)


def _is_ordinary(before: str, stand_in: str, after: str) -> bool:
    """Whether the stand-in makes a word of the dictionary with a neighbour of the word."""
    around = (before[-2:] + stand_in, before[-1:] + stand_in, stand_in + after[:1], stand_in + after[:2])
    return any(len(word) > 1 and is_word(word) for word in around)


def _is_chinese(text: str) -> bool:
    return all("\u4e00" <= character <= "\u9fff" for character in text)
