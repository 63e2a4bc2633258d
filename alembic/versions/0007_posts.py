"""snapshots keep what a post says of itself"""

import sqlalchemy as sa

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    with op.batch_alter_table("snapshots") as table:
        table.add_column(
            sa.Column(
                "post",
                sa.JSON(),
                comment="what a post says of itself: account, its id, when, where it leads, videos, pictures",
            )
        )


def downgrade() -> None:
    with op.batch_alter_table("snapshots") as table:
        table.drop_column("post")
