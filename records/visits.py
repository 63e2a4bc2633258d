"""Visits and what they have planned. The frontier lives in the database, so a killed crawl is taken up again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import Engine, func, or_, select, update
from sqlalchemy.orm import Session

from records.database import transaction
from records.hours import Hours
from records.models import (
    Account,
    Case,
    CaseState,
    JudgementRecord,
    Page,
    PlannedPage,
    PlannedState,
    Site,
    Snapshot,
    Visit,
    VisitKind,
)

Source = TypeVar("Source", Site, Account)
_PATROLS = (VisitKind.SITE, VisitKind.ACCOUNT)
_MOST_COMPARED = 6  # pages a site


@dataclass(frozen=True)
class Target:
    """What a visit works under: whom it visits and its budgets. Plain values, safe outside a session."""

    visit_id: int
    kind: VisitKind
    site_id: int | None
    account_id: int | None
    start_url: str
    hosts: frozenset[str]
    max_depth: int
    max_pages: int
    seconds_left: float
    delay_seconds: float
    obey_robots: bool
    resumed: bool


@dataclass(frozen=True)
class Planned:
    """A page to fetch, with what its last snapshot offers for a conditional request."""

    id: int
    url: str
    depth: int
    is_feed: bool
    etag: str | None = None
    last_modified: str | None = None


def due_sources(session: Session, kind: type[Source], now: datetime) -> Sequence[Source]:
    """Enabled sites or accounts whose next visit is due, and those whose last visit was cut off; none outside of its
    hours."""
    own_id = Visit.site_id if kind is Site else Visit.account_id
    cut_off = select(own_id).where(Visit.finished_at.is_(None), own_id.is_not(None), Visit.kind.in_(_PATROLS))
    due = or_(kind.next_visit_at.is_(None), kind.next_visit_at <= now, kind.id.in_(cut_off))
    rows: Sequence[Source] = session.scalars(select(kind).where(kind.enabled, due).order_by(kind.id)).all()
    return [row for row in rows if row.visit_hours is None or Hours.of(row.visit_hours).seconds_left(now)]


def open_visit(engine: Engine, source: Site | Account, now: datetime, maps: Iterable[str] = ()) -> Target:
    """The visit of `source` that was cut off, or a new one with its first page planned, and a site's maps."""
    with transaction(engine) as session:
        column = Visit.site_id if isinstance(source, Site) else Visit.account_id
        visit = session.scalar(
            select(Visit).where(column == source.id, Visit.finished_at.is_(None), Visit.kind.in_(_PATROLS))
        )
        resumed = visit is not None
        if visit is None:
            is_site = isinstance(source, Site)
            visit = Visit(
                kind=VisitKind.SITE if is_site else VisitKind.ACCOUNT,
                site_id=source.id if is_site else None,
                account_id=None if is_site else source.id,
                started_at=now,
            )
            session.add(visit)
            session.flush()
            url = source.start_url if isinstance(source, Site) else source.feed_url
            session.add(PlannedPage(visit_id=visit.id, url=url, depth=0, is_feed=not is_site))
            if isinstance(source, Site):
                session.add_all(
                    PlannedPage(visit_id=visit.id, url=named, depth=0, is_feed=True)
                    for named in maps
                    if named != url
                )
        return _target(visit, source, resumed, now)


def _target(visit: Visit, source: Site | Account, resumed: bool, now: datetime | None = None) -> Target:
    is_site = isinstance(source, Site)
    seconds_left = max(0.0, source.max_minutes * 60 - visit.seconds_used)
    if now and source.visit_hours and (in_hours := Hours.of(source.visit_hours).seconds_left(now)):
        seconds_left = min(seconds_left, in_hours)  # a visit that somebody asks for outside is not cut short
    return Target(
        visit_id=visit.id,
        kind=visit.kind,
        site_id=visit.site_id,
        account_id=visit.account_id,
        start_url=source.start_url if isinstance(source, Site) else source.feed_url,
        hosts=frozenset(source.other_hosts) if isinstance(source, Site) else frozenset(),
        max_depth=source.max_depth if isinstance(source, Site) else 1,
        max_pages=source.max_pages,
        seconds_left=seconds_left,
        delay_seconds=source.delay_seconds,
        obey_robots=source.obey_robots if is_site and isinstance(source, Site) else True,
        resumed=resumed,
    )


