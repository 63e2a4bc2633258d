"""A page has one clock over all its steps."""

import pytest
from scrapy import Request

from crawler import page_clock
from crawler.downloading.budget import BudgetMiddleware
from crawler.page_clock import CLOCK, PageClock, PageOutOfTime


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Monotonic seconds, which the test moves on."""
    seconds = [100.0]
    monkeypatch.setattr(page_clock, "monotonic", lambda: seconds[0])
    return seconds


def test_each_step_is_given_the_time_that_earlier_steps_left(now: list[float]) -> None:
    clock = PageClock(30)
    with clock.running() as left:
        assert left == 30
        now[0] += 12
    now[0] += 3600  # it waits for its turn
    with clock.running() as left:
        assert left == 18
        now[0] += 5
        assert (clock.used, clock.left) == (17, 13)


def test_steps_at_the_same_time_count_once(now: list[float]) -> None:
    clock = PageClock(30)
    with clock.running():
        now[0] += 2
        with clock.running():
            now[0] += 4
        now[0] += 1
    assert clock.used == 7


def test_a_step_that_breaks_has_taken_its_time(now: list[float]) -> None:
    clock = PageClock(30)
    with pytest.raises(OSError, match="gone"), clock.running():
        now[0] += 8
        raise OSError("gone")
    assert clock.left == 22


def test_no_step_begins_when_the_time_is_used_up(now: list[float]) -> None:
    clock = PageClock(30, used=28.5)
    with pytest.raises(PageOutOfTime, match="本页限时 30 秒已用完"), clock.running():
        pytest.fail("it began")
    with pytest.raises(PageOutOfTime):
        BudgetMiddleware().process_request(Request("http://h.test/", meta={CLOCK: clock}))


def test_looking_again_has_the_rest_and_at_least_some_seconds(now: list[float]) -> None:
    assert [PageClock.of_look(used).left for used in (None, 2.0, 31.0, 500.0)] == [30, 28, 8, 8]
