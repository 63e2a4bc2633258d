"""The state machine of a case: the only code that changes a case's state, and it always writes the audit row."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import update
from sqlalchemy.orm import Session

from records import audit
from records.audit import Step
from records.database import among
from records.models import Case, CaseState, User


class StepRefused(Exception):
    """A step that the state machine does not allow; the message says why, in Chinese."""


@dataclass(frozen=True)
class Actor:
    """Who takes a step: `kind` is user, office or system; the log names both."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"


USER, OFFICE, SYSTEM = "user", "office", "system"

# From where to where, and who may. Nothing else is a step.
STEPS: dict[tuple[CaseState, CaseState], frozenset[str]] = {
    (CaseState.PENDING, CaseState.REVIEWING): frozenset({USER}),
    # New lists find nothing on its page any more, and nobody holds it.
    (CaseState.PENDING, CaseState.DISMISSED): frozenset({SYSTEM}),
    (CaseState.REVIEWING, CaseState.PENDING): frozenset({USER}),
    (CaseState.REVIEWING, CaseState.UNLAWFUL): frozenset({USER}),
    (CaseState.REVIEWING, CaseState.PROPOSED): frozenset({USER}),
    (CaseState.PROPOSED, CaseState.UNLAWFUL): frozenset({USER}),
    (CaseState.PROPOSED, CaseState.REVIEWING): frozenset({USER}),
    (CaseState.REVIEWING, CaseState.DISMISSED): frozenset({USER}),
    (CaseState.REVIEWING, CaseState.NEEDS_MORE): frozenset({USER}),
    (CaseState.NEEDS_MORE, CaseState.REVIEWING): frozenset({USER}),
    (CaseState.DISMISSED, CaseState.REVIEWING): frozenset({USER}),
    (CaseState.UNLAWFUL, CaseState.REVIEWING): frozenset({USER}),
    (CaseState.UNLAWFUL, CaseState.TRANSFERRED): frozenset({USER}),
    (CaseState.TRANSFERRED, CaseState.RECEIVED): frozenset({OFFICE}),
    (CaseState.RECEIVED, CaseState.DISPOSED): frozenset({OFFICE}),
    (CaseState.RECEIVED, CaseState.RETURNED): frozenset({OFFICE}),
    # An answer that is taken back.
    (CaseState.DISPOSED, CaseState.RECEIVED): frozenset({OFFICE}),
    (CaseState.RETURNED, CaseState.RECEIVED): frozenset({OFFICE}),
    (CaseState.RETURNED, CaseState.REVIEWING): frozenset({USER}),
    (CaseState.RETURNED, CaseState.TRANSFERRED): frozenset({USER}),
    (CaseState.DISPOSED, CaseState.VERIFIED): frozenset({SYSTEM, USER}),
    (CaseState.DISPOSED, CaseState.RECURRED): frozenset({SYSTEM, USER}),
    (CaseState.VERIFIED, CaseState.RECURRED): frozenset({SYSTEM, USER}),
    (CaseState.RECURRED, CaseState.TRANSFERRED): frozenset({USER}),
    (CaseState.RECURRED, CaseState.REVIEWING): frozenset({USER}),
}

# Where a transfer that no office has seen goes back to, when it is recalled.
RECALLS = frozenset({CaseState.UNLAWFUL, CaseState.RETURNED, CaseState.RECURRED})

# Steps that mean nothing without their grounds.
NEEDS_REASON = frozenset({CaseState.DISMISSED, CaseState.NEEDS_MORE, CaseState.RETURNED})


def step(
    session: Session,
    case: Case,
    to: CaseState,
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
    detail: dict[str, Any] | None = None,
) -> None:
    """Move `case` to `to` and write who, when, from, to and why.

    Raises StepRefused when there is no such step, when it is not this actor's, or when its reason is missing.
    """
    _require_step(case.id, case.state, to, actor, reason)
    before, case.state, case.changed_at = case.state, to, now
    _write(session, Step(case.id, before, to), actor=actor, now=now, reason=reason, detail=detail)
    session.flush()


