"""An office's queue: its transfers, and one of them, to read or change."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import BindParameter, ColumnElement, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from records.database import among
from records.models import (
    Case,
    JudgementRecord,
    Message,
    Page,
    Side,
    Snapshot,
    Source,
    Transfer,
    TransferState,
)
from records.models.cases import state_of_transfer
from records.transfers.matters import STATE_FACTS


class NotThisOffice(Exception):
    """The transfer is not this office's, or there is none: the response is the same for both."""


@dataclass(frozen=True)
class Queued:
    """The wanted transfers of an office: at most `limit` after an id, those that are not closed or those in a
    state, of all matters or of one."""

    office_id: int
    after_id: int = 0
    limit: int = 100
    state: TransferState | None = None
    matter_id: int | None = None
    only_awaited: bool = False  # those that the office has to read or answer


def of_office(office_id: int | BindParameter[int]) -> tuple[ColumnElement[bool], ...]:
    """The conditions that an office may see a transfer: not while it can still be recalled."""
    return Transfer.office_id == office_id, Transfer.held_until.is_(None)


def list_queued(session: Session, queued: Queued) -> Sequence[Transfer]:
    """The wanted transfers, oldest first, with all that a person needs to act."""
    ids = list_queued_ids(session, queued)
    query = select(Transfer).where(among(Transfer.id, ids)).options(*LISTED_TRANSFER)
    return session.scalars(query.order_by(Transfer.id)).all()


def list_queued_ids(session: Session, queued: Queued) -> Sequence[int]:
    """The ids of the transfers of `list_queued`."""
    query = select(Transfer.id).where(*of_office(queued.office_id), Transfer.id > queued.after_id)
    query = query.where(*(in_state(queued.state) if queued.state else (Transfer.closed_at.is_(None),)))
    if queued.only_awaited:
        query = select(Transfer.id).where(*of_office(queued.office_id), Transfer.id > queued.after_id)
        query = query.where(Transfer.awaited == Side.OFFICE)
    if queued.matter_id is not None:
        query = query.where(Transfer.matter_id == queued.matter_id)
    return session.scalars(query.order_by(Transfer.id).limit(queued.limit)).all()


def count_by_state(session: Session, office_id: int) -> dict[TransferState, int]:
    """How many of the office's transfers are in each state."""
    found = dict.fromkeys(TransferState, 0)
    query = select(*STATE_FACTS, func.count()).where(*of_office(office_id))
    for *facts, count in session.execute(query.group_by(*STATE_FACTS)):
        found[state_of_transfer(*facts)] += count
    return found


def find_office_transfer(
    session: Session, office_id: int, transfer_id: int, *, to_change: bool = False
) -> Transfer:
    """One transfer of the office; raises NotThisOffice. With `to_change` nobody else changes it or its lease, nor any
    transfer of its case, until the session ends."""
    conditions = (Transfer.id == transfer_id, *of_office(office_id))
    if to_change:
        lock_in_order(session, *conditions)
    query = select(Transfer).where(*conditions).execution_options(populate_existing=to_change)
    acted_on = query.options(_WHOLE_CASE.selectinload(Case.transfers))
    transfer = session.scalar(acted_on if to_change else query.options(*WHOLE_TRANSFER))
    if transfer is None:
        raise _not_this_office(transfer_id)
    return transfer


def lock_in_order(session: Session, *which: ColumnElement[bool]) -> Sequence[int]:
    """Lock transfers and their cases until the session ends, in the cases' order, like all writers, since
    both the case and the lease change them. Returns the ids of those that `which` holds of once they are
    locked."""
    query = select(Transfer.id).join(Transfer.case).where(*which).order_by(Case.id, Transfer.id)
    return session.scalars(query.with_for_update(of=(Case, Transfer))).all()


def require_own(session: Session, office_id: int, transfer_id: int) -> None:
    """Raises NotThisOffice unless the transfer is the office's."""
    conditions = (Transfer.id == transfer_id, *of_office(office_id))
    if session.scalar(select(Transfer.id).where(*conditions)) is None:
        raise _not_this_office(transfer_id)


def _not_this_office(transfer_id: int) -> NotThisOffice:
    return NotThisOffice(f"没有编号为 {transfer_id} 的转送件")


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


_WHOLE_CASE = joinedload(Transfer.case)
_JUDGEMENT = _WHOLE_CASE.joinedload(Case.judgement)
_AROUND = (
    _WHOLE_CASE.joinedload(Case.page).joinedload(Page.source).joinedload(Source.institution),
    _WHOLE_CASE.selectinload(Case.transfers),
    _WHOLE_CASE.selectinload(Case.verifications),
    selectinload(Transfer.attachments),
    selectinload(Transfer.messages).selectinload(Message.attachments),
)
WHOLE_TRANSFER = (
    *_AROUND,
    _JUDGEMENT.selectinload(JudgementRecord.findings),
    _JUDGEMENT.joinedload(JudgementRecord.snapshot),
)
# The parts that a list of transfers shows: neither the page's text nor its judgement's details.
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
