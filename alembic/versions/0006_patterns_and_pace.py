"""what a site's addresses have taught: which cost the browser, which are traps; how often it changes; visits as a
mobile visitor; the main text of a snapshot by hash"""

import sqlalchemy as sa

from alembic import op

revision = "0006"
down_revision = "0005"

_KINDS = "kind IN ('site', 'account', 'recheck'{})"


def upgrade() -> None:
    op.create_table(
        "url_patterns",
        sa.Column("host", sa.String(255), nullable=False),
        sa.Column("pattern", sa.String(500), nullable=False, comment="an address with its numbers left out"),
        sa.Column("pages", sa.Integer(), nullable=False, comment="fetched, over all visits"),
        sa.Column("rendered", sa.Integer(), nullable=False, comment="times the browser was asked"),
        sa.Column("gained", sa.Integer(), nullable=False, comment="times it showed more than the plain page"),
        sa.Column("is_trap", sa.Boolean(), nullable=False, comment="ever new addresses, no new text"),
        sa.PrimaryKeyConstraint("host", "pattern", name=op.f("pk_url_patterns")),
    )
    with op.batch_alter_table("snapshots") as table:
        table.add_column(
            sa.Column(
                "main_sha256", sa.String(64), comment="of the main text alone: what the reader came for"
            )
        )
    for name in ("sites", "accounts"):
        with op.batch_alter_table(name) as table:
            table.add_column(
                sa.Column(
                    "pace",
                    sa.Double(),
                    nullable=False,
                    server_default=sa.text("1.0"),
                    comment="the interval is multiplied by it: less for what changes or offends",
                )
            )
        with op.batch_alter_table(name) as table:
            table.alter_column("pace", server_default=None)
    with op.batch_alter_table("visits") as table:
        table.drop_constraint(op.f("ck_visits_visitkind"), type_="check")
        table.create_check_constraint(op.f("ck_visits_visitkind"), _KINDS.format(", 'mobile'"))


def downgrade() -> None:
    with op.batch_alter_table("visits") as table:
        table.drop_constraint(op.f("ck_visits_visitkind"), type_="check")
        table.create_check_constraint(op.f("ck_visits_visitkind"), _KINDS.format(""))
    for name in ("sites", "accounts"):
        with op.batch_alter_table(name) as table:
            table.drop_column("pace")
    with op.batch_alter_table("snapshots") as table:
        table.drop_column("main_sha256")
    op.drop_table("url_patterns")
