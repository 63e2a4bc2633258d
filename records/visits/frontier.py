"""The planned pages of a visit. The frontier lives in the database, so a killed crawl resumes."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from records.database import in_batches
from records.models import Page, PlannedPage, PlannedState, Snapshot
from records.visits.targets import Target


@dataclass(frozen=True)
class Planned:
    """A page to fetch, with what its last snapshot offers for a conditional request."""

    id: int
    url: str
    depth: int
    is_feed: bool
    etag: str | None = None
    last_modified: str | None = None


def list_waiting_pages(session: Session, visit_id: int, only: Sequence[int] | None = None) -> list[Planned]:
    """The planned pages of a visit that are still to be fetched, in the order they were planned.

    `only` limits them to these ids.
    """
    if only is not None and not only:
        return []
    return list_waiting_by_visit(session, [visit_id], only)[visit_id]


def list_waiting_by_visit(
    session: Session, visit_ids: Sequence[int], only: Sequence[int] | None = None
) -> dict[int, list[Planned]]:
    """As `list_waiting_pages`, for some visits together."""
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
        .where(PlannedPage.visit_id.in_(visit_ids), PlannedPage.state == PlannedState.WAITING)
        .order_by(PlannedPage.id)
    )
    if only is not None:
        query = query.where(PlannedPage.id.in_(only))
    waiting: dict[int, list[Planned]] = {visit_id: [] for visit_id in visit_ids}
    for page, etag, modified in session.execute(query):
        planned = Planned(page.id, page.url, page.depth, page.is_feed, etag, modified)
        waiting[page.visit_id].append(planned)
    return waiting


def plan_pages(
    session: Session, target: Target, urls: Iterable[str], depth: int, *, is_feed: bool = False
) -> list[int]:
    """Plan those of `urls` that the visit does not know yet, up to its page budget; returns their ids.

    `is_feed` for documents that name pages but are not pages: a feed, a site's map.
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
    """Record the outcomes of planned pages, by id with the reason, if any."""
    session.execute(
        update(PlannedPage),
        [
            {"id": planned, "state": state, "reason": reason[:300] if reason else None}
            for planned, reason in reasons.items()
        ],
    )


def add_reason(session: Session, planned_id: int, reason: str) -> None:
    """Add what a later step of a planned page could not do."""
    row = session.get_one(PlannedPage, planned_id)
    row.reason = "；".join(filter(None, (row.reason, reason)))[:300]


def count_planned(session: Session, visit_ids: Sequence[int]) -> dict[PlannedState, int]:
    """How many planned pages of these visits are in each state."""
    counts = Counter[PlannedState]()
    for some in in_batches(visit_ids):
        of_some = select(PlannedPage.state, func.count()).where(PlannedPage.visit_id.in_(some))
        for state, count in session.execute(of_some.group_by(PlannedPage.state)):
            counts[state] += count
    return counts


def planned_reason(session: Session, visit_id: int) -> str | None:
    """Why the page of a visit that has planned one was not fetched; None where nothing is known of it."""
    planned = session.scalar(select(PlannedPage).where(PlannedPage.visit_id == visit_id))
    return planned.reason if planned else None
