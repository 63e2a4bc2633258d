"""Stored pages judged again by lists that came into force: requests, and their progress."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from records import audit
from records.judgements.judgements import newest_judged
from records.models import Rejudging, RejudgingState

_UNFINISHED = (RejudgingState.WAITING, RejudgingState.RUNNING)


def ask_rejudging(session: Session, version: str, actor: str, now: datetime) -> Rejudging:
    """Have the stored pages judged by `version`. An earlier unfinished request is cancelled: its lists are no
    longer in force."""
    session.execute(
        update(Rejudging)
        .where(Rejudging.state.in_(_UNFINISHED))
        .values(state=RejudgingState.CANCELLED, finished_at=now)
    )
    asked = Rejudging(version=version, actor=actor, asked_at=now)
    session.add(asked)
    session.flush()
    return asked


def find_unfinished(session: Session) -> Rejudging | None:
    """The rejudging that waits or is unfinished."""
    return session.scalar(
        select(Rejudging).where(Rejudging.state.in_(_UNFINISHED)).order_by(Rejudging.id.desc()).limit(1)
    )


def list_rejudgings(session: Session, limit: int = 10) -> Sequence[Rejudging]:
    """Newest first."""
    return session.scalars(select(Rejudging).order_by(Rejudging.id.desc()).limit(limit)).all()


def cancel_rejudging(session: Session, rejudging: Rejudging, actor: str, now: datetime) -> bool:
    """Cancel it; pages already judged stay so. Returns whether there was anything to cancel."""
    if rejudging.state not in _UNFINISHED:
        return False
    rejudging.state, rejudging.finished_at = RejudgingState.CANCELLED, now
    words = f"在第 {rejudging.judged} / {rejudging.pages} 页取消重新研判"
    audit.append(session, actor, "lists_rejudged", now, _name(rejudging), reason=words)
    return True


def begin_rejudging(session: Session, rejudging: Rejudging, now: datetime) -> list[int]:
    """The newest judged snapshots of all pages that are left, by id; an interrupted one resumes where it
    stopped."""
    left = list(session.scalars(newest_judged(rejudging.after_snapshot_id).order_by("id")).all())
    rejudging.state = RejudgingState.RUNNING
    rejudging.started_at = rejudging.started_at or now
    rejudging.pages = rejudging.judged + rejudging.missing + len(left)
    return left


def end_rejudging(session: Session, rejudging: Rejudging, now: datetime) -> None:
    """Mark it as finished."""
    rejudging.state, rejudging.finished_at = RejudgingState.DONE, now
    words = (
        f"重新研判 {rejudging.judged} 页：新增案件 {rejudging.opened} 件，命中变化 {rejudging.changed} 件，"
        f"不再命中而结案 {rejudging.closed} 件"
    )
    audit.append(session, rejudging.actor, "lists_rejudged", now, _name(rejudging), reason=words)


def _name(rejudging: Rejudging) -> str:
    return f"版本 {rejudging.version[:12]}"
