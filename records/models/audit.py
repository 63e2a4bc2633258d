"""The audit log 日志."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from records.models.base import Base, Id, enum_column
from records.models.cases import CaseState


class AuditEntry(Base):
    """One thing that somebody did. Rows are only ever added: triggers refuse UPDATE and DELETE; and each holds the hash
    of the one before, so that changes that bypass them are found (`records.audit`)."""

    __tablename__ = "audit_entries"
    __table_args__ = (Index("ix_audit_entries_actor", "actor"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    # Older entries call every person `reviewer:NAME`: see `records.audit.names_of`.
    actor: Mapped[str] = mapped_column(String(100), comment="user:NAME, office:OFFICE/NAME or system:TASK")
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
