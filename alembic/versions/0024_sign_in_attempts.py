"""failures to sign in by where they came from, in place of a lock on the user"""

import sqlalchemy as sa

from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "sign_in_attempts",
        sa.Column("name_sha256", sa.String(64), nullable=False, comment="of the name as it was typed"),
        sa.Column("address", sa.String(64), nullable=False, comment="IP address of the browser"),
        sa.Column("failures", sa.Integer(), nullable=False, comment="since `since`"),
        sa.Column("since", moment, nullable=False),
        sa.Column("succeeded_at", moment, comment="last time that the name signed in from there"),
        sa.PrimaryKeyConstraint("name_sha256", "address", name=op.f("pk_sign_in_attempts")),
    )
    op.create_index(op.f("ix_sign_in_attempts_address"), "sign_in_attempts", ["address"])
    with op.batch_alter_table("users") as users:
        users.drop_column("failed_attempts")
        users.drop_column("locked_until")


def downgrade() -> None:
    with op.batch_alter_table("users") as users:
        users.add_column(sa.Column("failed_attempts", sa.Integer(), nullable=False, server_default="0"))
        users.add_column(sa.Column("locked_until", sa.DateTime(timezone=True)))
    with op.batch_alter_table("users") as users:
        users.alter_column("failed_attempts", server_default=None)
    op.drop_index(op.f("ix_sign_in_attempts_address"), "sign_in_attempts")
    op.drop_table("sign_in_attempts")
