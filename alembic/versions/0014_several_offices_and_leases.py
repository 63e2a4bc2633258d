"""cases with several offices at once, leases of transfers, calls that are made once, scopes of tokens, later re-checks"""

import sqlalchemy as sa

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    with op.batch_alter_table("transfers") as table:
        table.add_column(
            sa.Column(
                "round",
                sa.Integer(),
                nullable=False,
                server_default="1",
                comment="which hand-over of the case: offices of one round act side by side",
            )
        )
        table.add_column(sa.Column("due_on", sa.Date(), comment="by when the office is to answer"))
        table.add_column(sa.Column("lease_id", sa.String(40), comment="the program's lease that holds it"))
        table.add_column(sa.Column("leased_until", sa.DateTime(timezone=True)))
        table.create_index("ix_transfers_lease_id", ["lease_id"])
    days = "date(transferred_at, '+7 days')"
    if op.get_bind().dialect.name == "postgresql":
        days = "(transferred_at AT TIME ZONE 'Asia/Shanghai')::date + 7"
    op.execute(f"UPDATE transfers SET due_on = {days}")
    # Each earlier hand-over of a case was a round of its own.
    op.execute(
        "UPDATE transfers SET round = 1 + (SELECT count(*) FROM transfers AS before "
        "WHERE before.case_id = transfers.case_id AND before.id < transfers.id)"
    )
    with op.batch_alter_table("transfers") as table:
        table.alter_column("round", server_default=None)
        table.alter_column("due_on", existing_type=sa.Date(), nullable=False)
    with op.batch_alter_table("cases") as table:
        table.add_column(
            sa.Column(
                "recheck_round",
                sa.Integer(),
                nullable=False,
                server_default="0",
                comment="how many verifications have seen the page gone since its disposal",
            )
        )
        table.alter_column(
            "recheck_at",
            existing_type=sa.DateTime(timezone=True),
            comment="when its disposal is verified next",
        )
    with op.batch_alter_table("cases") as table:
        table.alter_column("recheck_round", server_default=None)
    with op.batch_alter_table("office_tokens") as table:
        table.add_column(
            sa.Column(
                "scopes",
                sa.JSON(),
                nullable=False,
                server_default='["read", "write"]',
                comment="read, write",
            )
        )
    with op.batch_alter_table("office_tokens") as table:
        table.alter_column("scopes", server_default=None)
    op.create_table(
        "answered_calls",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column(
            "request_sha256", sa.String(64), nullable=False, comment="over method, path, query and body"
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False, comment="JSON"),
        sa.ForeignKeyConstraint(
            ["office_id"], ["offices.id"], name=op.f("fk_answered_calls_office_id_offices")
        ),
        sa.PrimaryKeyConstraint("office_id", "key", name=op.f("pk_answered_calls")),
    )
    op.create_index("ix_answered_calls_at", "answered_calls", ["at"])


def downgrade() -> None:
    op.drop_table("answered_calls")
    with op.batch_alter_table("office_tokens") as table:
        table.drop_column("scopes")
    with op.batch_alter_table("cases") as table:
        table.drop_column("recheck_round")
        table.alter_column(
            "recheck_at", existing_type=sa.DateTime(timezone=True), comment="when its disposal is verified"
        )
    with op.batch_alter_table("transfers") as table:
        table.drop_index("ix_transfers_lease_id")
        for name in ("leased_until", "lease_id", "due_on", "round"):
            table.drop_column(name)
