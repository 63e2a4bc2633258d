"""more roles, districts, the approval of unlawful findings; the log of everything, chained by hash"""

import hashlib
import json
from datetime import UTC, datetime

import sqlalchemy as sa

from alembic import op

revision = "0010"
down_revision = "0009"

_STATES = (
    *("pending", "reviewing", "unlawful", "dismissed", "needs_more", "transferred", "received", "disposed"),
    *("returned", "verified", "recurred"),
)
# Table, constraint, column, the values before, and those that are new.
_CHECKS = (
    ("cases", "casestate", "state", _STATES, ("proposed",)),
    ("users", "role", "role", ("reviewer", "officer", "administrator"),
     ("approver", "analyst", "leader", "auditor")),
    ("offices", "officekind", "kind", ("cyberspace", "market"),
     ("police", "insurance", "drugs", "traditional")),
    ("transfers", "disposalresult", "result", ("deleted", "blocked", "site_closed", "account_closed"),
     ("no_action",)),
)  # fmt: skip
REFUSAL = "audit_entries is append-only"


def upgrade() -> None:
    for table_name, check, column, old, new in _CHECKS:
        with op.batch_alter_table(table_name) as table:
            table.drop_constraint(op.f(f"ck_{table_name}_{check}"), type_="check")
            table.create_check_constraint(op.f(f"ck_{table_name}_{check}"), _one_of(column, (*old, *new)))
    with op.batch_alter_table("users") as table:
        table.add_column(
            sa.Column("district", sa.String(60), comment="辖区 that the user is limited to; empty: all")
        )
        table.add_column(
            sa.Column(
                "disabled",
                sa.Boolean(),
                nullable=False,
                server_default=sa.false(),
                comment="may no longer sign in",
            )
        )
    with op.batch_alter_table("users") as table:
        table.alter_column("disabled", server_default=None)
    _allow_changes()
    with op.batch_alter_table("audit_entries") as table:
        for column in ("from_state", "to_state"):
            name = op.f(f"ck_audit_entries_{column}")
            table.drop_constraint(name, type_="check")
            table.create_check_constraint(name, _one_of(column, (*_STATES, "proposed")))
        for name, size, comment in (
            ("action", 40, "case_step, sign_in, lists_published …"),
            ("subject", 200, "what it was done to, where that is no case"),
            ("previous_sha256", 64, "of the entry before; the first has none"),
            ("sha256", 64, "of this entry's content and the one before"),
        ):
            table.add_column(
                sa.Column(name, sa.String(size), nullable=False, server_default="", comment=comment)
            )
        table.alter_column("case_id", existing_type=sa.Integer(), nullable=True)
        table.alter_column("to_state", existing_type=sa.String(32), nullable=True)
    with op.batch_alter_table("audit_entries") as table:
        for name in ("action", "subject", "previous_sha256", "sha256"):
            table.alter_column(name, server_default=None)
    op.create_index("ix_audit_entries_actor", "audit_entries", ["actor"])
    _chain()
    _refuse_changes()


def downgrade() -> None:
    _allow_changes()
    op.drop_index("ix_audit_entries_actor", "audit_entries")
    bind = op.get_bind()
    bind.execute(sa.text("DELETE FROM audit_entries WHERE case_id IS NULL"))
    for column in ("from_state", "to_state"):
        bind.execute(sa.text(f"UPDATE audit_entries SET {column} = 'reviewing' WHERE {column} = 'proposed'"))
    with op.batch_alter_table("audit_entries") as table:
        for column in ("from_state", "to_state"):
            name = op.f(f"ck_audit_entries_{column}")
            table.drop_constraint(name, type_="check")
            table.create_check_constraint(name, _one_of(column, _STATES))
        for name in ("action", "subject", "previous_sha256", "sha256"):
            table.drop_column(name)
        table.alter_column("case_id", existing_type=sa.Integer(), nullable=False)
        table.alter_column("to_state", existing_type=sa.String(32), nullable=False)
    _refuse_changes()
    bind.execute(sa.text("UPDATE cases SET state = 'reviewing' WHERE state = 'proposed'"))
    bind.execute(
        sa.text("UPDATE users SET role = 'reviewer' WHERE role IN ('approver', 'analyst', 'leader')")
    )
    bind.execute(sa.text("UPDATE users SET role = 'reviewer', disabled = true WHERE role = 'auditor'"))
    bind.execute(sa.text("UPDATE offices SET kind = 'market' WHERE kind NOT IN ('cyberspace', 'market')"))
    bind.execute(sa.text("UPDATE transfers SET result = 'blocked' WHERE result = 'no_action'"))
    with op.batch_alter_table("users") as table:
        table.drop_column("disabled")
        table.drop_column("district")
    for table_name, check, column, old, _ in _CHECKS:
        with op.batch_alter_table(table_name) as table:
            table.drop_constraint(op.f(f"ck_{table_name}_{check}"), type_="check")
            table.create_check_constraint(op.f(f"ck_{table_name}_{check}"), _one_of(column, old))


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def _chain() -> None:
    """Put the entries that are there into the chain, as `records.audit` does from now on."""
    bind, previous = op.get_bind(), ""
    columns = "id, at, actor, case_id, from_state, to_state, reason, detail"
    for row in bind.execute(sa.text(f"SELECT {columns} FROM audit_entries ORDER BY id")).fetchall():
        at = datetime.fromisoformat(row.at) if isinstance(row.at, str) else row.at
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
        action = "case_note" if row.from_state == row.to_state else "case_step"
        content = {
            "at": at.isoformat(timespec="microseconds"),
            "actor": row.actor,
            "action": action,
            "subject": "",
            "case": row.case_id,
            "from": row.from_state,
            "to": row.to_state,
            "reason": row.reason,
            "detail": json.loads(row.detail) if isinstance(row.detail, str) else row.detail,
            "previous": previous,
        }
        written = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        own = hashlib.sha256(written.encode()).hexdigest()
        bind.execute(
            sa.text(
                "UPDATE audit_entries SET action = :action, previous_sha256 = :previous, sha256 = :own "
                "WHERE id = :id"
            ),
            {"action": action, "previous": previous, "own": own, "id": row.id},
        )
        previous = own


def _allow_changes() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for event in ("update", "delete"):
            op.execute(f"DROP TRIGGER audit_entries_no_{event}")
        return
    op.execute("DROP TRIGGER audit_entries_append_only ON audit_entries")


def _refuse_changes() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for event in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_entries_no_{event.lower()} BEFORE {event} ON audit_entries "
                f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            )
        return
    op.execute(
        "CREATE TRIGGER audit_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()"
    )
