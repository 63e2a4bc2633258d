"""Handing a case over 转送 to an office, also while others have it."""

from datetime import datetime, timedelta

from sqlalchemy import delete, exists, func, select
from sqlalchemy.orm import Session

from records import workflow
from records.local_time import local_day
from records.models import Case, CaseState, Matter, Office, OfficeKind, Transfer
from records.reference.working_days import find_calendar
from records.transfers.matters import matter_of
from records.transfers.police import POLICE_DECIDE
from records.transfers.webhooks import enqueue_webhook

ANSWER_WITHIN = timedelta(days=7)
AT_ONCE = timedelta(0)
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
    held_for: timedelta = AT_ONCE,
) -> Transfer:
    """Hand a case over to `office`, also while others have it; raises StepRefused. The office sees it after `held_for`;
    until then it can be recalled. The police have their own term."""
    words = reason or f"转送{office.name}"
    if office.kind is OfficeKind.POLICE:
        answer_within = min(answer_within, POLICE_DECIDE)
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
        held_until=now + held_for if held_for else None,
        due_on=find_calendar(session).first_from(local_day(now + answer_within)),
    )
    case.transfers.append(transfer)
    session.flush()
    if transfer.held_until is None:
        _tell_office(session, transfer, now)
    return transfer


def any_held(session: Session, now: datetime) -> bool:
    """Whether a transfer waits whose time to be recalled is over."""
    first = session.scalar(select(FIRST_HELD))
    return first is not None and first <= now


# The first of an index. Whether there is one before a moment, PostgreSQL would look for in all of the table.
FIRST_HELD = select(func.min(Transfer.held_until)).scalar_subquery()


def release_held(session: Session, now: datetime) -> int:
    """Let the offices have the transfers whose time to be recalled is over; returns how many."""
    due = select(Transfer).where(Transfer.held_until <= now).order_by(Transfer.id)
    transfers = session.scalars(due.with_for_update(skip_locked=True)).all()
    for transfer in transfers:
        transfer.held_until = None
        _tell_office(session, transfer, now)
    return len(transfers)


def recall_transfers(session: Session, case: Case, now: datetime) -> bool:
    """Take back the transfers of the case's newest round that no office has seen; returns whether the whole
    round is gone. Raises StepRefused where each has been seen."""
    newest = max((transfer.round for transfer in case.transfers), default=0)
    ids = [transfer.id for transfer in case.transfers if transfer.round == newest]
    query = select(Transfer).where(Transfer.id.in_(ids), Transfer.held_until > now).with_for_update()
    recalled = session.scalars(query.execution_options(populate_existing=True)).all()
    if not recalled:
        raise workflow.StepRefused(f"案件 {case.id} 已送达处置部门，不能再撤回")
    for transfer in recalled:
        case.transfers.remove(transfer)
        session.delete(transfer)
    session.flush()
    unused = ~exists().where(Transfer.matter_id == Matter.id)
    matters = {transfer.matter_id for transfer in recalled}
    session.execute(delete(Matter).where(Matter.id.in_(matters), unused))
    return len(recalled) == len(ids)


def _tell_office(session: Session, transfer: Transfer, now: datetime) -> None:
    enqueue_webhook(session, transfer, "transfer.created", now, due_on=transfer.due_on.isoformat())
