"""A visit's time budget: when it is used up, no further page of that visit is requested."""

from time import monotonic

from scrapy import Request

from crawler.errors import OutOfTime

DEADLINE = "visit_deadline"


class BudgetMiddleware:
    """Refuses requests whose visit has used up its time. The deadline (monotonic seconds) is in the meta."""

    def process_request(self, request: Request) -> None:
        """Raises OutOfTime after the deadline."""
        deadline = request.meta.get(DEADLINE)
        if deadline is not None and monotonic() > deadline:
            raise OutOfTime("本次巡查的时间预算已用完")
