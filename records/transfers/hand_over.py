"""Handing a case over 转送 to an office, also while others have it."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from records import workflow
from records.local_time import local_day
from records.models import Case, CaseState, Office, Transfer
from records.transfers.matters import matter_of
from records.transfers.webhooks import enqueue_webhook

ANSWER_WITHIN = timedelta(days=7)
_WITH_OFFICES = frozenset({CaseState.TRANSFERRED, CaseState.RECEIVED})


def transfer_case(
    session: Session,
    case: Case,
    office: Office,
    *,
    actor: workflow.Actor,
    now: datetime,
    reason: str = "",
    answer_within: timedelta = ANSWER_WITHIN,
) -> Transfer:
    """Hand a case over to `office`, also while others have it; raises StepRefused."""
    words = reason or f"转送{office.name}"
    rounds = [transfer.round for transfer in case.transfers]
    if case.state in _WITH_OFFICES:
        number = max(rounds, default=1)
        if any(one.office_id == office.id and one.round == number for one in case.transfers):
            raise workflow.StepRefused(f"案件已转送{office.name}")
        workflow.note(session, case, actor=actor, now=now, reason=f"另行{words}" if not reason else words)
    else:
        number = max(rounds, default=0) + 1
        workflow.step(session, case, CaseState.TRANSFERRED, actor=actor, now=now, reason=words)
    transfer = Transfer(
        case_id=case.id,
        office_id=office.id,
        matter_id=matter_of(session, office.id, case.page, local_day(now)).id,
        round=number,
        transferred_at=now,
        due_on=local_day(now + answer_within),
    )
    case.transfers.append(transfer)
    session.flush()
    enqueue_webhook(session, transfer, "transfer.created", now, due_on=transfer.due_on.isoformat())
    return transfer
