"""robots.txt: asked for once a host, in a few seconds, which count as time of the page that waits for it."""

import logging
from contextlib import nullcontext

from scrapy import Request
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import RobotParser
from scrapy.utils.defer import maybe_deferred_to_future
from scrapy.utils.httpobj import urlparse_cached
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from crawler.downloading.responses import failure_reason
from crawler.page_clock import CLOCK, PageClock

_LOG = logging.getLogger(__name__)
_SECONDS = 10.0


class BriefRobots(RobotsTxtMiddleware):
    """Scrapy's middleware, except that a host that does not answer costs one line of the log and few seconds."""

    async def robot_parser(self, request: Request) -> RobotParser | None:
        """The rules of the request's host; None where it names none. Raises PageOutOfTime."""
        clock: PageClock | None = request.meta.get(CLOCK)
        with clock.running() if clock else nullcontext():
            return await self._rules(request)

    async def _rules(self, request: Request) -> RobotParser | None:
        host = urlparse_cached(request).netloc
        if host not in self._parsers:
            self._parsers[host] = Deferred()
            try:
                assert self.crawler.engine is not None
                answer = await self.crawler.engine.download_async(self._asked(request))
                await self._parse_robots(answer, host, request)
            except Exception as error:  # whatever a server does, its pages are asked for
                if not isinstance(error, IgnoreRequest):
                    why = Failure(error)  # type: ignore[no-untyped-call]
                    _LOG.warning("robots.txt of %s: %s", host, failure_reason(why))
                self._robots_error(error, host)
        found = self._parsers[host]
        return await maybe_deferred_to_future(found) if isinstance(found, Deferred) else found

    def _asked(self, request: Request) -> Request:
        parts = urlparse_cached(request)
        return Request(
            f"{parts.scheme}://{parts.netloc}/robots.txt",
            priority=self.DOWNLOAD_PRIORITY,
            meta={"dont_obey_robotstxt": True, CLOCK: PageClock(_SECONDS)},
            callback=NO_CALLBACK,
        )
