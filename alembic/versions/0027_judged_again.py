"""stored pages are judged again by lists that came into force: one judgement more each time, and how far that has come"""

import sqlalchemy as sa

from alembic import op

revision = "0027"
down_revision = "0026"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_STATES = ("waiting", "running", "done", "cancelled")
_COUNTED = {
    "pages": "to be judged",
    "judged": None,
    "missing": "pages whose text could not be read",
    "opened": "cases opened",
    "changed": "undecided cases that show other findings now",
    "closed": "undecided cases closed, nothing being found now",
    "left_open": "cases in people's hands on whose page nothing is found now",
}
# What only a later judgement of the same snapshot has; cases that show one go back to the first.
_LATER = "SELECT id FROM judgements j WHERE id > (SELECT min(id) FROM judgements f WHERE f.snapshot_id = j.snapshot_id)"
_FIRST = """
UPDATE cases SET judgement_id = (
  SELECT min(f.id) FROM judgements f JOIN judgements j ON j.snapshot_id = f.snapshot_id WHERE j.id = cases.judgement_id)
"""


def upgrade() -> None:
    with op.batch_alter_table("judgements") as batch:
        batch.add_column(
            sa.Column(
                "rejudging_id",
                _ID,
                nullable=False,
                server_default="0",
                comment="0: judged when it was kept; else judged again, see `rejudgings`",
            )
        )
        batch.drop_constraint(op.f("uq_judgements_snapshot_id"), type_="unique")
        batch.create_unique_constraint(
            op.f("uq_judgements_snapshot_id_rejudging_id"), ["snapshot_id", "rejudging_id"]
        )
    op.create_table(
        "rejudgings",
        sa.Column("id", _ID, nullable=False),
        sa.Column("version", sa.String(64), nullable=False, comment="the lists that judge"),
        sa.Column("actor", sa.String(100), nullable=False, comment="who asked for it, as in the audit log"),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True)),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.Column("after_snapshot_id", _ID, nullable=False, comment="up to here all is judged"),
        *(sa.Column(name, sa.Integer(), nullable=False, comment=said) for name, said in _COUNTED.items()),
        sa.CheckConstraint(
            "state IN ({})".format(", ".join(f"'{state}'" for state in _STATES)),
            name=op.f("ck_rejudgings_rejudgingstate"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rejudgings")),
    )


def downgrade() -> None:
    op.drop_table("rejudgings")
    op.execute(_FIRST)
    search = "rowid" if op.get_bind().dialect.name == "sqlite" else "judgement_id"
    for table, column in (
        ("findings", "judgement_id"),
        ("similar_bands", "judgement_id"),
        ("judgement_search", search),
    ):
        op.execute(f"DELETE FROM {table} WHERE {column} IN ({_LATER})")
    op.execute(f"DELETE FROM judgements WHERE id IN ({_LATER})")
    with op.batch_alter_table("judgements") as batch:
        batch.drop_constraint(op.f("uq_judgements_snapshot_id_rejudging_id"), type_="unique")
        batch.drop_column("rejudging_id")
        batch.create_unique_constraint(op.f("uq_judgements_snapshot_id"), ["snapshot_id"])