def open_page_visit(engine: Engine, page: Page, kind: VisitKind, now: datetime) -> Target:
    """A visit of one page, or the one of that kind that was cut off: its disposal was reported, or a tip names it."""
    with transaction(engine) as session:
        cut_off = select(Visit).join(PlannedPage, PlannedPage.visit_id == Visit.id)
        visit = session.scalar(
            cut_off.where(Visit.kind == kind, Visit.finished_at.is_(None), PlannedPage.url == page.url)
        )
        resumed = visit is not None
        if visit is None:
            visit = Visit(kind=kind, site_id=page.site_id, account_id=page.account_id, started_at=now)
            session.add(visit)
            session.flush()
            session.add(PlannedPage(visit_id=visit.id, url=page.url, depth=0))
        return _target(visit, session.get_one(Page, page.id).source, resumed)


def pages_to_compare(session: Session, since: datetime) -> list[tuple[Page, Snapshot]]:
    """Pages of the sites that were flagged since a moment, with their newest snapshot: those that a monitor was
    shown nothing unlawful on, the start page and the newest first."""
    flagged = (
        select(Page.site_id)
        .join(Case, Case.page_id == Page.id)
        .where(Case.opened_at >= since, Page.site_id.is_not(None))
        .distinct()
    )
    compared: list[tuple[Page, Snapshot]] = []
    for site in session.scalars(select(Site).where(Site.id.in_(flagged)).order_by(Site.id)).all():
        rows = session.execute(
            select(Page, Snapshot)
            .join(Snapshot, Snapshot.page_id == Page.id)
            .join(JudgementRecord, JudgementRecord.snapshot_id == Snapshot.id)
            .where(Page.site_id == site.id, JudgementRecord.unlawful.is_(False))
            .order_by((Page.url == site.start_url).desc(), Snapshot.id.desc())
            .limit(_MOST_COMPARED)
        )
        found: dict[int, tuple[Page, Snapshot]] = {}
        for page, snapshot in rows:
            found.setdefault(page.id, (page, snapshot))
        compared += found.values()
    return compared


def open_browser_visit(engine: Engine, page: Page, kind: VisitKind, now: datetime) -> Target:
    """A visit of one page that the browser has seen already, as the monitor or as a mobile visitor."""
    with transaction(engine) as session:
        own = session.get_one(Page, page.id)
        visit = Visit(kind=kind, site_id=own.site_id, account_id=own.account_id, started_at=now)
        session.add(visit)
        session.flush()
        return _target(visit, own.source, resumed=False)


def waiting_pages(session: Session, visit_id: int, only: Sequence[int] | None = None) -> list[Planned]:
    """The planned pages of a visit that are still to be fetched, in the order they were planned.

    `only` limits them to these ids.
    """
    if only is not None and not only:
        return []
    latest = (
        select(func.max(Snapshot.id))
        .join(Page, Page.id == Snapshot.page_id)
        .where(Page.url == PlannedPage.url, Snapshot.status.in_((200, 304)))
        .correlate(PlannedPage)
        .scalar_subquery()
    )
    query = (
        select(PlannedPage, Snapshot.etag, Snapshot.last_modified)
        .outerjoin(Snapshot, Snapshot.id == latest)
        .where(PlannedPage.visit_id == visit_id, PlannedPage.state == PlannedState.WAITING)
        .order_by(PlannedPage.id)
    )
    if only is not None:
        query = query.where(PlannedPage.id.in_(only))
    rows = session.execute(query)
    return [
        Planned(page.id, page.url, page.depth, page.is_feed, etag, modified) for page, etag, modified in rows
    ]


