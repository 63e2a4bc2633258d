"""what a case page looks up: the case of a judgement, the newest decided cases"""

from alembic import op

revision = "0036"
down_revision = "0035"

_AGAIN = "the disposed case whose text came up here again 再现"
_ELSEWHERE = "the disposed case whose text came up here again 换址发布"


def upgrade() -> None:
    op.create_index("ix_cases_judgement_id", "cases", ["judgement_id"])
    op.create_index("ix_cases_state_changed_at", "cases", ["state", "changed_at"])
    _say(_ELSEWHERE, instead_of=_AGAIN)


def downgrade() -> None:
    _say(_AGAIN, instead_of=_ELSEWHERE)
    op.drop_index("ix_cases_state_changed_at", "cases")
    op.drop_index("ix_cases_judgement_id", "cases")


def _say(comment: str, instead_of: str) -> None:
    if op.get_bind().dialect.name == "postgresql":  # SQLite keeps no comments
        op.alter_column("cases", "mirror_of_id", comment=comment, existing_comment=instead_of)
