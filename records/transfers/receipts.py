"""Acknowledging 签收 many transfers at once, in a handful of queries for any number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from records import workflow
from records.database import Ids, among
from records.models import Case, CaseState, Transfer, TransferState
from records.models.cases import state_of_transfer
from records.transfers.answers import BulkResult, require_state
from records.transfers.leases import LeaseLost, require_not_anothers
from records.transfers.matters import STATE_FACTS
from records.transfers.office_queue import NotThisOffice, of_office


def take_many(
    session: Session,
    office_id: int,
    transfer_ids: Sequence[int],
    lease_id: str | None,
    *,
    actor: workflow.Actor,
    now: datetime,
) -> list[BulkResult]:
    """Acknowledge transfers of the office, each as `answers.take` would by itself: failures are named, in the
    order of the request, the others are acknowledged. Nobody else changes them until the session ends."""
    found = {one.id: one for one in _locked(session, office_id, transfer_ids)}
    outcomes, taken = [], []
    for transfer_id in dict.fromkeys(transfer_ids):
        try:
            transfer = found.get(transfer_id)
            if transfer is None:
                raise NotThisOffice(f"没有编号为 {transfer_id} 的转送件")
            require_not_anothers(transfer, lease_id, now)
            if transfer.state is not TransferState.RECEIVED:
                require_state(transfer, TransferState.TRANSFERRED, TransferState.RECEIVED)
                taken.append(transfer)
        except (NotThisOffice, LeaseLost, workflow.StepRefused) as refused:
            outcomes.append(BulkResult(transfer_id, False, str(refused)))
        else:
            outcomes.append(BulkResult(transfer_id, True, TransferState.RECEIVED.label))
    if taken:
        _take(session, taken, actor, now)
    return outcomes


@dataclass(frozen=True, slots=True)
class _Locked:
    """A transfer and its case as they are, locked."""

    id: int
    case_id: int
    case_state: CaseState
    lease_id: str | None
    leased_until: datetime | None
    state: TransferState


def _locked(session: Session, office_id: int, transfer_ids: Sequence[int]) -> list[_Locked]:
    """The office's transfers with these ids and their cases, locked as by `lock_in_order`."""
    session.flush()
    asked = {"office_id": office_id, "ids": transfer_ids}
    return [
        _Locked(*row[:5], state_of_transfer(*row[5:]))
        for row in session.connection().execute(_TO_TAKE, asked).all()
    ]


_TO_TAKE = (
    select(Transfer.id, Transfer.case_id, Case.state, Transfer.lease_id, Transfer.leased_until, *STATE_FACTS)
    .join(Transfer.case)
    .where(*of_office(bindparam("office_id")), among(Transfer.id, bindparam("ids", type_=Ids)))
    .order_by(Case.id, Transfer.id)
    .with_for_update(of=(Case, Transfer))
)


def _take(session: Session, transfers: Sequence[_Locked], actor: workflow.Actor, now: datetime) -> None:
    cases = {transfer.case_id: transfer.case_state for transfer in transfers}
    first = {case: state for case, state in cases.items() if state is CaseState.TRANSFERRED}
    others = {
        case: state for case, state in cases.items() if case not in first
    }  # another office had it first
    workflow.note_many(session, others, actor=actor, now=now, reason="签收")
    workflow.step_many(session, first, CaseState.RECEIVED, actor=actor, now=now, reason="签收")
    ids = [transfer.id for transfer in transfers]
    received = update(Transfer).where(among(Transfer.id, ids)).values(received_at=now, received_by=actor.name)
    session.connection().execute(received)
    for held in list(session.identity_map.values()):
        if isinstance(held, Transfer):
            session.expire(held)
