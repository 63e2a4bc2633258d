"""The audit log 日志 as a workbook."""

from collections.abc import Mapping, Sequence

from records.audit import ACTIONS, actor_label
from records.local_time import local_moment
from records.models import AuditEntry
from reports.workbook import Column, workbook

_COLUMNS = (
    Column("编号", 9),
    Column("时间", 17),
    Column("操作人", 20),
    Column("登录名", 24),
    Column("操作", 14),
    Column("对象", 30),
    Column("内容", 60),
    Column("校验值", 20),
)


def log_workbook(entries: Sequence[AuditEntry], names: Mapping[str, str]) -> bytes:
    """The entries (xlsx), in their order; `names` are people's display names by their sign-in names."""
    rows = [
        (
            entry.id,
            local_moment(entry.at),
            actor_label(entry.actor, names),
            entry.actor,
            ACTIONS.get(entry.action, entry.action),
            f"案件 {entry.case_id}" if entry.case_id else entry.subject,
            _content(entry),
            entry.sha256,
        )
        for entry in entries
    ]
    return workbook("日志", _COLUMNS, rows, made=entries[0].at if entries else None)


def _content(entry: AuditEntry) -> str:
    moved = entry.from_state and entry.to_state and entry.from_state is not entry.to_state
    step = (
        f"{entry.from_state.label} → {entry.to_state.label}"
        if moved and entry.from_state and entry.to_state
        else ""
    )
    return "：".join(part for part in (step, entry.reason) if part)
