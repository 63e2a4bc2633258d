"""codes in addition to the password; calls of a token counted for all processes"""

import sqlalchemy as sa

from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    moment, number = sa.DateTime(timezone=True), sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "second_factors",
        sa.Column("user_id", number, nullable=False),
        sa.Column(
            "secret", sa.String(64), nullable=False, comment="base32; codes are made from it, here and there"
        ),
        sa.Column("confirmed_at", moment, comment="empty: not in force yet"),
        sa.Column(
            "last_step",
            sa.Integer(),
            nullable=False,
            comment="of 30 seconds, whose code was the last to be taken",
        ),
        sa.Column("recovery_codes", sa.JSON(), nullable=False, comment="SHA-256 of each that is left"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_second_factors_user_id_users")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_second_factors")),
    )
    with op.batch_alter_table("sign_ins") as table:
        table.add_column(
            sa.Column(
                "needs_second_factor",
                sa.Boolean(),
                nullable=False,
                server_default=sa.false(),
                comment="may do nothing yet but set one up",
            )
        )
    with op.batch_alter_table("sign_ins") as table:
        table.alter_column("needs_second_factor", server_default=None)
    with op.batch_alter_table("office_tokens") as table:
        table.add_column(
            sa.Column("calls_left", sa.Double(), comment="that may be made, at `calls_counted_at`")
        )
        table.add_column(sa.Column("calls_counted_at", moment))


def downgrade() -> None:
    with op.batch_alter_table("office_tokens") as table:
        table.drop_column("calls_counted_at")
        table.drop_column("calls_left")
    with op.batch_alter_table("sign_ins") as table:
        table.drop_column("needs_second_factor")
    op.drop_table("second_factors")
