"""The versions of a case's page: its text at each moment, and the changes."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from classifiers.similar import differences
from classifiers.values import Aligned
from records.models import Case, Snapshot
from records.snapshots.snapshots import read_text
from records.store.content_store import EvidenceStore


@dataclass(frozen=True)
class PageVersion:
    """A page's text at one moment: `rows` compares it with the previous version (empty for the first, and
    where there is nothing to compare)."""

    snapshot: Snapshot
    rows: tuple[Aligned, ...]


def list_page_versions(
    session: Session, store: EvidenceStore, case: Case, limit: int = 20
) -> list[PageVersion]:
    """The different versions of a case's page, oldest first, at most `limit`: as the monitor and as mobile visitors
    saw it, and its response when it was gone."""
    snapshots = session.scalars(
        select(Snapshot)
        .where(Snapshot.page_id == case.page_id, Snapshot.unchanged_since_id.is_(None))
        .options(joinedload(Snapshot.visit))
        .order_by(Snapshot.id.desc())
        .limit(limit)
    ).all()
    found: list[PageVersion] = []
    before: str | None = None
    for snapshot in reversed(snapshots):
        text = read_text(store, snapshot)
        rows = differences(text.text, before) if text is not None and before is not None else ()
        found.append(PageVersion(snapshot, rows))
        before = text.text if text is not None else before
    return found