def recall(session: Session, case: Case, to: CaseState, *, actor: Actor, now: datetime, reason: str) -> None:
    """Move a transferred case back to where it was, since no office has seen it. Raises StepRefused."""
    if case.state is not CaseState.TRANSFERRED or to not in RECALLS or actor.kind != USER:
        raise StepRefused(f"案件 {case.id} 处于“{case.state.label}”，不能撤回")
    before, case.state, case.changed_at = case.state, to, now
    _write(session, Step(case.id, before, to), actor=actor, now=now, reason=reason)
    session.flush()


def step_many(
    session: Session,
    states: Mapping[int, CaseState],
    to: CaseState,
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> None:
    """Move cases that the caller has locked, by their ids, from their states to `to`, each with its row in the log, by one
    statement. Raises as `step`; then none is moved. Cases that the session holds are read again."""
    for case_id, state in states.items():
        _require_step(case_id, state, to, actor, reason)
    _touch(session, states, now, state=to)
    steps = (Step(case_id, state, to) for case_id, state in states.items())
    audit.append_steps(session, str(actor), "case_step", now, steps, reason=reason)


def note_many(
    session: Session, states: Mapping[int, CaseState], *, actor: Actor, now: datetime, reason: str
) -> None:
    """Record an event of cases that the caller has locked, by their ids and with their states, as `note` does."""
    _touch(session, states, now)
    steps = (Step(case_id, state, state) for case_id, state in states.items())
    audit.append_steps(session, str(actor), "case_note", now, steps, reason=reason)


def _touch(session: Session, case_ids: Collection[int], now: datetime, **values: CaseState) -> None:
    if not case_ids:
        return
    touched = update(Case).where(among(Case.id, list(case_ids)))
    touched = touched.values(changed_at=now, row_version=Case.row_version + 1, **values)
    session.flush()
    session.connection().execute(touched)
    for held in list(session.identity_map.values()):
        if isinstance(held, Case) and held.id in case_ids:
            session.expire(held)


def _require_step(case_id: int, state: CaseState, to: CaseState, actor: Actor, reason: str) -> None:
    allowed = STEPS.get((state, to))
    if allowed is None:
        raise StepRefused(f"案件 {case_id} 处于“{state.label}”，不能改为“{to.label}”")
    if actor.kind not in allowed:
        raise StepRefused(f"“{state.label}”改为“{to.label}”不是{_ACTOR_LABELS[actor.kind]}的操作")
    if to in NEEDS_REASON and not reason.strip():
        raise StepRefused(f"改为“{to.label}”必须写明理由")


def open_case(session: Session, case: Case, *, actor: Actor, now: datetime, reason: str) -> None:
    """Add `case` in its first state and write the first audit row."""
    case.state = CaseState.PENDING
    case.opened_at = case.changed_at = now
    session.add(case)
    session.flush()
    _write(session, Step(case.id, None, CaseState.PENDING), actor=actor, now=now, reason=reason)


def note(session: Session, case: Case, *, actor: Actor, now: datetime, reason: str) -> None:
    """Record an event of `case` without changing its state."""
    case.changed_at = now
    _write(session, Step(case.id, case.state, case.state), actor=actor, now=now, reason=reason)


def actor_of(user: User) -> Actor:
    """The actor of a signed-in user."""
    return Actor(*user.actor.split(":", 1))


class Named(Protocol):
    """An office, as far as the log names it."""

    @property
    def name(self) -> str: ...


def actor_of_office(office: Named) -> Actor:
    """The actor of an office's token."""
    return Actor(OFFICE, office.name)


_ACTOR_LABELS = {USER: "研判员", OFFICE: "处置部门", SYSTEM: "系统"}


def _write(
    session: Session,
    step: Step,
    *,
    actor: Actor,
    now: datetime,
    reason: str,
    detail: dict[str, Any] | None = None,
) -> None:
    action = "case_note" if step.before is step.after else "case_step"
    audit.append(session, str(actor), action, now, step=step, reason=reason, detail=detail)
