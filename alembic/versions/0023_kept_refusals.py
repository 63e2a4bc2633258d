"""refusals of calls that were made with a key are kept as answers are"""

import sqlalchemy as sa

from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    kind = "the kind of refusal whose words the answer is; empty: it was done"
    op.add_column("answered_calls", sa.Column("refused", sa.String(40), comment=kind))


def downgrade() -> None:
    op.drop_column("answered_calls", "refused")
