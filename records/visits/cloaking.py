"""Which pages are looked at as a mobile visitor too, to find those that hide from the monitor."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from records.models import Case, JudgementRecord, Page, PlannedPage, Snapshot, Source, Visit

_MOST_COMPARED = 6  # pages a source
# The note on a page that its own script removes: a monitor without scripts is meant to see something else.
TAKEN_AWAY = "疑似遮蔽：浏览器打开后"


def list_pages_to_compare(session: Session, since: datetime) -> list[tuple[Page, Snapshot]]:
    """Pages of the sources (sites and accounts) that were flagged since a moment, or hide something from the browser, with
    their newest snapshot: those that a monitor was shown nothing unlawful on, the start page and the newest
    first. A platform's notice in place of a post is not compared."""
    flagged = select(Page.source_id).join(Case, Case.page_id == Page.id).where(Case.opened_at >= since)
    hiding = (
        select(Visit.source_id)
        .join(PlannedPage, PlannedPage.visit_id == Visit.id)
        .where(Visit.started_at >= since, PlannedPage.reason.startswith(TAKEN_AWAY))
    )
    suspected = Source.id.in_(flagged) | Source.id.in_(hiding)
    sources = select(Source).where(suspected).order_by(Source.id)
    compared: list[tuple[Page, Snapshot]] = []
    for source in session.scalars(sources).all():
        rows = session.execute(
            select(Page, Snapshot)
            .join(Snapshot, Snapshot.page_id == Page.id)
            .join(JudgementRecord, JudgementRecord.snapshot_id == Snapshot.id)
            .where(
                Page.source_id == source.id,
                JudgementRecord.unlawful.is_(False),
                Snapshot.page_state == "normal",
            )
            .order_by((Page.url == source.address).desc(), Snapshot.id.desc())
            .limit(_MOST_COMPARED)
        )
        found: dict[int, tuple[Page, Snapshot]] = {}
        for page, snapshot in rows:
            found.setdefault(page.id, (page, snapshot))
        compared += found.values()
    return compared
