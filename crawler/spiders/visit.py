"""What all spiders share: pages come from the visit's plan in the database, and responses go back there."""

from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from time import monotonic
from typing import ClassVar
from urllib.parse import urlsplit

from scrapy import Request, Spider
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Headers, Response
from sqlalchemy import Engine
from twisted.python.failure import Failure

from crawler.addresses import pattern_of
from crawler.budget import DEADLINE, UNWANTED
from crawler.errors import OutOfTime
from crawler.extract import decode_html, extract, image_addresses
from crawler.image_text import may_carry_advert, size_of
from crawler.rendering import browser_meta, close_context, needs_browser, shows_more
from crawler.sitemap import SiteMap
from crawler.sources.post import Post
from records.database import reading, transaction
from records.evidence import EvidenceStore
from records.images import keep_image
from records.models import PlannedState, Snapshot
from records.patterns import OF_A_TRAP, Learned, keep_learned, learned_of
from records.snapshots import Fetched, keep_snapshot, read_html
from records.visits import (
    Planned,
    Target,
    close_planned,
    finish_visit,
    plan_pages,
    use_time,
    waiting_pages,
)

# Every answer is a snapshot, errors too; redirects are followed.
_KEPT_STATUSES = [304, *range(400, 600)]
_MOST_IMAGES = 300  # a visit
_SECOND_TRY = "browser_second_try"
LARGEST_IMAGE = 12 << 20  # bytes


@dataclass
class Progress:
    """How far a visit has come in this process."""

    target: Target
    started: float
    outstanding: set[int] = field(default_factory=set)
    known: set[str] = field(default_factory=set)  # addresses that need not be planned again
    waiting: deque[Planned] = field(default_factory=deque)  # to be asked for
    under_way: set[int] = field(default_factory=set)  # asked for
    images: set[str] = field(default_factory=set)  # addresses asked for
    images_under_way: int = 0
    learned: dict[str, dict[str, Learned]] = field(default_factory=dict)  # by host and pattern
    texts: set[str] = field(default_factory=set)  # main texts seen, by hash
    deferred: dict[str, list[tuple[Response, Planned]]] = field(default_factory=dict)  # by pattern
    out_of_time: bool = False
    held_back: bool = False  # a platform wants to see a person


