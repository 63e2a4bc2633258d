"""Deciding many cases at once, with one reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from records.cases.review import CaseChanged, Decision, decide
from records.models import Case, CaseState, User
from records.people.permissions import is_in_reach
from records.workflow import StepRefused

BULK_ACTIONS = ("confirm", "dismiss", "needs_more", "approve", "disapprove")
_NEEDS_REASON = {
    "dismiss": CaseState.DISMISSED.label,
    "needs_more": CaseState.NEEDS_MORE.label,
    "disapprove": "退回研判",
}


@dataclass(frozen=True)
class DecidedTogether:
    """The result: the cases (ids) that were decided, and those that were left unchanged."""

    done: tuple[int, ...]
    left: tuple[int, ...]


def decide_many(
    session: Session,
    case_ids: Sequence[int],
    by: User,
    decision: Decision,
    now: datetime,
    *,
    needs_approval: bool = False,
) -> DecidedTogether:
    """Decide cases as `decision` says, whatever their versions; those that others hold, that are decided already or follow
    another are left. Raises StepRefused where nothing was chosen, or the reason that the step needs is missing."""
    if decision.action not in BULK_ACTIONS:
        raise StepRefused(f"没有“{decision.action}”这一批量操作")
    if not case_ids:
        raise StepRefused("请先选择案件")
    if decision.action in _NEEDS_REASON and not decision.reason.strip():
        raise StepRefused(f"{_NEEDS_REASON[decision.action]}必须写明理由")
    done, left = [], []
    for case in session.scalars(select(Case).where(Case.id.in_(case_ids)).order_by(Case.id)).all():
        single = Decision(decision.action, case.row_version, decision.reason)
        try:
            if not is_in_reach(by, case):
                raise StepRefused("不在本辖区")
            with session.begin_nested():
                decide(session, case, by, single, now, needs_approval=needs_approval)
        except (CaseChanged, StepRefused, StaleDataError):
            left.append(case.id)
        else:
            done.append(case.id)
    return DecidedTogether(tuple(done), tuple(left))
