"""Tokens of offices' programs 令牌: issued, found, revoked. Only their hashes are kept."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from records.models import Office, OfficeToken
from records.store.content_store import sha256_of

READ, WRITE = "read", "write"
_MINUTE = 60.0  # seconds


def issue_token(
    session: Session, office: Office, now: datetime, days: int, scopes: Sequence[str] = (READ, WRITE)
) -> str:
    """A new API token for an office; only its hash is kept, so it is shown once. `scopes` say what it may do."""
    token = f"qy_{secrets.token_urlsafe(32)}"
    session.add(
        OfficeToken(
            office_id=office.id,
            token_sha256=sha256_of(token.encode()),
            created_at=now,
            expires_at=now + timedelta(days=days),
            scopes=list(scopes),
        )
    )
    return token


def list_tokens(session: Session) -> Sequence[OfficeToken]:
    """All tokens with their offices, in the order that they were issued."""
    query = select(OfficeToken).options(joinedload(OfficeToken.office))
    return session.scalars(query.order_by(OfficeToken.id)).all()


def find_token(session: Session, token: str, now: datetime) -> OfficeToken | None:
    """The token, with its office, unless it has expired or was revoked."""
    return session.scalar(
        select(OfficeToken)
        .where(OfficeToken.token_sha256 == sha256_of(token.encode()), OfficeToken.expires_at > now)
        .options(joinedload(OfficeToken.office))
    )


def note_use(session: Session, token_id: int, now: datetime) -> None:
    """Write that a token was used."""
    session.execute(update(OfficeToken).where(OfficeToken.id == token_id).values(last_used_at=now))


def grant_calls(
    session: Session, token_id: int, a_minute: int, wanted: int, now: datetime
) -> tuple[int, float]:
    """The number of the wanted calls that a token may make now, and the seconds after which it may make one
    more: a bucket that fills up over a minute, one for all processes that serve the API."""
    row = session.get(OfficeToken, token_id, with_for_update={"key_share": True}, populate_existing=True)
    if row is None:
        return 0, _MINUTE
    since = row.calls_counted_at or now
    passed = max(0.0, (now - since).total_seconds())
    left = float(a_minute) if row.calls_left is None else row.calls_left
    left = min(float(a_minute), left + passed * a_minute / _MINUTE)
    granted = min(wanted, int(left))
    row.calls_left, row.calls_counted_at = left - granted, now
    return granted, (1 - row.calls_left % 1) * _MINUTE / a_minute


def revoke_token(session: Session, token_id: int, now: datetime) -> bool:
    """End a token now; returns whether there was a valid one."""
    found = session.get(OfficeToken, token_id)
    if found is None or found.expires_at <= now:
        return False
    found.expires_at = now
    return True
