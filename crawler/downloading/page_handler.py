"""Scrapy's way to a page: plain, or through the browser where the request asks for it."""

from typing import TYPE_CHECKING, ClassVar
from weakref import WeakKeyDictionary

from scrapy import Request, signals
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.utils._download_handlers import wrap_twisted_exceptions
from scrapy.utils.defer import maybe_deferred_to_future

from crawler.downloading.browser_requests import is_for_browser
from crawler.downloading.heads import BoundedConnections
from crawler.downloading.skipped import SkipPage
from crawler.network.arriving import KEEPS_PART, PatientAgent, begin, stop_at_limit
from crawler.page_clock import CLOCK, PageClock
from records.settings import settings
from telemetry.traces import begin_span

if TYPE_CHECKING:
    from crawler.downloading.browser_handler import BrowserHandler


# In a request's meta: the function that says whether this process still holds the visit. Called last, when
# the request is sent.
IS_HELD = "visit_is_held"
PARENT = "span_of_the_visit"  # as a traceparent
TAKEN = "本次巡查已由另一个进程接手"


class PageHandler(HTTP11DownloadHandler):
    """Imports nothing of the browser before a page needs it: most crawls start without it.

    Scrapy makes a handler for http and one for https; they share the crawler's browser.
    """

    _browsers: ClassVar[WeakKeyDictionary[Crawler, "BrowserHandler"]] = WeakKeyDictionary()

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = BoundedConnections
        self._crawler = crawler
        crawler.signals.connect(stop_at_limit, signals.bytes_received)

    async def download_request(self, request: Request) -> Response:
        """The response to a request. Raises SkipPage where another process has taken the visit, and PageOutOfTime."""
        if (is_held := request.meta.get(IS_HELD)) and not is_held():
            raise SkipPage(TAKEN)
        parent = request.meta.get(PARENT)
        if not parent:
            return await self._answer(request)
        with begin_span("render" if is_for_browser(request) else "fetch", parent, url=request.url) as span:
            response = await self._answer(request)
            span.tell(status=response.status, bytes=len(response.body))
            return response

    async def _answer(self, request: Request) -> Response:
        if not is_for_browser(request):
            return await self._plain(request)
        if self._crawler not in self._browsers:
            from crawler.downloading.browser_handler import BrowserHandler  # noqa: PLC0415

            self._browsers[self._crawler] = BrowserHandler(self._crawler)
        answer: Response = await self._browsers[self._crawler].download_request(request)
        return answer

    async def _plain(self, request: Request) -> Response:
        """The server's own answer, in the time that its page has left."""
        clock: PageClock | None = request.meta.get(CLOCK)
        if clock is None:
            return await super().download_request(request)
        with clock.running() as left:
            request.meta["download_timeout"] = min(settings().download_seconds, left)
            if request.meta.get(KEEPS_PART):
                return await self._as_far_as_it_comes(request)
            return await super().download_request(request)

    async def _as_far_as_it_comes(self, request: Request) -> Response:
        """As `download_request`, except that a page's response may lack its end."""
        begin(request, self._default_maxsize)
        agent = PatientAgent(
            contextFactory=self._contextFactory,
            bindAddress=self._bind_address,
            pool=self._pool,
            maxsize=self._default_maxsize,
            fail_on_dataloss=self._fail_on_dataloss,
            crawler=self._crawler,
        )
        with wrap_twisted_exceptions():
            return await maybe_deferred_to_future(agent.download_request(request))

    async def close(self) -> None:
        """Let go of connections, and of the browser."""
        if browser := self._browsers.pop(self._crawler, None):
            await browser.close()
        await super().close()
