"""pages drawn at random that are decided blind"""

import sqlalchemy as sa

from alembic import op

revision = "0029"
down_revision = "0028"

_VERDICTS = ("lawful", "unlawful", "unclear")


def upgrade() -> None:
    moment, number = sa.DateTime(timezone=True), sa.BigInteger().with_variant(sa.Integer(), "sqlite")

    def labelled(*values: str, name: str) -> sa.Enum:
        return sa.Enum(*values, native_enum=False, create_constraint=True, length=32, name=name)

    op.create_table(
        "quality_checks",
        sa.Column("id", number, nullable=False),
        sa.Column(
            "week",
            sa.Date(),
            nullable=False,
            comment="Monday of the week in which the page was judged or decided",
        ),
        sa.Column("judgement_id", number, nullable=False),
        sa.Column("kind", labelled("unflagged", "repeated", name="checkkind"), nullable=False),
        sa.Column(
            "stratum", sa.String(60), nullable=False, comment="of pages that were not flagged; else empty"
        ),
        sa.Column(
            "stratum_pages", sa.Integer(), nullable=False, comment="how many there were in it that week"
        ),
        sa.Column(
            "first_verdict",
            labelled(*_VERDICTS, name="first_verdict"),
            comment="of the case, where it is decided again",
        ),
        sa.Column("first_reviewer_id", number),
        sa.Column("claimed_by_id", number),
        sa.Column("claimed_until", moment),
        sa.Column("verdict", labelled(*_VERDICTS, name="verdict")),
        sa.Column("families", sa.JSON(), nullable=False, comment="of rules, that the person found broken"),
        sa.Column("decided_at", moment),
        sa.Column("decided_by_id", number),
        sa.ForeignKeyConstraint(
            ["judgement_id"], ["judgements.id"], name=op.f("fk_quality_checks_judgement_id_judgements")
        ),
        *(
            sa.ForeignKeyConstraint([column], ["users.id"], name=op.f(f"fk_quality_checks_{column}_users"))
            for column in ("first_reviewer_id", "claimed_by_id", "decided_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_checks")),
        sa.UniqueConstraint("week", "judgement_id", name=op.f("uq_quality_checks_week_judgement_id")),
    )
    op.create_index("ix_quality_checks_decided_at", "quality_checks", ["decided_at"])


def downgrade() -> None:
    op.drop_index("ix_quality_checks_decided_at", "quality_checks")
    op.drop_table("quality_checks")
