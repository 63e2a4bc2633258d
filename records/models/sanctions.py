"""Sanctions of the commission's: the demerits 记分 imposed on institutions, and the credit lists 信用名单 that they stand
on."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from records.models.base import Base, Id, LabelledEnum, enum_column, index_where
from records.models.cases import Case
from records.models.registry import Institution
from records.models.users import User


class Demerit(Base):
    """Points 记分 that the commission imposed on an institution for a case. They stay in the record when struck off."""

    __tablename__ = "demerits"
    __table_args__ = (
        CheckConstraint("points BETWEEN 1 AND 100", name="points_in_reach"),
        index_where("uq_demerits_in_force", "case_id", "words", where="struck_at IS NULL", unique=True),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institutions.id"), index=True)
    case_id: Mapped[int] = mapped_column(
        ForeignKey("cases.id"), comment="the case for which they are imposed"
    )
    words: Mapped[str] = mapped_column(String(60), comment="违法情形, as the standard names it")
    points: Mapped[int]
    basis: Mapped[str] = mapped_column(String(200), comment="依据")
    imposed_on: Mapped[date] = mapped_column(comment="the day of the decision")
    document_number: Mapped[str] = mapped_column(String(80), comment="文书号; empty: none")
    reason: Mapped[str] = mapped_column(Text)
    imposed_at: Mapped[datetime]
    imposed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    struck_at: Mapped[datetime | None]
    struck_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    struck_because: Mapped[str | None] = mapped_column(Text)

    case: Mapped[Case] = relationship()
    imposed_by: Mapped[User] = relationship(foreign_keys=[imposed_by_id])
    struck_by: Mapped[User | None] = relationship(foreign_keys=[struck_by_id])


class ListingKind(LabelledEnum):
    """The credit list that an institution stands on."""

    BLACKLIST = "blacklist", "失信名单"
    CREDIT = "credit", "信用信息推送"


class CreditListing(Base):
    """An institution on a credit list: proposed by one person, in force when another has approved it, until it ends."""

    __tablename__ = "credit_listings"
    __table_args__ = (
        index_where(
            "uq_credit_listings_open", "institution_id", "kind", where="ended_at IS NULL", unique=True
        ),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institutions.id"))
    kind: Mapped[ListingKind] = mapped_column(enum_column(ListingKind))
    case_id: Mapped[int | None] = mapped_column(
        ForeignKey("cases.id"), comment="the case that it rests on, where it is one"
    )
    reason: Mapped[str] = mapped_column(Text, comment="事由, as it is published")
    basis: Mapped[str] = mapped_column(String(200), comment="依据")
    proposed_at: Mapped[datetime]
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    approved_at: Mapped[datetime | None]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    ended_because: Mapped[str | None] = mapped_column(Text, comment="why it was refused or taken off")

    institution: Mapped[Institution] = relationship()
    proposed_by: Mapped[User] = relationship(foreign_keys=[proposed_by_id])
    approved_by: Mapped[User | None] = relationship(foreign_keys=[approved_by_id])
    ended_by: Mapped[User | None] = relationship(foreign_keys=[ended_by_id])

    @property
    def standing(self) -> str:
        """How far it has come, in Chinese."""
        if self.ended_at:
            return "已移出" if self.approved_at else "未批准"
        return "已列入" if self.approved_at else "待批准"
