"""A visit's time counts from its own first request."""

import pytest
from scrapy import Request

from crawler.downloading import budget
from crawler.downloading.budget import BUDGET, BudgetMiddleware, TimeBudget
from crawler.downloading.skipped import OutOfTime


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Monotonic seconds, which the test moves on."""
    now = [100.0]
    monkeypatch.setattr(budget, "monotonic", lambda: now[0])
    return now


def ask(given: TimeBudget) -> None:
    BudgetMiddleware().process_request(Request("http://h.test/", meta={BUDGET: given}))


def test_waiting_for_its_turn_costs_a_visit_nothing(clock: list[float]) -> None:
    given = TimeBudget(60)
    clock[0] += 3600
    ask(given)
    clock[0] += 59
    ask(given)
    assert given.used == 59
    clock[0] += 2
    with pytest.raises(OutOfTime):
        ask(given)


def test_a_visit_that_never_asked_has_used_nothing(clock: list[float]) -> None:
    given = TimeBudget(60)
    clock[0] += 3600
    assert given.used == 0


def test_the_end_of_the_hours_comes_whether_the_visit_has_begun_or_not(clock: list[float]) -> None:
    given = TimeBudget(600, ends_in=30)
    clock[0] += 31
    with pytest.raises(OutOfTime):
        ask(given)
