"""judgements say how grave, who speaks, how it differs from the sample, and what says the same"""

import sqlalchemy as sa

from alembic import op

revision = "0003"
down_revision = "0002"

_EMPTY = sa.text("'[]'")


def upgrade() -> None:
    with op.batch_alter_table("judgements") as table:
        table.add_column(
            sa.Column(
                "gravity",
                sa.String(20),
                nullable=False,
                server_default="ordinary",
                comment="tier of 医疗广告监管工作指南: unpunished … police",
            )
        )
        for name, comment in (
            ("gravity_reasons", None),
            ("contacts", "phones, ids, widgets, and whose they are"),
            ("mentions", "registered names on the page"),
            ("alignment", "the page beside its approved sample"),
        ):
            table.add_column(
                sa.Column(name, sa.JSON(), nullable=False, server_default=_EMPTY, comment=comment)
            )
        table.add_column(
            sa.Column("signature", sa.LargeBinary(), comment="MinHash of the text, where something was found")
        )
        table.add_column(
            sa.Column(
                "cluster_id",
                sa.Integer(),
                comment="the first judgement of pages that say the same; itself where it is the first",
            )
        )
    op.create_index(op.f("ix_judgements_cluster_id"), "judgements", ["cluster_id"])
    # The defaults were for the rows that were there; new rows say it themselves.
    with op.batch_alter_table("judgements") as table:
        for name in ("gravity", "gravity_reasons", "contacts", "mentions", "alignment"):
            table.alter_column(name, server_default=None)
    op.create_table(
        "similar_bands",
        sa.Column("judgement_id", sa.Integer(), nullable=False),
        sa.Column("band", sa.Integer(), nullable=False, comment="0 to 31"),
        sa.Column("value", sa.BigInteger(), nullable=False, comment="what the band hashes to"),
        sa.ForeignKeyConstraint(
            ["judgement_id"], ["judgements.id"], name=op.f("fk_similar_bands_judgement_id_judgements")
        ),
        sa.PrimaryKeyConstraint("judgement_id", "band", name=op.f("pk_similar_bands")),
    )
    op.create_index("ix_similar_bands_value", "similar_bands", ["value"])


def downgrade() -> None:
    op.drop_table("similar_bands")
    op.drop_index(op.f("ix_judgements_cluster_id"), table_name="judgements")
    with op.batch_alter_table("judgements") as table:
        for name in (
            "cluster_id",
            "signature",
            "alignment",
            "mentions",
            "contacts",
            "gravity_reasons",
            "gravity",
        ):
            table.drop_column(name)
