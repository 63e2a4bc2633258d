"""leasing reads only open transfers; indexes of columns that are mostly empty leave the empty out"""

import sqlalchemy as sa

from alembic import op

revision = "0034"
down_revision = "0033"

_NOW_OF_FEW = (("cases", "merged_into_id"), ("cases", "mirror_of_id"), ("transfers", "held_until"))


def upgrade() -> None:
    for table, column in _NOW_OF_FEW:
        op.drop_index(f"ix_{table}_{column}", table)
        few = sa.text(f"{column} IS NOT NULL")
        op.create_index(f"ix_{table}_{column}", table, [column], sqlite_where=few, postgresql_where=few)
    open_ones = sa.text("received_at IS NULL AND closed_at IS NULL")
    op.create_index(
        "ix_transfers_to_lease",
        "transfers",
        ["office_id", "id"],
        sqlite_where=open_ones,
        postgresql_where=open_ones,
    )


def downgrade() -> None:
    op.drop_index("ix_transfers_to_lease", "transfers")
    for table, column in _NOW_OF_FEW:
        op.drop_index(f"ix_{table}_{column}", table)
        op.create_index(f"ix_{table}_{column}", table, [column])
