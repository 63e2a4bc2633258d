"""The measure of each sentence and each paragraph of a page, by the learned wording.

A sentence ends at a stop or a line's end; a paragraph is a line. A text too short to say anything is not
weighed by itself.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from math import exp, isnan, log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from classifiers.lists.wording import Naming, Wording
from classifiers.text.grams import SENTENCE_MARKS, Grams, grams

SHORTEST = 12  # kept characters; shorter texts are labels
LONGEST = 600  # kept characters of a paragraph that is weighed as one
_NAMED_BY = 200  # kept characters of a paragraph that is named as one
_MOST_WORDS = 4
_CARD = 4  # short lines on either side that belong together
PROMISE = "hit"  # the sign of a promise's hit, whichever the rule
_PAIRED = ("cue:", "excused:", "hit:disease", "hit:technology")
_SURE = 3.5  # log-odds by which a sentence outdoes its paragraph
_SURE_OF_HIT = 2.5  # the same for one in which a hit stands
_UNLAWFUL = 2.0  # log-odds from which a sentence speaks for the others of its paragraph
_NEXT_TO_UNLAWFUL = 0.7  # added to those of a hit there: a story's thanks prove nothing alone
_SENTENCE = re.compile(f"[^{SENTENCE_MARKS}]*[{SENTENCE_MARKS}]|[^{SENTENCE_MARKS}]+")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")


class Sign(NamedTuple):
    """Something about a place of a text that the wording knows by `name`."""

    position: int
    name: str


class Stretch(NamedTuple):
    """A sentence or paragraph that is weighed: `start` to `end` of the text, `first` to `last` of its kept
    characters."""

    start: int
    end: int
    first: int
    last: int

    def holds_any(self, positions: Sequence[int]) -> bool:
        """Whether one of these positions of the text, in their order, lies in it."""
        following = bisect_left(positions, self.start)
        return following < len(positions) and positions[following] < self.end


class Measures:
    """The measures of one text. Built once; asked for the places of hits, and for suspicious stretches."""

    def __init__(self, text: str, wording: Wording, signs: Iterable[Sign]) -> None:
        self._wording = wording
        self.grams: Grams = grams(text)
        self._text = text
        self._weights = self.grams.weights(wording.weights)
        self._sums: NDArray[np.float64] = np.concatenate(([0.0], np.cumsum(self._weights, dtype=np.float64)))
        size = len(self.grams.places)
        stops = self.grams.stops + 1
        breaks = [text[place] == "\n" for place in self.grams.places[self.grams.stops].tolist()]
        self._sentences = _bounds(stops, size)
        self._lines = _bounds(stops[np.array(breaks, bool)], size)
        known = [sign for sign in signs if sign.name in wording.signs]
        self._names = [sign.name for sign in known]
        self._kept = np.searchsorted(self.grams.places, np.array([sign.position for sign in known], np.int64))
        odds, sentences = self._weigh(self._sentences)
        of_lines = self._line_of(np.array(self._sentences[:-1]))
        lines = self._weigh(self._lines)[1][of_lines]
        self._measures = _together(sentences, lines)
        self._sentence_weighed = ~np.isnan(sentences)
        # A hit is a sure sign: with it, even a short sentence says something.
        self._of_hits = np.where(np.isnan(lines), self._measures, _together(odds, lines, _SURE_OF_HIT))
        unlawful = self._sentence_weighed & (self._measures >= _UNLAWFUL)
        self._of_hits[np.isin(of_lines, of_lines[unlawful]) & ~unlawful] += _NEXT_TO_UNLAWFUL

    def around(self, position: int) -> float | None:
        """The measure of the sentence in which a hit stands at `position`, combined with its paragraph's;
        None where neither is weighed."""
        kept = int(np.searchsorted(self.grams.places, position))
        sentence = _index_of(self._sentences, kept)
        measure = float(self._of_hits[sentence])
        return None if isnan(measure) else _share(measure)

    def of_card(self, position: int) -> float | None:
        """The measure of the short lines in a row around `position`, together: pages set clauses on lines of their own, of
        which none says enough by itself. None where even these are too short."""
        kept = int(np.searchsorted(self.grams.places, position))
        line = _index_of(self._lines, kept)
        first, last = line, line + 1
        while first > 0 and self._is_short(first - 1) and line - first < _CARD:
            first -= 1
        while last < len(self._lines) - 1 and self._is_short(last) and last - line <= _CARD:
            last += 1
        low, high = self._lines[first], self._lines[last]
        if high - low < SHORTEST:
            return None
        order, stops = self._by_place
        names = {self._names[sign] for sign in order[bisect_left(stops, low) : bisect_left(stops, high)]}
        signs = sum(self._wording.signs.get(name, 0.0) for name in with_pairs(names))
        total = float(self._sums[high] - self._sums[low]) / (high - low) ** 0.5
        return _share(total + self._wording.bias + signs)

    @cached_property
    def _by_place(self) -> tuple[list[int], list[int]]:
        """The signs in the order of their places, and these."""
        order = np.argsort(self._kept, kind="stable")
        return order.tolist(), self._kept[order].tolist()

    def _is_short(self, line: int) -> bool:
        return self._lines[line + 1] - self._lines[line] < SHORTEST

    def suspicious(self, suspects: float) -> Iterator[tuple[Stretch, float]]:
        """The stretches whose measure reaches `suspects`, by position: sentences, and paragraphs of which only sentences too
        short to be weighed reach it."""
        least = log(suspects / (1 - suspects))
        reached = self._measures >= least
        weighed = np.array(self._sentences[:-1])[reached & self._sentence_weighed]
        told: set[int] = set(self._line_of(weighed).tolist())
        for index in np.flatnonzero(reached).tolist():
            bounds, place = self._sentences, index
            if not self._sentence_weighed[index]:
                place = _index_of(self._lines, self._sentences[index])
                if place in told:
                    continue
                told.add(place)
                bounds = self._lines
            yield self._stretch(bounds, place), _share(float(self._measures[index]))

    def _line_of(self, kept: NDArray[np.int64]) -> NDArray[np.int64]:
        """The paragraph in which each of some kept characters stands."""
        found = np.searchsorted(self._lines, kept, side="right") - 1
        return np.minimum(found, len(self._lines) - 2)

    def words(self, stretch: Stretch) -> tuple[str, ...]:
        """The weightiest n-grams of a stretch, as the text has them: the basis of its measure."""
        found: dict[tuple[int, int], float] = {}
        for order, slots in enumerate(self.grams.slots, 1):
            for place in range(stretch.first, min(stretch.last - order + 1, len(slots))):
                weight = float(self._wording.weights[slots[place]])
                if order > 1 and weight > 0:
                    found[place, place + order] = weight
        words: list[str] = []
        taken: set[int] = set()
        for (first, last), _ in sorted(found.items(), key=lambda item: -item[1]):
            if len(words) < _MOST_WORDS and taken.isdisjoint(range(first, last)):
                taken.update(range(first, last))
                word = self._text[self.grams.places[first] : self.grams.places[last - 1] + 1].strip(
                    "。！？；\n"
                )
                words += [word] if word and word not in words else []
        return tuple(words)

    def named(self, naming: Naming, stretch: Stretch) -> dict[str, float]:
        """The rules that the stretch most likely breaks, the likelier first, and how likely that is. Its paragraph, where
        it is short, says what the sentence speaks of."""
        line = _index_of(self._lines, stretch.first)
        first, last = self._lines[line], self._lines[line + 1]
        if last - first > _NAMED_BY:
            first, last = stretch.first, stretch.last
        slots = [slots[first : last - order] for order, slots in enumerate(self.grams.slots)]
        return naming.named(np.concatenate(slots).astype(np.int64), last - first)

    def _stretch(self, bounds: list[int], index: int) -> Stretch:
        first, last = bounds[index], bounds[index + 1]
        return Stretch(int(self.grams.places[first]), int(self.grams.places[last - 1]) + 1, first, last)

    def _weigh(self, bounds: list[int]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The log-odds of each stretch between two of `bounds`, and the same with NaN for stretches too short
        or too long to be weighed."""
        edges = np.array(bounds)
        lengths = np.diff(edges)
        total: NDArray[np.float64] = (
            np.diff(self._sums[edges]) / np.sqrt(np.maximum(lengths, 1)) + self._wording.bias
        )
        names: dict[int, set[str]] = {}
        of = np.minimum(np.searchsorted(edges, self._kept, side="right") - 1, len(total) - 1)
        for index, name in zip(of.tolist(), self._names, strict=True):
            if index in names:
                names[index].add(name)
            else:
                names[index] = {name}
        weight_of = self._wording.signs
        if names:
            added = [
                sum([weight_of.get(name, 0.0) for name in with_pairs(found)])
                if PROMISE in found
                else sum([weight_of[name] for name in found])
                for found in names.values()
            ]
            total[list(names)] += added
        weighed = (lengths >= SHORTEST) & (lengths <= LONGEST)
        return total, np.where(weighed, total, np.nan)


