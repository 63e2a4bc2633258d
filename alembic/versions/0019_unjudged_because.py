"""why a snapshot could not be judged"""

import sqlalchemy as sa

from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    why = "why it could not be judged; tried again by `qingyi flag` alone"
    op.add_column("snapshots", sa.Column("unjudged_because", sa.String(300), comment=why))


def downgrade() -> None:
    op.drop_column("snapshots", "unjudged_because")
