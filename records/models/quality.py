"""Checks of the judgements' own quality 抽检: pages drawn at random that a person decides without seeing the
findings."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from records.models.base import Base, Id, LabelledEnum, enum_column
from records.models.judgements import JudgementRecord
from records.models.users import User


class CheckKind(LabelledEnum):
    """Why a page was drawn; hidden from the person who decides it."""

    UNFLAGGED = "unflagged", "漏判抽查"
    REPEATED = "repeated", "复判"


class CheckVerdict(LabelledEnum):
    """A person's verdict on a page that they see without marks."""

    LAWFUL = "lawful", "未见违法"
    UNLAWFUL = "unlawful", "违法"
    UNCLEAR = "unclear", "无法判断"


class QualityCheck(Base):
    """One page drawn for one week, and its verdict."""

    __tablename__ = "quality_checks"
    __table_args__ = (
        UniqueConstraint("week", "judgement_id"),
        Index("ix_quality_checks_decided_at", "decided_at"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    week: Mapped[date] = mapped_column(comment="Monday of the week in which the page was judged or decided")
    judgement_id: Mapped[int] = mapped_column(ForeignKey("judgements.id"))
    kind: Mapped[CheckKind] = mapped_column(enum_column(CheckKind))
    stratum: Mapped[str] = mapped_column(String(60), comment="of pages that were not flagged; else empty")
    stratum_pages: Mapped[int] = mapped_column(comment="how many there were in it that week")
    first_verdict: Mapped[CheckVerdict | None] = mapped_column(
        enum_column(CheckVerdict, "first_verdict"), comment="of the case, where it is decided again"
    )
    first_reviewer_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    claimed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    claimed_until: Mapped[datetime | None]
    verdict: Mapped[CheckVerdict | None] = mapped_column(enum_column(CheckVerdict, "verdict"))
    families: Mapped[list[str]] = mapped_column(comment="of rules, that the person found broken")
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    judgement: Mapped[JudgementRecord] = relationship()
    first_reviewer: Mapped[User | None] = relationship(foreign_keys=[first_reviewer_id])
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])
