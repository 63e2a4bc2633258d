"""Takes the evidence of flagged pages: looks at each in the browser, and keeps the view under a manifest."""

import asyncio
import hashlib
import json
import logging
import platform
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import Engine

from crawler.browser.evidence_browser import (
    EvidenceBrowser,
    PageNotRendered,
    PageView,
    evidence_browser,
)
from crawler.browser.visitors import as_monitor, monitor, visitor_of
from crawler.network.guard import AddressGuard
from crawler.network.tls_certificates import certificate_chain
from crawler.page_clock import PageClock
from evidence.likeness import pictures_alike
from evidence.manifest import Item
from evidence.package import WARC
from evidence.record import LAYOUT
from evidence.stamp import StampRefused, request_stamp
from evidence.warc import Exchange, Resource, write_warc
from jobs.circumstances import PROGRAM, Circumstances, circumstances
from jobs.cloaking import seen_by
from records.cases.captures import MONITORS_VIEW, Captured, keep_capture, list_uncaptured
from records.database import reading, transaction
from records.models import Capture, Case, Snapshot
from records.settings import settings
from records.snapshots.images import videos_of
from records.store.content_store import EvidenceStore
from telemetry.traces import begin_span, visit_parent

_LOG = logging.getLogger(__name__)
_AT_ONCE = 3


@dataclass(frozen=True)
class CaptureResult:
    """How many captures were taken, and how many of them are incomplete."""

    taken: int
    incomplete: int


def capture_new(engine: Engine, store: EvidenceStore, progress: Callable[[int], None]) -> CaptureResult:
    """Take the evidence of all cases that lack it; `progress` is called with the number newly done.

    Raises BrowserMissing. A page that no longer opens is captured as it was crawled, with a note.
    """
    with reading(engine) as session:
        if not list_uncaptured(session, 1):
            return CaptureResult(0, 0)
    taken = incomplete = 0
    for capture in asyncio.run(_capture_all(engine, store, circumstances(engine), progress)):
        taken += 1
        incomplete += capture.note is not None
    return CaptureResult(taken, incomplete)


async def _capture_all(
    engine: Engine, store: EvidenceStore, around: Circumstances, progress: Callable[[int], None]
) -> list[Capture]:
    done: list[Capture] = []
    last_id = 0
    async with evidence_browser() as browser:
        while True:
            with reading(engine) as session:
                cases = list_uncaptured(session, _AT_ONCE, last_id)
            if not cases:
                return done
            spans = [
                begin_span("capture", visit_parent(case.judgement.snapshot.visit_id), case=case.id)
                for case in cases
            ]
            clocks = [PageClock.of_look(case.judgement.snapshot.seconds) for case in cases]
            seen = await asyncio.gather(*map(partial(_look, browser), cases, clocks))
            controls = await asyncio.gather(*map(partial(_look_as_monitor, browser), cases, clocks))
            for case, page, control, span in zip(cases, seen, controls, spans, strict=True):
                with span:
                    done.append(_keep(engine, store, case, page, control, around))
                last_id = case.id
                progress(1)


async def _look(browser: EvidenceBrowser, case: Case, clock: PageClock) -> PageView | PageNotRendered:
    quotes = [finding.quote for finding in case.judgement.findings]
    snapshot = case.judgement.snapshot
    visitor = visitor_of(snapshot.request_headers) if snapshot.is_mobile else monitor()
    try:
        return await browser.look_at(case.page.url, visitor, quotes, clock)
    except PageNotRendered as error:
        return error


async def _look_as_monitor(browser: EvidenceBrowser, case: Case, clock: PageClock) -> PageView | None:
    """The page of a cloaking site as it shows itself to the monitor, on a screen like the visitor's."""
    snapshot = case.judgement.snapshot
    if not snapshot.is_mobile:
        return None
    seen = await seen_by(browser, case.page.url, as_monitor(visitor_of(snapshot.request_headers)), clock)
    return seen if isinstance(seen, PageView) else None


def _keep(
    engine: Engine,
    store: EvidenceStore,
    case: Case,
    seen: PageView | PageNotRendered,
    control: PageView | None,
    around: Circumstances,
) -> Capture:
    snapshot = case.judgement.snapshot
    notes = [*around.faults, *(seen.notes if isinstance(seen, PageView) else [str(seen)])]
    chain, fault = certificate_chain(snapshot.final_url, AddressGuard(settings().allowed_networks))
    if fault:
        notes.append(fault)
    looks = _compared(snapshot, seen, control)
    with reading(engine) as session:
        videos = videos_of(session, snapshot.id)
    files = _files(store, snapshot, seen, chain, looks)
    screenshot = next((item.sha256 for item, _ in files if item.name == "screenshot.png"), None)
    captured = Captured(
        captured_at=seen.at if isinstance(seen, PageView) else datetime.now(UTC),
        server={
            "address": snapshot.server_address,
            "certificates": [hashlib.sha256(certificate).hexdigest() for certificate in chain],
        },
        collector={
            "program": PROGRAM,
            "user_agent": settings().user_agent,
            "browser": seen.browser if isinstance(seen, PageView) else "",
            "host": platform.node(),
            "settings": _settings_sha256(),
            **around.as_facts(),
            **({"looks": {"visitor": looks.visitor, "picture": looks.picture}} if looks else {}),
            "steps": [
                {"at": at.isoformat(), "what": what} for at, what in _steps(case, videos, seen, chain, files)
            ],
            "record_layout": LAYOUT,
        },
        files=files,
        screenshot=screenshot,
        notes=tuple(notes),
    )
    with transaction(engine) as session:
        capture = keep_capture(session, store, session.merge(case, load=False), captured)
    _stamp(engine, store, capture)
    _LOG.info("captured", extra={"case": case.id, "snapshot": snapshot.id, "url": case.page.url})
    return capture


