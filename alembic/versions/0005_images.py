"""pictures on pages and the text in them; judgements say which of their text came from which picture"""

import sqlalchemy as sa

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "images",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False, comment="pixels"),
        sa.Column("height", sa.Integer(), nullable=False, comment="pixels"),
        sa.Column("read_at", sa.DateTime(timezone=True), comment="empty: not read yet"),
        sa.Column("lines", sa.JSON(), nullable=False, comment="text, score and box (pixels) of each line"),
        sa.Column("preview_sha256", sa.String(64), comment="the picture drawn anew as JPEG, to be shown"),
        sa.Column("fault", sa.String(200), comment="why it could not be read"),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_images")),
    )
    op.create_index("ix_images_read_at", "images", ["read_at"])
    op.create_table(
        "page_images",
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("url", sa.String(2000), nullable=False),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["snapshots.id"], name=op.f("fk_page_images_snapshot_id_snapshots")
        ),
        sa.ForeignKeyConstraint(["sha256"], ["images.sha256"], name=op.f("fk_page_images_sha256_images")),
        sa.PrimaryKeyConstraint("snapshot_id", "sha256", name=op.f("pk_page_images")),
    )
    with op.batch_alter_table("judgements") as table:
        table.add_column(
            sa.Column(
                "images",
                sa.JSON(),
                nullable=False,
                server_default=sa.text("'[]'"),
                comment="which of the text was read in which picture",
            )
        )
    with op.batch_alter_table("judgements") as table:
        table.alter_column("images", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("judgements") as table:
        table.drop_column("images")
    op.drop_table("page_images")
    op.drop_table("images")
