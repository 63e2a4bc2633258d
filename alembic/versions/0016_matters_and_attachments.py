"""matters: the pages of one source that an office was handed on one day; documents that offices add"""

import sqlalchemy as sa

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "matters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer()),
        sa.Column("account_id", sa.Integer()),
        sa.Column(
            "opened_on",
            sa.Date(),
            nullable=False,
            comment="the day in China on which its pages were handed over",
        ),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_matters_office_id_offices")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_matters_site_id_sites")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_matters_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matters")),
        sa.UniqueConstraint(
            "office_id", "site_id", "opened_on", name=op.f("uq_matters_office_id_site_id_opened_on")
        ),
        sa.UniqueConstraint(
            "office_id", "account_id", "opened_on", name=op.f("uq_matters_office_id_account_id_opened_on")
        ),
    )
    day = "date(transfers.transferred_at, '+8 hours')"
    same = "matters.site_id IS pages.site_id AND matters.account_id IS pages.account_id"
    if op.get_bind().dialect.name == "postgresql":
        day = "(transfers.transferred_at AT TIME ZONE 'Asia/Shanghai')::date"
        same = (
            "matters.site_id IS NOT DISTINCT FROM pages.site_id "
            "AND matters.account_id IS NOT DISTINCT FROM pages.account_id"
        )
    of_pages = "JOIN cases ON cases.id = transfers.case_id JOIN pages ON pages.id = cases.page_id"
    op.execute(
        "INSERT INTO matters (office_id, site_id, account_id, opened_on) "
        f"SELECT DISTINCT transfers.office_id, pages.site_id, pages.account_id, {day} FROM transfers {of_pages}"
    )
    with op.batch_alter_table("transfers") as table:
        table.add_column(sa.Column("matter_id", sa.Integer()))
    op.execute(
        "UPDATE transfers SET matter_id = (SELECT matters.id FROM matters, cases, pages "
        "WHERE cases.id = transfers.case_id AND pages.id = cases.page_id "
        f"AND matters.office_id = transfers.office_id AND {same} AND matters.opened_on = {day})"
    )
    with op.batch_alter_table("transfers") as table:
        table.alter_column("matter_id", existing_type=sa.Integer(), nullable=False)
        table.create_foreign_key(op.f("fk_transfers_matter_id_matters"), "matters", ["matter_id"], ["id"])
        table.create_index("ix_transfers_matter_id", ["matter_id"])
    op.create_table(
        "attachments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("transfer_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False, comment="the file's name as the office gave it"),
        sa.Column("size", sa.Integer(), nullable=False, comment="bytes"),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.String(100), nullable=False),
        sa.ForeignKeyConstraint(
            ["transfer_id"], ["transfers.id"], name=op.f("fk_attachments_transfer_id_transfers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
        sa.UniqueConstraint("transfer_id", "sha256", name=op.f("uq_attachments_transfer_id_sha256")),
    )


def downgrade() -> None:
    op.drop_table("attachments")
    with op.batch_alter_table("transfers") as table:
        table.drop_index("ix_transfers_matter_id")
        table.drop_constraint(op.f("fk_transfers_matter_id_matters"), type_="foreignkey")
        table.drop_column("matter_id")
    op.drop_table("matters")
