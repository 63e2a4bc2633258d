"""the registry's revision, snapshots that await judgement, and the files of each version of the lists"""

import secrets

import sqlalchemy as sa

from alembic import op

revision = "0025"
down_revision = "0024"

# What `records.judgements.judgements` asked each time, over all snapshots there are.
_AWAITING = """
INSERT INTO awaiting_judgement (snapshot_id)
SELECT s.id FROM snapshots s JOIN visits v ON v.id = s.visit_id LEFT JOIN judgements j ON j.snapshot_id = s.id
WHERE j.id IS NULL AND s.text_sha256 IS NOT NULL AND s.unchanged_since_id IS NULL AND v.kind <> 'recheck'
AND s.status NOT IN (300, 301, 302, 303, 304, 307, 308)
"""


def upgrade() -> None:
    op.create_table(
        "registry_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("value", sa.String(32), nullable=False, comment="drawn at random"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry_revision")),
    )
    drawn = sa.text("INSERT INTO registry_revision (id, value) VALUES (1, :value)")
    op.execute(drawn.bindparams(value=secrets.token_hex(16)))
    op.create_table(
        "awaiting_judgement",
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["snapshots.id"], name=op.f("fk_awaiting_judgement_snapshot_id_snapshots")
        ),
        sa.PrimaryKeyConstraint("snapshot_id", name=op.f("pk_awaiting_judgement")),
    )
    op.execute(_AWAITING)
    op.create_table(
        "list_files",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False, comment="byte for byte"),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_list_files")),
    )
    op.create_table(
        "list_version_files",
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(
            ["sha256"], ["list_files.sha256"], name=op.f("fk_list_version_files_sha256_list_files")
        ),
        sa.PrimaryKeyConstraint("version", "name", name=op.f("pk_list_version_files")),
    )


def downgrade() -> None:
    for table in ("list_version_files", "list_files", "awaiting_judgement", "registry_revision"):
        op.drop_table(table)
