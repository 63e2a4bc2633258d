"""The API's words: the requests and responses of an office's program."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from classifiers.found_words import gather_words
from records.models import (
    Attachment,
    CaseState,
    DisposalResult,
    Message,
    MessageKind,
    Side,
    TransferState,
    VerificationOutcome,
)
from records.transfers.views import AttachmentView, TransferView


class FindingOut(BaseModel):
    """A finding 命中: the page's words, the rule, the law."""

    rule: str
    title: str = Field(description="规则名称")
    severity: str
    law: list[str] = Field(description="违反的条款")
    quote: str = Field(description="页面原文")
    read_as: str = Field(description="去除伪装后读作；与原文相同的为空")
    start: int
    end: int
    why: str = Field(description="一句话说明")


class FoundWordsOut(BaseModel):
    """One rule, broken by the same words: `findings` gathered, for a short explanation."""

    rule: str
    title: str = Field(description="规则名称")
    severity: str
    law: list[str] = Field(description="违反的条款")
    quote: str = Field(description="页面原文；针对全页的规则为空")
    read_as: str = Field(description="去除伪装后读作；与原文相同的为空")
    why: str = Field(description="一句话说明")
    places: list[tuple[int, int]] = Field(description="在正文中的各处起止位置")


class EvidenceOut(BaseModel):
    """The evidence of a transfer, and where to get its bytes."""

    fetched_at: datetime
    http_status: int
    body_sha256: str
    body_size: int
    rendered_sha256: str | None
    download: str = Field(description="原始页面字节的下载地址（同一令牌）")


class AttachmentOut(BaseModel):
    """A document 附件 that the office added."""

    id: int
    name: str
    size: int = Field(description="字节")
    sha256: str
    added_at: datetime
    download: str = Field(description="下载地址（同一令牌）")


class VerificationOut(BaseModel):
    """The result of a re-check of the page 核验."""

    checked_at: datetime
    outcome: VerificationOutcome
    outcome_label: str
    reason: str = Field(description="所见，一句话")


class TransferOut(BaseModel):
    """A transfer 转送件 of this office."""

    id: int
    case_id: int
    matter_id: int = Field(description="所属事项：同一站点或公众号同日转送的页面，见 /api/v1/matters")
    state: TransferState = Field(description="本部门办理的状态")
    state_label: str = Field(examples=["已转送"])
    case_state: CaseState = Field(description="案件的状态：同案可能还转送了其他部门，办结后还要核验")
    due_on: date = Field(description="请在这一天前反馈")
    url: str = Field(description="违法页面网址")
    title: str | None
    institution: str = Field(description="机构第一名称")
    credit_code: str
    account: str | None = Field(description="公众号名称；网站页面为空")
    transferred_at: datetime
    received_at: datetime | None
    findings: list[FindingOut]
    found_words: list[FoundWordsOut] = Field(description="按规则和文字归并的命中，同样的文字只列一行")
    evidence: EvidenceOut
    closed_at: datetime | None = Field(description="反馈或退回的时间")
    result: DisposalResult | None
    disposed_on: date | None
    document_number: str | None
    note: str | None = Field(description="说明，或退回的理由")
    attachments: list[AttachmentOut]
    measure: str | None = Field(description="处置措施，用部门自己的说法")
    awaited: Side | None = Field(
        description="往来中轮到谁：office 轮到本部门阅读或答复，commission 等待卫生健康委答复"
    )
    verifications: list[VerificationOut] = Field(description="反馈之后系统复查所见，先查的在前")


class TransferList(BaseModel):
    """A part of the queue. Ask again with `after` = `next_after` until that is null."""

    items: list[TransferOut]
    next_after: int | None


_RESULTS = "，".join(f"{one.value} {one.label}" for one in DisposalResult)


class DisposalIn(BaseModel):
    """A disposal 处置 as the office reports it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"result": "deleted", "disposed_on": "2026-11-24", "document_number": "网信处〔2026〕12号"}
            ]
        },
    )

    result: DisposalResult | None = Field(
        default=None,
        description=f"{_RESULTS}；填了 measure 的可以不填",
    )
    measure: str = Field(
        default="", max_length=40, description="处置措施，用部门自己的说法，可用的见 /api/v1/measures"
    )
    disposed_on: date
    document_number: str = Field(default="", max_length=100)
    note: str = Field(default="", max_length=2000)


class MeasureOut(BaseModel):
    """A measure that the office can report, and the result that it counts as."""

    measure: str = Field(description="处置措施")
    result: DisposalResult = Field(description="统计归类")


class MeasureList(BaseModel):
    """The measures that the office can report."""

    items: list[MeasureOut]


class MessageIn(BaseModel):
    """An office's message about a transfer."""

    model_config = ConfigDict(extra="forbid")

    words: str = Field(min_length=1, max_length=2000, description="内容")


