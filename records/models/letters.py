"""Letters 线索移送函: transfers sent to an office on paper, numbered per office and year without gaps."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from records.models.base import Base, Id
from records.models.cases import Transfer
from records.models.users import Office


class Letter(Base):
    """One letter with the transfers that it lists."""

    __tablename__ = "letters"
    __table_args__ = (UniqueConstraint("office_id", "year", "number"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    year: Mapped[int]
    number: Mapped[int] = mapped_column(comment="counts from 1 in each year of an office, without gaps")
    issued_at: Mapped[datetime]
    issued_by: Mapped[str] = mapped_column(String(100))

    office: Mapped[Office] = relationship()
    items: Mapped[list["LetterItem"]] = relationship(order_by="LetterItem.position")


class LetterItem(Base):
    """A transfer on a letter's list; a transfer stands on one letter only."""

    __tablename__ = "letter_items"

    transfer_id: Mapped[int] = mapped_column(ForeignKey("transfers.id"), primary_key=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letters.id"), index=True)
    position: Mapped[int]

    transfer: Mapped[Transfer] = relationship()
