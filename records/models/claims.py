"""Possession for a time: claims of cases, cases passed over, leases of long tasks."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from records.models.base import Base, Id
from records.models.users import User


class CaseClaim(Base):
    """A claim 占用 of a case by the user who looks at it: nobody else is given the case, and the claim ends
    by itself."""

    __tablename__ = "case_claims"

    case_id: Mapped[Id] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    user_id: Mapped[Id] = mapped_column(ForeignKey("users.id"), index=True)
    until: Mapped[datetime]

    user: Mapped[User] = relationship()


class PassedCase(Base):
    """A case that was passed over 跳过 in a session of work: between signing in and signing out."""

    __tablename__ = "passed_cases"

    token_sha256: Mapped[str] = mapped_column(
        String(64), ForeignKey("sign_ins.token_sha256", ondelete="CASCADE"), primary_key=True
    )
    case_id: Mapped[Id] = mapped_column(ForeignKey("cases.id"), primary_key=True)


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
