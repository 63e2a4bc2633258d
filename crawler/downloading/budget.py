"""A visit's time budget: when it is used up, no further page of that visit is requested."""

from time import monotonic

from scrapy import Request

from crawler.downloading.skipped import OutOfTime, SkipPage

BUDGET = "visit_budget"
UNWANTED = "visit_unwanted"


class TimeBudget:
    """The seconds that a visit may take. They count from its own first request: a visit may wait long for its turn."""

    def __init__(self, seconds: float, ends_in: float | None = None) -> None:
        """`ends_in` are the seconds from now after which it is over in any case: the source's hours end."""
        self._seconds = seconds
        self._ends = None if ends_in is None else monotonic() + ends_in
        self._begun: float | None = None

    def begin(self) -> None:
        """The visit asks for a page; the first time counts."""
        if self._begun is None:
            self._begun = monotonic()

    @property
    def used(self) -> float:
        """Seconds since the first request."""
        return 0.0 if self._begun is None else monotonic() - self._begun

    @property
    def is_used_up(self) -> bool:
        """Whether nothing may be asked for any more."""
        return self.used > self._seconds or (self._ends is not None and monotonic() > self._ends)


class BudgetMiddleware:
    """Refuses requests whose visit has used up its time, or does not want them any more.

    The visit's budget, and what says why a page is unwanted, are in the meta.
    """

    def process_request(self, request: Request) -> None:
        """Raises OutOfTime when the budget is used up, SkipPage for what is unwanted."""
        budget: TimeBudget | None = request.meta.get(BUDGET)
        if budget is not None:
            budget.begin()
            if budget.is_used_up:
                raise OutOfTime("本次巡查的时间预算已用完")
        unwanted = request.meta.get(UNWANTED)
        if unwanted and (reason := unwanted()):
            raise SkipPage(reason)
