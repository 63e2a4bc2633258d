"""The common part of all spiders: responses for the pages of a visit's plan become snapshots, and links more plan."""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from traceback import format_exception

from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.downloading.browser_requests import PlainPage, close_context, what_was_cut
from crawler.downloading.responses import (
    as_fetched,
    browser_broke,
    content_type,
    failure_reason,
    is_cut_short,
    is_text,
    shows_a_page,
    status_reason,
)
from crawler.downloading.script_built import shows_more
from crawler.downloading.skipped import OutOfTime
from crawler.network.arriving import cuts_of
from crawler.page_clock import PageClock, PageOutOfTime, clock_of
from crawler.pages.guarded import Attempts, fault_of
from crawler.pages.post import Post
from crawler.pages.sitemap import SiteMap
from crawler.spiders.pictures import OfPage
from crawler.spiders.progress import Progress
from crawler.spiders.reading import ReadingSpider
from crawler.workers.page_writer import Arrived, Written
from records.database import reading
from records.models import PlannedState
from records.snapshots.encoding import decode_html
from records.snapshots.snapshots import Fetched, last_html
from records.storage_faults import storage_fault
from records.visits.cloaking import TAKEN_AWAY
from records.visits.ending import NO_POSTS
from records.visits.fence import VisitTaken
from records.visits.frontier import (
    Planned,
    close_planned,
    list_waiting_pages,
    plan_pages,
)
from telemetry.traces import begin_span

_SECOND_TRY = "browser_second_try"
_SECOND_TRY_SECONDS = 8.0  # with less left, a page that broke the browser is not shown to it again
_WHAT_CAME = "take_what_came"  # of a response shorter than its declared length, as browsers do


