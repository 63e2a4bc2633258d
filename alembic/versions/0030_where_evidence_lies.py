"""where evidence lies in a bucket"""

import sqlalchemy as sa

from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "evidence_packs",
        sa.Column("id", number, nullable=False),
        sa.Column("name", sa.String(100), nullable=False, comment="its key in the bucket"),
        sa.Column("size", sa.BigInteger(), nullable=False, comment="bytes"),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_packs")),
        sa.UniqueConstraint("name", name=op.f("uq_evidence_packs_name")),
    )
    op.create_table(
        "evidence_places",
        sa.Column("content", sa.LargeBinary(32), nullable=False, comment="SHA-256"),
        sa.Column("pack_id", number, nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["pack_id"], ["evidence_packs.id"], name=op.f("fk_evidence_places_pack_id_evidence_packs")
        ),
        sa.PrimaryKeyConstraint("content", name=op.f("pk_evidence_places")),
    )
    op.create_index(op.f("ix_evidence_places_pack_id"), "evidence_places", ["pack_id"])


def downgrade() -> None:
    op.drop_table("evidence_places")
    op.drop_table("evidence_packs")
