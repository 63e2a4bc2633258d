"""webhooks of offices, and the messages to them"""

import sqlalchemy as sa

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "webhooks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(500), nullable=False),
        sa.Column("secret", sa.String(80), nullable=False, comment="whsec_…, as standard-webhooks writes it"),
        sa.Column("old_secret", sa.String(80), comment="signs too, for a day after a change"),
        sa.Column("old_secret_until", moment),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("created_by", sa.String(100), nullable=False),
        sa.Column("disabled_at", moment, comment="nothing more is sent"),
        sa.Column("disabled_reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_webhooks_office_id_offices")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhooks")),
    )
    op.create_index(op.f("ix_webhooks_office_id"), "webhooks", ["office_id"])
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("webhook_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(40), nullable=False, comment="the same however often it is sent"),
        sa.Column("event", sa.String(40), nullable=False),
        sa.Column("body", sa.Text(), nullable=False, comment="JSON, as it is sent"),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", moment, comment="when it is sent next; empty: arrived or given up"),
        sa.Column("delivered_at", moment),
        sa.Column("last_status", sa.Integer(), comment="HTTP's, of the last attempt"),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhooks.id"], name=op.f("fk_deliveries_webhook_id_webhooks")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("message_id", name=op.f("uq_deliveries_message_id")),
    )
    op.create_index("ix_deliveries_next_at", "deliveries", ["next_at"])
    op.create_index("ix_deliveries_webhook_id_id", "deliveries", ["webhook_id", "id"])


def downgrade() -> None:
    op.drop_table("deliveries")
    op.drop_table("webhooks")
