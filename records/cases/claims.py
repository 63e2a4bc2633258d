"""Claims 占用: a case belongs to the reviewer who looks at it, for a time that ends by itself; passed-over
cases stay so.

A claim is not a step: it changes neither the case's state nor the log. A reviewer who takes a case up for
longer, or is given one, has it by the step 领取 or 分派.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, delete, exists, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from records import workflow
from records.models import Case, CaseClaim, CaseState, PassedCase, SignIn, User

CLAIM_LASTS = timedelta(minutes=10)


def claim_case(
    session: Session, case_id: int, user_id: int, now: datetime, lasts: timedelta = CLAIM_LASTS
) -> bool:
    """Claim a case for a reviewer, or extend their claim; returns whether it is theirs now. Of two
    simultaneous claims one succeeds."""
    until = now + lasts
    try:
        with session.begin_nested():
            session.execute(insert(CaseClaim).values(case_id=case_id, user_id=user_id, until=until))
    except IntegrityError:
        ended = or_(CaseClaim.user_id == user_id, CaseClaim.until <= now)
        longer = update(CaseClaim).where(CaseClaim.case_id == case_id, ended)
        longer = longer.values(user_id=user_id, until=until).execution_options(synchronize_session=False)
        return bool(cast(CursorResult[Any], session.execute(longer)).rowcount)
    return True


def take_over(
    session: Session, case: Case, user: User, now: datetime, lasts: timedelta = CLAIM_LASTS
) -> None:
    """Take a case from the reviewer who looks at it, or has taken it up: it is now this reviewer's, and the
    history says so where it was taken up."""
    session.execute(delete(CaseClaim).where(CaseClaim.case_id == case.id))
    if case.state is CaseState.REVIEWING and case.reviewer_id != user.id:
        holder = case.reviewer.display_name if case.reviewer else ""
        actor = workflow.actor_of(user)
        workflow.note(session, case, actor=actor, now=now, reason=f"从{holder}处接手")
        case.reviewer_id = user.id
        session.flush()
    claim_case(session, case.id, user.id, now, lasts)


def release_claim(session: Session, case_id: int) -> None:
    """End the claim of a case: it was decided, or passed over."""
    session.execute(delete(CaseClaim).where(CaseClaim.case_id == case_id))


def find_claim(session: Session, case_id: int, now: datetime) -> CaseClaim | None:
    """The claim that a case is under now."""
    query = select(CaseClaim).where(CaseClaim.case_id == case_id, CaseClaim.until > now)
    fresh = query.options(joinedload(CaseClaim.user)).execution_options(populate_existing=True)
    return session.scalar(fresh)


def list_lookers(session: Session, case_ids: Sequence[int], now: datetime) -> dict[int, User]:
    """The users who look at these cases now, by case."""
    query = select(CaseClaim).where(CaseClaim.case_id.in_(case_ids), CaseClaim.until > now)
    fresh = query.options(joinedload(CaseClaim.user)).execution_options(populate_existing=True)
    return {one.case_id: one.user for one in session.scalars(fresh)}


def is_claimed_by(user_id: int, now: datetime) -> ColumnElement[bool]:
    """The condition that a case is under a claim of this reviewer."""
    conditions = (CaseClaim.case_id == Case.id, CaseClaim.until > now, CaseClaim.user_id == user_id)
    return exists().where(*conditions)


def is_claimed(now: datetime, but_by: int = 0) -> ColumnElement[bool]:
    """The condition that a case is under a claim of anybody but the user `but_by`."""
    others = (CaseClaim.case_id == Case.id, CaseClaim.until > now, CaseClaim.user_id != but_by)
    return exists().where(*others)


def pass_over(session: Session, case_id: int, sign_in: SignIn) -> None:
    """Pass a case over: it is not given again until the reviewer signs out, and others can have it at once."""
    passed = PassedCase(token_sha256=sign_in.token_sha256, case_id=case_id)
    session.merge(passed)
    session.execute(
        delete(CaseClaim).where(CaseClaim.case_id == case_id, CaseClaim.user_id == sign_in.user_id)
    )


def forget_passed(session: Session, sign_in: SignIn) -> None:
    """Start again: passed-over cases are given again."""
    session.execute(delete(PassedCase).where(PassedCase.token_sha256 == sign_in.token_sha256))


def is_passed(sign_in: SignIn) -> ColumnElement[bool]:
    """The condition that a case was passed over in this session of work."""
    conditions = (PassedCase.case_id == Case.id, PassedCase.token_sha256 == sign_in.token_sha256)
    return exists().where(*conditions)
