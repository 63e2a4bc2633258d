"""Keeping snapshots: bytes into the evidence store first, then the row, so that no row lacks its bytes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from classifiers.values import PageText
from records.models import AwaitingJudgement, Page, Snapshot, Visit, VisitKind
from records.snapshots.encoding import decode_html
from records.snapshots.page_text import StoredText, read_stored_text
from records.storage_faults import StorageFailed
from records.store.content_store import EvidenceStore, sha256_of
from records.visits.targets import Target


@dataclass(frozen=True)
class Fetched:
    """One response: raw bytes, headers as received, and the content derived from it.

    `rendered` is the DOM that the browser built (UTF-8), if it was needed; `text` the visible text, None
    where the response is not a page of text; `page_state` "normal" or the platform's notice in place of the
    content.
    """

    url: str
    final_url: str
    status: int
    headers: dict[str, list[str]]
    body: bytes
    fetched_at: datetime
    rendered: bytes | None = None
    text: StoredText | None = None
    page_state: str = "normal"
    post: Mapping[str, object] | None = None
    request_headers: Mapping[str, list[str]] = field(default_factory=dict)
    server_address: str | None = None
    seconds: float = 0.0  # that the page took


def require_nothing_kept(session: Session, folder: Path) -> None:
    """Raises StorageFailed where snapshots were kept: an empty evidence store (in `folder`) is not theirs,
    and must not be started for them."""
    if session.scalar(select(Snapshot.id).limit(1)) is not None:
        raise StorageFailed(
            f"证据库 {folder} 是空的或不在了，而数据库记有快照：请检查磁盘是否挂载，或恢复备份"
        )


def keep_snapshot(session: Session, store: EvidenceStore, target: Target, fetched: Fetched) -> Snapshot:
    """Make and write the snapshot of one response."""
    answers = [(target, fetched)]
    return write_snapshots(session, answers, make_snapshots(session, store, answers))[0]


def make_snapshots(
    session: Session, store: EvidenceStore, answers: Sequence[tuple[Target, Fetched]]
) -> list[Snapshot]:
    """Put the responses' bytes into the store and make their rows, for `write_snapshots` to write.

    A page that did not change (304, or the same main text, title and state as before) repeats its last
    snapshot: it gets a row that points to the same evidence, so that nothing is stored or judged twice.
    """
    urls = [fetched.url for _, fetched in answers]
    known = session.execute(select(Page.url, Page.id).where(Page.url.in_(urls)))
    pages = {row[0]: row[1] for row in known}
    seen = {
        as_mobile: last_snapshots(session, list(pages.values()), as_mobile=as_mobile)
        for as_mobile in {target.kind is VisitKind.MOBILE for target, _ in answers}
    }
    made = [
        _made(target, fetched, seen[target.kind is VisitKind.MOBILE].get(pages.get(fetched.url, 0)))
        for target, fetched in answers
    ]
    store.put_many([content for _, contents in made for content in contents])
    return [snapshot for snapshot, _ in made]


def write_snapshots(
    session: Session, answers: Sequence[tuple[Target, Fetched]], made: Sequence[Snapshot]
) -> list[Snapshot]:
    """Write what `make_snapshots` made. One is kept per visit and page: an existing one is returned."""
    pages = _pages(session, answers)
    kept = _of_visits(session, [(target.visit_id, pages[fetched.url].id) for target, fetched in answers])
    written, new = [], list[tuple[VisitKind, Snapshot]]()
    for (target, fetched), snapshot in zip(answers, made, strict=True):
        key = target.visit_id, pages[fetched.url].id
        if key not in kept:
            snapshot.page_id = key[1]
            kept[key] = snapshot
            session.add(snapshot)
            new.append((target.kind, snapshot))
        written.append(kept[key])
    session.flush()
    session.add_all(
        AwaitingJudgement(snapshot_id=snapshot.id)
        for kind, snapshot in new
        if _is_to_be_judged(kind, snapshot)
    )
    return written


# Statuses of unchanged pages and redirects. Any other response with a text is a page: a browser shows it
# whatever its status.
_NO_PAGE = (304, *range(300, 304), 307, 308)


def _is_to_be_judged(kind: VisitKind, snapshot: Snapshot) -> bool:
    """Whether it shows something new. Re-checks are judged against their case, by `records.cases.verification`."""
    return (
        snapshot.text_sha256 is not None
        and snapshot.unchanged_since_id is None
        and snapshot.status not in _NO_PAGE
        and kind is not VisitKind.RECHECK
    )


def _made(target: Target, fetched: Fetched, previous: Snapshot | None) -> tuple[Snapshot, Sequence[bytes]]:
    """The response's row, and the bytes that it names."""
    if previous and (fetched.status == 304 or _says_the_same(previous, fetched)):
        return _repeat(previous, target, fetched), ()
    text = None if fetched.text is None else fetched.text.content
    snapshot = _new(target, fetched, text)
    if previous and previous.status == snapshot.status and _same(previous, snapshot):
        snapshot.unchanged_since_id = previous.unchanged_since_id or previous.id
    contents = (fetched.body, fetched.rendered, text)
    return snapshot, [content for content in contents if content is not None]


def note_seconds(session: Session, snapshot_id: int, seconds: float) -> None:
    """Record how long a page has taken, once its later steps have ended."""
    session.get_one(Snapshot, snapshot_id).seconds = seconds


def last_snapshot(session: Session, page_id: int, *, as_mobile: bool = False) -> Snapshot | None:
    """The page's newest snapshot as the monitor saw it, or as a mobile visitor did."""
    return last_snapshots(session, [page_id], as_mobile=as_mobile).get(page_id)


