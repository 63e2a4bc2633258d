"""Documents 附件 that offices add to their reports, and that either side sends with a message: kept by
content, handed out as downloads only."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath

from sqlalchemy import select
from sqlalchemy.orm import Session

from records import workflow
from records.models import Attachment, Transfer, TransferState
from records.store.content_store import EvidenceMissing, EvidenceStore

LARGEST = 20 * 1024 * 1024
KINDS = ("pdf", "ofd", "doc", "docx", "wps", "xls", "xlsx", "et", "png", "jpg", "jpeg", "zip")
_LONGEST_NAME, _MOST = 200, 20


class AttachmentRefused(Exception):
    """A file that cannot be an attachment; the message says why, in Chinese."""


@dataclass(frozen=True)
class File:
    """A file that was handed in: its name, and all of its bytes."""

    name: str
    content: bytes


def attach(
    session: Session,
    store: EvidenceStore,
    transfer: Transfer,
    file: File,
    *,
    actor: workflow.Actor,
    now: datetime,
) -> Attachment:
    """Add a file to a transfer that the office has acknowledged; the same bytes again change nothing. Raises
    AttachmentRefused, or StepRefused before the receipt and after a return."""
    _check(file)
    if transfer.state not in {TransferState.RECEIVED, TransferState.DISPOSED}:
        raise workflow.StepRefused(f"转送件 {transfer.id} 处于“{transfer.state.label}”，不能添加附件")
    known = len(transfer.attachments)
    attachment = add_file(session, store, transfer, file, actor=actor, now=now)
    if len(transfer.attachments) > known:
        words = f"添加附件“{attachment.name}”，SHA-256 {attachment.sha256}"
        workflow.note(session, transfer.case, actor=actor, now=now, reason=words)
    return attachment


def add_file(
    session: Session,
    store: EvidenceStore,
    transfer: Transfer,
    file: File,
    *,
    actor: workflow.Actor,
    now: datetime,
) -> Attachment:
    """Keep a file with a transfer, from either side; an existing one with the same bytes is returned. Raises
    AttachmentRefused."""
    name = _check(file)
    sha256 = store.put(file.content)
    known = next((one for one in transfer.attachments if one.sha256 == sha256), None)
    if known is not None:
        return known
    if len(transfer.attachments) >= _MOST:
        raise AttachmentRefused(f"一件转送件最多 {_MOST} 个附件")
    attachment = Attachment(
        transfer_id=transfer.id,
        name=name,
        size=len(file.content),
        sha256=sha256,
        added_at=now,
        added_by=actor.name,
    )
    transfer.attachments.append(attachment)
    session.flush()
    return attachment


def attachment_of(session: Session, transfer: Transfer, attachment_id: int) -> Attachment:
    """An attachment of this transfer; raises EvidenceMissing where it has none of this number."""
    conditions = (Attachment.id == attachment_id, Attachment.transfer_id == transfer.id)
    found = session.scalar(select(Attachment).where(*conditions))
    if found is None:
        raise EvidenceMissing(f"转送件 {transfer.id} 没有编号为 {attachment_id} 的附件")
    return found


def _check(file: File) -> str:
    """The name under which a file is kept. Raises AttachmentRefused."""
    name = _name(file.name)
    if not 0 < len(file.content) <= LARGEST:
        raise AttachmentRefused(f"附件“{name}”为空或超过 {LARGEST // 1024 // 1024} MB")
    return name


def _name(given: str) -> str:
    """The file's own name without folders and without unprintable characters; raises AttachmentRefused for a
    kind other than documents."""
    name = "".join(sign for sign in PurePath(given.replace("\\", "/")).name if sign.isprintable()).strip()
    stem, _, kind = name.rpartition(".")
    if not stem or kind.lower() not in KINDS:
        raise AttachmentRefused(f"附件“{name[:60]}”不是可接受的文件，可用：{'、'.join(KINDS)}")
    return f"{stem[: _LONGEST_NAME - len(kind) - 1]}.{kind}"
