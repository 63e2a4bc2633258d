"""a finding's words as they are read; by how much the learned wording flags a page"""

import sqlalchemy as sa

from alembic import op

revision = "0042"
down_revision = "0039"
compatible_from = "0038"


def upgrade() -> None:
    op.add_column(
        "findings",
        sa.Column(
            "read_as",
            sa.Text(),
            nullable=False,
            server_default="",
            comment="the quote with its disguise undone; empty: written so",
        ),
    )
    for column, comment in (
        ("wording_measure", "the highest threshold by which its wording is suspected"),
        ("hits_measure", "the highest threshold that one of its terms passes"),
    ):
        op.add_column("judgements", sa.Column(column, sa.Double(), comment=comment))


def downgrade() -> None:
    op.drop_column("judgements", "hits_measure")
    op.drop_column("judgements", "wording_measure")
    op.drop_column("findings", "read_as")
