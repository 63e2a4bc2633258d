"""Which sources are due for a visit, and the visits opened for them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import Engine, insert, or_, select, true, update
from sqlalchemy.orm import Session

from records.database import in_batches, transaction
from records.models import Page, PlannedPage, Source, SourceKind, Visit, VisitKind
from records.visits.hours import Hours

_PATROL_OF = {SourceKind.SITE: VisitKind.SITE, SourceKind.ACCOUNT: VisitKind.ACCOUNT}
PATROLS = tuple(_PATROL_OF.values())
SITES_FIRST = (Source.kind.desc(), Source.id)


@dataclass(frozen=True)
class Target:
    """The terms of a visit: its source and its budgets. Plain values, safe outside a session."""

    visit_id: int
    kind: VisitKind
    source_id: int
    start_url: str
    hosts: frozenset[str]
    max_depth: int
    max_pages: int
    seconds_left: float
    delay_seconds: float
    obey_robots: bool
    resumed: bool
    until: datetime | None = None  # the end of the source's hours; None: any hour
    fence: int = 0  # under which it was taken, see `records.visits.fence`


def list_due_sources(session: Session, now: datetime, only: Sequence[int] | None = None) -> Sequence[Source]:
    """Enabled sources (`only` of these ids) whose next visit is due, and those whose last visit was cut off, sites first;
    none outside of its hours."""
    cut_off = select(Visit.source_id).where(Visit.finished_at.is_(None), Visit.kind.in_(PATROLS))
    due = or_(Source.next_visit_at.is_(None), Source.next_visit_at <= now, Source.id.in_(cut_off))
    named = true() if only is None else Source.id.in_(only)
    rows = session.scalars(select(Source).where(Source.enabled, due, named).order_by(*SITES_FIRST))
    return [row for row in rows if row.visit_hours is None or Hours.of(row.visit_hours).seconds_left(now)]


def find_source(session: Session, url: str) -> Source | None:
    """The site that starts at this address, or the account whose posts are listed there."""
    return session.scalar(select(Source).where(Source.address == url).order_by(*SITES_FIRST).limit(1))


def registered_hosts(session: Session) -> frozenset[str]:
    """The hosts (with their port) of all enabled sites in the registry."""
    sites = select(Source.address, Source.other_hosts).where(Source.kind == SourceKind.SITE, Source.enabled)
    return frozenset(
        host.lower()
        for address, others in session.execute(sites)
        for host in (urlsplit(address).netloc, *others)
        if host
    )


def open_visit(engine: Engine, source: Source, now: datetime, maps: Iterable[str] = ()) -> Target:
    """As `open_visits`, of one source."""
    return open_visits(engine, [source], now, lambda _: maps)[0]


def open_visits(
    engine: Engine,
    sources: Sequence[Source],
    now: datetime,
    maps: Callable[[Source], Iterable[str]] = lambda _: (),
) -> list[Target]:
    """For each source its visit that was cut off, or a new one with its first page planned, and a site's `maps`.

    Some hundred are opened in one transaction: thousands are due at once, and each commit waits for the disk.
    """
    return [target for some in in_batches(sources) for target in _opened(engine, some, now, maps)]


def _opened(
    engine: Engine, sources: Sequence[Source], now: datetime, maps: Callable[[Source], Iterable[str]]
) -> list[Target]:
    with transaction(engine) as session:
        ids = [source.id for source in sources]
        unfinished = select(Visit).where(
            Visit.source_id.in_(ids), Visit.finished_at.is_(None), Visit.kind.in_(PATROLS)
        )
        cut_off = {visit.source_id: visit for visit in session.scalars(unfinished.order_by(Visit.id.desc()))}
        _take(session, cut_off.values())
        new = {
            source.id: Visit(kind=_PATROL_OF[source.kind], source_id=source.id, started_at=now, fence=1)
            for source in sources
            if source.id not in cut_off
        }
        session.add_all(new.values())
        session.flush()
        planned = [
            {"visit_id": new[source.id].id, "url": url, "depth": 0, "is_feed": is_feed}
            for source in sources
            if source.id in new
            for url, is_feed in _first_pages(source, maps(source)).items()
        ]
        if planned:
            session.execute(insert(PlannedPage), planned)
        visits = {**new, **cut_off}
        return [_target(visits[source.id], source, source.id in cut_off, now) for source in sources]


def _take(session: Session, visits: Iterable[Visit]) -> None:
    """Take visits that were cut off: their former holders may write no more."""
    taken = {visit.id: visit for visit in visits}
    if not taken:
        return
    take = update(Visit).where(Visit.id.in_(taken)).values(fence=Visit.fence + 1)
    session.execute(take.execution_options(synchronize_session=False))
    for visit in taken.values():
        session.refresh(visit, ["fence", "seconds_used"])


def _first_pages(source: Source, maps: Iterable[str]) -> dict[str, bool]:
    """Where a visit begins, and whether that is a feed."""
    feeds = {source.address: source.kind is SourceKind.ACCOUNT}
    return feeds | {named: True for named in maps if named != source.address}


def _target(visit: Visit, source: Source, resumed: bool, now: datetime | None = None) -> Target:
    until = None
    if now and source.visit_hours and (in_hours := Hours.of(source.visit_hours).seconds_left(now)):
        until = now + timedelta(seconds=in_hours)  # a visit that somebody asks for outside is not cut short
    return Target(
        visit_id=visit.id,
        kind=visit.kind,
        source_id=source.id,
        start_url=source.address,
        hosts=frozenset(source.other_hosts),
        max_depth=source.max_depth,
        max_pages=source.max_pages,
        seconds_left=max(0.0, source.max_minutes * 60 - visit.seconds_used),
        until=until,
        delay_seconds=source.delay_seconds,
        obey_robots=source.obey_robots,
        resumed=resumed,
        fence=visit.fence,
    )


def open_page_visit(engine: Engine, page: Page, kind: VisitKind, now: datetime) -> Target:
    """A visit of one page, or the one of that kind that was cut off: its disposal was reported, or a tip names it."""
    with transaction(engine) as session:
        cut_off = select(Visit).join(PlannedPage, PlannedPage.visit_id == Visit.id)
        visit = session.scalar(
            cut_off.where(Visit.kind == kind, Visit.finished_at.is_(None), PlannedPage.url == page.url)
        )
        resumed = visit is not None
        if visit is not None:
            _take(session, [visit])
        else:
            visit = Visit(kind=kind, source_id=page.source_id, started_at=now, fence=1)
            session.add(visit)
            session.flush()
            session.add(PlannedPage(visit_id=visit.id, url=page.url, depth=0))
        return _target(visit, session.get_one(Page, page.id).source, resumed)


def open_browser_visit(engine: Engine, page: Page, kind: VisitKind, now: datetime) -> Target:
    """A visit of one page that the browser has seen already, as the monitor or as a mobile visitor."""
    with transaction(engine) as session:
        row = session.get_one(Page, page.id)
        visit = Visit(kind=kind, source_id=row.source_id, started_at=now, fence=1)
        session.add(visit)
        session.flush()
        return _target(visit, row.source, resumed=False)
