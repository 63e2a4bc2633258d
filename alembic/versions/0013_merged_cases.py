"""cases that are merged into another"""

import sqlalchemy as sa

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    with op.batch_alter_table("cases") as table:
        table.add_column(sa.Column("lead_id", sa.Integer(), comment="the case that it is merged into 并案"))
        table.create_foreign_key(op.f("fk_cases_lead_id_cases"), "cases", ["lead_id"], ["id"])
        table.create_index(op.f("ix_cases_lead_id"), ["lead_id"])


def downgrade() -> None:
    with op.batch_alter_table("cases") as table:
        table.drop_index(op.f("ix_cases_lead_id"))
        table.drop_constraint(op.f("fk_cases_lead_id_cases"), type_="foreignkey")
        table.drop_column("lead_id")
