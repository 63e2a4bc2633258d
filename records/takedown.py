"""The hand-over: transferring cases 转送 to offices, and what each office does with its own 签收, 处置, 退回.

A case may be with several offices at once, each with its own state and day by which it is to answer. The case follows:
received when the first has received it, disposed or returned when the last has answered.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from records import workflow
from records.database import written_out
from records.matters import STATE_FACTS, matter_of
from records.models import (
    Account,
    Case,
    CaseState,
    DisposalResult,
    JudgementRecord,
    Office,
    Page,
    Site,
    Snapshot,
    Transfer,
    TransferState,
)
from records.models.transfers import state_of_transfer
from records.period import local_day
from records.webhooks import tell_office

Asked = TypeVar("Asked")
ANSWER_WITHIN = timedelta(days=7)
_WITH_OFFICES = frozenset({CaseState.TRANSFERRED, CaseState.RECEIVED})


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
    tell_office(session, transfer, "transfer.created", now, due_on=transfer.due_on.isoformat())
    return transfer


@dataclass(frozen=True)
class Queued:
    """Which of an office's transfers are asked for: so many after an id, those that are not closed or those in a state,
    of all matters or of one."""

    office_id: int
    after_id: int = 0
    limit: int = 100
    state: TransferState | None = None
    matter_id: int | None = None


def office_queue(session: Session, queued: Queued) -> Sequence[Transfer]:
    """The transfers that are asked for, oldest first, with all that a person needs to act."""
    ids = queued_ids(session, queued)
    query = select(Transfer).where(Transfer.id.in_(written_out(ids))).options(*LISTED_TRANSFER)
    return session.scalars(query.order_by(Transfer.id)).all()


def queued_ids(session: Session, queued: Queued) -> Sequence[int]:
    """The ids of what `office_queue` gives."""
    query = select(Transfer.id).where(Transfer.office_id == queued.office_id, Transfer.id > queued.after_id)
    query = query.where(*(in_state(queued.state) if queued.state else (Transfer.closed_at.is_(None),)))
    if queued.matter_id is not None:
        query = query.where(Transfer.matter_id == queued.matter_id)
    return session.scalars(query.order_by(Transfer.id).limit(queued.limit)).all()


def counts(session: Session, office_id: int) -> dict[TransferState, int]:
    """How many of the office's transfers are in each state."""
    found = dict.fromkeys(TransferState, 0)
    query = select(*STATE_FACTS, func.count()).where(Transfer.office_id == office_id)
    for *facts, count in session.execute(query.group_by(*STATE_FACTS)):
        found[state_of_transfer(*facts)] += count
    return found


def office_transfer(
    session: Session, office_id: int, transfer_id: int, *, to_change: bool = False
) -> Transfer:
    """One transfer of the office; raises NotThisOffice. With `to_change` nobody else changes it, nor any transfer of
    its case, until the session ends."""
    whose = (Transfer.id == transfer_id, Transfer.office_id == office_id)
    if to_change:
        case_id = session.scalar(select(Transfer.case_id).where(*whose))
        session.execute(select(Case.id).where(Case.id == case_id).with_for_update())
    query = select(Transfer).where(*whose)
    acted_on = query.options(_WHOLE_CASE.selectinload(Case.transfers))
    transfer = session.scalar(acted_on if to_change else query.options(*WHOLE_TRANSFER))
    if transfer is None:
        raise _not_this_office(transfer_id)
    return transfer


def require_own(session: Session, office_id: int, transfer_id: int) -> None:
    """Raises NotThisOffice unless the transfer is the office's."""
    whose = (Transfer.id == transfer_id, Transfer.office_id == office_id)
    if session.scalar(select(Transfer.id).where(*whose)) is None:
        raise _not_this_office(transfer_id)


def _not_this_office(transfer_id: int) -> NotThisOffice:
    return NotThisOffice(f"没有编号为 {transfer_id} 的转送件")


@dataclass(frozen=True)
class Outcome:
    """What became of one transfer among many: its new state where it was done, else why not, in Chinese."""

    transfer_id: int
    done: bool
    detail: str


def each(
    session: Session,
    asked: Sequence[tuple[int, Asked]],
    work: Callable[[Session, Asked], Transfer],
    refusals: tuple[type[Exception], ...] = (),
) -> list[Outcome]:
    """Do each by itself: one that is not this office's, whose step is refused, or that meets one of `refusals` leaves
    the others as they are."""
    expected: tuple[type[Exception], ...] = (NotThisOffice, workflow.StepRefused, *refusals)
    outcomes = []
    for transfer_id, one in asked:
        try:
            with session.begin_nested():
                done, detail = True, work(session, one).state.label
        except expected as refused:
            done, detail = False, str(refused)
        outcomes.append(Outcome(transfer_id, done, detail))
    return outcomes


def in_state(state: TransferState) -> tuple[ColumnElement[bool], ...]:
    """The conditions of a transfer's own state."""
    match state:
        case TransferState.TRANSFERRED:
            return Transfer.closed_at.is_(None), Transfer.received_at.is_(None)
        case TransferState.RECEIVED:
            return Transfer.closed_at.is_(None), Transfer.received_at.is_not(None)
        case TransferState.DISPOSED:
            return (Transfer.result.is_not(None),)
        case _:
            return Transfer.closed_at.is_not(None), Transfer.result.is_(None)


