"""Cases 案件, their verifications 核验, and the hand-over: matters 事项, transfers 转送, the
messages 往来 about them and their documents 附件."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from records.models.base import Base, Id, LabelledEnum, enum_column, index_where
from records.models.judgements import JudgementRecord
from records.models.registry import Source
from records.models.snapshots import Page
from records.models.users import Office, User


class CaseState(LabelledEnum):
    """The states of a case; which step leads where stands in `records.workflow`."""

    PENDING = "pending", "待研判"
    REVIEWING = "reviewing", "研判中"
    UNLAWFUL = "unlawful", "认定违法"
    DISMISSED = "dismissed", "不予认定"
    NEEDS_MORE = "needs_more", "待补充"
    PROPOSED = "proposed", "拟认定违法"
    TRANSFERRED = "transferred", "已转送"
    RECEIVED = "received", "已签收"
    DISPOSED = "disposed", "已处置"
    RETURNED = "returned", "退回"
    VERIFIED = "verified", "已核验"
    RECURRED = "recurred", "复现"


class VerificationOutcome(LabelledEnum):
    """The result of a re-check."""

    GONE = "gone", "内容已消失"
    STILL_THERE = "still_there", "内容仍在"
    CHANGED = "changed", "已改动仍违法"
    BACK = "back", "再次出现"
    UNREACHABLE = "unreachable", "无法访问"


class VisitorKind(LabelledEnum):
    """The visitor as which a re-check looks: a page may be gone for one and there for another."""

    PLAIN = "plain", "普通访问"
    RENDERED = "rendered", "浏览器访问"
    MOBILE = "mobile", "从搜索来的手机访客"
    PERSON = "person", "人工核验"


class Case(Base):
    """A case 案件: the findings of one page, on their way from 待研判 to 已核验."""

    __tablename__ = "cases"
    __table_args__ = (
        Index("ix_cases_state_score", "state", "score"),
        Index("ix_cases_state_changed_at", "state", "changed_at"),
        Index("ix_cases_page_id", "page_id"),
        Index("ix_cases_judgement_id", "judgement_id"),
        Index("ix_cases_state_recheck_at", "state", "recheck_at"),
        Index("ix_cases_reviewer_id_changed_at", "reviewer_id", "changed_at"),
        # Few of many: the others cost each step nothing.
        index_where("ix_cases_merged_into_id", "merged_into_id", where="merged_into_id IS NOT NULL"),
        index_where("ix_cases_mirror_of_id", "mirror_of_id", where="mirror_of_id IS NOT NULL"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("pages.id"))
    judgement_id: Mapped[int] = mapped_column(
        ForeignKey("judgements.id"), comment="the judgement that the reviewer sees"
    )
    state: Mapped[CaseState] = mapped_column(enum_column(CaseState), default=CaseState.PENDING)
    score: Mapped[int] = mapped_column(comment="the judgement's score, for the queue's order")
    opened_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    reviewer_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), comment="who holds it")
    merged_into_id: Mapped[int | None] = mapped_column(
        ForeignKey("cases.id"), comment="the case that it is merged into 并案"
    )
    mirror_of_id: Mapped[int | None] = mapped_column(
        ForeignKey("cases.id"), comment="the disposed case whose text came up here again 换址发布"
    )
    reason: Mapped[str | None] = mapped_column(
        Text, comment="why it was decided as it is, as the reviewer chose or wrote it"
    )
    recheck_at: Mapped[datetime | None] = mapped_column(comment="when its disposal is verified next")
    recheck_round: Mapped[int] = mapped_column(
        default=0, comment="how many verifications have seen the page gone since its disposal"
    )
    row_version: Mapped[int] = mapped_column(
        comment="counts writes, so that two people cannot overwrite each other"
    )

    page: Mapped[Page] = relationship()
    judgement: Mapped[JudgementRecord] = relationship()
    reviewer: Mapped[User | None] = relationship()
    transfers: Mapped[list["Transfer"]] = relationship(back_populates="case", order_by="Transfer.id")
    verifications: Mapped[list["Verification"]] = relationship(order_by="Verification.id", viewonly=True)

    __mapper_args__ = {"version_id_col": row_version}  # noqa: RUF012 - SQLAlchemy's own interface


class Verification(Base):
    """The result of one re-check of a disposed case 核验: the most serious of all visitors' views."""

    __tablename__ = "verifications"

    id: Mapped[Id] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    checked_at: Mapped[datetime]
    outcome: Mapped[VerificationOutcome] = mapped_column(enum_column(VerificationOutcome))
    snapshot_id: Mapped[int | None] = mapped_column(ForeignKey("snapshots.id"))
    reason: Mapped[str] = mapped_column(Text, comment="what was seen, in Chinese")
    observations: Mapped[list[dict[str, Any]]] = mapped_column(
        comment="what each visitor saw: visitor, outcome, reason, snapshot"
    )
    for_person: Mapped[bool] = mapped_column(
        default=False, comment="what was seen is unclear, and a person has to look"
    )


