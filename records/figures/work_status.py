"""The system's present and pending work: running crawls, due sources, and the length of each queue."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import exists, func, inspect, or_, select, text
from sqlalchemy.orm import Session, joinedload

from records.cases.review_queue import TO_REVIEW
from records.judgements.judgements import list_unjudged_ids
from records.local_time import local_day
from records.models import (
    Capture,
    Case,
    CaseState,
    Delivery,
    Image,
    JudgementRecord,
    Lease,
    PlannedPage,
    PlannedState,
    Snapshot,
    Source,
    Tip,
    TipState,
    Transfer,
    Visit,
)

_JOBS = "scheduled_jobs"  # APScheduler's own table; `jobs.schedule` names it
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class RunningVisit:
    """A visit that has not ended: its source, its beginning, and its pages by outcome."""

    visit: Visit
    pages: dict[PlannedState, int]

    @property
    def planned(self) -> int:
        """All pages that it has planned so far."""
        return sum(self.pages.values())

    @property
    def done(self) -> int:
        """The pages that no longer wait."""
        return self.planned - self.pages.get(PlannedState.WAITING, 0)


@dataclass(frozen=True)
class ClockJob:
    """A standing job of the schedule, and when it runs next."""

    name: str
    next_at: datetime | None


@dataclass(frozen=True)
class Queues:
    """The lengths of the queues."""

    to_review: int
    with_offices: int
    overdue: int
    tips: int
    unjudged: int
    refused: int  # could not be judged
    to_capture: int
    to_verify: int
    unread_pictures: int
    webhooks: int
    dead_webhooks: int
    due_sources: int
    failed_pages: int  # in visits that began within a day


def list_running_visits(session: Session, limit: int) -> list[RunningVisit]:
    """The visits that have not ended, those that began last first."""
    unended = select(Visit).where(Visit.finished_at.is_(None)).order_by(Visit.id.desc()).limit(limit)
    visits = session.scalars(unended.options(joinedload(Visit.source).joinedload(Source.institution))).all()
    rows = session.execute(
        select(PlannedPage.visit_id, PlannedPage.state, func.count())
        .where(PlannedPage.visit_id.in_([visit.id for visit in visits]))
        .group_by(PlannedPage.visit_id, PlannedPage.state)
    ).all()
    return [
        RunningVisit(visit, {state: count for owner, state, count in rows if owner == visit.id})
        for visit in visits
    ]


def count_running_visits(session: Session) -> int:
    """How many visits have not ended."""
    return _count(session, select(func.count(Visit.id)).where(Visit.finished_at.is_(None)))


def list_next_sources(session: Session, limit: int) -> Sequence[Source]:
    """The enabled sources that are visited next, those that never were first."""
    query = select(Source).where(Source.enabled).options(joinedload(Source.institution))
    return session.scalars(
        query.order_by(Source.next_visit_at.asc().nulls_first(), Source.id).limit(limit)
    ).all()


def list_failed_visits(session: Session, now: datetime, limit: int) -> Sequence[Visit]:
    """The visits of the last day that brought no page at all, newest first."""
    came = exists().where(Snapshot.visit_id == Visit.id)
    query = select(Visit).where(Visit.finished_at > now - _DAY, ~came).order_by(Visit.id.desc()).limit(limit)
    return session.scalars(query.options(joinedload(Visit.source).joinedload(Source.institution))).all()


def list_running_tasks(session: Session, now: datetime) -> Sequence[Lease]:
    """The long tasks that run, each with the machine and process that holds it."""
    return session.scalars(select(Lease).where(Lease.expires_at > now).order_by(Lease.task)).all()


def list_clock_jobs(session: Session) -> list[ClockJob]:
    """The schedule's standing jobs, the next first; none where the schedule never ran on this database."""
    if not inspect(session.get_bind()).has_table(_JOBS):
        return []
    rows = session.execute(text(f"SELECT id, next_run_time FROM {_JOBS} ORDER BY next_run_time"))  # noqa: S608
    return [
        ClockJob(name, datetime.fromtimestamp(moment, UTC) if moment is not None else None)
        for name, moment in rows
    ]


def count_queues(session: Session, now: datetime) -> Queues:
    """How long each queue is now."""
    captured = select(Capture.id).where(Capture.snapshot_id == JudgementRecord.snapshot_id)
    flagged = select(func.count(Case.id)).join(JudgementRecord, JudgementRecord.id == Case.judgement_id)
    open_transfers = select(func.count(Transfer.id)).where(Transfer.closed_at.is_(None))
    due = or_(Source.next_visit_at.is_(None), Source.next_visit_at <= now)
    disposed = (CaseState.DISPOSED, CaseState.VERIFIED)
    recent = select(Visit.id).where(Visit.started_at > now - _DAY)
    counted = {
        "to_review": select(func.count(Case.id)).where(Case.state.in_(TO_REVIEW)),
        "with_offices": open_transfers,
        "overdue": open_transfers.where(Transfer.due_on < local_day(now)),
        "tips": select(func.count(Tip.id)).where(Tip.state == TipState.WAITING),
        "refused": select(func.count(Snapshot.id)).where(Snapshot.unjudged_because.is_not(None)),
        "to_capture": flagged.where(JudgementRecord.unlawful, ~captured.exists()),
        "to_verify": select(func.count(Case.id)).where(Case.state.in_(disposed), Case.recheck_at <= now),
        "unread_pictures": select(func.count()).select_from(Image).where(Image.read_at.is_(None)),
        "webhooks": select(func.count(Delivery.id)).where(Delivery.next_at.is_not(None)),
        "dead_webhooks": select(func.count(Delivery.id)).where(
            Delivery.next_at.is_(None), Delivery.delivered_at.is_(None)
        ),
        "due_sources": select(func.count(Source.id)).where(Source.enabled, due),
        "failed_pages": select(func.count(PlannedPage.id)).where(
            PlannedPage.visit_id.in_(recent), PlannedPage.state == PlannedState.FAILED
        ),
    }
    counts = {name: _count(session, query) for name, query in counted.items()}
    return Queues(unjudged=len(list_unjudged_ids(session)), **counts)


def _count(session: Session, query: object) -> int:
    return session.scalar(query) or 0  # type: ignore[call-overload]
