"""Asking for the pages of visits: whose turn it is, what waits in the plan, and how a visit ends."""

import logging
from abc import abstractmethod
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import ClassVar, NoReturn

from scrapy import Request
from scrapy.exceptions import CloseSpider
from scrapy.http import Response
from sqlalchemy import Engine
from twisted.python.failure import Failure

from crawler.downloading.browser_requests import PlainPage, browser_meta
from crawler.downloading.budget import BUDGET, UNWANTED, TimeBudget
from crawler.downloading.page_handler import IS_HELD, PARENT
from crawler.network.arriving import KEEPS_PART
from crawler.page_clock import CLOCK, PageClock
from crawler.pages.guarded import fault_of
from crawler.pages.urls import slot_of
from crawler.spiders.holding import HoldingSpider
from crawler.spiders.progress import PatternTracker, Progress
from crawler.spiders.turns import Feed, Turns, politeness
from crawler.workers.page_reader import CrawlReader
from crawler.workers.page_writer import PageWriter
from records.database import reading
from records.models import PlannedState, VisitKind
from records.storage_faults import storage_fault
from records.store.content_store import EvidenceStore
from records.visits.ending import NO_POSTS, finish_visit, use_time
from records.visits.fence import VisitTaken, find_taken
from records.visits.frontier import (
    Planned,
    close_planned,
    list_waiting_by_visit,
)
from records.visits.targets import Target
from telemetry.traces import begin_visit

_LOG = logging.getLogger(__name__)
_MAP_SECONDS = 15.0
# Every response becomes a snapshot, errors too, whatever their number: a browser shows them. Redirects are followed.
_KEPT_STATUSES = [304, *range(400, 1000)]


