"""Judgements: which snapshots wait for one, and how it is written."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, exists, func, insert, select, true, update
from sqlalchemy.orm import Session, aliased, defer, selectinload

from classifiers.page.score import with_similar_pages
from classifiers.values import Judgement, PageText
from records.judgements import search
from records.judgements.clusters import find_cluster, join_cluster
from records.models import (
    AwaitingJudgement,
    FindingRecord,
    Institution,
    JudgementRecord,
    Page,
    Snapshot,
    Source,
)


@dataclass(frozen=True)
class Unjudged:
    """A snapshot to be judged, with its page's institution."""

    snapshot: Snapshot
    institution: Institution


def list_unjudged(
    session: Session,
    limit: int,
    after_id: int = 0,
    only: Sequence[int] | None = None,
    *,
    with_refused: bool = False,
) -> Sequence[Unjudged]:
    """The next snapshots, by id, that have text, were not judged yet and show something new (`AwaitingJudgement`).

    `only` limits them to these ids. Re-checks are left out: they are judged against their case, by
    `records.cases.verification`; so are those that could not be judged before, unless `with_refused`.
    """
    rows = session.scalars(
        _waiting(select(Snapshot), only, with_refused=with_refused)
        .where(Snapshot.id > after_id)
        .options(
            # Loaded apart: a site and its institution are the same for most of them.
            selectinload(Snapshot.page).options(
                selectinload(Page.source).selectinload(Source.institution),
            ),
            defer(Snapshot.headers),
            defer(Snapshot.request_headers),
        )
        .order_by(Snapshot.id)
        .limit(limit)
    )
    return [Unjudged(snapshot, snapshot.page.source.institution) for snapshot in rows]


def list_unjudged_ids(session: Session) -> Sequence[int]:
    """The ids of all snapshots that `list_unjudged` would give."""
    return session.scalars(_waiting(select(Snapshot.id), None).order_by(Snapshot.id)).all()


def note_unjudged(session: Session, reasons: Mapping[int, str]) -> None:
    """Record why snapshots, by id, could not be judged: they do not hold up the next crawl."""
    for snapshot_id, reason in reasons.items():
        session.execute(
            update(Snapshot).where(Snapshot.id == snapshot_id).values(unjudged_because=reason[:300])
        )


def _waiting(query: Select[Any], only: Sequence[int] | None, *, with_refused: bool = False) -> Select[Any]:
    return query.join(AwaitingJudgement, AwaitingJudgement.snapshot_id == Snapshot.id).where(
        true() if with_refused else Snapshot.unjudged_because.is_(None),
        true() if only is None else Snapshot.id.in_(only),
    )


def await_no_more(session: Session, snapshot_ids: Sequence[int]) -> None:
    """Mark snapshots as judged."""
    if snapshot_ids:
        session.execute(delete(AwaitingJudgement).where(AwaitingJudgement.snapshot_id.in_(snapshot_ids)))


def record_judgement(
    session: Session,
    snapshot: Snapshot,
    page: PageText,
    judgement: Judgement,
    *,
    version: str,
    now: datetime,
    rejudging_id: int = 0,
) -> JudgementRecord:
    """Write a judgement and its findings. A snapshot is judged once when it is kept (see `judged_among`), and once more
    by each rejudging that finds something else.

    A flagged page joins the cluster of the pages that say the same, which its score counts.
    """
    cluster = find_cluster(session, page, snapshot.page_id) if judgement.unlawful else None
    if cluster:
        judgement = with_similar_pages(judgement, cluster.other_pages)
    record = JudgementRecord(
        **_row(snapshot, page, judgement, version, now, text=page.text),
        rejudging_id=rejudging_id,
        findings=[
            FindingRecord(
                rule=finding.rule,
                family=finding.family,
                title=finding.title,
                severity=finding.severity,
                law=[str(article) for article in finding.law],
                start=finding.start,
                end=finding.end,
                quote=finding.quote,
                why=finding.why,
                term=finding.term,
                read_as=finding.read_as,
            )
            for finding in judgement.findings
        ],
    )
    session.add(record)
    await_no_more(session, [snapshot.id])
    if cluster:
        session.flush()
        join_cluster(session, record, cluster)
        institution = snapshot.page.source.institution
        search.add(session, record.id, [snapshot.title or "", snapshot.page.url, institution.name, page.text])
    return record


