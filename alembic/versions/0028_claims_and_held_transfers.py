"""claims of cases that end by themselves, cases passed over, and transfers that wait to be recalled"""

import sqlalchemy as sa

from alembic import op

revision = "0028"
down_revision = "0027"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "case_claims",
        sa.Column("case_id", _ID, nullable=False),
        sa.Column("user_id", _ID, nullable=False),
        sa.Column("until", moment, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_claims_case_id_cases")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_case_claims_user_id_users")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_claims")),
    )
    op.create_index(op.f("ix_case_claims_user_id"), "case_claims", ["user_id"])
    op.create_table(
        "passed_cases",
        sa.Column("token_sha256", sa.String(64), nullable=False),
        sa.Column("case_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["token_sha256"],
            ["sign_ins.token_sha256"],
            name=op.f("fk_passed_cases_token_sha256_sign_ins"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_passed_cases_case_id_cases")),
        sa.PrimaryKeyConstraint("token_sha256", "case_id", name=op.f("pk_passed_cases")),
    )
    op.create_index("ix_cases_reviewer_id_changed_at", "cases", ["reviewer_id", "changed_at"])
    op.add_column(
        "transfers",
        sa.Column(
            "held_until", moment, comment="until then it can be recalled 撤回; empty: the office has it"
        ),
    )
    op.create_index(op.f("ix_transfers_held_until"), "transfers", ["held_until"])


def downgrade() -> None:
    op.drop_index(op.f("ix_transfers_held_until"), "transfers")
    with op.batch_alter_table("transfers") as transfers:
        transfers.drop_column("held_until")
    op.drop_index("ix_cases_reviewer_id_changed_at", "cases")
    op.drop_table("passed_cases")
    op.drop_index(op.f("ix_case_claims_user_id"), "case_claims")
    op.drop_table("case_claims")
