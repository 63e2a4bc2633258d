"""trials that were cut off go on"""

import sqlalchemy as sa

from alembic import op

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column("list_trials", sa.Column("sample", sa.Integer(), comment="so many were drawn; none: all"))
    op.add_column(
        "list_trials",
        sa.Column("until_snapshot_id", number, comment="the newest of those that were to be judged"),
    )


def downgrade() -> None:
    op.drop_column("list_trials", "until_snapshot_id")
    op.drop_column("list_trials", "sample")
