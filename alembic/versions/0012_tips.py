"""tips, and the visits that look at their pages"""

import sqlalchemy as sa

from alembic import op

revision = "0012"
down_revision = "0011"

_KINDS = "kind IN ('site', 'account', 'recheck', 'mobile'{})"


def upgrade() -> None:
    with op.batch_alter_table("visits") as table:
        table.drop_constraint(op.f("ck_visits_visitkind"), type_="check")
        table.create_check_constraint(op.f("ck_visits_visitkind"), _KINDS.format(", 'tip'"))
    op.create_table(
        "tips",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(2000), nullable=False, comment="what it is about"),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False, comment="what was reported, in the reporter's words"),
        sa.Column("reporter", sa.String(200), comment="who, and how to reach them"),
        sa.Column("institution_id", sa.Integer(), comment="whom it names"),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.String(100), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("reason", sa.Text(), comment="what came of it, in Chinese"),
        sa.Column("page_id", sa.Integer()),
        sa.CheckConstraint(
            "channel IN ('hotline', 'letter', 'web', 'office', 'own')", name=op.f("ck_tips_tipchannel")
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'flagged', 'nothing_found', 'failed')", name=op.f("ck_tips_tipstate")
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institutions.id"], name=op.f("fk_tips_institution_id_institutions")
        ),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name=op.f("fk_tips_page_id_pages")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tips")),
    )
    op.create_index("ix_tips_state", "tips", ["state"])
    op.create_index("ix_tips_page_id", "tips", ["page_id"])


def downgrade() -> None:
    op.drop_table("tips")
    bind = op.get_bind()
    bind.execute(sa.text("UPDATE visits SET kind = 'recheck' WHERE kind = 'tip'"))
    with op.batch_alter_table("visits") as table:
        table.drop_constraint(op.f("ck_visits_visitkind"), type_="check")
        table.create_check_constraint(op.f("ck_visits_visitkind"), _KINDS.format(""))
