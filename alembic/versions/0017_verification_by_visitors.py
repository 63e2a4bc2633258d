"""verifications by several visitors, with more outcomes; cases whose text was disposed elsewhere before"""

import sqlalchemy as sa

from alembic import op

revision = "0017"
down_revision = "0016"

_CHECK = "ck_verifications_verificationoutcome"
_OUTCOMES = "outcome IN ('gone', 'still_there', 'unreachable'{})"


def upgrade() -> None:
    with op.batch_alter_table("verifications") as table:
        table.add_column(
            sa.Column(
                "looks",
                sa.JSON(),
                nullable=False,
                server_default="[]",
                comment="what each visitor saw: visitor, outcome, reason, snapshot",
            )
        )
        table.drop_constraint(op.f(_CHECK), type_="check")
        table.create_check_constraint(op.f(_CHECK), _OUTCOMES.format(", 'changed', 'back'"))
    with op.batch_alter_table("verifications") as table:
        table.alter_column("looks", server_default=None)
    with op.batch_alter_table("cases") as table:
        table.add_column(
            sa.Column(
                "first_id", sa.Integer(), comment="the disposed case whose text came up here again 再现"
            )
        )
        table.create_foreign_key(op.f("fk_cases_first_id_cases"), "cases", ["first_id"], ["id"])
        table.create_index("ix_cases_first_id", ["first_id"])


def downgrade() -> None:
    with op.batch_alter_table("cases") as table:
        table.drop_index("ix_cases_first_id")
        table.drop_constraint(op.f("fk_cases_first_id_cases"), type_="foreignkey")
        table.drop_column("first_id")
    op.execute("UPDATE verifications SET outcome = 'still_there' WHERE outcome IN ('changed', 'back')")
    with op.batch_alter_table("verifications") as table:
        table.drop_constraint(op.f(_CHECK), type_="check")
        table.create_check_constraint(op.f(_CHECK), _OUTCOMES.format(""))
        table.drop_column("looks")
