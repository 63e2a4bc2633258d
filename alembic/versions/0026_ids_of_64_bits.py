"""ids of 64 bits: at a nation's 1.5 billion snapshots a year, 32 end after sixteen months; and the fence of visits"""

import sqlalchemy as sa

from alembic import op

revision = "0026"
down_revision = "0025"

_NUMBERED = [
    "institutions",
    "offices",
    "certificates",
    "letters",
    "office_tokens",
    "sources",
    "users",
    "webhooks",
    "deliveries",
    "list_drafts",
    "matters",
    "pages",
    "saved_views",
    "visits",
    "list_publications",
    "list_trials",
    "planned_pages",
    "snapshots",
    "tips",
    "captures",
    "judgements",
    "trial_differences",
    "cases",
    "findings",
    "audit_entries",
    "transfers",
    "verifications",
    "attachments",
]
_REFERRING = {
    "answered_calls": "office_id",
    "certificates": "institution_id",
    "letters": "office_id",
    "office_tokens": "office_id",
    "sources": "institution_id",
    "users": "office_id",
    "webhooks": "office_id",
    "deliveries": "webhook_id",
    "list_drafts": "author_id",
    "matters": "office_id source_id",
    "pages": "source_id",
    "saved_views": "user_id",
    "sign_ins": "user_id",
    "visits": "source_id",
    "list_draft_files": "draft_id",
    "list_publications": "draft_id",
    "list_trials": "draft_id",
    "planned_pages": "visit_id",
    "snapshots": "page_id visit_id unchanged_since_id",
    "tips": "institution_id page_id",
    "awaiting_judgement": "snapshot_id",
    "captures": "snapshot_id",
    "judgements": "snapshot_id cluster_id",
    "judgement_search": "judgement_id",
    "page_images": "snapshot_id",
    "trial_differences": "trial_id snapshot_id",
    "cases": "page_id judgement_id reviewer_id merged_into_id mirror_of_id",
    "findings": "judgement_id",
    "similar_bands": "judgement_id",
    "audit_entries": "case_id",
    "transfers": "case_id office_id matter_id",
    "verifications": "case_id snapshot_id",
    "attachments": "transfer_id",
    "letter_items": "transfer_id letter_id",
}


def upgrade() -> None:
    _have("bigint")
    fence = "counts who took it: only the last one may write"
    op.add_column(
        "visits", sa.Column("fence", sa.BigInteger(), nullable=False, server_default="0", comment=fence)
    )


def downgrade() -> None:
    op.drop_column("visits", "fence")
    _have("integer")


def _have(kind: str) -> None:
    """Have all ids of that type. One statement a table: PostgreSQL rewrites each table once. SQLite's are of
    64 bits."""
    if op.get_bind().dialect.name == "sqlite":
        return
    for table in dict.fromkeys((*_NUMBERED, *_REFERRING)):
        columns = (["id"] if table in _NUMBERED else []) + _REFERRING.get(table, "").split()
        changes = ", ".join(f"ALTER COLUMN {column} TYPE {kind}" for column in columns)
        op.execute(f"ALTER TABLE {table} {changes}")
        if table in _NUMBERED:
            op.execute(f"ALTER SEQUENCE {table}_id_seq AS {kind}")
