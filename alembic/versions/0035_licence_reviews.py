"""until when an institution's licence is reviewed 校验"""

import sqlalchemy as sa

from alembic import op

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    with op.batch_alter_table("institutions") as table:
        table.add_column(
            sa.Column(
                "reviewed_until", sa.Date(), comment="校验有效期至: when the licence is up for its review"
            )
        )


def downgrade() -> None:
    with op.batch_alter_table("institutions") as table:
        table.drop_column("reviewed_until")
