"""The hand-over: matters 事项, transfers 转送 with their disposals 处置, and the documents that offices add 附件."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from records.models.base import Base, LabelledEnum, enum_column
from records.models.cases import Case, Verification
from records.models.registry import Account, Site
from records.models.users import Office


class DisposalResult(LabelledEnum):
    """What an office did with a transferred case."""

    DELETED = "deleted", "删除"
    BLOCKED = "blocked", "屏蔽"
    SITE_CLOSED = "site_closed", "关闭网站"
    ACCOUNT_CLOSED = "account_closed", "关闭账号"
    NO_ACTION = "no_action", "不予处置"


class TransferState(LabelledEnum):
    """How far one office has come with a case that it was handed."""

    TRANSFERRED = "transferred", "已转送"
    RECEIVED = "received", "已签收"
    DISPOSED = "disposed", "已处置"
    RETURNED = "returned", "退回"


def state_of_transfer(is_received: bool, is_answered: bool, has_result: bool) -> TransferState:
    """An office's own state of a transfer, by what it has done with it."""
    if is_answered:
        return TransferState.DISPOSED if has_result else TransferState.RETURNED
    return TransferState.RECEIVED if is_received else TransferState.TRANSFERRED


class Matter(Base):
    """A matter 事项: the pages of one site or account that one office was handed on one day. The office acts on it as a
    whole, or on its transfers one by one."""

    __tablename__ = "matters"
    __table_args__ = (
        UniqueConstraint("office_id", "site_id", "opened_on"),
        UniqueConstraint("office_id", "account_id", "opened_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    site_id: Mapped[int | None] = mapped_column(ForeignKey("sites.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    opened_on: Mapped[date] = mapped_column(comment="the day in China on which its pages were handed over")

    site: Mapped[Site | None] = relationship()
    account: Mapped[Account | None] = relationship()

    @property
    def source(self) -> Site | Account:
        """Whose pages they are."""
        found = self.site or self.account
        assert found is not None, "a matter is of a site or of an account"
        return found


class Transfer(Base):
    """A case handed over 转送 to an office, with what the office reported of it 处置."""

    __tablename__ = "transfers"
    __table_args__ = (
        Index("ix_transfers_office_id_closed_at", "office_id", "closed_at"),
        Index("ix_transfers_lease_id", "lease_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    matter_id: Mapped[int] = mapped_column(ForeignKey("matters.id"), index=True)
    round: Mapped[int] = mapped_column(
        comment="which hand-over of the case: offices of one round act side by side"
    )
    transferred_at: Mapped[datetime]
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

    case: Mapped[Case] = relationship(back_populates="transfers")
    office: Mapped[Office] = relationship()
    matter: Mapped[Matter] = relationship()
    attachments: Mapped[list["Attachment"]] = relationship(order_by="Attachment.id")

    @property
    def state(self) -> TransferState:
        """The office's own state, whatever other offices do with the case."""
        return state_of_transfer(
            self.received_at is not None, self.closed_at is not None, self.result is not None
        )

    @property
    def verifications(self) -> list[Verification]:
        """What was seen of the page since the office reported, oldest first."""
        if self.closed_at is None:
            return []
        return [one for one in self.case.verifications if one.checked_at >= self.closed_at]


class Attachment(Base):
    """A document 附件 that an office added to a transfer. Its bytes are in the evidence store."""

    __tablename__ = "attachments"
    __table_args__ = (UniqueConstraint("transfer_id", "sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    transfer_id: Mapped[int] = mapped_column(ForeignKey("transfers.id"))
    name: Mapped[str] = mapped_column(String(200), comment="the file's name as the office gave it")
    size: Mapped[int] = mapped_column(comment="bytes")
    sha256: Mapped[str] = mapped_column(String(64))
    added_at: Mapped[datetime]
    added_by: Mapped[str] = mapped_column(String(100))
