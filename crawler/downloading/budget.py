"""A visit's time budget: when it is used up, no further page of that visit is requested."""

from time import monotonic

from scrapy import Request

from crawler.downloading.skipped import OutOfTime, SkipPage
from crawler.page_clock import CLOCK, PageClock, PageOutOfTime

BUDGET = "visit_budget"
UNWANTED = "visit_unwanted"


class TimeBudget:
    """The seconds that a visit may take. They count from its first request: a visit may wait long for its
    turn."""

    def __init__(self, seconds: float, ends_in: float | None = None) -> None:
        """`ends_in`: seconds from now after which the budget ends in any case, since the source's hours
        end."""
        self._seconds = seconds
        self._ends = None if ends_in is None else monotonic() + ends_in
        self._begun: float | None = None

    def begin(self) -> None:
        """Start the clock at the visit's first request."""
        if self._begun is None:
            self._begun = monotonic()

    @property
    def used(self) -> float:
        """Seconds since the first request."""
        return 0.0 if self._begun is None else monotonic() - self._begun

    @property
    def is_used_up(self) -> bool:
        """Whether the visit may send no further request."""
        return self.used > self._seconds or (self._ends is not None and monotonic() > self._ends)


class BudgetMiddleware:
    """Refuses requests whose visit has used up its time or no longer wants them.

    The request's meta holds the visit's budget, and the function that says why a page is unwanted.
    """

    def process_request(self, request: Request) -> None:
        """Raises OutOfTime when the budget is used up, SkipPage for an unwanted page, PageOutOfTime for one whose own time
        is."""
        budget: TimeBudget | None = request.meta.get(BUDGET)
        if budget is not None:
            budget.begin()
            if budget.is_used_up:
                raise OutOfTime("本次巡查的时间预算已用完")
        unwanted = request.meta.get(UNWANTED)
        if unwanted and (reason := unwanted()):
            raise SkipPage(reason)
        clock: PageClock | None = request.meta.get(CLOCK)
        if clock is not None and clock.is_used_up:
            raise PageOutOfTime(clock.reason)
