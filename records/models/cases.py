"""What was found and what became of it: judgements, findings 命中, cases 案件."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from records.models.base import Base, LabelledEnum, enum_column
from records.models.snapshots import Page, Snapshot
from records.models.users import User

if TYPE_CHECKING:
    from records.models.transfers import Transfer


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
    """What a re-check saw."""

    GONE = "gone", "内容已消失"
    STILL_THERE = "still_there", "内容仍在"
    CHANGED = "changed", "已改动仍违法"
    BACK = "back", "再次出现"
    UNREACHABLE = "unreachable", "无法访问"


class Visitor(LabelledEnum):
    """As whom a re-check looks: a page may be gone for one and there for another."""

    PLAIN = "plain", "普通访问"
    RENDERED = "rendered", "浏览器访问"
    MOBILE = "mobile", "从搜索来的手机访客"


class JudgementRecord(Base):
    """The judgement of one snapshot, made once by one version of the lists."""

    __tablename__ = "judgements"
    __table_args__ = (UniqueConstraint("snapshot_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    snapshot_id: Mapped[int] = mapped_column(ForeignKey("snapshots.id"))
    judged_at: Mapped[datetime]
    lists_version: Mapped[str] = mapped_column(String(64), comment="SHA-256 over the keyword lists in force")
    page_kind: Mapped[str] = mapped_column(String(20), comment="advert, education, news, notice …")
    page_kind_reasons: Mapped[list[str]]
    unlawful: Mapped[bool]
    score: Mapped[int] = mapped_column(comment="sum that the case page takes apart")
    score_parts: Mapped[list[dict[str, Any]]] = mapped_column(comment="the score's summands in words")
    spared: Mapped[list[dict[str, Any]]] = mapped_column(comment="hits that their context excused, and why")
    gravity: Mapped[str] = mapped_column(
        String(20), comment="tier of 医疗广告监管工作指南: unpunished … police"
    )
    gravity_reasons: Mapped[list[str]]
    contacts: Mapped[list[dict[str, Any]]] = mapped_column(comment="phones, ids, widgets, and whose they are")
    mentions: Mapped[list[dict[str, Any]]] = mapped_column(comment="registered names on the page")
    alignment: Mapped[list[dict[str, Any]]] = mapped_column(comment="the page beside its approved sample")
    signature: Mapped[bytes | None] = mapped_column(comment="MinHash of the text, where something was found")
    cluster_id: Mapped[int | None] = mapped_column(
        index=True, comment="the first judgement of pages that say the same; itself where it is the first"
    )
    images: Mapped[list[dict[str, Any]]] = mapped_column(
        comment="which of the text was read in which picture"
    )
    page_text: Mapped[str] = mapped_column(Text, comment="the text judged; findings' positions count in it")

    findings: Mapped[list["FindingRecord"]] = relationship(
        back_populates="judgement", order_by="FindingRecord.start"
    )
    snapshot: Mapped[Snapshot] = relationship()


class SimilarBand(Base):
    """One band of a judgement's signature: judgements that share one may say the same."""

    __tablename__ = "similar_bands"
    __table_args__ = (Index("ix_similar_bands_value", "value"),)

    judgement_id: Mapped[int] = mapped_column(ForeignKey("judgements.id"), primary_key=True)
    band: Mapped[int] = mapped_column(primary_key=True, comment="0 to 31")
    value: Mapped[int] = mapped_column(BigInteger, comment="what the band hashes to")


