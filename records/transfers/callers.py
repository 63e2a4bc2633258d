"""Who calls the API: asked by every call, so by one query of plain values."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from records.models import Office, OfficeKind, OfficeToken
from records.store.content_store import sha256_of
from records.transfers.hand_over import FIRST_HELD


class CallingOffice(NamedTuple):
    """A valid token and its office, and when the first transfer that can still be recalled is the office's."""

    token_id: int
    scopes: list[str]
    last_used_at: datetime | None
    office_id: int
    name: str
    kind: OfficeKind
    first_held: datetime | None


def find_calling_office(session: Session, token: str, now: datetime) -> CallingOffice | None:
    """The office with this token, unless it has expired or was revoked."""
    given = {"token_sha256": sha256_of(token.encode()), "now": now}
    row = session.connection().execute(_CALLING, given).one_or_none()
    return CallingOffice(*row) if row else None


# Columns stand in the order of the fields above.
_CALLING = (
    select(
        OfficeToken.id,
        OfficeToken.scopes,
        OfficeToken.last_used_at,
        Office.id,
        Office.name,
        Office.kind,
        FIRST_HELD,
    )
    .join(OfficeToken.office)
    .where(
        OfficeToken.token_sha256 == bindparam("token_sha256"),
        OfficeToken.expires_at > bindparam("now"),
    )
)
