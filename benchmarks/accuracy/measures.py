"""Precision, recall and F1 of a judge over passages: by passage, and by rule family."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.accuracy.corpus import Passage

# Returns the families that a text breaks; empty where it is lawful.
Judge = Callable[[str], frozenset[str]]


@dataclass(frozen=True)
class Measure:
    """Counts of right and wrong answers, and the measures derived from them."""

    right: int
    false_alarms: int
    missed: int

    @property
    def precision(self) -> float:
        """The share of found items that are true; 1 when nothing was found."""
        return self.right / (self.right + self.false_alarms) if self.right + self.false_alarms else 1.0

    @property
    def recall(self) -> float:
        """The share of true items that were found; 1 when there are none."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def by_passage(passages: Iterable[Passage], judge: Judge) -> Measure:
    """Unlawful or not, over all passages."""
    pairs = Counter((passage.unlawful, bool(judge(passage.text))) for passage in passages)
    return Measure(pairs[True, True], pairs[False, True], pairs[True, False])


def interval(hits: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson, 1927), for a sample of `of`; 0 to 1 where nothing was drawn."""
    if not of:
        return 0.0, 1.0
    z, share = 1.96, hits / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    reach = z / (1 + z * z / of) * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return max(0.0, middle - reach), min(1.0, middle + reach)


def by_family(passages: Sequence[Passage], judge: Judge, family_of: Mapping[str, str]) -> dict[str, Measure]:
    """By rule family; `family_of` tells a rule's. A family found on an unlawful passage that is not labelled with it
    counts as false, though passages are labelled with their main violations only: precision here is a lower
    bound."""
    answers = [
        ({family_of.get(name, name) for name in passage.breaks}, judge(passage.text)) for passage in passages
    ]
    families = sorted({family for pair in answers for side in pair for family in side})
    return {
        family: Measure(
            sum(family in labelled and family in found for labelled, found in answers),
            sum(family not in labelled and family in found for labelled, found in answers),
            sum(family in labelled and family not in found for labelled, found in answers),
        )
        for family in families
    }
