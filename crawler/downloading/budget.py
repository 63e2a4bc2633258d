"""A visit's time budget: when it is used up, no further page of that visit is requested."""

from time import monotonic

from scrapy import Request

from crawler.downloading.skipped import OutOfTime, SkipPage

DEADLINE = "visit_deadline"
UNWANTED = "visit_unwanted"


class BudgetMiddleware:
    """Refuses requests whose visit has used up its time, or does not want them any more.

    The deadline (monotonic seconds), and what says why a page is unwanted, are in the meta.
    """

    def process_request(self, request: Request) -> None:
        """Raises OutOfTime after the deadline, SkipPage for what is unwanted."""
        deadline = request.meta.get(DEADLINE)
        if deadline is not None and monotonic() > deadline:
            raise OutOfTime("本次巡查的时间预算已用完")
        unwanted = request.meta.get(UNWANTED)
        if unwanted and (reason := unwanted()):
            raise SkipPage(reason)
