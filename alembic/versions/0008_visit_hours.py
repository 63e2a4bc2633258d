"""sites and accounts may say in which hours they are visited"""

import sqlalchemy as sa

from alembic import op

revision = "0008"
down_revision = "0007"

_TABLES = ("sites", "accounts")


def upgrade() -> None:
    for name in _TABLES:
        with op.batch_alter_table(name) as table:
            table.add_column(
                sa.Column("visit_hours", sa.String(5), comment="such as 22-6, local time; empty: any hour")
            )


def downgrade() -> None:
    for name in _TABLES:
        with op.batch_alter_table(name) as table:
            table.drop_column("visit_hours")
