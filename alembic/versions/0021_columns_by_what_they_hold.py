"""columns are called what they hold: mirror_of_id, merged_into_id, row_version, last_heartbeat_at, observations,
interval_factor"""

import sqlalchemy as sa

from alembic import op

revision = "0021"
down_revision = "0020"

# Table, the name before, the name after.
_RENAMED = (
    ("cases", "first_id", "mirror_of_id"),
    ("cases", "lead_id", "merged_into_id"),
    ("cases", "version", "row_version"),
    ("list_drafts", "version", "row_version"),
    ("list_trials", "heard_at", "last_heartbeat_at"),
    ("verifications", "looks", "observations"),
    ("sources", "pace", "interval_factor"),
)


def upgrade() -> None:
    for table, before, after in _RENAMED:
        _rename(table, before, after)


def downgrade() -> None:
    for table, before, after in reversed(_RENAMED):
        _rename(table, after, before)


def _rename(table: str, before: str, after: str) -> None:
    """Rename a column with its index and key, where it refers to a case."""
    op.execute(sa.text(f"ALTER TABLE {table} RENAME COLUMN {before} TO {after}"))
    if not before.endswith("_id"):
        return
    with op.batch_alter_table(table) as batch:
        batch.drop_index(f"ix_{table}_{before}")
        batch.drop_constraint(op.f(f"fk_{table}_{before}_cases"), type_="foreignkey")
        batch.create_foreign_key(op.f(f"fk_{table}_{after}_cases"), "cases", [after], ["id"])
        batch.create_index(op.f(f"ix_{table}_{after}"), [after])
