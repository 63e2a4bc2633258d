"""How a visit ends, and when its source is visited next."""

from datetime import datetime, timedelta

from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from records.database import transaction
from records.models import Case, CaseState, Page, PlannedPage, PlannedState, Snapshot, Source, Visit
from records.visits.fence import require_held
from records.visits.targets import PATROLS, Target

# The outcome of a visit whose list named no post: the list is not read, or is not a list.
NO_POSTS = "列表中没有读到任何帖子，请核对列表地址与格式"


def use_time(engine: Engine, target: Target, seconds: float) -> None:
    """Charge `seconds` to the visit's time budget, unless another process has taken the visit."""
    conditions = Visit.id == target.visit_id, Visit.fence == target.fence
    with transaction(engine) as session:
        session.execute(update(Visit).where(*conditions).values(seconds_used=Visit.seconds_used + seconds))


def finish_visit(
    engine: Engine, target: Target, now: datetime, outcome: str, *, held_back: bool = False
) -> None:
    """End a visit: pages still waiting are given up with the reason, and the next visit gets its date.

    `held_back`: the platform asked for human verification; the next visit is delayed twice as long as the
    last time. Raises VisitTaken.
    """
    with transaction(engine) as session:
        require_held(session, [target])
        session.execute(
            update(PlannedPage)
            .where(PlannedPage.visit_id == target.visit_id, PlannedPage.state == PlannedState.WAITING)
            .values(state=PlannedState.SKIPPED, reason=outcome)
        )
        session.execute(
            update(Visit).where(Visit.id == target.visit_id).values(finished_at=now, outcome=outcome)
        )
        if target.kind not in PATROLS:
            return
        source = session.get_one(Source, target.source_id)
        if held_back:
            source.interval_factor = min(_LONGEST_WAIT, max(1.0, source.interval_factor) * 2)
        else:
            source.interval_factor = _interval_factor(
                session, target.visit_id, min(source.interval_factor, _SLOWEST)
            )
        source.next_visit_at = now + timedelta(hours=source.interval_hours * source.interval_factor)


_FASTEST, _SLOWEST, _LONGEST_WAIT = 0.25, 4.0, 16.0


def _interval_factor(session: Session, visit_id: int, before: float) -> float:
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
