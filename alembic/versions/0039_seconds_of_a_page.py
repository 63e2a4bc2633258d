"""how long a page took, so that taking its evidence knows the time that is left"""

import sqlalchemy as sa

from alembic import op

revision = "0039"
down_revision = "0038"
compatible_from = "0038"


def upgrade() -> None:
    said = "that the page took so far: answer, browser, pictures, visitors' looks"
    op.add_column("snapshots", sa.Column("seconds", sa.Double(), comment=said))


def downgrade() -> None:
    op.drop_column("snapshots", "seconds")
