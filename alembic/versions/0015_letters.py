"""letters to offices, numbered without gaps"""

import sqlalchemy as sa

from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "letters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column(
            "number",
            sa.Integer(),
            nullable=False,
            comment="counts from 1 in each year of an office, without gaps",
        ),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by", sa.String(100), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_letters_office_id_offices")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
        sa.UniqueConstraint("office_id", "year", "number", name=op.f("uq_letters_office_id_year_number")),
    )
    op.create_table(
        "letter_items",
        sa.Column("transfer_id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["transfer_id"], ["transfers.id"], name=op.f("fk_letter_items_transfer_id_transfers")
        ),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letters.id"], name=op.f("fk_letter_items_letter_id_letters")
        ),
        sa.PrimaryKeyConstraint("transfer_id", name=op.f("pk_letter_items")),
    )
    op.create_index(op.f("ix_letter_items_letter_id"), "letter_items", ["letter_id"])


def downgrade() -> None:
    op.drop_table("letter_items")
    op.drop_table("letters")