def take(session: Session, transfer: Transfer, *, actor: workflow.Actor, now: datetime) -> None:
    """Acknowledge a transfer 签收; doing so again changes nothing. Raises StepRefused."""
    if transfer.state is TransferState.RECEIVED:
        return
    require_state(transfer, TransferState.TRANSFERRED, TransferState.RECEIVED)
    case = transfer.case
    if case.state is CaseState.TRANSFERRED:
        workflow.step(session, case, CaseState.RECEIVED, actor=actor, now=now, reason="签收")
    else:
        workflow.note(session, case, actor=actor, now=now, reason="签收")
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
    require_state(transfer, TransferState.RECEIVED, TransferState.DISPOSED)
    transfer.closed_at = now
    transfer.result, transfer.disposed_on = disposal.result, disposal.disposed_on
    transfer.document_number, transfer.note = disposal.document_number, disposal.note
    words = f"{disposal.result.label}，{disposal.disposed_on}"
    detail = {"document_number": disposal.document_number, "note": disposal.note}
    _follow(session, transfer.case, words, detail, actor, now, recheck_after)


def give_back(
    session: Session,
    transfer: Transfer,
    reason: str,
    *,
    actor: workflow.Actor,
    now: datetime,
    recheck_after: timedelta = timedelta(hours=24),
) -> None:
    """Return a transfer 退回 with its reason. Raises StepRefused."""
    require_state(transfer, TransferState.RECEIVED, TransferState.RETURNED)
    if not reason.strip():
        raise workflow.StepRefused(f"改为“{TransferState.RETURNED.label}”必须写明理由")
    transfer.closed_at, transfer.note = now, reason
    _follow(session, transfer.case, f"退回：{reason}", {}, actor, now, recheck_after)


def ask_for_evidence(
    session: Session, transfer: Transfer, what: str, *, actor: workflow.Actor, now: datetime
) -> None:
    """Ask the health commission for more 补充材料; the transfer stays with the office. Raises StepRefused."""
    if transfer.closed_at is not None:
        raise workflow.StepRefused(f"转送件已{transfer.state.label[-2:]}")
    workflow.note(session, transfer.case, actor=actor, now=now, reason=f"请求补充材料：{what}")


def _follow(
    session: Session,
    case: Case,
    words: str,
    detail: dict[str, str],
    actor: workflow.Actor,
    now: datetime,
    recheck_after: timedelta,
) -> None:
    """Bring the case to what its offices made of it, once the last has answered."""
    number = max(transfer.round for transfer in case.transfers)
    own = [transfer for transfer in case.transfers if transfer.round == number]
    if any(transfer.closed_at is None for transfer in own):
        workflow.note(session, case, actor=actor, now=now, reason=words)
        return
    acted = any(one.result not in (None, DisposalResult.NO_ACTION) for one in own)
    to = CaseState.DISPOSED if acted else CaseState.RETURNED
    workflow.step(session, case, to, actor=actor, now=now, reason=words, detail=dict(detail))
    if acted:
        case.recheck_at, case.recheck_round = now + recheck_after, 0


def require_state(transfer: Transfer, state: TransferState, to: TransferState) -> None:
    """Raises StepRefused unless the transfer is in `state`; `to` is what it was to become."""
    if transfer.state is not state:
        raise workflow.StepRefused(f"转送件 {transfer.id} 处于“{transfer.state.label}”，不能改为“{to.label}”")


def _reported(transfer: Transfer) -> Disposal | None:
    if transfer.result is None or transfer.disposed_on is None:
        return None
    return Disposal(
        transfer.result, transfer.disposed_on, transfer.document_number or "", transfer.note or ""
    )


_WHOLE_CASE = joinedload(Transfer.case)
_JUDGEMENT = _WHOLE_CASE.joinedload(Case.judgement)
_AROUND = (
    _WHOLE_CASE.joinedload(Case.page).joinedload(Page.site).joinedload(Site.institution),
    _WHOLE_CASE.joinedload(Case.page).joinedload(Page.account).joinedload(Account.institution),
    _WHOLE_CASE.selectinload(Case.transfers),
    _WHOLE_CASE.selectinload(Case.verifications),
    selectinload(Transfer.attachments),
)
WHOLE_TRANSFER = (
    *_AROUND,
    _JUDGEMENT.selectinload(JudgementRecord.findings),
    _JUDGEMENT.joinedload(JudgementRecord.snapshot),
)
# What stands in a list of transfers: not the page's text, nor how it was judged.
LISTED_TRANSFER = (
    *_AROUND,
    _JUDGEMENT.load_only(JudgementRecord.snapshot_id),
    _JUDGEMENT.selectinload(JudgementRecord.findings),
    _JUDGEMENT.joinedload(JudgementRecord.snapshot).load_only(
        Snapshot.fetched_at,
        Snapshot.status,
        Snapshot.title,
        Snapshot.body_sha256,
        Snapshot.body_size,
        Snapshot.rendered_sha256,
    ),
)
