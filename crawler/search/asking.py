"""Asks search pages, one question after the other, as a visitor would: guarded, slowly, stopping where one
asks for human verification."""

import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from crawler.downloading.responses import content_type, failure_reason
from crawler.pages.urls import slot_of
from crawler.platforms import read_site_page
from crawler.platforms.notices import state_of_notice
from crawler.search.results import FoundPage, SearchPage, results_of
from crawler.settings import scrapy_settings
from crawler.workers.page_reader import PageGivenUp, shared_reader
from records.snapshots.encoding import decode_html

_SHORTEST_DELAY = 0.01  # Scrapy hands out everything at once where it is zero


@dataclass
class Answers:
    """The results of search pages: pages in the order of questions, and failures, in Chinese."""

    found: list[FoundPage] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


class SearchSpider(Spider):
    """Asks one search page all questions."""

    name = "search"

    def __init__(self, page: SearchPage, queries: Sequence[str], answers: Answers) -> None:
        super().__init__()
        self._page, self._waiting, self._answers = page, list(reversed(queries)), answers

    async def start(self) -> AsyncIterator[Request]:
        """The first question; each answer brings the next."""
        for request in self._next():
            yield request

    def _next(self) -> Iterator[Request]:
        if self._waiting:
            query = self._waiting.pop()
            yield Request(
                self._page.url_of(query),
                callback=self.read,
                errback=self.fail,
                dont_filter=True,
                cb_kwargs={"query": query},
                meta={"dont_obey_robotstxt": not self._page.obey_robots, "cookiejar": self._page.name},
            )

    def read(self, response: Response, query: str) -> Iterator[Request]:
        """The pages that the results name, and the next question."""
        html = decode_html(response.body, content_type(response))
        try:
            found, hidden = shared_reader().do(
                response.url, html, results_of, self._page, query, html, response.url
            )
        except PageGivenUp as error:
            self._say(query, str(error))
            yield from self._next()
            return
        self._answers.found += found
        if hidden:
            self._say(query, f"{hidden} 条结果只有搜索网站自己的跳转网址，未采用")
        if not found and not hidden:
            if (
                state_of_notice(
                    shared_reader().read(read_site_page, html, response.url).text.text, "self_media"
                )
                == "needs_verification"
            ):
                self._say(query, f"要求验证，不再向它提问（还有 {len(self._waiting)} 个问题）")
                return
            self._say(query, "没有读到任何结果，请核对模板中的 results 与 title")
        yield from self._next()

    def fail(self, failure: Failure) -> Iterator[Request]:
        """Keep why nothing came, and go on with the next question."""
        error = failure.value
        status = f"HTTP {error.response.status}" if isinstance(error, HttpError) else ""
        query: str = failure.request.cb_kwargs["query"]  # type: ignore[attr-defined] # set by Scrapy
        self._say(query, status or failure_reason(failure))
        yield from self._next()

    def _say(self, query: str, what: str) -> None:
        self._answers.faults.append(f"{self._page.name}“{query}”：{what}")


def ask(pages: Sequence[SearchPage], queries: Sequence[str]) -> Answers:
    """Ask each of `pages` all `queries`. Runs a reactor: once a process."""
    answers = Answers()
    slots = {
        slot_of(page.address): {"delay": max(page.seconds, _SHORTEST_DELAY), "concurrency": 1, "jitter": 0.5}
        for page in pages
    }
    process = AsyncCrawlerProcess({**scrapy_settings(), "DOWNLOAD_SLOTS": slots})
    logging.getLogger("scrapy").setLevel(logging.ERROR)  # what fails is in the answers
    for page in pages:
        process.crawl(SearchSpider, page=page, queries=queries, answers=answers)
    process.start()
    return answers
