"""Who works with Qingyi: users, their sign-ins, offices and their tokens."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from records.models.base import Base, Id, LabelledEnum, enum_column


class Role(LabelledEnum):
    """A user's role, which decides on permissions."""

    REVIEWER = "reviewer", "研判员"
    APPROVER = "approver", "审批员"
    OFFICER = "officer", "处置员"
    ANALYST = "analyst", "分析员"
    LEADER = "leader", "领导"
    ADMINISTRATOR = "administrator", "管理员"
    AUDITOR = "auditor", "审计员"


class OfficeKind(LabelledEnum):
    """The departments that receive transferred cases."""

    CYBERSPACE = "cyberspace", "网信办"
    MARKET = "market", "市场监管"
    POLICE = "police", "公安"
    INSURANCE = "insurance", "医保"
    DRUGS = "drugs", "药监"
    TRADITIONAL = "traditional", "中医药"


class Office(Base):
    """An office that cases are transferred to."""

    __tablename__ = "offices"

    id: Mapped[Id] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    kind: Mapped[OfficeKind] = mapped_column(enum_column(OfficeKind))


class OfficeToken(Base):
    """A token with which an office's programs call the API. Only its hash is kept."""

    __tablename__ = "office_tokens"

    id: Mapped[Id] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    scopes: Mapped[list[str]] = mapped_column(comment="read, write")
    calls_left: Mapped[float | None] = mapped_column(comment="that may be made, at `calls_counted_at`")
    calls_counted_at: Mapped[datetime | None]

    office: Mapped[Office] = relationship()


class AnsweredCall(Base):
    """A call of the API that was made with a key, and its response: repeated, it changes nothing."""

    __tablename__ = "answered_calls"
    __table_args__ = (Index("ix_answered_calls_at", "at"),)

    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    request_sha256: Mapped[str] = mapped_column(String(64), comment="over method, path, query and body")
    at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(Text, comment="JSON")
    refused: Mapped[str | None] = mapped_column(
        String(40), comment="the kind of refusal whose words the answer is; empty: it was done"
    )


class SignInAttempt(Base):
    """Failures of a name to sign in from an address, and when it last did."""

    __tablename__ = "sign_in_attempts"

    name_sha256: Mapped[str] = mapped_column(
        String(64), primary_key=True, comment="of the name as it was typed"
    )
    address: Mapped[str] = mapped_column(
        String(64), primary_key=True, index=True, comment="IP address of the browser"
    )
    failures: Mapped[int] = mapped_column(comment="since `since`")
    since: Mapped[datetime]
    succeeded_at: Mapped[datetime | None] = mapped_column(
        comment="last time that the name signed in from there"
    )


class User(Base):
    """A person who signs in."""

    __tablename__ = "users"

    id: Mapped[Id] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True, comment="what is typed at sign-in")
    display_name: Mapped[str] = mapped_column(String(60))
    password_hash: Mapped[str] = mapped_column(String(200), comment="argon2id")
    role: Mapped[Role] = mapped_column(enum_column(Role))
    office_id: Mapped[int | None] = mapped_column(ForeignKey("offices.id"), comment="of a disposal officer")
    district: Mapped[str | None] = mapped_column(
        String(60), comment="辖区 that the user is limited to; empty: all"
    )
    disabled: Mapped[bool] = mapped_column(default=False, comment="may no longer sign in")

    office: Mapped[Office | None] = relationship()

    @property
    def actor(self) -> str:
        """The name of this person in the log: `user:NAME`, or `office:OFFICE/NAME` for a disposal officer."""
        if self.role is Role.OFFICER:
            return f"office:{self.office.name if self.office else ''}/{self.name}"
        return f"user:{self.name}"


class SecondFactor(Base):
    """A user's proof in addition to the password: codes that their phone makes (TOTP, RFC 6238)."""

    __tablename__ = "second_factors"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    secret: Mapped[str] = mapped_column(String(64), comment="base32; codes are made from it, here and there")
    confirmed_at: Mapped[datetime | None] = mapped_column(comment="empty: not in force yet")
    last_step: Mapped[int] = mapped_column(comment="of 30 seconds, whose code was the last to be taken")
    recovery_codes: Mapped[list[str]] = mapped_column(comment="SHA-256 of each that is left")


class SavedView(Base):
    """A view of the queue that a user keeps under a name."""

    __tablename__ = "saved_views"
    __table_args__ = (UniqueConstraint("user_id", "name"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    name: Mapped[str] = mapped_column(String(40))
    query: Mapped[str] = mapped_column(String(500), comment="the queue's address after the question mark")


class SignIn(Base):
    """A signed-in browser. The cookie holds a random token; only its hash is kept."""

    __tablename__ = "sign_ins"

    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    csrf_token: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[datetime]
    needs_second_factor: Mapped[bool] = mapped_column(
        default=False, comment="may do nothing yet but set one up"
    )

    user: Mapped[User] = relationship()
