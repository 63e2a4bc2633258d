"""Which pages are looked at as a mobile visitor too, to find those that hide from the monitor."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from records.models import Case, JudgementRecord, Page, Snapshot, Source, SourceKind

_MOST_COMPARED = 6  # pages a site


def pages_to_compare(session: Session, since: datetime) -> list[tuple[Page, Snapshot]]:
    """Pages of the sites that were flagged since a moment, with their newest snapshot: those that a monitor was
    shown nothing unlawful on, the start page and the newest first."""
    flagged = (
        select(Page.source_id).join(Case, Case.page_id == Page.id).where(Case.opened_at >= since).distinct()
    )
    sites = select(Source).where(Source.kind == SourceKind.SITE, Source.id.in_(flagged)).order_by(Source.id)
    compared: list[tuple[Page, Snapshot]] = []
    for site in session.scalars(sites).all():
        rows = session.execute(
            select(Page, Snapshot)
            .join(Snapshot, Snapshot.page_id == Page.id)
            .join(JudgementRecord, JudgementRecord.snapshot_id == Snapshot.id)
            .where(Page.source_id == site.id, JudgementRecord.unlawful.is_(False))
            .order_by((Page.url == site.address).desc(), Snapshot.id.desc())
            .limit(_MOST_COMPARED)
        )
        found: dict[int, tuple[Page, Snapshot]] = {}
        for page, snapshot in rows:
            found.setdefault(page.id, (page, snapshot))
        compared += found.values()
    return compared
