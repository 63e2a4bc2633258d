"""Tips 举报线索: reports of citizens, the hotline and other offices, each following the page that it
names."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from records.models.base import Base, Id, LabelledEnum, enum_column
from records.models.registry import Institution
from records.models.snapshots import Page


class TipChannel(LabelledEnum):
    """How a tip came."""

    HOTLINE = "hotline", "热线"
    LETTER = "letter", "来信来访"
    WEB = "web", "网络举报"
    OFFICE = "office", "部门移送"
    OWN = "own", "自行发现"


class TipState(LabelledEnum):
    """How far a tip has come, up to its case."""

    WAITING = "waiting", "待抓取"
    FLAGGED = "flagged", "发现违法线索"
    NOTHING_FOUND = "nothing_found", "未发现违法内容"
    FAILED = "failed", "无法抓取"


class Tip(Base):
    """One tip. Its case is the newest of its page."""

    __tablename__ = "tips"
    __table_args__ = (Index("ix_tips_state", "state"), Index("ix_tips_page_id", "page_id"))

    id: Mapped[Id] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(String(2000), comment="what it is about")
    channel: Mapped[TipChannel] = mapped_column(enum_column(TipChannel))
    received_on: Mapped[date]
    content: Mapped[str] = mapped_column(Text, comment="what was reported, in the reporter's words")
    reporter: Mapped[str | None] = mapped_column(String(200), comment="who, and how to reach them")
    order_number: Mapped[str | None] = mapped_column(String(60), comment="工单号 of the hotline or office")
    institution_id: Mapped[int | None] = mapped_column(ForeignKey("institutions.id"), comment="whom it names")
    added_at: Mapped[datetime]
    added_by: Mapped[str] = mapped_column(String(100))
    state: Mapped[TipState] = mapped_column(enum_column(TipState), default=TipState.WAITING)
    reason: Mapped[str | None] = mapped_column(Text, comment="what came of it, in Chinese")
    page_id: Mapped[int | None] = mapped_column(ForeignKey("pages.id"))
    answer: Mapped[str | None] = mapped_column(Text, comment="what the reporter was told")
    answered_on: Mapped[date | None]
    answered_by: Mapped[str | None] = mapped_column(String(100), comment="as the log names them")

    institution: Mapped[Institution | None] = relationship()
    page: Mapped[Page | None] = relationship()