def last_snapshots(
    session: Session, page_ids: Sequence[int], *, as_mobile: bool = False
) -> dict[int, Snapshot]:
    """By page, the newest snapshot as the monitor saw it, or as a mobile visitor did; none for a page without."""
    if not page_ids:
        return {}
    kind = Visit.kind == VisitKind.MOBILE if as_mobile else Visit.kind != VisitKind.MOBILE
    newest = select(func.max(Snapshot.id)).join(Visit).where(Snapshot.page_id.in_(page_ids), kind)
    rows = session.scalars(select(Snapshot).where(Snapshot.id.in_(newest.group_by(Snapshot.page_id))))
    return {snapshot.page_id: snapshot for snapshot in rows}


def read_text(store: EvidenceStore, snapshot: Snapshot) -> PageText | None:
    """The text that was extracted from a snapshot; None where it had none. Raises as EvidenceStore.get."""
    if snapshot.text_sha256 is None:
        return None
    return read_stored_text(store.get(snapshot.text_sha256))


def read_html(store: EvidenceStore, snapshot: Snapshot) -> bytes:
    """The page as it was read: the browser's DOM where there is one, the raw body otherwise."""
    return store.get(snapshot.rendered_sha256 or snapshot.body_sha256)


def decoded_html(store: EvidenceStore, snapshot: Snapshot) -> str:
    """As `read_html`, as text."""
    content_type = "" if snapshot.rendered_sha256 else "".join(snapshot.headers.get("content-type", [])[:1])
    return decode_html(read_html(store, snapshot), content_type)


def last_html(session: Session, store: EvidenceStore, url: str) -> bytes:
    """The result of `read_html` for the newest snapshot of the page at `url`; empty where there is none."""
    page = session.scalar(select(Page).where(Page.url == url))
    snapshot = last_snapshot(session, page.id) if page else None
    return read_html(store, snapshot) if snapshot else b""


def _pages(session: Session, answers: Sequence[tuple[Target, Fetched]]) -> dict[str, Page]:
    """The pages by address, made where they are new."""
    urls = [fetched.url for _, fetched in answers]
    pages = {page.url: page for page in session.scalars(select(Page).where(Page.url.in_(urls)))}
    for target, fetched in answers:
        if fetched.url not in pages:
            pages[fetched.url] = Page(url=fetched.url, source_id=target.source_id)
            session.add(pages[fetched.url])
    session.flush()
    return pages


def _of_visits(session: Session, keys: Sequence[tuple[int, int]]) -> dict[tuple[int, int], Snapshot]:
    """Existing snapshots, by visit and page."""
    rows = session.scalars(
        select(Snapshot).where(
            Snapshot.visit_id.in_({visit for visit, _ in keys}),
            Snapshot.page_id.in_({page for _, page in keys}),
        )
    )
    return {(snapshot.visit_id, snapshot.page_id): snapshot for snapshot in rows}


def _new(target: Target, fetched: Fetched, text: bytes | None) -> Snapshot:
    return Snapshot(
        visit_id=target.visit_id,
        fetched_at=fetched.fetched_at,
        status=fetched.status,
        final_url=fetched.final_url,
        headers=fetched.headers,
        request_headers=dict(fetched.request_headers),
        server_address=fetched.server_address,
        etag=_header(fetched, "etag"),
        last_modified=_header(fetched, "last-modified"),
        body_sha256=sha256_of(fetched.body),
        body_size=len(fetched.body),
        rendered_sha256=None if fetched.rendered is None else sha256_of(fetched.rendered),
        text_sha256=None if text is None else sha256_of(text),
        main_sha256=fetched.text.main_sha256 if fetched.text else None,
        title=fetched.text.title if fetched.text else None,
        post=dict(fetched.post) if fetched.post else None,
        page_state=fetched.page_state,
        seconds=fetched.seconds,
    )


def _repeat(previous: Snapshot, target: Target, fetched: Fetched) -> Snapshot:
    return Snapshot(
        visit_id=target.visit_id,
        fetched_at=fetched.fetched_at,
        status=fetched.status,
        final_url=fetched.final_url,
        headers=fetched.headers,
        request_headers=dict(fetched.request_headers),
        server_address=fetched.server_address,
        etag=_header(fetched, "etag") or previous.etag,
        last_modified=_header(fetched, "last-modified") or previous.last_modified,
        body_sha256=previous.body_sha256,
        body_size=previous.body_size,
        rendered_sha256=previous.rendered_sha256,
        text_sha256=previous.text_sha256,
        main_sha256=previous.main_sha256,
        title=previous.title,
        post=previous.post,
        page_state=previous.page_state,
        seconds=fetched.seconds,
        unchanged_since_id=previous.unchanged_since_id or previous.id,
    )


def _says_the_same(previous: Snapshot, fetched: Fetched) -> bool:
    return (
        fetched.text is not None
        and fetched.text.main_sha256 is not None
        and fetched.status == 200
        and previous.status in {200, 304}
        and previous.page_state == fetched.page_state
        and previous.final_url == fetched.final_url
        and (previous.rendered_sha256 is None) == (fetched.rendered is None)
        and previous.main_sha256 == fetched.text.main_sha256
    )


def _same(previous: Snapshot, snapshot: Snapshot) -> bool:
    return (previous.body_sha256, previous.text_sha256) == (snapshot.body_sha256, snapshot.text_sha256)


def _header(fetched: Fetched, name: str) -> str | None:
    values = fetched.headers.get(name)
    return values[0][:300] if values else None


def visit_snapshot(session: Session, visit_id: int, page_id: int) -> Snapshot | None:
    """The snapshot that a visit kept of a page."""
    return session.scalar(select(Snapshot).where(Snapshot.visit_id == visit_id, Snapshot.page_id == page_id))
