"""drafts, publications and trials of the keyword lists; which term made a finding"""

import sqlalchemy as sa

from alembic import op

revision = "0011"
down_revision = "0010"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("findings") as table:
        table.add_column(
            sa.Column(
                "term",
                sa.Text(),
                nullable=False,
                server_default="",
                comment="the list's term that found it; empty: found by what the page is",
            )
        )
    with op.batch_alter_table("findings") as table:
        table.alter_column("term", server_default=None)
    op.create_table(
        "list_drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False, comment="what for"),
        sa.Column(
            "base_version", sa.String(64), nullable=False, comment="the lists' version that it changes"
        ),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("changed_at", _MOMENT, nullable=False),
        sa.Column(
            "version",
            sa.Integer(),
            nullable=False,
            comment="counts writes, so that two people cannot overwrite each other",
        ),
        sa.CheckConstraint(
            "state IN ('editing', 'live', 'discarded')", name=op.f("ck_list_drafts_draftstate")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_list_drafts_author_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_drafts")),
    )
    op.create_table(
        "list_draft_files",
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["list_drafts.id"], name=op.f("fk_list_draft_files_draft_id_list_drafts")
        ),
        sa.PrimaryKeyConstraint("draft_id", "name", name=op.f("pk_list_draft_files")),
    )
    op.create_table(
        "list_publications",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("actor", sa.String(100), nullable=False, comment="who published, as in the audit log"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("previous_version", sa.String(64)),
        sa.Column("draft_id", sa.Integer()),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["list_drafts.id"], name=op.f("fk_list_publications_draft_id_list_drafts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_publications")),
    )
    _create_trials()


def _create_trials() -> None:
    op.create_table(
        "list_trials",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer()),
        sa.Column("actor", sa.String(100), nullable=False),
        sa.Column("version_before", sa.String(64), nullable=False),
        sa.Column("version_after", sa.String(64), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False, comment="to be judged"),
        sa.Column("judged", sa.Integer(), nullable=False),
        sa.Column("started_at", _MOMENT, nullable=False),
        sa.Column("heard_at", _MOMENT, nullable=False, comment="the last sign of life"),
        sa.Column("finished_at", _MOMENT),
        sa.Column("fault", sa.Text()),
        sa.Column("figures", sa.JSON(), comment="what it came to"),
        sa.CheckConstraint(
            "state IN ('running', 'done', 'cancelled', 'failed')", name=op.f("ck_list_trials_trialstate")
        ),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["list_drafts.id"], name=op.f("fk_list_trials_draft_id_list_drafts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_trials")),
    )
    op.create_index(op.f("ix_list_trials_draft_id"), "list_trials", ["draft_id"])
    op.create_table(
        "trial_differences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("trial_id", sa.Integer(), nullable=False),
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False, comment="new, vanished, changed"),
        sa.Column("before", sa.JSON(), nullable=False, comment="rule, title, quote of findings that vanish"),
        sa.Column("after", sa.JSON(), nullable=False, comment="rule, title, quote of findings that are new"),
        sa.Column(
            "decided",
            sa.String(10),
            nullable=False,
            comment="what reviewers said of the page: confirmed, dismissed, or nothing",
        ),
        sa.ForeignKeyConstraint(
            ["trial_id"], ["list_trials.id"], name=op.f("fk_trial_differences_trial_id_list_trials")
        ),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["snapshots.id"], name=op.f("fk_trial_differences_snapshot_id_snapshots")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trial_differences")),
    )
    op.create_index("ix_trial_differences_trial_id_kind", "trial_differences", ["trial_id", "kind"])


def downgrade() -> None:
    for name in ("trial_differences", "list_trials", "list_publications", "list_draft_files", "list_drafts"):
        op.drop_table(name)
    with op.batch_alter_table("findings") as table:
        table.drop_column("term")
