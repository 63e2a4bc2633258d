"""Leases 租约 of transfers: an office's program holds a batch for a time, so that two programs never work on the same.

A lease is technical, acknowledgement 签收 is not: an acknowledged transfer whose lease expired can be leased
again.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from records.database import among
from records.models import Transfer
from records.transfers.office_queue import find_office_transfer, lock_in_order
from records.transfers.views import TransferView, list_transfer_views

LONGEST = timedelta(hours=24)
MOST = 500


class LeaseLost(Exception):
    """The lease is not (or no longer) this caller's; the message says which, in Chinese."""


@dataclass(frozen=True)
class TransferLease:
    """A batch of transfers that is held until a moment."""

    id: str
    until: datetime
    transfers: Sequence[TransferView]


def lease(
    session: Session,
    office_id: int,
    limit: int,
    seconds: int,
    now: datetime,
    *,
    with_received: bool = False,
) -> TransferLease:
    """Hold the office's oldest open transfers that nobody holds, at most `limit`; with those received before, too."""
    free = or_(Transfer.leased_until.is_(None), Transfer.leased_until <= now)
    query = select(Transfer.id).where(Transfer.held_until.is_(None), Transfer.closed_at.is_(None), free)
    if with_received:
        query = query.where(Transfer.office_id == office_id).order_by(Transfer.id)
    else:
        # The same, said as a range: for `==` PostgreSQL walks along the primary key, past all that were ever received.
        query = query.where(Transfer.office_id.between(office_id, office_id), Transfer.received_at.is_(None))
        query = query.order_by(Transfer.office_id, Transfer.id)
    query = query.limit(min(limit, MOST)).with_for_update(skip_locked=True)
    lease_id, until = secrets.token_urlsafe(18), now + min(timedelta(seconds=seconds), LONGEST)
    chosen = query.cte("chosen")
    held = update(Transfer).where(Transfer.id == chosen.c.id).values(lease_id=lease_id, leased_until=until)
    ids = session.connection().scalars(held.returning(Transfer.id)).all()
    return TransferLease(lease_id, until, list_transfer_views(session, ids))


def extend(session: Session, office_id: int, lease_id: str, seconds: int, now: datetime) -> TransferLease:
    """Extend the lease of the remaining transfers; raises LeaseLost when it has run out, or nothing is
    left."""
    conditions = (Transfer.office_id == office_id, Transfer.lease_id == lease_id)
    # Locked before it is looked at: another may get the expired transfers meanwhile.
    ids = lock_in_order(session, *conditions, Transfer.closed_at.is_(None), Transfer.leased_until > now)
    if not ids:
        raise LeaseLost("租约不存在、已过期或已全部办结")
    until = now + min(timedelta(seconds=seconds), LONGEST)
    longer = update(Transfer).where(among(Transfer.id, ids)).values(leased_until=until)
    session.execute(longer.execution_options(synchronize_session=False))
    return TransferLease(lease_id, until, list_transfer_views(session, ids))


def release(session: Session, office_id: int, lease_id: str) -> int:
    """Release a lease early: others can lease the remaining transfers; returns how many."""
    conditions = (
        Transfer.office_id == office_id,
        Transfer.lease_id == lease_id,
        Transfer.closed_at.is_(None),
    )
    ids = lock_in_order(session, *conditions)
    freed = update(Transfer).where(among(Transfer.id, ids)).values(lease_id=None, leased_until=None)
    session.execute(freed.execution_options(synchronize_session=False))
    return len(ids)


def transfer_to_answer(
    session: Session,
    office_id: int,
    transfer_id: int,
    lease_id: str | None,
    now: datetime,
    *,
    closed_too: bool = False,
) -> Transfer:
    """One transfer of the office, locked as by `find_office_transfer`, which nobody holds but the caller; raises
    NotThisOffice or LeaseLost. With `closed_too` a closed one needs no lease: to say the same again changes nothing."""
    transfer = find_office_transfer(session, office_id, transfer_id, to_change=True)
    if not (closed_too and transfer.closed_at is not None):
        require_not_anothers(transfer, lease_id, now)
    return transfer


class Held(Protocol):
    """The holder of a transfer, in whatever form it was read."""

    @property
    def id(self) -> int: ...
    @property
    def lease_id(self) -> str | None: ...
    @property
    def leased_until(self) -> datetime | None: ...


def require_not_anothers(transfer: Held, lease_id: str | None, now: datetime) -> None:
    """Raises LeaseLost when somebody else holds the transfer, or the caller's lease of it has run out."""
    held = transfer.leased_until is not None and transfer.leased_until > now
    if lease_id is None:
        if held:
            raise LeaseLost(f"转送件 {transfer.id} 正由另一租约持有")
        return
    if transfer.lease_id != lease_id:
        raise LeaseLost(f"转送件 {transfer.id} 不在这个租约中，或已由另一租约持有")
    if not held:
        raise LeaseLost(f"租约已过期，转送件 {transfer.id} 可能已由他人领取")
