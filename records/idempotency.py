"""Calls that are made once: a call that comes again with its key gets the answer of the first, and changes nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, delete, select
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
        noted = _noted(engine, call, now, work, refusals)
    except IntegrityError:
        known = _known(engine, call)
        if known is None:
            raise
        if known.request_sha256 != call.request_sha256:
            raise KeyReused("这个 Idempotency-Key 已用于另一请求") from None
        noted = known
    if noted.refused:
        raise next(kind for kind in refusals if kind.__name__ == noted.refused)(noted.answer)
    return noted.answer


def _noted(
    engine: Engine,
    call: Call,
    now: datetime,
    work: Callable[[Session], str],
    refusals: tuple[type[Exception], ...],
) -> AnsweredCall:
    """Do it, and note the result. Raises IntegrityError where the key was used before."""
    with transaction(engine) as session:
        session.execute(delete(AnsweredCall).where(AnsweredCall.at < now - KEPT))
        noted = AnsweredCall(
            office_id=call.office_id,
            key=call.key,
            request_sha256=call.request_sha256,
            at=now,
            answer="",
        )
        session.add(noted)
        session.flush()  # the second caller waits here for the first, or fails
        try:
            with session.begin_nested():
                answer = work(session)
        except refusals as refused:
            noted.refused, answer = type(refused).__name__, str(refused)
        noted.answer = answer
        return noted


def _known(engine: Engine, call: Call) -> AnsweredCall | None:
    conditions = (AnsweredCall.office_id == call.office_id, AnsweredCall.key == call.key)
    with reading(engine) as session:
        return session.scalar(select(AnsweredCall).where(*conditions))