class DisposalResult(LabelledEnum):
    """The result of an office's disposal of a transferred case."""

    DELETED = "deleted", "删除"
    BLOCKED = "blocked", "屏蔽"
    SITE_CLOSED = "site_closed", "关闭网站"
    ACCOUNT_CLOSED = "account_closed", "关闭账号"
    ORDERED = "ordered", "责令改正"
    FILED = "filed", "受理或立案"
    PENALISED = "penalised", "处罚"
    RECOVERED = "recovered", "追回"
    NO_ACTION = "no_action", "不予处置"


# By these an office answers that it did nothing: its case returns to the commission.
WITHOUT_ACT = frozenset({DisposalResult.NO_ACTION})


class Side(LabelledEnum):
    """The two sides of the conversation about a transfer."""

    COMMISSION = "commission", "卫生健康委"
    OFFICE = "office", "处置部门"


class TransferState(LabelledEnum):
    """How far one office has come with a case that it was handed."""

    TRANSFERRED = "transferred", "已转送"
    RECEIVED = "received", "已签收"
    DISPOSED = "disposed", "已处置"
    RETURNED = "returned", "退回"


def state_of_transfer(is_received: bool, is_answered: bool, has_result: bool) -> TransferState:
    """An office's own state of a transfer, by its acts so far."""
    if is_answered:
        return TransferState.DISPOSED if has_result else TransferState.RETURNED
    return TransferState.RECEIVED if is_received else TransferState.TRANSFERRED


