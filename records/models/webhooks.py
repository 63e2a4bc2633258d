"""Webhooks 推送: the addresses of offices, and each message that was or will be sent."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from records.models.base import Base, Id
from records.models.users import Office


class Webhook(Base):
    """An address of an office to which messages are sent, signed with a secret that both know."""

    __tablename__ = "webhooks"

    id: Mapped[Id] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"), index=True)
    url: Mapped[str] = mapped_column(String(500))
    # In clear, unlike tokens: signing a message needs the secret itself, not its hash.
    secret: Mapped[str] = mapped_column(String(80), comment="whsec_…, as standard-webhooks writes it")
    old_secret: Mapped[str | None] = mapped_column(String(80), comment="signs too, for a day after a change")
    old_secret_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(100))
    disabled_at: Mapped[datetime | None] = mapped_column(comment="nothing more is sent")
    disabled_reason: Mapped[str] = mapped_column(Text, default="")

    office: Mapped[Office] = relationship()


class Delivery(Base):
    """One message to one webhook 投递, until it has arrived or was given up (a dead letter)."""

    __tablename__ = "deliveries"
    __table_args__ = (
        Index("ix_deliveries_next_at", "next_at"),
        Index("ix_deliveries_webhook_id_id", "webhook_id", "id"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhooks.id"))
    message_id: Mapped[str] = mapped_column(
        String(40), unique=True, comment="the same however often it is sent"
    )
    event: Mapped[str] = mapped_column(String(40))
    body: Mapped[str] = mapped_column(Text, comment="JSON, as it is sent")
    created_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime | None] = mapped_column(
        comment="when it is sent next; empty: arrived or given up"
    )
    delivered_at: Mapped[datetime | None]
    last_status: Mapped[int | None] = mapped_column(comment="HTTP's, of the last attempt")
    last_error: Mapped[str] = mapped_column(Text, default="")

    webhook: Mapped[Webhook] = relationship()

    @property
    def is_dead(self) -> bool:
        """Whether it was given up."""
        return self.next_at is None and self.delivered_at is None
