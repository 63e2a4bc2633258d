"""Which long task runs now, so that two never overlap."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from records.models.base import Base


class Lease(Base):
    """A task's lease: held by one process at a time, and lost when its holder dies or falls silent."""

    __tablename__ = "leases"

    task: Mapped[str] = mapped_column(String(60), primary_key=True)
    host: Mapped[str] = mapped_column(String(200))
    process_id: Mapped[int]
    process_started: Mapped[str] = mapped_column(
        String(40), comment="when that process began, so that a reused number is not taken for it"
    )
    expires_at: Mapped[datetime]
