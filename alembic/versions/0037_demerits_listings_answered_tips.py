"""demerits imposed, credit listings, tips' order numbers and answers"""

import sqlalchemy as sa

from alembic import op

revision = "0037"
down_revision = "0036"

_MOMENT, _NUMBER = sa.DateTime(timezone=True), sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "demerits",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("institution_id", _NUMBER, nullable=False),
        sa.Column("case_id", _NUMBER, nullable=False, comment="the case for which they are imposed"),
        sa.Column("words", sa.String(60), nullable=False, comment="违法情形, as the standard names it"),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("basis", sa.String(200), nullable=False, comment="依据"),
        sa.Column("imposed_on", sa.Date(), nullable=False, comment="the day of the decision"),
        sa.Column("document_number", sa.String(80), nullable=False, comment="文书号; empty: none"),
        sa.Column("reason", sa.Text(), nullable=False),
        *_act("imposed", nullable=False),
        *_act("struck"),
        sa.Column("struck_because", sa.Text()),
        *_references("demerits", institution_id="institutions", case_id="cases"),
        *_references("demerits", imposed_by_id="users", struck_by_id="users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demerits")),
        sa.CheckConstraint("points BETWEEN 1 AND 100", name=op.f("ck_demerits_points_in_reach")),
    )
    op.create_index("ix_demerits_institution_id", "demerits", ["institution_id"])
    _index_once("uq_demerits_in_force", "demerits", "case_id", "words", where="struck_at IS NULL")
    op.create_table(
        "credit_listings",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("institution_id", _NUMBER, nullable=False),
        sa.Column("kind", _labelled("blacklist", "credit", name="listingkind"), nullable=False),
        sa.Column("case_id", _NUMBER, comment="the case that it rests on, where it is one"),
        sa.Column("reason", sa.Text(), nullable=False, comment="事由, as it is published"),
        sa.Column("basis", sa.String(200), nullable=False, comment="依据"),
        *_act("proposed", nullable=False),
        *_act("approved"),
        *_act("ended"),
        sa.Column("ended_because", sa.Text(), comment="why it was refused or taken off"),
        *_references("credit_listings", institution_id="institutions", case_id="cases"),
        *_references("credit_listings", proposed_by_id="users", approved_by_id="users", ended_by_id="users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_listings")),
    )
    where = "ended_at IS NULL"
    _index_once("uq_credit_listings_open", "credit_listings", "institution_id", "kind", where=where)
    with op.batch_alter_table("tips") as table:
        table.add_column(sa.Column("order_number", sa.String(60), comment="工单号 of the hotline or office"))
        table.add_column(sa.Column("answer", sa.Text(), comment="what the reporter was told"))
        table.add_column(sa.Column("answered_on", sa.Date()))
        table.add_column(sa.Column("answered_by", sa.String(100), comment="as the log names them"))


def downgrade() -> None:
    with op.batch_alter_table("tips") as table:
        for column in ("answered_by", "answered_on", "answer", "order_number"):
            table.drop_column(column)
    op.drop_table("credit_listings")
    op.drop_table("demerits")


def _act(name: str, *, nullable: bool = True) -> tuple[sa.Column[object], ...]:
    return (
        sa.Column(f"{name}_at", _MOMENT, nullable=nullable),
        sa.Column(f"{name}_by_id", _NUMBER, nullable=nullable),
    )


def _labelled(*values: str, name: str) -> sa.Enum:
    return sa.Enum(*values, native_enum=False, create_constraint=True, length=32, name=name)


def _references(table: str, **columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))
        for column, other in columns.items()
    ]


def _index_once(name: str, table: str, *columns: str, where: str) -> None:
    condition = sa.text(where)
    op.create_index(
        name, table, list(columns), unique=True, sqlite_where=condition, postgresql_where=condition
    )
