"""The conversation of the commission and an office about a transfer 往来: requests, answers, reminders 催办.

Each message passes the turn to the other side: `Transfer.awaited` says whose it is, and both queues count by
it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from records import workflow
from records.local_time import local_day
from records.models import Case, Message, MessageKind, Side, Transfer, User
from records.people.permissions import is_in_reach
from records.reference.working_days import find_calendar
from records.store.content_store import EvidenceStore
from records.transfers.attachments import AttachmentRefused, File, add_file
from records.transfers.overdue import overdue
from records.transfers.webhooks import enqueue_webhook

_OTHER = {Side.COMMISSION: Side.OFFICE, Side.OFFICE: Side.COMMISSION}
_SIDES = {workflow.USER: Side.COMMISSION, workflow.OFFICE: Side.OFFICE}
_LONGEST = 2000


@dataclass(frozen=True)
class Said:
    """A message: words and documents."""

    words: str
    files: tuple[File, ...] = ()


def say(
    session: Session,
    store: EvidenceStore,
    transfer: Transfer,
    said: Said,
    *,
    actor: workflow.Actor,
    now: datetime,
) -> Message:
    """Send a message about a transfer that the office has, from the side that the actor is of; then it is the
    other's turn. Raises StepRefused for an empty message and for a transfer that can still be recalled,
    AttachmentRefused for a file that cannot be one."""
    side = _SIDES[actor.kind]
    words = said.words.strip()
    if not words:
        raise workflow.StepRefused("请写明内容")
    if transfer.held_until is not None:
        raise workflow.StepRefused("转送件还没有送达处置部门，送达后再去函")
    message = _write(session, transfer, side, MessageKind.MESSAGE, words, actor, now)
    for file in said.files:
        known = {one.sha256: one.name for one in transfer.attachments}
        added = add_file(session, store, transfer, file, actor=actor, now=now)
        if added.sha256 in known:
            raise AttachmentRefused(f"附件“{file.name}”与已有的附件“{known[added.sha256]}”内容相同")
        message.attachments.append(added)
    what = "去函" if side is Side.COMMISSION else "来函"
    named = "".join(f"，附件“{one.name}”" for one in message.attachments)
    workflow.note(
        session,
        transfer.case,
        actor=actor,
        now=now,
        reason=f"{transfer.office.name}转送件 {transfer.id} {what}：{words}{named}",
    )
    return message


def remind(session: Session, transfer: Transfer, *, actor: workflow.Actor, now: datetime) -> Message:
    """Remind an office 催办 of a transfer past its due day. Raises StepRefused for one that is
    not overdue, or whose office waits for an answer itself, and for a second reminder on one day."""
    today = local_day(now)
    if transfer.closed_at is not None or transfer.held_until is not None or transfer.due_on >= today:
        raise workflow.StepRefused(f"转送件 {transfer.id} 没有逾期，不须催办")
    if transfer.awaited is Side.COMMISSION:  # the reminder would take the question out of sight
        raise workflow.StepRefused(f"转送件 {transfer.id} 有来函待答复，请先答复")
    if any(local_day(one.at) == today for one in transfer.messages if one.kind is MessageKind.REMINDER):
        raise workflow.StepRefused(f"转送件 {transfer.id} 今天已经催办")
    days = find_calendar(session).count(transfer.due_on, today)
    words = f"请于 {transfer.due_on} 前反馈，已逾期 {days} 个工作日，请尽快办理并反馈。"
    message = _write(session, transfer, Side.COMMISSION, MessageKind.REMINDER, words, actor, now)
    words = f"催办{transfer.office.name}转送件 {transfer.id}，已逾期 {days} 个工作日"
    workflow.note(session, transfer.case, actor=actor, now=now, reason=words)
    return message


def remind_many(session: Session, case_ids: Sequence[int], by: User, now: datetime) -> int:
    """Remind the offices of these cases' overdue transfers; returns how many reminders were written. Those
    not overdue, or reminded of today, are left alone. Raises StepRefused where none is left."""
    query = select(Transfer).join(Transfer.case).where(Case.id.in_(case_ids), *overdue(local_day(now)))
    written = 0
    for transfer in session.scalars(query.order_by(Transfer.id)):
        if not is_in_reach(by, transfer.case):
            continue
        try:
            remind(session, transfer, actor=workflow.actor_of(by), now=now)
        except workflow.StepRefused:
            continue
        written += 1
    if not written:
        raise workflow.StepRefused("所选案件中没有要催办的：没有逾期、今天已经催办，或来函待答复")
    return written


def settle(session: Session, transfer: Transfer, side: Side) -> None:
    """End the turn of a side that has read the messages and has no reply."""
    if transfer.awaited is side:
        transfer.awaited = None
        session.flush()


def list_messages(session: Session, transfer_id: int) -> Sequence[Message]:
    """The messages about a transfer, oldest first."""
    query = select(Message).where(Message.transfer_id == transfer_id).order_by(Message.id)
    return session.scalars(query).all()


def count_awaited(session: Session, office_id: int) -> int:
    """How many transfers wait for the office to read or answer."""
    conditions = (Transfer.office_id == office_id, Transfer.awaited == Side.OFFICE)
    return session.scalar(select(func.count(Transfer.id)).where(*conditions)) or 0


def _write(
    session: Session,
    transfer: Transfer,
    side: Side,
    kind: MessageKind,
    words: str,
    actor: workflow.Actor,
    now: datetime,
) -> Message:
    message = Message(side=side, kind=kind, author=str(actor), words=words[:_LONGEST], at=now)
    transfer.messages.append(message)
    transfer.awaited = _OTHER[side]
    session.flush()
    if side is Side.COMMISSION:
        enqueue_webhook(session, transfer, "transfer.message", now, kind=kind.value, message_id=message.id)
    return message
