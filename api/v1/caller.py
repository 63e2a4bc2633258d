"""The caller of the API: an office by its token, the token's scopes and rate, and the identity of the
call."""

import hashlib
import threading
from datetime import datetime, timedelta
from typing import Annotated, NamedTuple

from fastapi import Depends, Header, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import Engine

from api.context import App, Now, release_due
from api.errors import NotAllowed, TokenRefused, TooManyCalls
from records.database import glancing, transaction
from records.idempotency import Call, forget_old
from records.models import OfficeKind
from records.people.office_tokens import READ, WRITE, grant_calls, note_use
from records.transfers.callers import find_calling_office
from records.workflow import Actor, actor_of_office
from telemetry.logs import bind

_BEARER = HTTPBearer(auto_error=False, description="部门令牌，由 qingyi office token 签发")
_MINUTE, _GRANTS = timedelta(minutes=1), 20


class CallersOffice(NamedTuple):
    """The office that a request's token belongs to."""

    id: int
    name: str
    kind: OfficeKind


class Caller(NamedTuple):
    """The office that calls, and by which token."""

    office: CallersOffice
    token_id: int

    @property
    def actor(self) -> Actor:
        """Its name in the log."""
        return actor_of_office(self.office)


class RateLimiter:
    """Limits how often each token may call, over all processes. The count is in the database; to avoid a
    write per call, a process reserves some calls at a time, valid for a minute."""

    def __init__(self, engine: Engine, a_minute: int) -> None:
        self._engine, self._a_minute = engine, a_minute
        self._at_a_time = max(1, a_minute // _GRANTS)
        self._granted: dict[int, tuple[int, datetime]] = {}
        self._lock = threading.Lock()

    def take(self, token_id: int, now: datetime) -> None:
        """Count a call; raises TooManyCalls with the seconds after which another may be made."""
        if self._has_one(token_id, now):
            return
        with transaction(self._engine) as session:
            granted, seconds = grant_calls(session, token_id, self._a_minute, self._at_a_time, now)
        if not granted:
            raise TooManyCalls(seconds)
        with self._lock:
            more, since = self._granted.get(token_id, (0, now))
            left = more if now - since < _MINUTE else 0
            self._granted[token_id] = (left + granted - 1, now)

    def _has_one(self, token_id: int, now: datetime) -> bool:
        with self._lock:
            left, since = self._granted.get(token_id, (0, now))
            if left < 1 or now - since >= _MINUTE:
                return False
            self._granted[token_id] = (left - 1, since)
            return True


def caller(
    request: Request,
    app: App,
    now: Now,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)],
) -> Caller:
    """The office that calls; raises TokenRefused, NotAllowed where the token lacks the scope, or
    TooManyCalls."""
    found = None
    if credentials:
        with glancing(app.engine) as session:
            found = find_calling_office(session, credentials.credentials, now)
    if found is None:
        raise TokenRefused("请在 Authorization 中提供有效的部门令牌")
    bind(office=found.office_id)
    calls: RateLimiter = request.app.state.calls
    calls.take(found.token_id, now)
    needed = READ if request.method in {"GET", "HEAD"} else WRITE
    if needed not in found.scopes:
        raise NotAllowed(f"这个令牌没有 {needed} 权限")
    if found.last_used_at is None or found.last_used_at < now - _MINUTE:
        with transaction(app.engine) as session:
            note_use(session, found.token_id, now)
            forget_old(session, now)
    if found.first_held is not None and found.first_held <= now:
        release_due(app, now)
    return Caller(CallersOffice(found.office_id, found.name, found.kind), found.token_id)


TokenCaller = Annotated[Caller, Depends(caller)]


async def call(
    request: Request,
    who: TokenCaller,
    key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            min_length=1,
            max_length=200,
            description="同一个值的重复调用只生效一次，并得到第一次的结果（保留 7 天）",
        ),
    ] = None,
) -> Call:
    """The identity of this call: two with one key must be equal."""
    asked = hashlib.sha256()
    for part in (request.method, request.url.path, request.url.query):
        asked.update(part.encode() + b"\0")
    asked.update(await request.body())
    return Call(who.office.id, key, asked.hexdigest())


ThisCall = Annotated[Call, Depends(call)]