class AskingSpider(HoldingSpider):
    """Works through the plans of visits. A subclass takes the responses."""

    name: str = "asking"
    conditional: ClassVar[bool] = True
    # Pages of one visit that are asked for at a time: the rest waits here, where it can still be dropped, and
    # leaves room for other visits.
    at_once: ClassVar[int] = 12

    def __init__(
        self,
        turns: Turns | Feed,
        engine: Engine,
        store: EvidenceStore,
        writer: PageWriter,
        page_done: Callable[[int], None],
        whole: Callable[[int], None],
        taken: set[int],
    ) -> None:
        """`taken` collects the ids of visits that another process took meanwhile."""
        super().__init__(engine, turns, taken)
        self._page_done, self._whole = page_done, whole
        self.store = store
        self._writer = writer
        self.reader = CrawlReader()
        self.closed_hosts: dict[str, str] = {}  # and why, in Chinese

    async def start(self) -> AsyncIterator[Request]:
        """The pages that the first visits have waiting, also from before a kill; the other visits follow them."""
        for request in self._begin():
            yield request
        while await self.turns.wait():
            for request in self._begin():
                yield request

    def _begin(self) -> Iterator[Request]:
        """Begin the visits whose turn it is: requests for their waiting pages."""
        while begun := self.turns.next():
            with reading(self.engine) as session:
                waiting = list_waiting_by_visit(session, [target.visit_id for target in begun])
                taken = find_taken(session, begun)
            for target in begun:
                if target.visit_id in taken:
                    self.taken.add(target.visit_id)
                    self.turns.end(target)
                    continue
                ends_in = (target.until - datetime.now(UTC)).total_seconds() if target.until else None
                budget = TimeBudget(target.seconds_left, ends_in)
                progress = Progress(target, budget, PatternTracker(self.engine))
                progress.span = begin_visit(
                    target.visit_id, resumed=target.resumed, source=target.source_id, url=target.start_url
                )
                self.visits[target.visit_id] = progress
                _LOG.info("visit begins", extra={**progress.log_keys, "url": target.start_url})
                self._be_polite(target)
                yield from self._asked(progress, waiting[target.visit_id])
                if progress.is_done:
                    self._finish(progress)

    def _be_polite(self, target: Target) -> None:
        """The host's delay, and how many requests at once, before the first one."""
        engine = self.crawler.engine
        if engine is not None:
            engine.downloader.per_slot_settings.setdefault(slot_of(target.start_url), politeness(target))

    def requests(self, progress: Progress, new: Sequence[Planned]) -> Iterator[Request]:
        """Requests for newly planned pages; when nothing is under way and nothing is new, the visit ends, and another
        begins."""
        yield from self._asked(progress, new)
        if progress.is_done:
            self._finish(progress)
            yield from self._begin()

    def _asked(self, progress: Progress, new: Sequence[Planned]) -> Iterator[Request]:
        progress.outstanding.update(planned.id for planned in new)
        progress.waiting.extend(new)
        while progress.waiting and len(progress.under_way) < self.at_once:
            planned = progress.waiting.popleft()
            try:
                request = self._request(progress, planned)
            except ValueError as error:  # a list of posts may name anything
                self._not_asked(progress, planned, f"不是有效的网址（{fault_of(error)}）")
                continue
            progress.under_way.add(planned.id)
            yield request

    @staticmethod
    def _is_map(target: Target, planned: Planned) -> bool:
        """Whether it is a site's robots.txt or sitemap, which the site is crawled without if need be."""
        return planned.is_feed and target.kind is VisitKind.SITE

    def _not_asked(self, progress: Progress, planned: Planned, reason: str) -> None:
        try:
            with self.writing(progress) as session:
                close_planned(session, {planned.id: reason}, PlannedState.FAILED)
        except VisitTaken:
            self.let_go(progress)
        progress.outstanding.discard(planned.id)
        self._page_done(1)

    def _finish(self, progress: Progress) -> None:
        if self.visits.pop(progress.target.visit_id, None):
            self.turns.end(progress.target)
            use_time(self.engine, progress.target, progress.budget.used)
            progress.patterns.keep()
            outcome = "时间预算用完" if progress.out_of_time else "完成"
            if progress.without_posts:
                outcome = NO_POSTS
            if progress.held_back:
                outcome = "平台要求验证，推迟再看"
            try:
                finish_visit(
                    self.engine, progress.target, datetime.now(UTC), outcome, held_back=progress.held_back
                )
            except VisitTaken:
                self.taken.add(progress.target.visit_id)
            _LOG.info("visit ends", extra={**progress.log_keys, "outcome": outcome})
            progress.span.tell(outcome=outcome)
            progress.span.end()

    def _request(
        self,
        progress: Progress,
        planned: Planned,
        plain: PlainPage | None = None,
        clock: PageClock | None = None,
    ) -> Request:
        """A request for a planned page: plain, or (with the plain response) by the browser; `clock` is the page's,
        where it had an earlier request."""
        target = progress.target
        headers = {}
        if self.conditional and plain is None:
            candidates = {"If-None-Match": planned.etag, "If-Modified-Since": planned.last_modified}
            headers = {name: value for name, value in candidates.items() if value}
        return Request(
            planned.url,
            callback=self.keep,
            errback=self.give_up,
            headers=headers,
            dont_filter=True,
            priority=-planned.depth,
            cb_kwargs={"progress": progress, "planned": planned, "plain": plain},
            meta={
                "handle_httpstatus_list": _KEPT_STATUSES,
                "dont_obey_robotstxt": not target.obey_robots,
                "download_slot": slot_of(planned.url),
                "cookiejar": target.visit_id,
                BUDGET: progress.budget,
                KEEPS_PART: not planned.is_feed,
                CLOCK: clock or PageClock(_MAP_SECONDS if self._is_map(target, planned) else None),
                IS_HELD: partial(self.is_held, progress),
                PARENT: progress.span.traceparent,
                UNWANTED: partial(self._unwanted, progress, planned),
                **(browser_meta() if plain is not None else {}),
            },
        )

    @abstractmethod
    def keep(
        self, response: Response, progress: Progress, planned: Planned, plain: PlainPage | None
    ) -> AsyncIterator[Request]:
        """Take the response for a planned page; `plain` is the plain response where this is the browser's."""

    @abstractmethod
    def give_up(self, failure: Failure) -> AsyncIterator[Request]:
        """Take the failure of a request."""

    def stop_for(self, fault: str) -> NoReturn:
        """End the crawl; planned pages wait for the next one."""
        self._writer.faults.append(fault)
        raise CloseSpider("storage")

    def _unwanted(self, progress: Progress, planned: Planned) -> str | None:
        return self.closed_hosts.get(slot_of(planned.url)) or progress.patterns.unwanted(planned)

    def _taken_away(self, progress: Progress) -> Iterator[Request]:
        self.let_go(progress)
        yield from self._begin()

    def _done(self, progress: Progress, planned: Planned, new: Sequence[Planned]) -> Iterator[Request]:
        if progress.is_taken:
            return
        progress.outstanding.discard(planned.id)
        progress.under_way.discard(planned.id)
        self._page_done(1)
        yield from self.requests(progress, new)

    def closed(self, reason: str) -> None:
        """Charge the time of visits that are not finished; they are taken up again by the next crawl."""
        self.reader.close()
        try:
            for progress in self.visits.values():
                progress.span.end("cut off")
                use_time(self.engine, progress.target, progress.budget.used)
        except Exception as error:
            if not (fault := storage_fault(error)):
                raise
            self._writer.faults.append(fault)
