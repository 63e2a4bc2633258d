"""Words that one set of pages uses far more than another: candidates for the lists.

Keyness by log-likelihood over the pages that contain a word (Dunning 1993, "Accurate Methods for the
Statistics of Surprise and Coincidence"; Rayson and Garside 2000). Pages are counted, not places: one page
that says a word a hundred times says it once.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log

from classifiers.lists.rules import RuleSet
from classifiers.text.normalise import normalise
from classifiers.text.words import cut

_CHINESE = re.compile(r"[\u4e00-\u9fff]+")
_LONGEST_TEXT = 20_000  # characters read of a page
_FEWEST_PAGES = 3
_LEAST = 6.63  # significant at one in a hundred, with one degree of freedom


@dataclass(frozen=True)
class KeyWord:
    """A word or pair of neighbouring words: in how many pages of each set it stands, and its keyness."""

    word: str
    pages: int
    other_pages: int
    keyness: float


def keyness(pages: Sequence[str], others: Sequence[str], rules: RuleSet, limit: int) -> list[KeyWord]:
    """The words that `pages` use more than `others` and that no live rule of `rules` finds, the most key first."""
    here, elsewhere = (
        Counter(word for text in texts for word in set(_words(text))) for texts in (pages, others)
    )
    found = []
    for word, count in here.items():
        other = elsewhere[word]
        if count < _FEWEST_PAGES or count * max(1, len(others)) <= other * len(pages):
            continue
        measure = _log_likelihood(count, other, len(pages), len(others))
        if measure >= _LEAST:
            found.append(KeyWord(word, count, other, measure))
    found.sort(key=lambda key: (-key.keyness, -len(key.word), key.word))
    fresh = (key for key in found if not _is_known(key.word, rules))
    return list(_without_parts(fresh, limit))


def _words(text: str) -> Iterator[str]:
    """Words of two characters and more, and pairs of neighbouring words."""
    for run in _CHINESE.findall(normalise(text[:_LONGEST_TEXT]).text):
        before = ""
        for word in cut(run):
            if len(word) > 1:
                yield word
            if before and 3 <= len(before + word) <= 8:
                yield before + word
            before = word


def _is_known(word: str, rules: RuleSet) -> bool:
    return any(hit.term.owner == "rule" for hit in rules.matcher.scan(word).hits)


def _without_parts(found: Iterator[KeyWord], limit: int) -> Iterator[KeyWord]:
    """Leave out parts of an earlier word that stand in as many pages, and words that contain an earlier
    one."""
    kept: list[KeyWord] = []
    for key in found:
        if len(kept) == limit:
            return
        if not any((key.word in other.word or other.word in key.word) for other in kept):
            kept.append(key)
            yield key


def _log_likelihood(count: int, other: int, pages: int, others: int) -> float:
    expected = pages * (count + other) / max(1, pages + others)
    expected_other = others * (count + other) / max(1, pages + others)
    measure = count * log(count / expected) if count else 0.0
    if other and expected_other:
        measure += other * log(other / expected_other)
    return 2 * measure
