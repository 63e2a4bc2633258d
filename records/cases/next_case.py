"""The next case of a reviewer's work: from their view, in its order, and held by nobody else."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from records.cases.claims import CLAIM_LASTS, claim_case, is_claimed, is_passed, release_claim
from records.cases.review_queue import QueueFilter, queue_conditions, queue_order
from records.models import Case, CaseState, SignIn
from records.people.permissions import Permission, is_in_reach, may

_TRIES = 5
# States in which a case is somebody's: who decided it, or was given it, goes on with it first.
_SOMEBODYS = (CaseState.REVIEWING, CaseState.RETURNED, CaseState.RECURRED)


def find_next_case(
    session: Session, wanted: QueueFilter, sign_in: SignIn, now: datetime, after: int = 0
) -> int | None:
    """The id of the case to open after the case `after`: one's own unfinished or given ones first, then the first of
    the view that nobody has taken up or looks at, and that was not passed over."""
    conditions = [*_for(sign_in, now), *queue_conditions(session, wanted, sign_in.user, now)]
    conditions += [Case.id != after, ~is_passed(sign_in)]
    own = and_(Case.state.in_(_SOMEBODYS), Case.reviewer_id == sign_in.user_id)
    if wanted.words or wanted.sort:
        query = select(Case.id).where(Case.state.in_(wanted.states), *conditions)
        return session.scalar(query.order_by(own.desc(), *queue_order(wanted)).limit(1))
    best = [one.subquery() for one in _bests(wanted, conditions, sign_in)]
    found = union_all(*(select(one) for one in best)).subquery()
    return session.scalar(
        select(found.c.id).order_by(found.c.is_own.desc(), found.c.score.desc(), found.c.id).limit(1)
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


_Best = Select[int, int, int]


def _bests(
    wanted: QueueFilter, conditions: Sequence[ColumnElement[bool]], sign_in: SignIn
) -> Iterator[_Best]:
    """Each state's best case, and the best of one's own: each is the first of an index, where the database would sort all
    cases of several states."""
    mine = Case.reviewer_id == sign_in.user_id
    for state in wanted.states:
        yield _best(state, conditions, is_own=0)
        if state in _SOMEBODYS:
            yield _best(state, [*conditions, mine], is_own=1)


def _best(state: CaseState, conditions: Sequence[ColumnElement[bool]], is_own: int) -> _Best:
    query = select(Case.id, Case.score, literal(is_own).label("is_own"))
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