@dataclass(frozen=True)
class _Compared:
    """A visitor's view of a cloaking site next to the monitor's: who the visitor was, how alike the pictures are (0 to 1),
    and the monitor's screenshot."""

    visitor: str
    picture: float
    screenshot: bytes


def _compared(
    snapshot: Snapshot, seen: PageView | PageNotRendered, control: PageView | None
) -> _Compared | None:
    if control is None or not control.screenshot or isinstance(seen, PageNotRendered) or not seen.screenshot:
        return None
    alike = round(pictures_alike(seen.screenshot, control.screenshot), 3)
    return _Compared(visitor_of(snapshot.request_headers).name, alike, control.screenshot)


def _steps(
    case: Case,
    videos: Sequence[tuple[str, str]],
    seen: PageView | PageNotRendered,
    chain: Sequence[bytes],
    files: Sequence[tuple[Item, bytes]],
) -> Iterator[tuple[datetime, str]]:
    """The steps taken, in order, from the page's crawl to its manifest."""
    judgement = case.judgement
    yield judgement.snapshot.fetched_at, "巡查程序抓取网页，按原样保存响应"
    for url, seen_and_heard in videos:
        yield judgement.judged_at, f"{seen_and_heard}（{url}）"
    yield (
        judgement.judged_at,
        f"按关键词表版本 {judgement.lists_version[:12]} 研判，命中 {len(judgement.findings)} 处",
    )
    yield from seen.steps if isinstance(seen, PageView) else ()
    now = datetime.now(UTC)
    if chain:
        yield now, f"连接服务器，取得证书链（{len(chain)} 张）"
    yield now, f"写成 WARC，计算 {len(files)} 个文件的 SHA-256，写入与前一份相连的清单"


def _files(
    store: EvidenceStore,
    snapshot: Snapshot,
    seen: PageView | PageNotRendered,
    chain: Sequence[bytes],
    looks: _Compared | None,
) -> list[tuple[Item, bytes]]:
    body = store.get(snapshot.body_sha256)
    exchanges = [_crawled(snapshot, body)]
    resources: list[Resource] = []
    files: list[tuple[str, str, str, bytes]] = [("body.bin", "抓取时的响应正文", "text/html", body)]
    if snapshot.text_sha256:
        text = store.get(snapshot.text_sha256)
        files.append(("text.json", "提取的文字（研判所据）", "application/json", text))
    if snapshot.rendered_sha256:
        rendered = store.get(snapshot.rendered_sha256)
        files.append(("rendered.html", "抓取时浏览器生成的页面", "text/html", rendered))
    if isinstance(seen, PageView):
        dom = seen.html.encode("utf-8", "surrogatepass")
        files.append(("dom.html", "取证时浏览器生成的页面", "text/html", dom))
        resources.append(Resource(f"urn:dom:{seen.url}", "text/html", dom, seen.at))
        if seen.screenshot:
            files.append(("screenshot.png", "整页截图", "image/png", seen.screenshot))
            resources.append(Resource(f"urn:screenshot:{seen.url}", "image/png", seen.screenshot, seen.at))
        if looks:
            files.append((MONITORS_VIEW, "监测程序所见画面", "image/png", looks.screenshot))
        boxes = json.dumps([asdict(box) for box in seen.boxes]).encode()
        files.append(("boxes.json", "命中文字在截图上的位置（像素）", "application/json", boxes))
        exchanges += seen.exchanges
    if chain:
        files.append(("certificates.der", "服务器证书链", "application/pkix-cert", b"".join(chain)))
    warc = write_warc(exchanges, resources, {"software": PROGRAM, "format": "WARC File Format 1.1"})
    files.insert(0, (WARC, "HTTP 交互记录（WARC）", "application/warc", warc))
    return [(Item.of(name, role, kind, content), content) for name, role, kind, content in files]


def _crawled(snapshot: Snapshot, body: bytes) -> Exchange:
    """The exchange that was judged, as the crawl had it."""
    return Exchange(
        url=snapshot.final_url,
        at=snapshot.fetched_at,
        request_headers=_pairs(snapshot.request_headers),
        status=snapshot.status,
        response_headers=_pairs(snapshot.headers),
        body=body,
        address=snapshot.server_address,
    )


def _pairs(headers: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(name, value) for name, values in headers.items() for value in values]


def _stamp(engine: Engine, store: EvidenceStore, capture: Capture) -> None:
    """Have the manifest stamped, where an authority is set; note a missing stamp."""
    authority = settings().stamp_url
    if not authority or capture.stamp_sha256:
        return
    with transaction(engine) as session:
        row = session.get_one(Capture, capture.id)
        try:
            stamp = request_stamp(authority, store.get(row.manifest_sha256))
        except StampRefused as error:
            row.note = "；".join(filter(None, (row.note, str(error))))
        else:
            row.stamp_sha256 = store.put(stamp)
        capture.note = row.note


def _settings_sha256() -> str:
    """The crawl's settings, without secrets, as one hash."""
    shown = settings().model_dump(mode="json", exclude={"database_url"})
    return hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()
