"""An office's acts on its transfers: 签收, 处置, 退回, and withdrawing a reply 撤回.

A case may be with several offices at once, each with its own state and day by which it is to answer. The case follows:
acknowledged when the first has acknowledged it, disposed or returned when the last has answered.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol, TypeVar

from sqlalchemy.orm import Session

from records import workflow
from records.local_time import local_day
from records.models import CaseState, DisposalResult, Transfer, TransferState
from records.models.cases import WITHOUT_ACT
from records.transfers.office_queue import NotThisOffice

Item = TypeVar("Item")
_ANSWERED = frozenset({CaseState.DISPOSED, CaseState.RETURNED})
_WITH_OFFICES = frozenset({CaseState.TRANSFERRED, CaseState.RECEIVED})


@dataclass(frozen=True)
class Disposal:
    """An office's report 处置: result, day, its document, a note."""

    result: DisposalResult
    disposed_on: date
    document_number: str = ""
    note: str = ""
    measure: str = ""  # in the office's own words

    @property
    def label(self) -> str:
        """The measure, in the office's words."""
        return self.measure or self.result.label


@dataclass(frozen=True)
class BulkResult:
    """The result for one transfer among many: its new state, or why not, in Chinese."""

    transfer_id: int
    done: bool
    detail: str


def each(
    session: Session,
    asked: Sequence[tuple[int, Item]],
    work: Callable[[Session, Item], Transfer],
    refusals: tuple[type[Exception], ...] = (),
) -> list[BulkResult]:
    """Do each by itself: one that is not this office's, whose step is refused, or that meets one of
    `refusals` leaves the others unchanged."""
    expected: tuple[type[Exception], ...] = (NotThisOffice, workflow.StepRefused, *refusals)
    outcomes = []
    for transfer_id, one in asked:
        try:
            with session.begin_nested():
                done, detail = True, work(session, one).state.label
        except expected as refused:
            done, detail = False, str(refused)
        outcomes.append(BulkResult(transfer_id, done, detail))
    return outcomes


def take(session: Session, transfer: Transfer, *, actor: workflow.Actor, now: datetime) -> None:
    """Acknowledge a transfer 签收; doing so again changes nothing. Raises StepRefused."""
    if transfer.state is TransferState.RECEIVED:
        return
    require_state(transfer, TransferState.TRANSFERRED, TransferState.RECEIVED)
    case = transfer.case
    if case.state is CaseState.TRANSFERRED:
        workflow.step(session, case, CaseState.RECEIVED, actor=actor, now=now, reason="签收")
    else:
        workflow.note(session, case, actor=actor, now=now, reason="签收")
    transfer.received_at, transfer.received_by = now, actor.name


def report_disposed(
    session: Session,
    transfer: Transfer,
    disposal: Disposal,
    *,
    actor: workflow.Actor,
    now: datetime,
    recheck_after: timedelta,
) -> None:
    """Report a disposal 处置; the same report again changes nothing. Raises StepRefused.

    The page is looked at again after `recheck_after`.
    """
    if transfer.closed_at is not None and _reported(transfer) == disposal:
        return
    require_state(transfer, TransferState.RECEIVED, TransferState.DISPOSED)
    if disposal.disposed_on > local_day(now):
        raise workflow.StepRefused(f"处置日期 {disposal.disposed_on} 在今天之后，请核对")
    transfer.closed_at = now
    transfer.result, transfer.disposed_on = disposal.result, disposal.disposed_on
    transfer.document_number, transfer.note = disposal.document_number, disposal.note
    transfer.measure = disposal.measure or None
    words = f"{disposal.label}，{disposal.disposed_on}"
    detail = {"document_number": disposal.document_number, "note": disposal.note}
    _follow(session, transfer, words, detail, actor, now, recheck_after)


def give_back(
    session: Session,
    transfer: Transfer,
    reason: str,
    *,
    actor: workflow.Actor,
    now: datetime,
    recheck_after: timedelta = timedelta(hours=24),
) -> None:
    """Return a transfer 退回 with its reason. Raises StepRefused."""
    require_state(transfer, TransferState.RECEIVED, TransferState.RETURNED)
    if not reason.strip():
        raise workflow.StepRefused(f"改为“{TransferState.RETURNED.label}”必须写明理由")
    transfer.closed_at, transfer.note = now, reason
    _follow(session, transfer, f"退回：{reason}", {}, actor, now, recheck_after)


def is_withdrawable(transfer: Transfer) -> bool:
    """Whether an answer can be taken back: the page was not looked at again, and the case is where it came by it."""
    case = transfer.case
    newest = max(one.round for one in case.transfers)
    where = case.state in _ANSWERED | _WITH_OFFICES
    return (
        transfer.closed_at is not None and transfer.round == newest and where and not transfer.verifications
    )


def withdraw(session: Session, transfer: Transfer, *, actor: workflow.Actor, now: datetime) -> None:
    """Take back an answer 撤回反馈, as long as nobody has acted on it: the page was not looked at again, and the case is
    where the answer brought it. Raises StepRefused."""
    case = transfer.case
    if transfer.closed_at is None:
        raise workflow.StepRefused(f"转送件 {transfer.id} 还没有反馈")
    if not is_withdrawable(transfer):
        raise workflow.StepRefused(f"转送件 {transfer.id} 反馈后已经核验或另行办理，不能撤回")
    result = transfer.outcome or "退回"
    transfer.closed_at = transfer.result = transfer.disposed_on = transfer.measure = None
    transfer.document_number = transfer.note = None
    if case.state in _ANSWERED:
        case.recheck_at, case.recheck_round = None, 0
        workflow.step(session, case, CaseState.RECEIVED, actor=actor, now=now, reason=f"撤回反馈：{result}")
    else:
        workflow.note(session, case, actor=actor, now=now, reason=f"撤回反馈：{result}")


def _follow(
    session: Session,
    transfer: Transfer,
    words: str,
    detail: dict[str, str],
    actor: workflow.Actor,
    now: datetime,
    recheck_after: timedelta,
) -> None:
    """Bring the case of an answered transfer to the state that its offices' replies give, once the last has
    answered."""
    case = transfer.case
    transfer.awaited = None  # the reply ends the conversation
    number = max(one.round for one in case.transfers)
    round_transfers = [one for one in case.transfers if one.round == number]
    if any(one.closed_at is None for one in round_transfers):
        workflow.note(session, case, actor=actor, now=now, reason=words)
        return
    acted = any(one.result not in {None, *WITHOUT_ACT} for one in round_transfers)
    to = CaseState.DISPOSED if acted else CaseState.RETURNED
    workflow.step(session, case, to, actor=actor, now=now, reason=words, detail=dict(detail))
    if acted:
        case.recheck_at, case.recheck_round = now + recheck_after, 0


class Stated(Protocol):
    """A transfer's own state, in whatever form it was read."""

    @property
    def id(self) -> int: ...
    @property
    def state(self) -> TransferState: ...


def require_state(transfer: Stated, state: TransferState, to: TransferState) -> None:
    """Raises StepRefused unless the transfer is in `state`; `to` is the intended one."""
    if transfer.state is not state:
        raise workflow.StepRefused(f"转送件 {transfer.id} 处于“{transfer.state.label}”，不能改为“{to.label}”")


def _reported(transfer: Transfer) -> Disposal | None:
    if transfer.result is None or transfer.disposed_on is None:
        return None
    return Disposal(
        transfer.result,
        transfer.disposed_on,
        transfer.document_number or "",
        transfer.note or "",
        transfer.measure or "",
    )
