"""Words that sound like the lists' words but are written with another character (谐音).

The text is mapped to sounds, character by character, and each place is looked up by the sounds of two characters and
the next two: a few operations on the whole text, whatever the number of homophones. A word of three
characters and more is recognised by the others; a word of two only where the misspelling is rarely a word
itself.
"""

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from classifiers.text.normalise import Edit
from classifiers.text.words import how_common, is_word

# Single characters only are asked for: the library's phrases would take 50 MB and half a second.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")
from pypinyin import lazy_pinyin

_HELD = 3  # characters of a word in which the others hold a stand-in
_HAS_NO_THIRD = np.uint32(1 << _HELD)  # a word of three has two pairs of neighbours
_PAIR = 2
_RARE = 40_000  # in the units of `how_common`; about one in 1,500 words of ordinary writing
_ANYWHERE = 50_000  # a character that stands in any sentence (是, 的) stands for no other
_MOST_KNOWN = 50_000  # cached answers
_PARTICLE = 8_000  # a character that is common as a separate word may stand next to anything


class Sounds:
    """Searches texts for misspellings of some words (of 2 to 31 everyday characters) by their sound."""

    def __init__(self, words: Iterable[str]) -> None:
        by_sound: dict[bytes, list[str]] = defaultdict(list)
        kept = [word for word in words if len(word) >= _HELD or how_common(word) < _RARE]
        self._known = frozenset(kept)
        self._sounds, number = _numbered("".join(kept))
        for word in kept:
            by_sound[self._sounds_of(word).tobytes()].append(word)
        self.words = dict(by_sound)  # by their sounds
        self._lengths = sorted({len(word) for word in kept})
        self._pairs = _Pairs([word for word in kept if len(word) == _PAIR], self._sounds, number)
        # For the sounds of two neighbours, a bit for each length of the words that have them at their first place, their
        # second, their third.
        self._at = np.zeros((3, number * number), np.uint32)
        self._at[2] |= _HAS_NO_THIRD
        for sounds in (np.frombuffer(key, np.uint16) for key in self.words):
            for place in range(min(len(sounds) - 1, 3) if len(sounds) >= _HELD else 0):
                pair = int(sounds[place]) * number + int(sounds[place + 1])
                self._at[place, pair] |= np.uint32(1 << len(sounds))
        self._meant: dict[str, tuple[int, str] | None] = {}
        self._of_bits: dict[int, list[int]] = {}  # the lengths that some bits stand for

    def misspelt(self, text: str) -> Iterator[tuple[int, int, tuple[Edit, ...]]]:
        """Where normalised `text` has a word with one character replaced by one that sounds alike: start, end,
        and the edit that corrects it."""
        meant_by, known = self.meant_by, self._meant
        for start, length in self.places(text):
            written = text[start : start + length]
            if (found := known[written] if written in known else meant_by(written)) is not None:
                place, meant = found
                yield start, start + length, (Edit(start + place, start + place + 1, meant),)

    def meant_by(self, written: str) -> tuple[int, str] | None:
        """The place of the one character of `written` that is replaced, and the character meant; None for no misspelling."""
        try:  # texts have the same words again and again
            return self._meant[written]
        except KeyError:
            if len(self._meant) >= _MOST_KNOWN:
                self._meant = {}
            found = self._meant[written] = self._look_up(written)
            return found

    def places(self, text: str) -> Iterator[tuple[int, int]]:
        """Where misspellings may stand in normalised `text`, and few other words: start and length."""
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
        sounds = self._sounds.take(codes, mode="clip")
        pairs = sounds[:-1].astype(np.intp) * self._pairs.number + sounds[1:]
        for start in self._pairs.misspelt(codes, sounds, pairs).tolist():
            yield start, _PAIR
        lengths = self._at[0].take(pairs[:-1]) & self._at[1].take(pairs[1:])
        lengths[:-1] &= self._at[2].take(pairs[2:])
        begins = np.flatnonzero(lengths)
        size, of_bits = len(sounds), self._of_bits
        for start, bits in zip(begins.tolist(), lengths[begins].tolist(), strict=True):
            if (fitting := of_bits.get(bits)) is None:
                fitting = of_bits[bits] = [length for length in self._lengths if bits >> length & 1]
            for length in fitting:
                if start + length <= size:
                    yield start, length

    def _sounds_of(self, word: str) -> NDArray[np.uint16]:
        return self._sounds[[ord(character) for character in word]]

    def _look_up(self, written: str) -> tuple[int, str] | None:
        if written in self._known:
            return None
        for word in self.words.get(self._sounds_of(written).tobytes(), ()):
            place = _only_difference(written, word)
            if place is not None and not is_word(written) and _may_replace(written, place):
                return place, word[place]
        return None


