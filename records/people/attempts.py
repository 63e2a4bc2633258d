"""Failures to sign in: how many from which address, and when further attempts are refused.

A guesser is stopped without stopping the name's owner: an address that a name has signed in from counts its
own failures only. So neither a colleague's tries nor those of the whole internet lock a person out where they
work, and one address that tries many names is stopped for those that never came from there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, func, select
from sqlalchemy.orm import Session

from records.models import SignInAttempt
from records.store.content_store import sha256_of

OF_ONE_FROM_ONE = 5  # failures of a name from an address
OF_ONE = 30  # of a name, from all addresses where it is not at home
FROM_ONE = 60  # from an address, of all names that are not at home there
LOCKED_FOR = timedelta(minutes=15)
AT_HOME_FOR = timedelta(days=90)


@dataclass(frozen=True)
class Attempt:
    """An attempt to sign in as `name` from an IP address."""

    name: str
    address: str

    @property
    def name_sha256(self) -> str:
        """The stored form of the name, which may be a password typed in the wrong field."""
        return sha256_of(self.name.encode("utf-8", "surrogatepass"))


def is_heard(session: Session, attempt: Attempt, now: datetime) -> bool:
    """Whether a password is checked now; otherwise it is refused, right or wrong."""
    row = _row(session, attempt)
    if row and row.failures >= OF_ONE_FROM_ONE and row.since > now - LOCKED_FOR:
        return False
    if row and _is_at_home(row, now):
        return True
    counted = (SignInAttempt.since > now - LOCKED_FOR, ~_at_home(now))
    of_one = select(func.sum(SignInAttempt.failures)).where(
        SignInAttempt.name_sha256 == attempt.name_sha256, *counted
    )
    from_one = select(func.sum(SignInAttempt.failures)).where(
        SignInAttempt.address == attempt.address, *counted
    )
    return (session.scalar(of_one) or 0) < OF_ONE and (session.scalar(from_one) or 0) < FROM_ONE


def note_failure(session: Session, attempt: Attempt, now: datetime) -> None:
    """Count a failure; a lock runs from the first of those that make it."""
    row = _own(session, attempt, now)
    if row.since <= now - LOCKED_FOR:
        row.since, row.failures = now, 0
    row.failures += 1


def note_success(session: Session, attempt: Attempt, now: datetime) -> None:
    """The name is at home at the address from now on, and free of failures there; old failures are
    forgotten."""
    row = _own(session, attempt, now)
    row.failures, row.since, row.succeeded_at = 0, now, now
    past = (SignInAttempt.since < now - AT_HOME_FOR, ~_at_home(now))
    session.execute(delete(SignInAttempt).where(*past))


def unlock(session: Session, name: str) -> None:
    """Forget the failures of a name, wherever they came from."""
    condition = SignInAttempt.name_sha256 == Attempt(name, "").name_sha256
    session.execute(delete(SignInAttempt).where(condition, SignInAttempt.succeeded_at.is_(None)))
    for row in session.scalars(select(SignInAttempt).where(condition)):
        row.failures = 0


def locked_until(session: Session, name: str, now: datetime) -> datetime | None:
    """Until when a name is refused somewhere; None where it is accepted everywhere."""
    rows = session.scalars(
        select(SignInAttempt).where(
            SignInAttempt.name_sha256 == Attempt(name, "").name_sha256,
            SignInAttempt.failures >= OF_ONE_FROM_ONE,
            SignInAttempt.since > now - LOCKED_FOR,
        )
    )
    return max((row.since + LOCKED_FOR for row in rows), default=None)


def find_last_sign_ins(session: Session, names: Sequence[str]) -> dict[str, datetime]:
    """When each of these names signed in last; those that never did, or long ago, are left out."""
    hashes = {Attempt(name, "").name_sha256: name for name in names}
    last = select(SignInAttempt.name_sha256, func.max(SignInAttempt.succeeded_at))
    last = last.where(SignInAttempt.succeeded_at.is_not(None)).group_by(SignInAttempt.name_sha256)
    return {hashes[key]: moment for key, moment in session.execute(last) if moment and key in hashes}


def _row(session: Session, attempt: Attempt) -> SignInAttempt | None:
    return session.get(SignInAttempt, (attempt.name_sha256, attempt.address[:64]), with_for_update=True)


def _own(session: Session, attempt: Attempt, now: datetime) -> SignInAttempt:
    row = _row(session, attempt)
    if row is None:
        row = SignInAttempt(
            name_sha256=attempt.name_sha256, address=attempt.address[:64], failures=0, since=now
        )
        session.add(row)
    return row


def _is_at_home(row: SignInAttempt, now: datetime) -> bool:
    return row.succeeded_at is not None and row.succeeded_at > now - AT_HOME_FOR


def _at_home(now: datetime) -> ColumnElement[bool]:
    return and_(SignInAttempt.succeeded_at.is_not(None), SignInAttempt.succeeded_at > now - AT_HOME_FOR)