class VisitSpider(ReadingSpider):
    """Keeps the pages of visits. A subclass says which links of a page belong to its plan, and how it is read."""

    name: str = "visit"

    def seen(self, progress: Progress, planned: Planned, post: Post) -> None:
        """Draw the consequences for the visit from a page's state."""

    async def keep(
        self, response: Response, progress: Progress, planned: Planned, plain: PlainPage | None
    ) -> AsyncIterator[Request]:
        """Keep a response as the page's snapshot, plan its links, request the next planned pages. Whatever
        the page holds, its row ends with an outcome."""
        try:
            async for request in self._keep(response, progress, planned, plain):
                yield request
        except VisitTaken:
            close_context(response.meta)
            for request in self._taken_away(progress):
                yield request
        except Exception as error:  # unforeseen below: the page is at fault, and the visit goes on
            close_context(response.meta)
            if fault := storage_fault(
                error
            ):  # unless nothing can be stored: then all rows wait for the next crawl
                self.stop_for(fault)
            for request in self._broke(progress, planned, error):
                yield request

    def _broke(self, progress: Progress, planned: Planned, error: Exception) -> Iterator[Request]:
        reason = f"处理页面时出错，未能保存：{fault_of(error)}"
        self.logger.warning("%s %s", planned.url, reason, extra=progress.log_keys)
        self.logger.info("%s", "".join(format_exception(error)), extra=progress.log_keys)
        try:
            with self.writing(progress) as session:
                if list_waiting_pages(session, progress.target.visit_id, [planned.id]):
                    close_planned(session, {planned.id: reason}, PlannedState.FAILED)
        except VisitTaken:
            self.let_go(progress)
        yield from self._done(progress, planned, ())

    async def _keep(
        self, response: Response, progress: Progress, planned: Planned, plain: PlainPage | None
    ) -> AsyncIterator[Request]:
        if planned.is_feed and self.readers.maps is not None:
            named = await self.map_in(progress.target, response)
            new = self._plan_map(progress, planned, response.status, named)
            for request in self._done(progress, planned, new):
                yield request
            return
        clock = clock_of(response.meta)
        html = decode_html(response.body, content_type(response)) if is_text(response) else ""
        with begin_span("extract", progress.span.traceparent, url=response.url):
            post = await self.reader.read(self.readers.page, html, response.url, clock)
        post = replace(post, faults=(*post.faults, *cuts_of(response)))
        self.seen(progress, planned, post)
        may_render = plain is None and html and shows_a_page(response.status) and not planned.is_feed
        learned = progress.patterns.of(planned.url)
        if may_render and await self.must_be_shown(html, response.url, post, learned.browser_helps):
            if learned.is_being_tried:
                progress.patterns.defer(response, planned)
            else:
                learned.asked += 1
                yield self._request(progress, planned, PlainPage(response, post), clock)
            return
        seen = post if html and not planned.is_feed else None
        if plain is None:
            attempts = Attempts([*post.faults])
            pictures = await self.pictures_in(attempts, html, response.url, seen)
            fetched = as_fetched(planned.url, response, seen, pictures, seconds=clock.used)
        else:
            cut = what_was_cut(response.meta)
            close_context(response.meta)
            async for request in self._learn(progress, planned, shows_more(post.text, plain.post.text)):
                yield request
            if lost := await self.lost_in(html, response.url, post, plain.post):
                async for request in self._keep_plain(
                    progress, planned, plain, f"{TAKEN_AWAY}{lost}，按原始页面保存"
                ):
                    yield request
                return
            attempts = Attempts([*post.faults, *cuts_of(plain.response), *cut])
            pictures = await self.pictures_in(attempts, html, response.url, seen)
            fetched = as_fetched(
                planned.url, plain.response, seen, pictures, response.url, response.body, clock.used
            )
        async for request in self._keep_page(progress, planned, fetched, html, pictures, attempts, clock):
            yield request

    async def _keep_page(
        self,
        progress: Progress,
        planned: Planned,
        fetched: Fetched,
        html: str,
        pictures: Sequence[str],
        attempts: Attempts,
        clock: PageClock,
    ) -> AsyncIterator[Request]:
        """Store a page; request its pictures and the next planned pages."""
        inline: Sequence[bytes] = ()
        if fetched.text is not None:
            inline = await self.inline_pictures_in(attempts, html, fetched.final_url)
        written = await self._store_page(progress, planned, fetched, html, attempts)
        has_inline = shows_a_page(written.status) and self.keep_inline(progress, inline, written.snapshot_id)
        of_page = OfPage(planned.id, written.snapshot_id, clock)
        if fetched.text is not None and not written.is_repeat and shows_a_page(written.status):
            for request in self.image_requests(progress, pictures, of_page):
                yield request
            if not pictures and not has_inline:
                self._whole(written.snapshot_id)
        elif written.is_repeat and pictures:
            for request in self.changed_images(progress, of_page):
                yield request
        for request in self._done(progress, planned, written.new):
            yield request

    async def _learn(self, progress: Progress, planned: Planned, gained: bool) -> AsyncIterator[Request]:
        """Learn from a page loaded by the browser; go on with the pages that waited for this lesson."""
        for response, waiting in progress.patterns.tried(planned.url, gained):
            async for request in self.keep(response, progress, waiting, None):
                yield request

    def _plan_map(
        self, progress: Progress, planned: Planned, status: int, named: SiteMap
    ) -> Sequence[Planned]:
        """Plan the pages of a map; a map is not a page, so no snapshot is kept of it."""
        with self.writing(progress) as session:
            pages = progress.patterns.worth_planning(named.pages) if status == 200 else ()
            new = plan_pages(session, progress.target, pages, 1)
            if status == 200:
                new += plan_pages(session, progress.target, named.maps, 0, is_feed=True)
            close_planned(session, {planned.id: status_reason(status)}, PlannedState.FETCHED)
            return list_waiting_pages(session, progress.target.visit_id, new)

    async def _store_page(
        self, progress: Progress, planned: Planned, fetched: Fetched, html: str, attempts: Attempts
    ) -> Written:
        """Keep a page, and plan its links. `attempts` knows what went wrong with it so far."""
        target, links = progress.target, list[str]()
        if planned.depth < target.max_depth and (fetched.status == 304 or shows_a_page(fetched.status)):
            body = fetched.body
            if fetched.status == 304:
                with reading(self.engine) as session:
                    body = last_html(session, self.store, planned.url)
                html = decode_html(body, "")
            found = await self.links_in(target, fetched, html, body, attempts)
            if planned.is_feed and not found and fetched.status in {200, 304}:
                attempts.faults.append(NO_POSTS)
                progress.without_posts = True
            links = progress.patterns.worth_planning(found)
        why = "；".join(filter(None, (status_reason(fetched.status), attempts.reason)))
        keeping = begin_span("keep page", progress.span.traceparent, url=planned.url)
        try:
            written = await self._writer.write(Arrived(target, planned, fetched, links, why or None))
        except Exception as error:
            keeping.end(type(error).__name__)
            raise
        keeping.tell(snapshot=written.snapshot_id)
        keeping.end()
        progress.patterns.count_text(planned, written.main_sha256)
        return written

    async def give_up(self, failure: Failure) -> AsyncIterator[Request]:
        """Record why a page could not be fetched. When only the browser failed, the plain answer is kept."""
        try:
            async for following in self._give_up(failure):
                yield following
        except Exception as error:
            if fault := storage_fault(error):
                self.stop_for(fault)
            raise

    async def _give_up(self, failure: Failure) -> AsyncIterator[Request]:
        request: Request = failure.request  # type: ignore[attr-defined] # set by Scrapy
        progress, planned = request.cb_kwargs["progress"], request.cb_kwargs["planned"]
        plain: PlainPage | None = request.cb_kwargs["plain"]
        close_context(request.meta)
        clock = clock_of(request.meta)
        may_again = (
            plain is not None and not request.meta.get(_SECOND_TRY) and clock.left > _SECOND_TRY_SECONDS
        )
        if may_again and browser_broke(failure):
            again = self._request(progress, planned, plain, clock)
            yield again.replace(meta={**again.meta, _SECOND_TRY: True})
            return
        if plain is not None:
            async for waiting in self._learn(progress, planned, False):
                yield waiting
            reason = f"浏览器渲染失败，按原始页面保存：{_why(failure, clock)}"
            async for request in self._keep_plain(progress, planned, plain, reason):
                yield request
            return
        if is_cut_short(failure) and not request.meta.get(_WHAT_CAME):
            again = self._request(progress, planned, clock=clock)
            yield again.replace(meta={**again.meta, _WHAT_CAME: True, "download_fail_on_dataloss": False})
            return
        skipped = isinstance(failure.value, IgnoreRequest)
        progress.out_of_time |= isinstance(failure.value, OutOfTime)
        state = PlannedState.SKIPPED if skipped else PlannedState.FAILED
        try:
            with self.writing(progress) as session:
                close_planned(session, {planned.id: _why(failure, clock)}, state)
        except VisitTaken:
            for following in self._taken_away(progress):
                yield following
            return
        for following in self._done(progress, planned, ()):
            yield following

    async def _keep_plain(
        self, progress: Progress, planned: Planned, plain: PlainPage, reason: str
    ) -> AsyncIterator[Request]:
        """Keep the server's own response, since the browser's result is useless."""
        self.logger.warning("%s %s", planned.url, reason, extra=progress.log_keys)
        response = plain.response
        html = decode_html(response.body, content_type(response))
        attempts = Attempts([reason, *plain.post.faults])
        pictures = await self.pictures_in(attempts, html, response.url, plain.post)
        clock = clock_of(response.meta)
        fetched = as_fetched(planned.url, response, plain.post, pictures, seconds=clock.used)
        async for request in self._keep_page(progress, planned, fetched, html, pictures, attempts, clock):
            yield request


def _why(failure: Failure, clock: PageClock) -> str:
    """Why a request failed, and that the page's time ended with it where it did."""
    if isinstance(failure.value, PageOutOfTime):
        return f"{clock.reason}，没有等到完整的响应"
    return f"{clock.reason}：{failure_reason(failure)}" if clock.is_used_up else failure_reason(failure)