def _index_of(bounds: Sequence[int], kept: int) -> int:
    """The stretch between two of `bounds` in which a kept character stands; the last for one behind all."""
    return max(0, min(bisect_right(bounds, kept), len(bounds) - 1) - 1)


def _together(
    sentences: NDArray[np.float64], lines: NDArray[np.float64], sure: float = _SURE
) -> NDArray[np.float64]:
    """The log-odds of sentences combined with those of their paragraphs: the lower of both, unless the
    sentence is so sure that its paragraph cannot make it harmless, by `sure`; of either alone where the other is
    not weighed."""
    lower = np.fmin(sentences, lines)
    together: NDArray[np.float64] = np.fmax(lower, np.where(np.isnan(lines), sentences, sentences - sure))
    return together


def _share(odds: float) -> float:
    return 1 / (1 + exp(-odds))


def with_pairs(names: Iterable[str]) -> frozenset[str]:
    """The names of the signs of one stretch, and the pairs of a promise and each of the others: 根治 next to
    a disease and a phone number differs from 根治 alone."""
    found = frozenset(names)
    if PROMISE not in found:
        return found
    return found | {f"{PROMISE}&{name}" for name in found if name.startswith(_PAIRED)}


def sentences_of(text: str) -> Iterator[tuple[int, int]]:
    """Where the sentences of a text begin and end, their stops with them."""
    yield from (found.span() for found in _SENTENCE.finditer(text))


def lines_of(text: str) -> Iterator[tuple[int, int]]:
    """Where the lines of a text begin and end, their breaks with them."""
    yield from (found.span() for found in _LINE.finditer(text))


def _bounds(ends: NDArray[np.int64], size: int) -> list[int]:
    """Where stretches begin and end, among kept characters: 0, each end, and the size."""
    bounds = [0, *ends.tolist()]
    return bounds if bounds[-1] == size and size else [*bounds, size]