class VisitSpider(Spider):
    """Works through visits. A subclass says which links of a page belong to its plan, and how it is read."""

    name: str = "visit"
    conditional: ClassVar[bool] = True
    # Pages of one visit that are asked for at a time: the rest waits here, where it can still be given up, and
    # leaves room to other visits.
    at_once: ClassVar[int] = 12

    def __init__(
        self,
        targets: Sequence[Target],
        engine: Engine,
        store: EvidenceStore,
        page_done: Callable[[int], None],
    ) -> None:
        super().__init__()
        self._page_done = page_done
        self._visits = {target.visit_id: Progress(target, monotonic()) for target in targets}
        self._engine = engine
        self._store = store
        self.closed_hosts: dict[str, str] = {}  # and why, in Chinese

    def links(self, target: Target, url: str, html: str, body: bytes) -> Iterable[str]:
        """The addresses that a page adds to its visit's plan."""
        return ()

    def read_map(self, target: Target, url: str, body: bytes) -> SiteMap | None:
        """What a planned map of the source names; None where its kind has no maps, only pages and feeds."""
        return None

    def read(self, html: str, url: str) -> Post:
        """A page's text, and its state ("normal", or what a platform shows instead)."""
        return Post(extract(html))

    def seen(self, progress: Progress, planned: Planned, post: Post) -> None:
        """What follows for the visit from what a page turned out to be."""

    async def start(self) -> AsyncIterator[Request]:
        """All pages that the visits have waiting, also from before a kill.

        The time budgets begin to run here, not while the process sets itself up.
        """
        for progress in self._visits.values():
            progress.started = monotonic()
        for progress in list(self._visits.values()):
            with transaction(self._engine) as session:
                waiting = waiting_pages(session, progress.target.visit_id)
            for request in self._requests(progress, waiting):
                yield request

    def _requests(self, progress: Progress, new: Sequence[Planned]) -> Iterator[Request]:
        """Requests for newly planned pages; ends the visit when nothing is under way and nothing is new."""
        progress.outstanding.update(planned.id for planned in new)
        progress.waiting.extend(new)
        if not progress.outstanding and not progress.images_under_way:
            self._finish(progress)
        while progress.waiting and len(progress.under_way) < self.at_once:
            planned = progress.waiting.popleft()
            progress.under_way.add(planned.id)
            yield self._request(progress, planned)

    def _finish(self, progress: Progress) -> None:
        if self._visits.pop(progress.target.visit_id, None):
            use_time(self._engine, progress.target.visit_id, monotonic() - progress.started)
            with transaction(self._engine) as session:
                for host, learned in progress.learned.items():
                    keep_learned(session, host, learned)
            outcome = "时间预算用完" if progress.out_of_time else "完成"
            if progress.held_back:
                outcome = "平台要求验证，推迟再看"
            finish_visit(
                self._engine, progress.target, datetime.now(UTC), outcome, held_back=progress.held_back
            )

    def _request(self, progress: Progress, planned: Planned, plain: Response | None = None) -> Request:
        """A request for a planned page: plain, or (with the plain answer at hand) by the browser."""
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
                DEADLINE: progress.started + target.seconds_left,
                UNWANTED: partial(self._unwanted, progress, planned),
                **(browser_meta() if plain is not None else {}),
            },
        )

    def keep(
        self, response: Response, progress: Progress, planned: Planned, plain: Response | None
    ) -> Iterator[Request]:
        """Keep a response as the page's snapshot, plan its links, ask for what is planned next."""
        named = self.read_map(progress.target, response.url, response.body) if planned.is_feed else None
        if named is not None:
            yield from self._done(
                progress, planned, self._plan_map(progress, planned, response.status, named)
            )
            return
        html = decode_html(response.body, content_type(response)) if _is_text(response) else ""
        post = self.read(html, response.url)
        text = post.text
        self.seen(progress, planned, post)
        may_render = plain is None and html and response.status == 200 and not planned.is_feed
        learned = self._learned(progress, planned.url)
        if may_render and needs_browser(html, text, learned.browser_helps):
            if learned.is_being_tried:
                progress.deferred.setdefault(pattern_of(planned.url), []).append((response, planned))
            else:
                learned.asked += 1
                yield self._request(progress, planned, plain=response)
            return
        if plain is not None:
            close_context(response.meta)
            before = self.read(decode_html(plain.body, content_type(plain)), plain.url).text
            yield from self._tried(progress, planned, shows_more(text, before))
        raw = plain if plain is not None else response
        fetched = Fetched(
            url=planned.url,
            final_url=response.url,
            status=raw.status,
            headers=_headers(raw.headers),
            request_headers=_headers(raw.request.headers) if raw.request else {},
            server_address=str(raw.ip_address) if raw.ip_address else None,
            body=raw.body,
            fetched_at=datetime.now(UTC),
            rendered=response.body if plain is not None else None,
            text=text if html and not planned.is_feed else None,
            page_state=post.state,
            post=post.facts() if post.account or post.account_id else None,
        )
        snapshot, new = self._store_page(progress, planned, fetched, html)
        if fetched.text is not None and snapshot.unchanged_since_id is None and snapshot.status == 200:
            yield from self._image_requests(progress, response.url, html, snapshot.id)
        yield from self._done(progress, planned, new)

    def _image_requests(
        self, progress: Progress, base: str, html: str, snapshot_id: int
    ) -> Iterator[Request]:
        """Requests for the page's pictures that may carry text, none twice a visit."""
        for url in image_addresses(html, base):
            if url in progress.images or len(progress.images) >= _MOST_IMAGES:
                continue
            progress.images.add(url)
            progress.images_under_way += 1
            yield Request(
                url,
                callback=self.keep_image,
                errback=self.no_image,
                dont_filter=True,
                priority=-100,
                cb_kwargs={"progress": progress, "snapshot_id": snapshot_id},
                meta={
                    "dont_obey_robotstxt": not progress.target.obey_robots,
                    "download_slot": slot_of(url),
                    "download_maxsize": LARGEST_IMAGE,
                    "max_retry_times": 1,
                    DEADLINE: progress.started + progress.target.seconds_left,
                },
            )

    def keep_image(self, response: Response, progress: Progress, snapshot_id: int) -> Iterator[Request]:
        """Keep a picture that is large enough to carry an advert, to be read beside the crawl."""
        size = size_of(response.body)
        if size and may_carry_advert(size):
            with transaction(self._engine) as session:
                keep_image(session, self._store, snapshot_id, response.url[:2000], response.body, size)
        yield from self._image_done(progress)

    def no_image(self, failure: Failure) -> Iterator[Request]:
        """A picture that cannot be had is not read."""
        yield from self._image_done(failure.request.cb_kwargs["progress"])  # type: ignore[attr-defined]

    def _image_done(self, progress: Progress) -> Iterator[Request]:
        progress.images_under_way -= 1
        yield from self._requests(progress, ())

    def _tried(self, progress: Progress, planned: Planned, gained: bool) -> Iterator[Request]:
        """Learn from a page that the browser was asked for; go on with those that waited for what it teaches."""
        learned = self._learned(progress, planned.url)
        learned.tried(gained)
        if not learned.is_being_tried:
            for response, waiting in progress.deferred.pop(pattern_of(planned.url), ()):
                yield from self.keep(response, progress, waiting, None)

    def _plan_map(
        self, progress: Progress, planned: Planned, status: int, named: SiteMap
    ) -> Sequence[Planned]:
        """Plan what a map names; a map is no page, so no snapshot is kept of it."""
        with transaction(self._engine) as session:
            pages = self._worth_planning(progress, named.pages) if status == 200 else ()
            new = plan_pages(session, progress.target, pages, 1)
            if status == 200:
                new += plan_pages(session, progress.target, named.maps, 0, is_feed=True)
            close_planned(session, planned.id, PlannedState.FETCHED, _status_reason(status))
            return waiting_pages(session, progress.target.visit_id, new)

    def _learned(self, progress: Progress, url: str) -> Learned:
        """What is known of the pattern of an address; read once a visit and host."""
        host = slot_of(url)
        if host not in progress.learned:
            with reading(self._engine) as session:
                progress.learned[host] = learned_of(session, host)
        return progress.learned[host].setdefault(pattern_of(url), Learned())

    def _worth_planning(self, progress: Progress, urls: Iterable[str]) -> list[str]:
        """The addresses whose pattern is no trap, or still has a page to be looked at."""
        wanted = []
        for url in dict.fromkeys(urls):
            if url in progress.known:
                continue
            progress.known.add(url)
            learned = self._learned(progress, url)
            if not learned.is_closed:
                learned.planned_now += 1
                wanted.append(url)
        return wanted

    def _store_page(
        self, progress: Progress, planned: Planned, fetched: Fetched, html: str, reason: str | None = None
    ) -> tuple[Snapshot, Sequence[Planned]]:
        """Keep a page; returns its snapshot and what its links add to the plan. `reason` is what went wrong.

        One transaction: snapshot, links and the plan's row stand or fall together.
        """
        target = progress.target
        with transaction(self._engine) as session:
            body = fetched.body
            snapshot = keep_snapshot(session, self._store, target, fetched)
            if snapshot.status == 304:
                body = read_html(self._store, snapshot)
                html = decode_html(body, "")
            new: Sequence[int] = ()
            if planned.depth < target.max_depth and snapshot.status in {200, 304}:
                found = self.links(target, fetched.final_url, html, body)
                new = plan_pages(session, target, self._worth_planning(progress, found), planned.depth + 1)
            self._count_text(progress, planned, snapshot)
            close_planned(session, planned.id, PlannedState.FETCHED, reason or _status_reason(fetched.status))
            return snapshot, waiting_pages(session, target.visit_id, new)

    def give_up(self, failure: Failure) -> Iterator[Request]:
        """Record why a page could not be fetched. When only the browser failed, the plain answer is kept."""
        request: Request = failure.request  # type: ignore[attr-defined] # set by Scrapy
        progress, planned = request.cb_kwargs["progress"], request.cb_kwargs["planned"]
        plain: Response | None = request.cb_kwargs["plain"]
        close_context(request.meta)
        if plain is not None and not request.meta.get(_SECOND_TRY) and _browser_broke(failure):
            again = self._request(progress, planned, plain=plain)
            yield again.replace(meta={**again.meta, _SECOND_TRY: True})
            return
        if plain is not None:
            reason = f"浏览器渲染失败，按原始页面保存：{failure_reason(failure)}"
            self.logger.warning("%s %s", planned.url, reason)
            yield from self._tried(progress, planned, False)
            new = self._keep_plain(progress, planned, plain, reason)
        else:
            new = ()
            skipped = isinstance(failure.value, IgnoreRequest)
            progress.out_of_time |= isinstance(failure.value, OutOfTime)
            state = PlannedState.SKIPPED if skipped else PlannedState.FAILED
            with transaction(self._engine) as session:
                close_planned(session, planned.id, state, failure_reason(failure))
        yield from self._done(progress, planned, new)

    def _count_text(self, progress: Progress, planned: Planned, snapshot: Snapshot) -> None:
        """Count whether the page said something new, by which a trap is recognised."""
        if planned.is_feed or planned.depth == 0 or snapshot.main_sha256 is None:
            return
        is_new = snapshot.main_sha256 not in progress.texts
        progress.texts.add(snapshot.main_sha256)
        self._learned(progress, planned.url).saw(is_new)

    def _unwanted(self, progress: Progress, planned: Planned) -> str | None:
        """Why a page that was planned is not fetched any more, in Chinese; None while it is wanted."""
        if closed := self.closed_hosts.get(slot_of(planned.url)):
            return closed
        learned = self._learned(progress, planned.url)
        if planned.depth and learned.is_trap and learned.pages_now >= OF_A_TRAP:
            return f"疑似陷阱：{pattern_of(planned.url)} 不断产生新网址而没有新内容，不再跟随"
        return None

    def _keep_plain(
        self, progress: Progress, planned: Planned, plain: Response, reason: str
    ) -> Sequence[Planned]:
        html = decode_html(plain.body, content_type(plain))
        post = self.read(html, plain.url)
        fetched = Fetched(
            url=planned.url,
            final_url=plain.url,
            status=plain.status,
            headers=_headers(plain.headers),
            request_headers=_headers(plain.request.headers) if plain.request else {},
            server_address=str(plain.ip_address) if plain.ip_address else None,
            body=plain.body,
            fetched_at=datetime.now(UTC),
            text=post.text,
            page_state=post.state,
        )
        return self._store_page(progress, planned, fetched, html, reason)[1]

    def _done(self, progress: Progress, planned: Planned, new: Sequence[Planned]) -> Iterator[Request]:
        progress.outstanding.discard(planned.id)
        progress.under_way.discard(planned.id)
        self._page_done(1)
        yield from self._requests(progress, new)

    def closed(self, reason: str) -> None:
        """Charge the time of visits that are not finished; they are taken up again by the next crawl."""
        for progress in self._visits.values():
            use_time(self._engine, progress.target.visit_id, monotonic() - progress.started)


