"""Estimates from random samples: how many of the pages without findings are unlawful, and how far two people
agree. Pure: counts in, figures out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, lgamma, log, log1p, sqrt

_TAIL = 0.025  # on each side: an interval holds with 95 %
# Of each stratum, where several are combined: that is an approximation, which falls short by a point or two where few
# pages of a stratum were looked at.
_TAIL_OF_SEVERAL = 0.015
_HALVINGS = 60


@dataclass(frozen=True)
class Stratum:
    """A kind of pages of which some were drawn at random: their number, how many were looked at, and on how
    many of these a person found something that the system had missed."""

    pages: int
    looked_at: int
    missed: int


@dataclass(frozen=True)
class Estimate:
    """An estimate with the ends of its interval of 95 %."""

    value: float
    low: float
    high: float


def exact_interval(hits: int, of: int, tail: float = _TAIL) -> tuple[float, float]:
    """The interval of 95 % of a share of which `hits` of `of` were seen (Clopper and Pearson 1934): it holds also where
    none was seen. `tail` is the chance that it fails, on each side."""
    if of == 0:
        return 0.0, 1.0
    low = 0.0 if hits == 0 else _solve(lambda share: 1 - _at_most(hits - 1, of, share) - tail)
    high = 1.0 if hits == of else _solve(lambda share: tail - _at_most(hits, of, share))
    return low, high


def estimate_missed(strata: Sequence[Stratum]) -> Estimate:
    """How many pages were missed in all strata together. The strata's exact intervals are combined as by Yan and Su
    (Stratified Wilson and Newcombe intervals, 2010); observed pages are certain, and a stratum checked
    completely adds no doubt. A stratum without any checked page is left out."""
    value = below = above = 0.0
    tail = _TAIL if len(strata) == 1 else _TAIL_OF_SEVERAL
    for stratum in strata:
        if not stratum.looked_at:
            continue
        share = stratum.missed / stratum.looked_at
        low, high = exact_interval(stratum.missed, stratum.looked_at, tail)
        unseen = stratum.pages - stratum.looked_at
        value += stratum.missed + unseen * share
        below += (unseen * (share - low)) ** 2
        above += (unseen * (high - share)) ** 2
    seen = float(sum(stratum.missed for stratum in strata))
    return Estimate(value, max(seen, value - sqrt(below)), value + sqrt(above))


def miss_rate(missed: Estimate, found: int) -> Estimate | None:
    """The share of unlawful pages that were missed, with `found` the number found; None where there are
    none."""
    if missed.high + found == 0:
        return None
    low, value, high = (
        part / (part + found) if part + found else 0.0 for part in (missed.low, missed.value, missed.high)
    )
    return Estimate(value, low, high)


@dataclass(frozen=True)
class Agreement:
    """How far two decisions of the same things agree: the share of equal ones, and Cohen's kappa (1960),
    which corrects for chance; None where all decisions are the same, for which kappa is undefined."""

    pairs: int
    equal: float
    kappa: float | None


def agreement(pairs: Sequence[tuple[str, str]]) -> Agreement | None:
    """The agreement of pairs of decisions; None where there is none."""
    if not pairs:
        return None
    count = len(pairs)
    equal = sum(first == second for first, second in pairs) / count
    values = {value for pair in pairs for value in pair}
    chance = sum(
        (sum(first == value for first, _ in pairs) / count)
        * (sum(second == value for _, second in pairs) / count)
        for value in values
    )
    return Agreement(count, equal, (equal - chance) / (1 - chance) if chance < 1 else None)


def _at_most(hits: int, of: int, share: float) -> float:
    """The chance of at most `hits` hits among `of`, each with the chance `share`."""
    if share <= 0:
        return 1.0
    if share >= 1:
        return float(hits >= of)
    logs = (
        lgamma(of + 1)
        - lgamma(one + 1)
        - lgamma(of - one + 1)
        + one * log(share)
        + (of - one) * log1p(-share)
        for one in range(hits + 1)
    )
    return min(1.0, sum(map(exp, logs)))


def _solve(rising: Callable[[float], float]) -> float:
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if rising(middle) < 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2
