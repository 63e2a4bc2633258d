"""Which sites and accounts are due for a visit, and the visits opened for them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Engine, or_, select
from sqlalchemy.orm import Session

from records.database import transaction
from records.models import Account, Page, PlannedPage, Site, Visit, VisitKind
from records.visits.hours import Hours

Source = TypeVar("Source", Site, Account)
PATROLS = (VisitKind.SITE, VisitKind.ACCOUNT)


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


def due_sources(session: Session, kind: type[Source], now: datetime) -> Sequence[Source]:
    """Enabled sites or accounts whose next visit is due, and those whose last visit was cut off; none outside of its
    hours."""
    own_id = Visit.site_id if kind is Site else Visit.account_id
    cut_off = select(own_id).where(Visit.finished_at.is_(None), own_id.is_not(None), Visit.kind.in_(PATROLS))
    due = or_(kind.next_visit_at.is_(None), kind.next_visit_at <= now, kind.id.in_(cut_off))
    rows: Sequence[Source] = session.scalars(select(kind).where(kind.enabled, due).order_by(kind.id)).all()
    return [row for row in rows if row.visit_hours is None or Hours.of(row.visit_hours).seconds_left(now)]


def source_at(session: Session, url: str) -> Site | Account | None:
    """The site that starts at this address, or the account whose posts are listed there."""
    return session.scalar(select(Site).where(Site.start_url == url)) or session.scalar(
        select(Account).where(Account.feed_url == url)
    )


def open_visit(engine: Engine, source: Site | Account, now: datetime, maps: Iterable[str] = ()) -> Target:
    """The visit of `source` that was cut off, or a new one with its first page planned, and a site's maps."""
    with transaction(engine) as session:
        column = Visit.site_id if isinstance(source, Site) else Visit.account_id
        visit = session.scalar(
            select(Visit).where(column == source.id, Visit.finished_at.is_(None), Visit.kind.in_(PATROLS))
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


def open_browser_visit(engine: Engine, page: Page, kind: VisitKind, now: datetime) -> Target:
    """A visit of one page that the browser has seen already, as the monitor or as a mobile visitor."""
    with transaction(engine) as session:
        own = session.get_one(Page, page.id)
        visit = Visit(kind=kind, site_id=own.site_id, account_id=own.account_id, started_at=now)
        session.add(visit)
        session.flush()
        return _target(visit, own.source, resumed=False)
