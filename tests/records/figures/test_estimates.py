"""Estimates hold: against known values, and against made corpora whose truth is known."""

import random

import pytest

from records.figures.estimates import (
    Agreement,
    Estimate,
    Stratum,
    agreement,
    estimate_missed,
    exact_interval,
    miss_rate,
)


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [
        (0, 10, 0.0, 0.3085),  # 1 - 0.025 ** (1 / 10)
        (10, 10, 0.6915, 1.0),
        (1, 1, 0.025, 1.0),
        (5, 10, 0.1871, 0.8129),
        (0, 0, 0.0, 1.0),
    ],
)
def test_the_exact_interval_of_a_share(hits: int, of: int, low: float, high: float) -> None:
    assert exact_interval(hits, of) == pytest.approx((low, high), abs=1e-4)


def test_what_is_looked_at_whole_is_known() -> None:
    assert estimate_missed([Stratum(40, 40, 3)]) == Estimate(3, 3, 3)


def test_strata_count_by_their_size() -> None:
    found = estimate_missed([Stratum(1_000, 50, 1), Stratum(100, 50, 10), Stratum(500, 0, 0)])
    assert found.value == pytest.approx(20 + 20)
    assert 11 <= found.low < found.value < found.high


def test_nothing_seen_is_not_nothing_there() -> None:
    found = estimate_missed([Stratum(10_000, 100, 0)])
    assert (found.value, found.low) == (0, 0)
    assert found.high == pytest.approx(9_900 * (1 - 0.025**0.01))


def test_the_miss_rate_is_a_share_of_all_that_is_unlawful() -> None:
    assert miss_rate(Estimate(10, 5, 30), found=90) == Estimate(0.1, 5 / 95, 0.25)
    assert miss_rate(Estimate(0, 0, 0), found=0) is None


# Corpora as they occur: most pages harmless, those with excused hits less so; misses from none to many.
TRUTHS = [
    [(9_000, 0.0), (400, 0.02), (2_000, 0.002), (80, 0.05)],
    [(50_000, 0.0005), (3_000, 0.01), (5_000, 0.001), (300, 0.03)],
    [(2_000, 0.01), (300, 0.2), (900, 0.03), (60, 0.3)],
    [(400, 0.0), (30, 0.0), (100, 0.0), (10, 0.0)],
]


@pytest.mark.parametrize("truth", TRUTHS)
@pytest.mark.parametrize("each", [15, 60])
def test_the_interval_contains_the_known_truth_in_19_of_20_made_corpora(truth, each: int) -> None:
    chance = random.Random(20261128 + each)
    corpora, held = 200, 0
    for _ in range(corpora):
        strata, missed, found = [], 0, 0
        for pages, share in truth:
            unlawful = (
                sum(chance.random() < share for _ in range(pages)) if pages < 5_000 else round(pages * share)
            )
            drawn = min(each, pages)
            seen = sum(number < unlawful for number in chance.sample(range(pages), drawn))
            strata.append(Stratum(pages, drawn, seen))
            missed, found = missed + unlawful, found + 20
        estimate = miss_rate(estimate_missed(strata), found)
        held += estimate.low <= missed / (missed + found) <= estimate.high
    assert held >= 0.95 * corpora


def test_kappa_is_cohens() -> None:
    # Cohen's own kind of table: 20 both yes, 15 both no, 5 and 10 differ: p = 0.7, chance 0.5.
    pairs = [("yes", "yes")] * 20 + [("yes", "no")] * 5 + [("no", "yes")] * 10 + [("no", "no")] * 15
    assert agreement(pairs) == Agreement(50, 0.7, pytest.approx(0.4))


def test_chance_agreement_is_no_agreement_and_one_answer_says_nothing() -> None:
    pairs = [(first, second) for first in ("yes", "no") for second in ("yes", "no")]
    assert agreement(pairs) == Agreement(4, 0.5, pytest.approx(0.0))
    assert agreement([("yes", "yes")] * 9) == Agreement(9, 1.0, None)
    assert agreement([]) is None
