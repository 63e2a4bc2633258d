"""what a case page looks up: the case of a judgement, the newest decided cases"""

from alembic import op

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    op.create_index("ix_cases_judgement_id", "cases", ["judgement_id"])
    op.create_index("ix_cases_state_changed_at", "cases", ["state", "changed_at"])


def downgrade() -> None:
    op.drop_index("ix_cases_state_changed_at", "cases")
    op.drop_index("ix_cases_judgement_id", "cases")
