"""Scrapy's way to the browser: started by the first page that needs it, and restarted where it hangs."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from time import monotonic
from typing import Any

from playwright.async_api import Error, Page, Route
from playwright.async_api import Request as BrowserRequest
from scrapy import Request
from scrapy.http import Response
from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler

from crawler.browser.memory_watch import REASON, memory_watch
from crawler.downloading.browser_requests import BOUNDS, HARD_SECONDS, SECONDS
from crawler.page_clock import CLOCK, PageClock

_GRACE = 3.0  # seconds added to a page's own time limit
_CLOSING = 3.0
_POOL_SECONDS, _POOL_PAUSE = 120.0, 1.0  # a pool that does not answer is waited for, and asked again


def _as_one_line(record: logging.LogRecord) -> bool:
    """A page that is closed while its requests are under way is nothing to trace: its own record says why."""
    record.exc_info = None
    return True


logging.getLogger("scrapy-playwright").addFilter(_as_one_line)


class PageTooLarge(Exception):
    """A page took too much memory and was ended; it is not tried again."""


class BrowserHung(Exception):
    """The browser gave no page, and no error, in all the time that a page has."""


class BrowserHandler(ScrapyPlaywrightDownloadHandler):  # type: ignore[misc] # comes without types
    """The browser's own driver takes 120 MB, so it starts only when a page needs it."""

    def __init__(self, *arguments: Any, **more: Any) -> None:  # noqa: ANN401 - Scrapy's to choose
        super().__init__(*arguments, **more)
        self._starting = asyncio.Lock()
        self._is_started = False
        # Waiting for a context is not hanging: the time runs only for requests that can have one.
        self._free = asyncio.Semaphore(self.config.max_contexts)

    async def _launch(self) -> None:
        """Do nothing when the crawl begins: the first page starts the browser."""

    async def _download_request(self, request: Request, *more: Any) -> Response:  # noqa: ANN401
        async with self._starting:
            if not self._is_started:
                memory_watch()
                await super()._launch()
                self._is_started = True
        clock: PageClock = request.meta.get(CLOCK) or PageClock()
        async with self._free:
            if self.config.connect_url:
                await self._reach_pool()
            with clock.running() as left:
                return await self._rendered(request, min(HARD_SECONDS, left), *more)

    async def _rendered(self, request: Request, seconds: float, *more: Any) -> Response:  # noqa: ANN401
        begun = monotonic()
        request.meta[SECONDS] = seconds
        asked = super()._download_request(request, *more)
        answer = await finished_within(seconds + _GRACE, asked)
        if answer is None:
            async with self._starting:
                await self._give_up_browser()
            bounds = request.meta.get(BOUNDS)
            if bounds is not None and bounds.are_reached:
                raise PageTooLarge("；".join(bounds.cut))
            raise BrowserHung(f"浏览器 {seconds:.0f} 秒内没有完成，已关闭")
        try:
            response: Response = answer.result()
        except Error as error:
            if memory_watch().has_ended_since(begun):
                raise PageTooLarge(REASON) from error
            raise
        return response

    def _make_request_handler(self, *arguments: Any, **more: Any) -> Callable[..., Awaitable[None]]:  # noqa: ANN401
        """Scrapy-playwright's, except that a page that was closed meanwhile raises nothing: Playwright would raise it again
        from the next call, for another page."""
        handle = super()._make_request_handler(*arguments, **more)

        async def handled(route: Route, request: BrowserRequest) -> None:
            try:
                await handle(route, request)
            except Error:
                with suppress(Error):
                    await route.abort()

        return handled

    async def _apply_page_methods(self, page: Page, request: Request, *_: Any) -> None:  # noqa: ANN401 - as above
        """Scrapy-playwright's, except that it does not wait after each until the page is loaded: some never are."""
        for asked in request.meta["playwright_page_methods"]:
            call = partial(asked.method, page) if callable(asked.method) else getattr(page, asked.method)
            asked.result = await call(*asked.args, **asked.kwargs)

    async def _reach_pool(self) -> None:
        """Wait for a pool that is about to begin again, outside the page's own time: without it the page would be kept as it
        was before its scripts ran."""
        until = monotonic() + _POOL_SECONDS
        while True:
            try:
                return await self._maybe_launch_browser()  # type: ignore[no-any-return]
            except Error:
                if monotonic() >= until:
                    raise
                await asyncio.sleep(_POOL_PAUSE)

    async def _browser_disconnected_callback(self) -> None:
        if "browser" in self.__dict__:  # a browser that was given up is no longer ours
            await super()._browser_disconnected_callback()

    async def _give_up_browser(self) -> None:
        """Drop the browser and every request that waits for it; the next page starts another."""
        self._is_started = False
        self.context_wrappers.clear()
        self.browser_launch_lock, self.context_launch_lock = asyncio.Lock(), asyncio.Lock()
        self.context_semaphore = asyncio.Semaphore(self.config.max_contexts)
        browser = self.__dict__.pop("browser", None)
        with suppress(Error, TimeoutError):
            if browser:
                await asyncio.wait_for(browser.close(), _CLOSING)
        with suppress(Error, TimeoutError):
            await asyncio.wait_for(self.browser_provider.close(), _CLOSING)


async def finished_within(seconds: float, work: Awaitable[Response]) -> "asyncio.Future[Response] | None":
    """The work, done or failed; None where it was given up after `seconds`. It is cancelled then, and not
    waited for: closing a page asks the browser, which may not answer."""
    answer = asyncio.ensure_future(work)
    try:
        await asyncio.wait({answer}, timeout=seconds)
    finally:
        if not answer.done():
            answer.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
            answer.cancel()
    return answer if answer.done() else None
