"""Handing over many cases at once: the pages of one site become one matter of each office."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from records.cases.review import Decision, decide
from records.models import Case, CaseState, User
from records.people.permissions import is_in_reach
from records.transfers.hand_over import AT_ONCE
from records.workflow import STEPS, StepRefused

# A case in one of these can be handed to an office.
TRANSFERABLE = frozenset(before for before, to in STEPS if to is CaseState.TRANSFERRED)


def transfer_many(
    session: Session,
    case_ids: Sequence[int],
    offices: Sequence[int],
    by: User,
    now: datetime,
    answer_within: timedelta,
    held_for: timedelta = AT_ONCE,
) -> Sequence[int]:
    """Hand cases over to the same offices (ids); returns those that were. A case that is merged into another goes with
    that one, and one that cannot be handed over is left alone. Raises StepRefused where no office, or no case that can
    be handed over, was chosen."""
    if not offices:
        raise StepRefused("请选择转送的部门")
    cases = session.scalars(select(Case).where(Case.id.in_(case_ids)).order_by(Case.id)).all()
    fit = [case for case in cases if case.merged_into_id is None and is_in_reach(by, case)]
    fit = [case for case in fit if case.state in TRANSFERABLE]
    if not fit:
        raise StepRefused("所选案件中没有可以转送的：须先认定违法")
    for case in fit:
        decision = Decision(
            "transfer", case.row_version, "", tuple(offices), answer_within=answer_within, held_for=held_for
        )
        decide(session, case, by, decision, now)
    return [case.id for case in fit]
