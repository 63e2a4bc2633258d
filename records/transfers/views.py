"""Transfers in the form for an office's program: plain values, a few queries for any number."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Executable, bindparam, exists, select
from sqlalchemy.orm import Session

from records.database import Ids, among
from records.models import (
    Attachment,
    Case,
    CaseState,
    DisposalResult,
    FindingRecord,
    Institution,
    JudgementRecord,
    Page,
    Side,
    Snapshot,
    Source,
    Transfer,
    TransferState,
    Verification,
    VerificationOutcome,
)
from records.models.cases import state_of_transfer

Part = TypeVar("Part")


class FindingView(NamedTuple):
    """A finding: the page's words, the rule, the law."""

    rule: str
    title: str
    severity: str
    law: list[str]
    quote: str
    read_as: str
    start: int
    end: int
    why: str


class AttachmentView(NamedTuple):
    """A document that the office added."""

    id: int
    name: str
    size: int  # bytes
    sha256: str
    added_at: datetime


class VerificationView(NamedTuple):
    """The result of a re-check after the office's reply."""

    checked_at: datetime
    outcome: VerificationOutcome
    reason: str


class TransferView(NamedTuple):
    """A transfer with its case, institution, findings and outcome."""

    id: int
    case_id: int
    matter_id: int
    case_state: CaseState
    due_on: date
    transferred_at: datetime
    received_at: datetime | None
    closed_at: datetime | None
    result: DisposalResult | None
    disposed_on: date | None
    document_number: str | None
    note: str | None
    measure: str | None
    awaited: Side | None
    url: str
    account: str | None
    institution: str
    credit_code: str
    title: str | None
    fetched_at: datetime
    http_status: int
    body_sha256: str
    body_size: int
    rendered_sha256: str | None
    findings: Sequence[FindingView]
    attachments: Sequence[AttachmentView]
    verifications: Sequence[VerificationView]

    @property
    def state(self) -> TransferState:
        """The office's own state."""
        return state_of_transfer(
            self.received_at is not None, self.closed_at is not None, self.result is not None
        )


def list_transfer_views(session: Session, ids: Sequence[int]) -> list[TransferView]:
    """The transfers with these ids, by id, as the database has them: what the session has changed is flushed first."""
    session.flush()
    rows: Sequence[Any] = session.connection().execute(_TRANSFERS, {"ids": ids}).all()
    findings = _by_transfer(session, _FINDINGS, ids, FindingView)
    attached: dict[int, list[AttachmentView]] = {}
    if any(row.attached for row in rows):
        attached = _by_transfer(session, _ATTACHMENTS, ids, AttachmentView)
    seen: dict[int, list[VerificationView]] = {}
    if any(row.closed_at is not None for row in rows):
        seen = _by_transfer(session, _VERIFICATIONS, ids, VerificationView)
    return [
        TransferView._make(
            (*row[:-1], findings.get(row[0], ()), attached.get(row[0], ()), seen.get(row[0], ()))
        )
        for row in rows
    ]


def find_transfer_view(session: Session, transfer_id: int) -> TransferView:
    """As `list_transfer_views`, one that there is."""
    (found,) = list_transfer_views(session, [transfer_id])
    return found


def _by_transfer(
    session: Session, query: Executable, ids: Sequence[int], part: type[Part]
) -> dict[int, list[Part]]:
    """The parts of each transfer, whose id is the first column."""
    found: dict[int, list[Part]] = {}
    for row in session.connection().execute(query, {"ids": ids}).all():
        found.setdefault(row[0], []).append(part(*row[1:]))
    return found


_CHOSEN = among(Transfer.id, bindparam("ids", type_=Ids))
# Columns stand in the order of the fields of the values above.
_TRANSFERS = (
    select(
        Transfer.id,
        Transfer.case_id,
        Transfer.matter_id,
        Case.state.label("case_state"),
        Transfer.due_on,
        Transfer.transferred_at,
        Transfer.received_at,
        Transfer.closed_at,
        Transfer.result,
        Transfer.disposed_on,
        Transfer.document_number,
        Transfer.note,
        Transfer.measure,
        Transfer.awaited,
        Page.url,
        Source.name.label("account"),
        Institution.name.label("institution"),
        Institution.credit_code,
        Snapshot.title,
        Snapshot.fetched_at,
        Snapshot.status.label("http_status"),
        Snapshot.body_sha256,
        Snapshot.body_size,
        Snapshot.rendered_sha256,
        exists().where(Attachment.transfer_id == Transfer.id).label("attached"),
    )
    .join(Case, Case.id == Transfer.case_id)
    .join(JudgementRecord, JudgementRecord.id == Case.judgement_id)
    .join(Snapshot, Snapshot.id == JudgementRecord.snapshot_id)
    .join(Page, Page.id == Case.page_id)
    .join(Source, Source.id == Page.source_id)
    .join(Institution, Institution.id == Source.institution_id)
    .where(_CHOSEN)
    .order_by(Transfer.id)
)
_FINDINGS = (
    select(
        Transfer.id,
        FindingRecord.rule,
        FindingRecord.title,
        FindingRecord.severity,
        FindingRecord.law,
        FindingRecord.quote,
        FindingRecord.read_as,
        FindingRecord.start,
        FindingRecord.end,
        FindingRecord.why,
    )
    .join(Case, Case.id == Transfer.case_id)
    .join(FindingRecord, FindingRecord.judgement_id == Case.judgement_id)
    .where(_CHOSEN)
    .order_by(Transfer.id, FindingRecord.start, FindingRecord.id)
)
_ATTACHMENTS = (
    select(
        Attachment.transfer_id,
        Attachment.id,
        Attachment.name,
        Attachment.size,
        Attachment.sha256,
        Attachment.added_at,
    )
    .join(Transfer, Transfer.id == Attachment.transfer_id)
    .where(_CHOSEN)
    .order_by(Attachment.id)
)
_VERIFICATIONS = (
    select(Transfer.id, Verification.checked_at, Verification.outcome, Verification.reason)
    .join(Verification, Verification.case_id == Transfer.case_id)
    .where(_CHOSEN, Transfer.closed_at.is_not(None), Verification.checked_at >= Transfer.closed_at)
    .order_by(Verification.id)
)
