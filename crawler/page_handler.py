"""Scrapy's way to a page: plain, or by the browser where the request asks for it."""

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawler.rendering import is_for_browser


class PageHandler(HTTP11DownloadHandler):
    """Nothing of the browser is even imported before a page needs it: most crawls ask for none at first."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._crawler = crawler
        self._browser: HTTP11DownloadHandler | None = None

    async def download_request(self, request: Request) -> Response:
        """The answer to a request."""
        if not is_for_browser(request):
            return await super().download_request(request)
        if self._browser is None:
            from crawler.browser_handler import BrowserHandler  # noqa: PLC0415

            self._browser = BrowserHandler(self._crawler)
        return await self._browser.download_request(request)

    async def close(self) -> None:
        """Let go of connections, and of the browser."""
        if self._browser is not None:
            await self._browser.close()
        await super().close()