def plan_pages(
    session: Session, target: Target, urls: Iterable[str], depth: int, *, is_feed: bool = False
) -> list[int]:
    """Plan those of `urls` that the visit does not know yet, up to its page budget; returns their ids.

    `is_feed` for what names pages and is none itself: a feed, a site's map.
    """
    wanted = list(dict.fromkeys(urls))
    if not wanted:
        return []
    known = set(
        session.scalars(
            select(PlannedPage.url).where(
                PlannedPage.visit_id == target.visit_id, PlannedPage.url.in_(wanted)
            )
        )
    )
    count = session.scalar(
        select(func.count())
        .select_from(PlannedPage)
        .where(PlannedPage.visit_id == target.visit_id, PlannedPage.is_feed.is_(False))
    )
    room = max(0, target.max_pages - (count or 0))
    new = [url for url in wanted if url not in known][:room]
    rows = [PlannedPage(visit_id=target.visit_id, url=url, depth=depth, is_feed=is_feed) for url in new]
    session.add_all(rows)
    session.flush()
    return [row.id for row in rows]


def close_planned(session: Session, reasons: Mapping[int, str | None], state: PlannedState) -> None:
    """Record what became of planned pages, by id with the reason, if there is one."""
    session.execute(
        update(PlannedPage),
        [
            {"id": planned, "state": state, "reason": reason[:300] if reason else None}
            for planned, reason in reasons.items()
        ],
    )


def use_time(engine: Engine, visit_id: int, seconds: float) -> None:
    """Charge `seconds` to the visit's time budget."""
    with transaction(engine) as session:
        session.execute(
            update(Visit).where(Visit.id == visit_id).values(seconds_used=Visit.seconds_used + seconds)
        )


def finish_visit(
    engine: Engine, target: Target, now: datetime, outcome: str, *, held_back: bool = False
) -> None:
    """End a visit: pages still waiting are given up with the reason, and the next visit gets its date.

    `held_back`: the platform wanted to see a person; the next visit is put off twice as long as the time before.
    """
    with transaction(engine) as session:
        session.execute(
            update(PlannedPage)
            .where(PlannedPage.visit_id == target.visit_id, PlannedPage.state == PlannedState.WAITING)
            .values(state=PlannedState.SKIPPED, reason=outcome)
        )
        session.execute(
            update(Visit).where(Visit.id == target.visit_id).values(finished_at=now, outcome=outcome)
        )
        if target.kind not in _PATROLS:
            return
        source = (
            session.get_one(Site, target.site_id)
            if target.site_id
            else session.get_one(Account, target.account_id)
        )
        if held_back:
            source.pace = min(_LONGEST_WAIT, max(1.0, source.pace) * 2)
        else:
            source.pace = _pace(session, target.visit_id, min(source.pace, _SLOWEST))
        source.next_visit_at = now + timedelta(hours=source.interval_hours * source.pace)


_FASTEST, _SLOWEST, _LONGEST_WAIT = 0.25, 4.0, 16.0


def _pace(session: Session, visit_id: int, before: float) -> float:
    """How often a source is seen next, as a factor of its interval: twice as often after findings or where a fifth
    of the pages changed, half as often again where nothing did; between a quarter and four times the interval."""
    kept, changed = session.execute(
        select(func.count(), func.count().filter(Snapshot.unchanged_since_id.is_(None))).where(
            Snapshot.visit_id == visit_id, Snapshot.status.in_((200, 304))
        )
    ).one()
    offended = session.scalar(
        select(func.count())
        .select_from(Case)
        .join(Page, Page.id == Case.page_id)
        .join(Snapshot, Snapshot.page_id == Page.id)
        .where(Snapshot.visit_id == visit_id, Case.state != CaseState.DISMISSED)
    )
    if not kept:
        return before
    if offended or changed > 0.2 * kept:
        return max(_FASTEST, before / 2)
    return before if changed else min(_SLOWEST, before * 1.5)