def record_lawful(
    session: Session,
    judged: Sequence[tuple[Snapshot, PageText, Judgement]],
    *,
    version: str,
    now: datetime,
) -> None:
    """Write the judgements of pages on which nothing was found, and which have no case: most of them, as plain rows and
    without their text, which would be five sixths of a page's size in the database."""
    if judged:
        session.execute(insert(JudgementRecord), [_row(*each, version, now) for each in judged])
        await_no_more(session, [snapshot.id for snapshot, _, _ in judged])


def _row(
    snapshot: Snapshot, page: PageText, judgement: Judgement, version: str, now: datetime, *, text: str = ""
) -> dict[str, Any]:
    return {
        "snapshot_id": snapshot.id,
        "judged_at": now,
        "lists_version": version,
        "page_kind": judgement.page_kind,
        "page_kind_reasons": list(judgement.page_kind_reasons),
        "unlawful": judgement.unlawful,
        "score": judgement.score,
        "score_parts": [asdict(part) for part in judgement.score_parts],
        "spared": [asdict(spared) for spared in judgement.spared],
        "gravity": judgement.gravity,
        "gravity_reasons": list(judgement.gravity_reasons),
        "contacts": [asdict(contact) for contact in judgement.contacts],
        "mentions": [asdict(mention) for mention in judgement.mentions],
        "alignment": [asdict(aligned) for aligned in judgement.alignment],
        "images": [
            {"sha256": block.image, "start": block.start, "end": block.end}
            for block in page.blocks
            if block.image
        ],
        "wording_measure": judgement.measures.wording,
        "hits_measure": judgement.measures.hits,
        "page_text": text,
    }


def judged_among(session: Session, snapshot_ids: Sequence[int]) -> set[int]:
    """Those of the snapshots that are judged already."""
    existing = select(JudgementRecord.snapshot_id).where(JudgementRecord.snapshot_id.in_(snapshot_ids))
    return set(session.scalars(existing))


def is_newest() -> ColumnElement[bool]:
    """The condition that a judgement is the newest of its snapshot: one that was judged again counts by that."""
    later = aliased(JudgementRecord)
    return ~exists().where(later.snapshot_id == JudgementRecord.snapshot_id, later.id > JudgementRecord.id)


def newest_judged(after_id: int = 0, until_id: int | None = None) -> Select[int]:
    """The newest judged snapshot of each page, by its `id`, where that is greater than `after_id`; as it was when `until_id`
    was the newest of all."""
    newest = func.max(JudgementRecord.snapshot_id)
    query = select(newest.label("id")).join(Snapshot, Snapshot.id == JudgementRecord.snapshot_id)
    if until_id is not None:
        query = query.where(JudgementRecord.snapshot_id <= until_id)
    return query.group_by(Snapshot.page_id).having(newest > after_id)


def list_with_owners(session: Session, snapshot_ids: Sequence[int]) -> Sequence[Snapshot]:
    """The snapshots by id, each with its page, source and institution."""
    owners = selectinload(Snapshot.page).selectinload(Page.source).selectinload(Source.institution)
    query = select(Snapshot).where(Snapshot.id.in_(snapshot_ids)).order_by(Snapshot.id)
    return session.scalars(query.options(owners)).all()


def find_unlawful(session: Session, snapshot_ids: Sequence[int], lists_version: str) -> dict[int, bool]:
    """By snapshot, whether its newest judgement found anything, where that is by this version of the lists."""
    rows = session.execute(
        select(JudgementRecord.snapshot_id, JudgementRecord.unlawful).where(
            JudgementRecord.snapshot_id.in_(snapshot_ids),
            JudgementRecord.lists_version == lists_version,
            is_newest(),
        )
    )
    return {row[0]: row[1] for row in rows}


def find_places(session: Session, snapshot_ids: Sequence[int]) -> dict[int, set[tuple[str, int, int]]]:
    """By snapshot, the findings of its newest judgement: rule, first character, one past the last."""
    rows = session.execute(
        select(JudgementRecord.snapshot_id, FindingRecord.rule, FindingRecord.start, FindingRecord.end)
        .join(FindingRecord, FindingRecord.judgement_id == JudgementRecord.id)
        .where(JudgementRecord.snapshot_id.in_(snapshot_ids), is_newest())
    )
    found: dict[int, set[tuple[str, int, int]]] = {}
    for snapshot_id, rule, start, end in rows:
        found.setdefault(snapshot_id, set()).add((rule, start, end))
    return found