class MessageOut(BaseModel):
    """A message 往来 about a transfer."""

    id: int
    at: datetime
    side: Side = Field(description="office 本部门，commission 卫生健康委")
    kind: MessageKind = Field(description="message 来函，reminder 催办")
    words: str
    attachments: list[AttachmentOut]


class MessageList(BaseModel):
    """All messages about a transfer, oldest first."""

    items: list[MessageOut]


class DisposalReport(DisposalIn):
    """A disposal of one transfer among many."""

    transfer_id: int = Field(ge=1, le=2**53 - 1)


class DisposalReports(BaseModel):
    """Disposals of many transfers."""

    model_config = ConfigDict(extra="forbid")

    lease: str | None = Field(default=None, max_length=40, description="持有这些转送件的租约")
    items: list[DisposalReport] = Field(min_length=1, max_length=500)


class Receipts(BaseModel):
    """Transfers to acknowledge."""

    model_config = ConfigDict(extra="forbid")

    lease: str | None = Field(default=None, max_length=40, description="持有这些转送件的租约")
    transfer_ids: list[Annotated[int, Field(ge=1, le=2**53 - 1)]] = Field(min_length=1, max_length=500)


class BulkResult(BaseModel):
    """The result for one transfer among many."""

    transfer_id: int
    done: bool
    detail: str = Field(description="办成的为新的状态，没有办成的为原因")


class BulkResults(BaseModel):
    """The result for each, in their order."""

    items: list[BulkResult]


class EvidenceAsked(BaseModel):
    """A request of an office for more evidence."""

    model_config = ConfigDict(extra="forbid")

    what: str = Field(min_length=1, max_length=2000, description="需要什么材料")


class ReturnIn(BaseModel):
    """A return 退回, with its reason."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=1, max_length=2000)


def attachment_out(attachment: Attachment | AttachmentView, transfer_id: int) -> AttachmentOut:
    """An attachment in the API's words."""
    return AttachmentOut(
        id=attachment.id,
        name=attachment.name,
        size=attachment.size,
        sha256=attachment.sha256,
        added_at=attachment.added_at,
        download=f"/api/v1/transfers/{transfer_id}/attachments/{attachment.id}",
    )


def message_out(message: Message) -> MessageOut:
    """A message in the API's words."""
    return MessageOut(
        id=message.id,
        at=message.at,
        side=message.side,
        kind=message.kind,
        words=message.words,
        attachments=[attachment_out(one, message.transfer_id) for one in message.attachments],
    )


_FOUND_WORDS = tuple(FoundWordsOut.model_fields)


def transfer_out(transfer: TransferView) -> dict[str, object]:
    """A transfer in the API's words: a `TransferOut`, without the cost of a model for each of many."""
    state = transfer.state
    return {
        "id": transfer.id,
        "case_id": transfer.case_id,
        "matter_id": transfer.matter_id,
        "state": state,
        "state_label": state.label,
        "case_state": transfer.case_state,
        "due_on": transfer.due_on,
        "url": transfer.url,
        "title": transfer.title,
        "institution": transfer.institution,
        "credit_code": transfer.credit_code,
        "account": transfer.account,
        "transferred_at": transfer.transferred_at,
        "received_at": transfer.received_at,
        "findings": [finding._asdict() for finding in transfer.findings],
        "found_words": [
            {name: getattr(row, name) for name in _FOUND_WORDS} for row in gather_words(transfer.findings)
        ],
        "evidence": {
            "fetched_at": transfer.fetched_at,
            "http_status": transfer.http_status,
            "body_sha256": transfer.body_sha256,
            "body_size": transfer.body_size,
            "rendered_sha256": transfer.rendered_sha256,
            "download": f"/api/v1/transfers/{transfer.id}/evidence",
        },
        "closed_at": transfer.closed_at,
        "result": transfer.result,
        "disposed_on": transfer.disposed_on,
        "document_number": transfer.document_number,
        "note": transfer.note,
        "attachments": [attachment_out(one, transfer.id) for one in transfer.attachments],
        "measure": transfer.measure,
        "awaited": transfer.awaited,
        "verifications": [
            {
                "checked_at": one.checked_at,
                "outcome": one.outcome,
                "outcome_label": one.outcome.label,
                "reason": one.reason,
            }
            for one in transfer.verifications
        ],
    }
