"""the oldest program that works with the tables stands next to their revision"""

import sqlalchemy as sa

from alembic import op

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    op.add_column("alembic_version", sa.Column("compatible_from", sa.String(32)))


def downgrade() -> None:
    op.drop_column("alembic_version", "compatible_from")
