"""Fetches one address, by hand: guarded and rendered as in a crawl, but nothing is stored."""

import logging
from collections.abc import AsyncIterator

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from classifiers.values import PageText
from crawler.downloading.browser_requests import PlainPage, browser_meta, close_context
from crawler.downloading.responses import content_type, failure_reason
from crawler.downloading.script_built import needs_browser, taken_away
from crawler.errors import FetchFailed
from crawler.page_clock import PageClock
from crawler.pages.post import Post
from crawler.platforms import read_post
from crawler.settings import scrapy_settings
from crawler.workers.page_reader import CrawlReader, shared_reader
from records.snapshots.encoding import decode_html


class SingleSpider(Spider):
    """Fetches one page; leaves it in `page`, or the error in `failure`."""

    name = "single"

    def __init__(self, url: str, seen: list[PageText], failures: list[str]) -> None:
        super().__init__()
        self._url = url
        self._seen = seen
        self._failures = failures
        self._reader = CrawlReader()

    async def start(self) -> AsyncIterator[Request]:
        """The one request."""
        yield Request(self._url, callback=self.read, errback=self.fail)

    async def read(self, response: Response, plain: PlainPage | None = None) -> AsyncIterator[Request]:
        """Read the page, through the browser where its own text is not enough; keep `plain` where the browser
        shows less."""
        close_context(response.meta)
        html = decode_html(response.body, content_type(response))
        post = await self._reader.read(read_post, html, response.url, PageClock())
        page = post.text
        if plain is None and needs_browser(html, page):
            yield Request(
                response.url,
                callback=self.read,
                errback=self.fail,
                dont_filter=True,
                meta=browser_meta(),
                cb_kwargs={"plain": PlainPage(response, post)},
            )
            return
        is_lost = plain is not None and taken_away(page, plain.post.text, response.url, html, _read_now)
        self._seen.append(plain.post.text if plain is not None and is_lost else page)

    def closed(self, reason: str) -> None:
        """End the reading process."""
        self._reader.close()

    def fail(self, failure: Failure) -> None:
        """Keep why nothing came."""
        close_context(failure.request.meta)  # type: ignore[attr-defined] # set by Scrapy
        error = failure.value
        status = f"HTTP {error.response.status}" if isinstance(error, HttpError) else ""
        self._failures.append(status or failure_reason(failure))


def _read_now(html: str, url: str) -> Post:
    return shared_reader().read(read_post, html, url)


def fetch_page(url: str) -> PageText:
    """The text of the page at `url`. Raises FetchFailed with the reason. Runs a reactor: once a process."""
    seen: list[PageText] = []
    failures: list[str] = []
    process = AsyncCrawlerProcess({**scrapy_settings(), "RETRY_TIMES": 1})
    logging.getLogger("scrapy").setLevel(logging.ERROR)  # what fails is in the answer
    process.crawl(SingleSpider, url=url, seen=seen, failures=failures)
    process.start()
    if not seen:
        raise FetchFailed(f"无法读取 {url}：{failures[0] if failures else '没有得到内容'}")
    return seen[0]