class _Pairs:
    """Where texts have two characters that sound like a word of two and share but one with it."""

    def __init__(self, words: Sequence[str], sounds: NDArray[np.uint16], number: int) -> None:
        self.number = number  # of sounds
        characters = dict.fromkeys("".join(words))
        self._characters = np.zeros(0x10000, np.intp)
        for place, character in enumerate(characters, 1):
            self._characters[ord(character)] = place
        # Whether a word has this character first and a second that sounds so; whether one has this character last and a
        # first that sounds so; whether several words sound so.
        self._first = np.zeros((len(characters) + 1) * number, bool)
        self._last = np.zeros((len(characters) + 1) * number, bool)
        self._several = np.zeros(number * number, bool)
        seen = set()
        for word in words:
            (one, two), (first, last) = (
                self._characters[[*map(ord, word)]],
                sounds[[*map(ord, word)]].tolist(),
            )
            self._first[one * number + last] = True
            self._last[two * number + first] = True
            pair = first * number + last
            self._several[pair] = pair in seen
            seen.add(pair)

    def misspelt(
        self, codes: NDArray[np.uint32], sounds: NDArray[np.uint16], pairs: NDArray[np.intp]
    ) -> NDArray[np.intp]:
        """The places, and few others: where both characters are a word's, and several words sound so."""
        characters = self._characters.take(codes, mode="clip") * self.number
        first = self._first.take(characters[:-1] + sounds[1:])
        last = self._last.take(characters[1:] + sounds[:-1])
        return np.flatnonzero((first ^ last) | (first & last & self._several.take(pairs)))


def homophones(character: str) -> list[str]:
    """Everyday characters that sound like this one, ignoring tones."""
    return [other for other in _by_sound().get(pinyin(character), ()) if other != character]


def pronounced(word: str) -> str:
    """A word with the first everyday character of each sound in the place of its characters."""
    alike = _alike()
    return "".join(alike.get(character, character) for character in word)


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
    in a word of two, is not a word that may stand next to anything."""
    around = (written[max(0, place - 1) : place + 1], written[place : place + 2])
    if any(len(pair) == 2 and is_word(pair) for pair in around):
        return False
    return how_common(written[place]) < (_ANYWHERE if len(written) >= _HELD else _PARTICLE)


@cache
def _by_sound() -> dict[str, list[str]]:
    """Everyday characters (level one of GB 2312) by their pinyin without tones."""
    found: dict[str, list[str]] = defaultdict(list)
    for character in _characters(range(0xB0, 0xD8)):
        found[pinyin(character)].append(character)
    return dict(found)


@cache
def _alike() -> dict[str, str]:
    """Characters, and the first everyday one that sounds alike. The rarer ones (癜, 痔; level two of GB 2312) are mapped as
    well: words are made of them, and they stand in for others."""
    first = {sound: characters[0] for sound, characters in _by_sound().items()}
    return {
        character: first[sound]
        for character in _characters(range(0xB0, 0xF8))
        if (sound := pinyin(character)) in first
    }


def _numbered(characters: str) -> tuple[NDArray[np.uint16], int]:
    """For each code point of the basic plane the number of its sound, 0 for those that none of `characters` has, and how
    many numbers there are."""
    alike = _alike()
    sounds = dict.fromkeys(alike.get(character, character) for character in characters)
    numbers = {sound: number for number, sound in enumerate(sounds, 1)}
    table = np.zeros(0x10000, np.uint16)
    for sound, number in numbers.items():
        table[ord(sound)] = number
    for character, sound in alike.items():
        table[ord(character)] = numbers.get(sound, 0)
    return table, len(numbers) + 1


def _characters(rows: range) -> Iterator[str]:
    """The characters of some rows of GB 2312, which orders the everyday ones by sound and the rarer by radical."""
    for row in rows:
        for cell in range(0xA1, 0xFF):
            yield from bytes((row, cell)).decode("gb2312", "ignore")