class FindingRecord(Base):
    """One finding 命中: the words on the page, the rule, the law's article, and why."""

    __tablename__ = "findings"
    __table_args__ = (Index("ix_findings_rule", "rule"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    judgement_id: Mapped[int] = mapped_column(ForeignKey("judgements.id"), index=True)
    rule: Mapped[str] = mapped_column(String(80), comment="the rule's id")
    family: Mapped[str] = mapped_column(String(40), comment="the rule family's id")
    title: Mapped[str] = mapped_column(String(100), comment="the rule's title when it judged")
    severity: Mapped[str] = mapped_column(String(10), comment="low, medium, high")
    law: Mapped[list[str]] = mapped_column(comment="articles, as 医疗广告管理办法第七条第（三）项")
    start: Mapped[int] = mapped_column(comment="first character in the page's text")
    end: Mapped[int] = mapped_column(comment="one past the last character")
    quote: Mapped[str] = mapped_column(Text, comment="the page's own characters from start to end")
    why: Mapped[str] = mapped_column(Text, comment="one Chinese sentence")
    term: Mapped[str] = mapped_column(
        Text, default="", comment="the list's term that found it; empty: found by what the page is"
    )

    judgement: Mapped[JudgementRecord] = relationship(back_populates="findings")


class Case(Base):
    """A case 案件: the findings of one page, on their way from 待研判 to 已核验."""

    __tablename__ = "cases"
    __table_args__ = (
        Index("ix_cases_state_score", "state", "score"),
        Index("ix_cases_page_id", "page_id"),
        Index("ix_cases_state_recheck_at", "state", "recheck_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("pages.id"))
    judgement_id: Mapped[int] = mapped_column(
        ForeignKey("judgements.id"), comment="the judgement that the reviewer sees"
    )
    state: Mapped[CaseState] = mapped_column(enum_column(CaseState), default=CaseState.PENDING)
    score: Mapped[int] = mapped_column(comment="the judgement's score, for the queue's order")
    opened_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    reviewer_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), comment="who holds it")
    lead_id: Mapped[int | None] = mapped_column(
        ForeignKey("cases.id"), index=True, comment="the case that it is merged into 并案"
    )
    first_id: Mapped[int | None] = mapped_column(
        ForeignKey("cases.id"), index=True, comment="the disposed case whose text came up here again 再现"
    )
    recheck_at: Mapped[datetime | None] = mapped_column(comment="when its disposal is verified next")
    recheck_round: Mapped[int] = mapped_column(
        default=0, comment="how many verifications have seen the page gone since its disposal"
    )
    version: Mapped[int] = mapped_column(
        comment="counts writes, so that two people cannot overwrite each other"
    )

    page: Mapped[Page] = relationship()
    judgement: Mapped[JudgementRecord] = relationship()
    reviewer: Mapped[User | None] = relationship()
    transfers: Mapped[list["Transfer"]] = relationship(back_populates="case", order_by="Transfer.id")
    verifications: Mapped[list["Verification"]] = relationship(order_by="Verification.id", viewonly=True)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own interface


class Verification(Base):
    """What one re-check of a disposed case saw 核验: the gravest that any visitor saw."""

    __tablename__ = "verifications"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    checked_at: Mapped[datetime]
    outcome: Mapped[VerificationOutcome] = mapped_column(enum_column(VerificationOutcome))
    snapshot_id: Mapped[int | None] = mapped_column(ForeignKey("snapshots.id"))
    reason: Mapped[str] = mapped_column(Text, comment="what was seen, in Chinese")
    looks: Mapped[list[dict[str, Any]]] = mapped_column(
        comment="what each visitor saw: visitor, outcome, reason, snapshot"
    )


class AuditEntry(Base):
    """One thing that somebody did. Rows are only ever added: triggers refuse UPDATE and DELETE; and each holds the hash
    of the one before, so that what was changed past them is found (`records.audit`)."""

    __tablename__ = "audit_entries"
    __table_args__ = (Index("ix_audit_entries_actor", "actor"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    # Today `user:NAME`, `office:OFFICE/NAME` or `system:TASK`; see `records.audit.names_of` for older entries.
    actor: Mapped[str] = mapped_column(String(100), comment="reviewer:NAME, office:NAME or system:TASK")
    action: Mapped[str] = mapped_column(String(40), comment="case_step, sign_in, lists_published …")
    subject: Mapped[str] = mapped_column(String(200), comment="what it was done to, where that is no case")
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    from_state: Mapped[CaseState | None] = mapped_column(enum_column(CaseState, "from_state"))
    to_state: Mapped[CaseState | None] = mapped_column(enum_column(CaseState, "to_state"))
    reason: Mapped[str] = mapped_column(Text)
    detail: Mapped[dict[str, Any]]
    previous_sha256: Mapped[str] = mapped_column(
        String(64), comment="of the entry before; the first has none"
    )
    sha256: Mapped[str] = mapped_column(String(64), comment="of this entry's content and the one before")
