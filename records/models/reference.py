"""Tables that people keep 参数表: reasons, disposals, days. Unchanged tables are not in the database."""

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from records.models.base import Base


class ReferenceTable(Base):
    """A table that somebody has changed, as it is now: its rows by the names of their fields."""

    __tablename__ = "reference_tables"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    rows: Mapped[list[dict[str, Any]]]
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String(100), comment="as the log names them")
