"""The next case of a reviewer's work: from their view, in its order, and held by nobody else."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from records.cases.claims import CLAIM_LASTS, claim_case, is_claimed, is_passed, release_claim
from records.cases.review_queue import QueueFilter, queue_conditions, queue_order
from records.models import Case, CaseState, SignIn
from records.people.permissions import Permission, is_in_reach, may

_TRIES = 5


def find_next_case(
    session: Session, wanted: QueueFilter, sign_in: SignIn, now: datetime, after: int = 0
) -> int | None:
    """The id of the case to open after the case `after`: one's own unfinished ones first, then the first of
    the view that nobody has taken up or looks at, and that was not passed over."""
    conditions = [*_for(sign_in, now), *queue_conditions(session, wanted, sign_in.user, now)]
    conditions += [Case.id != after, ~is_passed(sign_in)]
    taken = and_(Case.state == CaseState.REVIEWING, Case.reviewer_id == sign_in.user_id)
    if wanted.words or wanted.sort:
        query = select(Case.id).where(Case.state.in_(wanted.states), *conditions)
        return session.scalar(query.order_by(taken.desc(), *queue_order(wanted)).limit(1))
    # Each state's best is the first of its index; over several states the database would sort all of their cases.
    best = [_best(state, conditions).subquery() for state in wanted.states]
    found = union_all(*(select(one) for one in best)).subquery()
    unfinished = found.c.state == CaseState.REVIEWING.value
    return session.scalar(
        select(found.c.id).order_by(unfinished.desc(), found.c.score.desc(), found.c.id).limit(1)
    )


def take_next(
    session: Session,
    wanted: QueueFilter,
    sign_in: SignIn,
    now: datetime,
    after: int = 0,
    lasts: timedelta = CLAIM_LASTS,
) -> int | None:
    """Claim the next case for the reviewer; its id, None where there is none. Two simultaneous callers get
    different cases."""
    for _ in range(_TRIES):
        found = find_next_case(session, wanted, sign_in, now, after)
        if found is None or claim_case(session, found, sign_in.user_id, now, lasts):
            return found
    return None


def keep_ahead(
    session: Session,
    case_id: int,
    wanted: QueueFilter,
    sign_in: SignIn,
    now: datetime,
    lasts: timedelta = CLAIM_LASTS,
) -> int | None:
    """Claim a case of the view again that `take_next` gave the reviewer before; its version, None where they can
    no longer go on with it: somebody has taken it over, or decided it."""
    if not claim_case(session, case_id, sign_in.user_id, now, lasts):
        return None
    query = select(Case).where(Case.id == case_id, Case.state.in_(wanted.states), *_for(sign_in, now))
    case = session.scalar(query)
    if case is None or not is_in_reach(sign_in.user, case):
        release_claim(session, case_id)
        return None
    return case.row_version


def count_passed(session: Session, wanted: QueueFilter, sign_in: SignIn, now: datetime) -> int:
    """How many cases of the view were passed over and still wait."""
    query = select(func.count(Case.id)).where(
        Case.state.in_(wanted.states),
        is_passed(sign_in),
        *_for(sign_in, now),
        *queue_conditions(session, wanted, sign_in.user, now),
    )
    return session.scalar(query) or 0


def _best(state: CaseState, conditions: Sequence[ColumnElement[bool]]) -> Select[int, int, str]:
    query = select(Case.id, Case.score, literal(state.value).label("state"))
    query = query.where(Case.state == state, *conditions)
    return query.order_by(Case.score.desc(), Case.id).limit(1)


def _for(sign_in: SignIn, now: datetime) -> list[ColumnElement[bool]]:
    """The conditions that this person can go on with a case."""
    user = sign_in.user
    approvable = Case.reviewer_id != user.id if may(user, Permission.APPROVE) else literal(False)
    return [
        Case.merged_into_id.is_(None),
        ~is_claimed(now, but_by=user.id),
        or_(Case.state != CaseState.REVIEWING, Case.reviewer_id == user.id, Case.reviewer_id.is_(None)),
        or_(Case.state != CaseState.PROPOSED, approvable),
    ]
