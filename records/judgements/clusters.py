"""Clusters: flagged pages that say the same, found by their signatures' bands."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session, joinedload

from classifiers.similar import ALIKE, Signature
from classifiers.values import PageText
from records.models import (
    Case,
    CaseState,
    Institution,
    JudgementRecord,
    Page,
    SimilarBand,
    Snapshot,
    Source,
)

_MOST_CANDIDATES = 50


@dataclass(frozen=True)
class Cluster:
    """Where a page belongs: its signature, the cluster of the pages that say the same (None where it is the
    first), and how many other pages are in it."""

    signature: Signature
    id: int | None
    other_pages: int


def find_cluster(session: Session, page: PageText, page_id: int) -> Cluster:
    """The cluster of `page`, a flagged page with this id."""
    signature = Signature.of(page)
    alike = _most_alike(session, signature)
    if alike is None:
        return Cluster(signature, None, 0)
    query = (
        select(func.count(func.distinct(Snapshot.page_id)))
        .join(JudgementRecord, JudgementRecord.snapshot_id == Snapshot.id)
        .where(JudgementRecord.cluster_id == alike, Snapshot.page_id != page_id)
    )
    return Cluster(signature, alike, session.scalar(query) or 0)


def join_cluster(session: Session, record: JudgementRecord, cluster: Cluster) -> None:
    """Put a stored judgement into its cluster, or let it begin one."""
    signature = cluster.signature
    record.signature = signature.values
    record.cluster_id = cluster.id or record.id
    bands = enumerate(signature.bands)
    rows = [{"judgement_id": record.id, "band": band, "value": value} for band, value in bands]
    session.execute(insert(SimilarBand), rows)
    session.flush()


def list_cluster_cases(
    session: Session, case: Case, limit: int = 20, district: str | None = None
) -> Sequence[Case]:
    """Other cases whose pages say the same as this one's, newest first; of one district only, where one is given."""
    cluster = case.judgement.cluster_id
    if cluster is None:
        return ()
    query = (
        select(Case)
        .join(JudgementRecord, Case.judgement_id == JudgementRecord.id)
        .where(JudgementRecord.cluster_id == cluster, Case.id != case.id)
        .options(
            joinedload(Case.judgement).selectinload(JudgementRecord.findings),
            joinedload(Case.page).joinedload(Page.source),
        )
        .order_by(Case.id.desc())
        .limit(limit)
    )
    if district:
        there = select(Page.id).join(Page.source).join(Source.institution)
        query = query.where(Case.page_id.in_(there.where(Institution.district == district)))
    return session.scalars(query).all()


def find_disposed_before(session: Session, record: JudgementRecord, page: Page) -> Case | None:
    """The first case of another page that says the same as this judgement's, and was disposed."""
    if record.cluster_id is None:
        return None
    query = (
        select(Case)
        .join(JudgementRecord, Case.judgement_id == JudgementRecord.id)
        .where(
            JudgementRecord.cluster_id == record.cluster_id,
            Case.page_id != page.id,
            Case.state.in_((CaseState.DISPOSED, CaseState.VERIFIED)),
        )
    )
    return session.scalar(query.order_by(Case.id).limit(1))


def _most_alike(session: Session, signature: Signature) -> int | None:
    """The cluster of the judgement that says most nearly the same; None where none is alike enough."""
    shared = func.count().label("shared")
    candidates = session.execute(
        select(SimilarBand.judgement_id, shared)
        .where(SimilarBand.value.in_(signature.bands))
        .group_by(SimilarBand.judgement_id)
        .order_by(shared.desc(), SimilarBand.judgement_id)
        .limit(_MOST_CANDIDATES)
    )
    ids = [row[0] for row in candidates]
    rows = session.execute(
        select(JudgementRecord.id, JudgementRecord.cluster_id, JudgementRecord.signature).where(
            JudgementRecord.id.in_(ids), JudgementRecord.signature.is_not(None)
        )
    )
    likeness = [(signature.likeness(values), -id_, cluster or id_) for id_, cluster, values in rows if values]
    best = max(likeness, default=None)
    return best[2] if best is not None and best[0] >= ALIKE else None
