"""Looks at the pages of suspected sources again as patients see them, for content that
only they are shown.

Pages that show a monitor one thing and patients another are found by the difference, in words and in pictures, which is
kept as evidence.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from classifiers.lists.rules import RuleSet
from classifiers.page.identity import KnownInstitutions
from classifiers.values import Judgement, PageText
from crawler.browser.evidence_browser import (
    EvidenceBrowser,
    PageNotRendered,
    PageView,
    evidence_browser,
)
from crawler.browser.visitors import BrowserProfile, as_monitor, visitors_of
from crawler.page_clock import PICTURES_AT_LEAST, PageClock
from crawler.pages.ocr import may_carry_advert, read_image, size_of
from crawler.platforms import read_post
from crawler.workers.page_reader import shared_reader
from crawler.workers.process import WorkerProcess
from evidence.likeness import is_same_picture, picture_hash
from records.database import reading, transaction
from records.judgements.facts import judge_page, register_of
from records.models import Page, Snapshot, VisitKind
from records.snapshots.images import ReadImage, keep_image, paragraphs, record_reading, text_with_images
from records.snapshots.page_text import StoredText
from records.snapshots.snapshots import Fetched, keep_snapshot
from records.store.content_store import EvidenceStore
from records.visits.ending import finish_visit
from records.visits.targets import open_browser_visit

_AT_ONCE = 3
_MOST_PICTURES = 6  # read, of those that only one visitor is shown
_READ_SECONDS = 120.0


@dataclass(frozen=True)
class CloakingResult:
    """Pages that were looked at again, and those that showed further unlawful content."""

    looked_at: int
    cloaked: int


@dataclass(frozen=True)
class _Picture:
    """A picture that only the visitor was shown, and the words in it."""

    url: str
    content: bytes
    size: tuple[int, int]
    read: ReadImage


@dataclass(frozen=True)
class _Looks:
    """A page as the monitor saw it, and as one visitor did, on a screen of the same size."""

    visitor: BrowserProfile
    seen: PageView
    control: PageView | None


def look_as_visitors(
    engine: Engine,
    store: EvidenceStore,
    rules: RuleSet,
    compared: Sequence[tuple[Page, Snapshot]],
    now: datetime,
    progress: Callable[[int], None] = lambda _: None,
) -> CloakingResult:
    """Look again at pages, with the monitor's snapshot of each (as of `list_pages_to_compare`). Content that
    only a visitor sees becomes a separate snapshot, judged and captured like any other. Raises
    BrowserMissing."""
    clocks = [PageClock.of_look(plain.seconds) for _, plain in compared]
    urls = [page.url for page, _ in compared]
    looks = asyncio.run(_look_at_all(urls, clocks, progress))
    cloaked = 0
    with reading(engine) as session:
        register = register_of(session)
    reader = WorkerProcess(seconds=_READ_SECONDS)
    try:
        for (page, plain), seen, clock in zip(compared, looks, clocks, strict=True):
            cloaked += any(
                _keep_if_cloaked(engine, store, rules, register, page, plain, look, clock, reader, now)
                for look in seen
            )
    finally:
        reader.close()
    return CloakingResult(len(compared), cloaked)


async def _look_at_all(
    urls: Sequence[str], clocks: Sequence[PageClock], progress: Callable[[int], None]
) -> list[list[_Looks]]:
    """Each address as its visitors see it, in the time that its page has left: visitors who got no page are left out."""
    gate = asyncio.Semaphore(_AT_ONCE)
    async with evidence_browser() as browser:

        async def look(url: str, clock: PageClock) -> list[_Looks]:
            async with gate:
                found = await _looks_at(browser, url, clock)
                progress(1)
                return found

        return await asyncio.gather(*map(look, urls, clocks))


async def _looks_at(browser: EvidenceBrowser, url: str, clock: PageClock) -> list[_Looks]:
    controls: dict[bool, PageView | None] = {}
    looks = []
    for visitor in visitors_of(url):
        if visitor.is_mobile not in controls:
            controls[visitor.is_mobile] = _shown(await seen_by(browser, url, as_monitor(visitor), clock))
        if seen := _shown(await seen_by(browser, url, visitor, clock)):
            looks.append(_Looks(visitor, seen, controls[visitor.is_mobile]))
    return looks


def _shown(answer: PageView | PageNotRendered) -> PageView | None:
    return answer if isinstance(answer, PageView) and answer.status == 200 else None


async def seen_by(
    browser: EvidenceBrowser, url: str, visitor: BrowserProfile, clock: PageClock | None = None
) -> PageView | PageNotRendered:
    """A visitor's view of `url`, in the time that its page has left, or why there is none."""
    try:
        return await browser.look_at(url, visitor, clock=clock)
    except PageNotRendered as error:
        return error


