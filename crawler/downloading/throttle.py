"""AutoThrottle that never goes below a site's own politeness."""

from scrapy.core.downloader import Slot
from scrapy.crawler import Crawler
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Response


class SiteThrottle(AutoThrottle):
    """Slows down where a server is slow; the delay set for a host is the minimum."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._set: dict[int, float] = {}

    def _start_delay(self) -> float:
        return self.mindelay

    def _adjust_delay(self, slot: Slot, latency: float, response: Response) -> None:
        least = self._set.setdefault(id(slot), slot.delay)
        super()._adjust_delay(slot, latency, response)
        slot.delay = max(slot.delay, least)
