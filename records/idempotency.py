"""Calls that are made once: a call that comes again with its key gets the answer of the first, and changes nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Engine, Table, bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from records.database import reading, transaction
from records.models import AnsweredCall

KEPT = timedelta(days=7)


class KeyReused(Exception):
    """The key was used for another call."""


@dataclass(frozen=True)
class Call:
    """A call: whose, its key (None: it may be done again), and a hash over its request."""

    office_id: int
    key: str | None
    request_sha256: str


def once(
    engine: Engine,
    call: Call,
    now: datetime,
    work: Callable[[Session], str],
    refusals: tuple[type[Exception], ...] = (),
) -> str:
    """The result (JSON) of `work`, done in one transaction with the note that it was done; or the first
    result, where the call was made before. One of `refusals` is a result, too: it is raised again, in the
    same words, whatever has changed since. Raises KeyReused, and the errors of `work`; for other errors
    nothing is done or noted."""
    if call.key is None:
        with transaction(engine) as session:
            return work(session)
    try:
        return _done(engine, call, now, work, refusals)
    except IntegrityError:
        known = _known(engine, call)
        if known is None:
            raise
    if known.request_sha256 != call.request_sha256:
        raise KeyReused("这个 Idempotency-Key 已用于另一请求")
    if known.refused:
        raise next(kind for kind in refusals if kind.__name__ == known.refused)(known.answer)
    return known.answer


def _done(
    engine: Engine,
    call: Call,
    now: datetime,
    work: Callable[[Session], str],
    refusals: tuple[type[Exception], ...],
) -> str:
    """Do it, and note the result. Raises IntegrityError where the key was used before, if only meanwhile."""
    note = {"office_id": call.office_id, "key": call.key, "request_sha256": call.request_sha256, "at": now}
    try:
        with transaction(engine) as session:
            # The second caller waits here for the first, or fails.
            session.execute(_NOTE, {**note, "answer": ""})
            answer = work(session)
            session.execute(_ANSWER, {"of": call.office_id, "under": call.key, "told": answer})
    except refusals as refused:
        with transaction(engine) as session:
            session.execute(_NOTE, {**note, "answer": str(refused), "refused": type(refused).__name__})
        raise
    return answer


_CALLS = cast(Table, AnsweredCall.__table__)
_NOTE = insert(_CALLS)
_ANSWER = (
    update(_CALLS)
    .where(_CALLS.c.office_id == bindparam("of"), _CALLS.c.key == bindparam("under"))
    .values(answer=bindparam("told"))
)


def forget_old(session: Session, now: datetime) -> None:
    """Forget the answers that have been kept long enough."""
    session.execute(delete(AnsweredCall).where(AnsweredCall.at < now - KEPT))


def _known(engine: Engine, call: Call) -> AnsweredCall | None:
    conditions = (AnsweredCall.office_id == call.office_id, AnsweredCall.key == call.key)
    with reading(engine) as session:
        return session.scalar(select(AnsweredCall).where(*conditions))