def _keep_if_cloaked(
    engine: Engine,
    store: EvidenceStore,
    rules: RuleSet,
    register: KnownInstitutions,
    page: Page,
    plain: Snapshot,
    looks: _Looks,
    clock: PageClock,
    reader: WorkerProcess,
    now: datetime,
) -> bool:
    seen = looks.seen
    post = shared_reader().read(read_post, seen.html, seen.url)
    text, state = post.text, post.state
    pictures = _pictures_of_one(looks, reader, clock)
    with reading(engine) as session:
        row = session.get_one(Snapshot, plain.id)
        whole = text.with_seen(
            (words, one.url, "") for one in pictures for words in paragraphs(one.read.lines)
        )
        visitor = judge_page(session, rules, whole, row, register)
        before = text_with_images(session, store, row) or PageText("")
        monitor = judge_page(session, rules, before, row, register)
    if not new_findings(visitor, monitor):
        return False
    target = open_browser_visit(engine, page, VisitKind.MOBILE, now)
    with transaction(engine) as session:
        kept = keep_snapshot(session, store, target, seen_as_fetched(page.url, seen, text, state, clock.used))
        for one in pictures:
            sha256 = keep_image(session, store, kept.id, one.url, one.content, one.size)
            record_reading(session, store, sha256, one.read, now)
    finish_visit(engine, target, now, "完成")
    return True


def new_findings(visitor: Judgement, monitor: Judgement) -> set[tuple[str, str]]:
    """Rule and quote of the findings that the visitor's page has and the monitor's does not."""
    known = {(finding.rule, finding.quote) for finding in monitor.findings}
    return {(finding.rule, finding.quote) for finding in visitor.findings} - known


def _pictures_of_one(looks: _Looks, reader: WorkerProcess, clock: PageClock) -> list[_Picture]:
    """The pictures that only the visitor was shown, by perceptual hash, read."""
    if looks.control is None:
        return []
    shown = [picture_hash(content) for _, content, _ in _pictures(looks.control)]
    found: list[_Picture] = []
    rest = PageClock.of_look(clock.used, PICTURES_AT_LEAST)
    for url, content, size in _pictures(looks.seen):
        fingerprint = picture_hash(content)
        if fingerprint is None or any(
            other is not None and is_same_picture(fingerprint, other) for other in shown
        ):
            continue
        shown.append(fingerprint)
        try:
            with rest.running() as left:
                found.append(_Picture(url, content, size, reader.run(read_image, content, left)))
        except Exception as error:  # a picture that hangs or ends its reader is kept unread
            found.append(
                _Picture(url, content, size, ReadImage((), None, f"{type(error).__name__}: {error}"[:200]))
            )
        if len(found) == _MOST_PICTURES:
            break
    return found


def _pictures(view: PageView) -> Iterable[tuple[str, bytes, tuple[int, int]]]:
    """Address, bytes and size of the pictures that a page loaded and that may carry an advert."""
    for exchange in view.exchanges:
        size = size_of(exchange.body) if exchange.status == 200 and exchange.body else None
        if size and may_carry_advert(size):
            yield exchange.url, exchange.body, size


def seen_as_fetched(url: str, seen: PageView, text: PageText, state: str, seconds: float = 0.0) -> Fetched:
    """The browser's view in the form to be stored: the page's own response as body, its DOM in addition; `seconds` that
    the page took."""
    first = next((exchange for exchange in seen.exchanges if exchange.status == seen.status), None)
    dom = seen.html.encode("utf-8", "surrogatepass")
    return Fetched(
        url=url,
        final_url=seen.url,
        status=seen.status or 0,
        headers=_by_name(first.response_headers if first else ()),
        body=first.body if first else dom,
        fetched_at=seen.at,
        rendered=dom,
        text=StoredText.of(text),
        page_state=state,
        request_headers=_by_name(first.request_headers if first else ()),
        seconds=seconds,
    )


def _by_name(headers: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in headers:
        found.setdefault(name.lower(), []).append(value)
    return found
