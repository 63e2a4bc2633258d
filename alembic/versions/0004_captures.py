"""captures: the evidence of flagged snapshots, chained; snapshots hold the request and who answered"""

import sqlalchemy as sa

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    with op.batch_alter_table("snapshots") as table:
        table.add_column(
            sa.Column(
                "request_headers",
                sa.JSON(),
                nullable=False,
                server_default=sa.text("'{}'"),
                comment="as sent, name to values",
            )
        )
        table.add_column(sa.Column("server_address", sa.String(60), comment="IP address that answered"))
    with op.batch_alter_table("snapshots") as table:
        table.alter_column("request_headers", server_default=None)
    op.create_table(
        "captures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, comment="counts from 1 without gaps"),
        sa.Column("captured_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "manifest_sha256", sa.String(64), nullable=False, comment="the manifest's bytes in the store"
        ),
        sa.Column("screenshot_sha256", sa.String(64), comment="PNG of the whole page"),
        sa.Column("stamp_sha256", sa.String(64), comment="RFC 3161 stamp over the manifest"),
        sa.Column("note", sa.Text(), comment="what could not be captured, and why"),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["snapshots.id"], name=op.f("fk_captures_snapshot_id_snapshots")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_captures")),
        sa.UniqueConstraint("number", name=op.f("uq_captures_number")),
        sa.UniqueConstraint("snapshot_id", name=op.f("uq_captures_snapshot_id")),
    )


def downgrade() -> None:
    op.drop_table("captures")
    with op.batch_alter_table("snapshots") as table:
        table.drop_column("server_address")
        table.drop_column("request_headers")