def _browser_broke(failure: Failure) -> bool:
    """Whether the browser itself went away, rather than the page being at fault."""
    return any(words in str(failure.value) for words in ("crashed", "has been closed", "disconnected"))


def slot_of(url: str) -> str:
    """The host and port that share one politeness."""
    return urlsplit(url).netloc.lower()


def _is_text(response: Response) -> bool:
    kind = content_type(response).split(";")[0].strip().lower()
    return not kind or kind.startswith("text/") or kind.endswith(("xml", "json"))


def content_type(response: Response) -> str:
    """The Content-Type header; "" where there is none."""
    return (response.headers.get("Content-Type") or b"").decode("latin-1")


def _headers(headers: Headers) -> dict[str, list[str]]:
    return {
        name.decode("latin-1").lower(): [value.decode("latin-1") for value in values]
        for name, values in headers.items()
    }


def _status_reason(status: int) -> str | None:
    return f"HTTP {status}" if status >= 400 else None


_REASONS = (
    ("exceeded DOWNLOAD_MAXSIZE", "内容超过大小上限，已中止"),
    ("DownloadCancelledError", "内容超过大小上限，已中止"),
    ("max redirections reached", "重定向次数过多"),
    ("took longer than", "超时，没有等到完整的响应"),
    ("TimeoutError", "超时，没有等到完整的响应"),
    ("ResponseDataLoss", "响应不完整，与其声明的长度不符"),
    ("ParseError", "不是有效的 HTTP 响应"),
    ("ConnectionRefused", "连接被拒绝"),
    ("Connection was refused", "连接被拒绝"),
    ("ConnectionDone", "连接中断，没有得到有效的响应"),
    ("ConnectionLost", "连接中断，没有得到有效的响应"),
    ("refused address", "拒绝访问内部地址"),
    ("DNSLookupError", "域名无法解析"),
    ("CannotResolveHost", "域名无法解析"),
    ("robots.txt", "robots.txt 不允许抓取"),
)


def failure_reason(failure: Failure) -> str:
    """Why a request failed, in Chinese where it is a known way of failing, with the program's own words."""
    words = " ".join(str(failure.value).split()) or type(failure.value).__name__
    seen = f"{type(failure.value).__name__} {words}"
    known = next((reason for sign, reason in _REASONS if sign in seen), None)
    return f"{known}（{words[:150]}）" if known and known not in words else words
