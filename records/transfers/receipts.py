"""Acknowledging 签收 many transfers at once, in a handful of queries for any number."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session, contains_eager, load_only

from records import workflow
from records.database import literal_ids
from records.models import Case, CaseState, Transfer, TransferState
from records.transfers.answers import BulkResult, require_state
from records.transfers.leases import LeaseLost, require_not_anothers
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
    _take(session, taken, actor, now)
    return outcomes


def _locked(session: Session, office_id: int, transfer_ids: Sequence[int]) -> Sequence[Transfer]:
    """The office's transfers with these ids and their cases, locked as by `lock_in_order`."""
    query = (
        select(Transfer)
        .join(Transfer.case)
        .where(*of_office(office_id), Transfer.id.in_(literal_ids(transfer_ids)))
        .options(contains_eager(Transfer.case).options(load_only(Case.id, Case.state)))
        .order_by(Case.id, Transfer.id)
        .with_for_update(of=(Case, Transfer))
    )
    return session.scalars(query.execution_options(populate_existing=True)).all()


def _take(session: Session, transfers: Sequence[Transfer], actor: workflow.Actor, now: datetime) -> None:
    if not transfers:
        return
    cases = {transfer.case_id: transfer.case for transfer in transfers}
    first = [case for case in cases.values() if case.state is CaseState.TRANSFERRED]
    for case in cases.values():
        if case.state is not CaseState.TRANSFERRED:  # another office had it first
            workflow.note(session, case, actor=actor, now=now, reason="签收")
    workflow.step_many(session, first, CaseState.RECEIVED, actor=actor, now=now, reason="签收")
    ids = [transfer.id for transfer in transfers]
    session.execute(
        update(Transfer)
        .where(Transfer.id.in_(literal_ids(ids)))
        .values(received_at=now, received_by=actor.name)
    )
