"""verifications that a person has to look at"""

import sqlalchemy as sa

from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.add_column(
        "verifications",
        sa.Column(
            "for_person",
            sa.Boolean(),
            nullable=False,
            server_default=sa.false(),
            comment="what was seen is unclear, and a person has to look",
        ),
    )
    with op.batch_alter_table("verifications") as batch:
        batch.alter_column("for_person", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("verifications") as batch:
        batch.drop_column("for_person")