class Matter(Base):
    """A matter 事项: the pages of one source that one office was handed on one day. The office acts on it as a
    whole, or on its transfers one by one."""

    __tablename__ = "matters"
    __table_args__ = (UniqueConstraint("office_id", "source_id", "opened_on"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"))
    opened_on: Mapped[date] = mapped_column(comment="the day in China on which its pages were handed over")

    source: Mapped[Source] = relationship()


class Transfer(Base):
    """A case handed over 转送 to an office, with the office's report 处置."""

    __tablename__ = "transfers"
    __table_args__ = (
        Index("ix_transfers_office_id_closed_at", "office_id", "closed_at"),
        Index("ix_transfers_lease_id", "lease_id"),
        # Those that can be leased, in their order, however many were acknowledged before them.
        index_where(
            "ix_transfers_to_lease", "office_id", "id", where="received_at IS NULL AND closed_at IS NULL"
        ),
        # Overdue transfers, those that wait for a reply, those that can be recalled: few of many.
        index_where("ix_transfers_due_on", "due_on", where="closed_at IS NULL"),
        index_where("ix_transfers_awaited", "awaited", where="awaited IS NOT NULL"),
        index_where("ix_transfers_held_until", "held_until", where="held_until IS NOT NULL"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    matter_id: Mapped[int] = mapped_column(ForeignKey("matters.id"), index=True)
    round: Mapped[int] = mapped_column(
        comment="which hand-over of the case: offices of one round act side by side"
    )
    transferred_at: Mapped[datetime]
    held_until: Mapped[datetime | None] = mapped_column(
        comment="until then it can be recalled 撤回; empty: the office has it"
    )
    due_on: Mapped[date] = mapped_column(comment="by when the office is to answer")
    lease_id: Mapped[str | None] = mapped_column(String(40), comment="the program's lease that holds it")
    leased_until: Mapped[datetime | None]
    received_at: Mapped[datetime | None] = mapped_column(comment="签收")
    received_by: Mapped[str | None] = mapped_column(String(100))
    closed_at: Mapped[datetime | None] = mapped_column(comment="disposed or returned")
    result: Mapped[DisposalResult | None] = mapped_column(enum_column(DisposalResult))
    disposed_on: Mapped[date | None]
    document_number: Mapped[str | None] = mapped_column(String(100), comment="the office's document")
    note: Mapped[str | None] = mapped_column(Text)
    measure: Mapped[str | None] = mapped_column(
        String(40), comment="what was done, in the office's own words 处置措施; `result` is what it counts as"
    )
    awaited: Mapped[Side | None] = mapped_column(
        enum_column(Side), comment="whose turn it is in the conversation; empty: nobody's"
    )

    case: Mapped[Case] = relationship(back_populates="transfers")
    office: Mapped[Office] = relationship()
    matter: Mapped[Matter] = relationship()
    attachments: Mapped[list["Attachment"]] = relationship(order_by="Attachment.id")
    messages: Mapped[list["Message"]] = relationship(order_by="Message.id")

    @property
    def state(self) -> TransferState:
        """The office's own state, whatever other offices do with the case."""
        return state_of_transfer(
            self.received_at is not None, self.closed_at is not None, self.result is not None
        )

    @property
    def outcome(self) -> str:
        """The office's measure, in its own words; empty where it did nothing yet, or has returned it."""
        return self.measure or (self.result.label if self.result else "")

    @property
    def verifications(self) -> list[Verification]:
        """The re-checks of the page since the office reported, oldest first."""
        if self.closed_at is None:
            return []
        return [one for one in self.case.verifications if one.checked_at >= self.closed_at]


class MessageKind(LabelledEnum):
    """The kind of a message."""

    MESSAGE = "message", "来函"
    REMINDER = "reminder", "催办"


class Message(Base):
    """One message 往来 about a transfer."""

    __tablename__ = "messages"

    id: Mapped[Id] = mapped_column(primary_key=True)
    transfer_id: Mapped[int] = mapped_column(ForeignKey("transfers.id"), index=True)
    at: Mapped[datetime]
    side: Mapped[Side] = mapped_column(enum_column(Side), comment="who says it")
    kind: Mapped[MessageKind] = mapped_column(enum_column(MessageKind))
    author: Mapped[str] = mapped_column(String(100), comment="as the log names them")
    words: Mapped[str] = mapped_column(Text)

    attachments: Mapped[list["Attachment"]] = relationship(order_by="Attachment.id")


class Attachment(Base):
    """A document 附件 of a transfer, by its office or by the commission. Its bytes are in the evidence store."""

    __tablename__ = "attachments"
    __table_args__ = (UniqueConstraint("transfer_id", "sha256"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    transfer_id: Mapped[int] = mapped_column(ForeignKey("transfers.id"))
    name: Mapped[str] = mapped_column(String(200), comment="the file's name as the office gave it")
    size: Mapped[int] = mapped_column(comment="bytes")
    sha256: Mapped[str] = mapped_column(String(64))
    message_id: Mapped[int | None] = mapped_column(
        ForeignKey("messages.id"), index=True, comment="with which it was sent; empty: with a report"
    )
    added_at: Mapped[datetime]
    added_by: Mapped[str] = mapped_column(String(100))
