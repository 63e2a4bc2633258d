"""The hand-over: transferring cases 转送 to an office, and what the office does with them 签收, 处置, 退回."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from records import workflow
from records.models import (
    Account,
    Case,
    CaseState,
    DisposalResult,
    JudgementRecord,
    Office,
    Page,
    Site,
    Transfer,
)


class NotThisOffice(Exception):
    """The transfer is not this office's, or there is none: the office is told the same of both."""


@dataclass(frozen=True)
class Disposal:
    """What an office reports 处置: result, day, its document, a note."""

    result: DisposalResult
    disposed_on: date
    document_number: str = ""
    note: str = ""


def transfer_case(
    session: Session, case: Case, office: Office, *, actor: workflow.Actor, now: datetime, reason: str = ""
) -> Transfer:
    """Hand a case over to `office`; raises StepRefused."""
    words = reason or f"转送{office.name}"
    workflow.step(session, case, CaseState.TRANSFERRED, actor=actor, now=now, reason=words)
    transfer = Transfer(case_id=case.id, office_id=office.id, transferred_at=now)
    session.add(transfer)
    session.flush()
    return transfer


def office_queue(session: Session, office_id: int, after_id: int = 0, limit: int = 100) -> Sequence[Transfer]:
    """The office's transfers that are not closed, oldest first, with all that a person needs to act."""
    return session.scalars(
        select(Transfer)
        .where(Transfer.office_id == office_id, Transfer.closed_at.is_(None), Transfer.id > after_id)
        .options(*WHOLE_TRANSFER)
        .order_by(Transfer.id)
        .limit(limit)
    ).all()


def office_transfer(session: Session, office_id: int, transfer_id: int) -> Transfer:
    """One transfer of the office; raises NotThisOffice."""
    transfer = session.scalar(
        select(Transfer)
        .where(Transfer.id == transfer_id, Transfer.office_id == office_id)
        .options(*WHOLE_TRANSFER)
    )
    if transfer is None:
        raise NotThisOffice(f"没有编号为 {transfer_id} 的转送件")
    return transfer


def take(session: Session, transfer: Transfer, *, actor: workflow.Actor, now: datetime) -> None:
    """Acknowledge a transfer 签收; doing so again changes nothing. Raises StepRefused."""
    if transfer.received_at is not None and transfer.closed_at is None:
        return
    workflow.step(session, transfer.case, CaseState.RECEIVED, actor=actor, now=now, reason="签收")
    transfer.received_at, transfer.received_by = now, actor.name


def report_disposed(
    session: Session,
    transfer: Transfer,
    disposal: Disposal,
    *,
    actor: workflow.Actor,
    now: datetime,
    recheck_after: timedelta,
) -> None:
    """Report a disposal 处置; the same report again changes nothing. Raises StepRefused.

    The page is looked at again after `recheck_after`.
    """
    if transfer.closed_at is not None and _reported(transfer) == disposal:
        return
    words = f"{disposal.result.label}，{disposal.disposed_on}"
    detail = {"document_number": disposal.document_number, "note": disposal.note}
    workflow.step(
        session, transfer.case, CaseState.DISPOSED, actor=actor, now=now, reason=words, detail=detail
    )
    transfer.closed_at = now
    transfer.result, transfer.disposed_on = disposal.result, disposal.disposed_on
    transfer.document_number, transfer.note = disposal.document_number, disposal.note
    transfer.case.recheck_at = now + recheck_after


def give_back(
    session: Session, transfer: Transfer, reason: str, *, actor: workflow.Actor, now: datetime
) -> None:
    """Return a transfer 退回 with its reason. Raises StepRefused."""
    workflow.step(session, transfer.case, CaseState.RETURNED, actor=actor, now=now, reason=reason)
    transfer.closed_at, transfer.note = now, reason


def _reported(transfer: Transfer) -> Disposal | None:
    if transfer.result is None or transfer.disposed_on is None:
        return None
    return Disposal(
        transfer.result, transfer.disposed_on, transfer.document_number or "", transfer.note or ""
    )


_WHOLE_CASE = joinedload(Transfer.case)
WHOLE_TRANSFER = (
    _WHOLE_CASE.joinedload(Case.judgement).selectinload(JudgementRecord.findings),
    _WHOLE_CASE.joinedload(Case.judgement).joinedload(JudgementRecord.snapshot),
    _WHOLE_CASE.joinedload(Case.page).joinedload(Page.site).joinedload(Site.institution),
    _WHOLE_CASE.joinedload(Case.page).joinedload(Page.account).joinedload(Account.institution),
)
