"""messages between the commission and offices, offices' own words, reasons of decisions, tables that people keep"""

import sqlalchemy as sa

from alembic import op

revision = "0031"
down_revision = "0030"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_RESULTS = ("deleted", "blocked", "site_closed", "account_closed", "no_action")
_NEW_RESULTS = ("ordered", "filed", "penalised", "recovered")
_SIDES = ("commission", "office")


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "reference_tables",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.Column("changed_at", moment, nullable=False),
        sa.Column("changed_by", sa.String(100), nullable=False, comment="as the log names them"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_reference_tables")),
    )
    op.create_table(
        "messages",
        sa.Column("id", _ID, nullable=False),
        sa.Column("transfer_id", _ID, nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("side", _one_of("side", _SIDES), nullable=False, comment="who says it"),
        sa.Column("kind", _one_of("messagekind", ("message", "reminder")), nullable=False),
        sa.Column("author", sa.String(100), nullable=False, comment="as the log names them"),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["transfer_id"], ["transfers.id"], name=op.f("fk_messages_transfer_id_transfers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
    )
    op.create_index(op.f("ix_messages_transfer_id"), "messages", ["transfer_id"])
    with op.batch_alter_table("attachments") as table:
        table.add_column(sa.Column("message_id", _ID, comment="with which it was sent; empty: with a report"))
        table.create_foreign_key(
            op.f("fk_attachments_message_id_messages"), "messages", ["message_id"], ["id"]
        )
    op.create_index(op.f("ix_attachments_message_id"), "attachments", ["message_id"])
    with op.batch_alter_table("transfers") as table:
        name = op.f("ck_transfers_disposalresult")
        table.drop_constraint(name, type_="check")
        table.create_check_constraint(name, _check("result", (*_RESULTS, *_NEW_RESULTS)))
        table.add_column(
            sa.Column(
                "measure",
                sa.String(40),
                comment="what was done, in the office's own words 处置措施; `result` is what it counts as",
            )
        )
        table.add_column(
            sa.Column(
                "awaited", sa.String(32), comment="whose turn it is in the conversation; empty: nobody's"
            )
        )
        table.create_check_constraint(op.f("ck_transfers_side"), _check("awaited", _SIDES))
    for column, few in (("due_on", "closed_at IS NULL"), ("awaited", "awaited IS NOT NULL")):
        op.create_index(
            f"ix_transfers_{column}",
            "transfers",
            [column],
            sqlite_where=sa.text(few),
            postgresql_where=sa.text(few),
        )
    op.add_column(
        "cases",
        sa.Column(
            "reason", sa.Text(), comment="why it was decided as it is, as the reviewer chose or wrote it"
        ),
    )


def downgrade() -> None:
    with op.batch_alter_table("cases") as table:
        table.drop_column("reason")
    for column in ("awaited", "due_on"):
        op.drop_index(f"ix_transfers_{column}", "transfers")
    op.execute(
        "UPDATE transfers SET result = 'no_action' WHERE result IN ('ordered', 'filed', 'penalised', 'recovered')"
    )
    with op.batch_alter_table("transfers") as table:
        table.drop_constraint(op.f("ck_transfers_side"), type_="check")
        table.drop_column("awaited")
        table.drop_column("measure")
        name = op.f("ck_transfers_disposalresult")
        table.drop_constraint(name, type_="check")
        table.create_check_constraint(name, _check("result", _RESULTS))
    op.drop_index(op.f("ix_attachments_message_id"), "attachments")
    with op.batch_alter_table("attachments") as table:
        table.drop_constraint(op.f("fk_attachments_message_id_messages"), type_="foreignkey")
        table.drop_column("message_id")
    op.drop_index(op.f("ix_messages_transfer_id"), "messages")
    op.drop_table("messages")
    op.drop_table("reference_tables")


def _one_of(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, native_enum=False, create_constraint=True, length=32, name=name)


def _check(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(map(repr, values))})"
