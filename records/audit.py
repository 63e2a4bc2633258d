"""The audit log 日志: everything that anyone did, only ever added to, chained by hash.

Each entry's hash is over its content and the hash of the entry before, as a manifest's is: a row that was changed or
removed behind the application's back breaks the chain at its place. The head, which `qingyi audit verify`
prints and an auditor notes elsewhere, reveals a missing end.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, NamedTuple, cast
from urllib.parse import urlencode
from weakref import WeakKeyDictionary

from pydantic_core import to_json
from sqlalchemy import Table, event, insert, or_, select, text
from sqlalchemy.orm import Session, SessionTransaction

from records.local_time import begin_of, end_of
from records.models import AuditEntry, Case, CaseState, Institution, Page, Source, User
from records.storable import storable, storable_text

# One lock for all writers, until they commit: the chain has one end. The number only has to be our own.
_LOCK = 0x51_69_6E_67
_PART = 1_000
_PENDING = "audit_pending"

ACTIONS: dict[str, str] = {
    "case_step": "案件步骤",
    "case_note": "案件记录",
    "sign_in": "登录",
    "sign_in_refused": "登录被拒",
    "sign_out": "退出",
    "user_changed": "用户变更",
    "lists_draft": "关键词表草稿",
    "lists_trial": "关键词表试运行",
    "lists_rejudged": "按新关键词表重新研判",
    "lists_published": "关键词表发布",
    "tip_added": "登记线索",
    "self_check": "自查",
    "evidence_taken_out": "下载证据",
    "report_exported": "导出报表",
    "letter_issued": "出具移送函",
    "webhook_changed": "推送变更",
    "demerit_changed": "记分",
    "listing_changed": "信用名单变更",
    "reporter_shown": "查看举报人",
    "registry_changed": "登记库变更",
    "reference_changed": "参数表变更",
    "crawl_controlled": "启停巡查",
    "restored": "自备份恢复",
}


@dataclass(frozen=True)
class Step:
    """The step of a case that an entry records."""

    case_id: int
    before: CaseState | None
    after: CaseState


class _Pending(NamedTuple):
    """An entry that is not yet in the chain, with the columns' names."""

    at: datetime
    actor: str
    action: str
    subject: str
    case_id: int | None
    from_state: CaseState | None
    to_state: CaseState | None
    reason: str
    detail: dict[str, Any]


def append(
    session: Session,
    actor: User | str,
    action: str,
    now: datetime,
    subject: str = "",
    *,
    step: Step | None = None,
    reason: str = "",
    detail: dict[str, Any] | None = None,
) -> None:
    """Add an entry: a user, or another actor by its name in the log, did `action`, one of ACTIONS. It joins
    the chain's end when the session commits.

    Not earlier, since a writer at the end makes all others wait: one that held the end while waiting for a
    case changed by another writer, which waits for the end, would deadlock.
    """
    first = _entry(actor, action, now, subject, reason, detail)
    session.info.setdefault(_PENDING, []).append(_of_step(first, step) if step else first)


def append_steps(
    session: Session, actor: str, action: str, now: datetime, steps: Iterable[Step], *, reason: str
) -> None:
    """Add an entry for each of these steps, as `append` does."""
    first = _entry(actor, action, now, "", reason, None)
    session.info.setdefault(_PENDING, []).extend(_of_step(first, step) for step in steps)


def _entry(
    actor: User | str,
    action: str,
    now: datetime,
    subject: str,
    reason: str,
    detail: dict[str, Any] | None,
) -> _Pending:
    if action not in ACTIONS:
        raise ValueError(f"not an action: {action}")
    return _Pending(
        at=now,
        actor=storable_text(actor.actor if isinstance(actor, User) else actor),
        action=action,
        subject=storable_text(subject[:200]),
        case_id=None,
        from_state=None,
        to_state=None,
        reason=storable_text(reason.strip()),
        detail=storable(detail or {}),
    )


def _of_step(entry: _Pending, step: Step) -> _Pending:
    return entry._replace(case_id=step.case_id, from_state=step.before, to_state=step.after)


def write_pending(session: Session) -> None:
    """Put the session's entries at the chain's end now, to be read in the same session; nobody else can add any until
    it ends."""
    pending: list[_Pending] = session.info.pop(_PENDING, [])
    if not pending:
        return
    session.flush()
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    previous = session.scalar(select(AuditEntry.sha256).order_by(AuditEntry.id.desc()).limit(1)) or ""
    rows = []
    for entry in pending:
        computed = entry_hash(entry, previous)
        rows.append({**entry._asdict(), "previous_sha256": previous, "sha256": computed})
        previous = computed
    _insert_in_order(session, rows)


def _insert_in_order(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Not by the unit of work: ids are given in the rows' order, which is the chain's. PostgreSQL takes all rows as one
    value, at half the cost of one after the other; the end of the chain is held meanwhile."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_INSERT_ALL, {"rows": to_json(rows).decode()})
    else:
        session.execute(insert(cast(Table, AuditEntry.__table__)), rows)


_COLUMNS = (
    "at, actor, action, subject, case_id, from_state, to_state, reason, detail, previous_sha256, sha256"
)
_INSERT_ALL = text(
    f"INSERT INTO audit_entries ({_COLUMNS}) SELECT {_COLUMNS} FROM ROWS FROM (json_to_recordset(CAST(:rows AS json)) AS"  # noqa: S608 - the columns stand above
    " (at timestamptz, actor text, action text, subject text, case_id bigint, from_state text, to_state text,"
    " reason text, detail json, previous_sha256 text, sha256 text)) WITH ORDINALITY ORDER BY ordinality"
)


@event.listens_for(Session, "before_commit")
def _write_at_the_end(session: Session) -> None:
    if not session.in_nested_transaction():
        write_pending(session)


# How many entries there were when a savepoint was set.
_marks: WeakKeyDictionary[SessionTransaction, int] = WeakKeyDictionary()


@event.listens_for(Session, "after_transaction_create")
def _mark(session: Session, transaction: SessionTransaction) -> None:
    if transaction.nested:
        _marks[transaction] = len(session.info.get(_PENDING, []))


@event.listens_for(Session, "after_soft_rollback")
def _drop(session: Session, transaction: SessionTransaction) -> None:
    """Drop the entries of a rolled-back savepoint: their acts did not happen."""
    kept = _marks[transaction] if transaction.nested else 0
    del session.info.get(_PENDING, [])[kept:]


def entry_hash(entry: AuditEntry | _Pending, previous: str) -> str:
    """SHA-256 (hex) over an entry's content and the hash of the one before, as canonical JSON."""
    content = {
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": entry.actor,
        "action": entry.action,
        "subject": entry.subject,
        "case": entry.case_id,
        "from": entry.from_state.value if entry.from_state else None,
        "to": entry.to_state.value if entry.to_state else None,
        "reason": entry.reason,
        "detail": entry.detail,
        "previous": previous,
    }
    return hashlib.sha256(_CANONICAL.encode(content).encode()).hexdigest()


_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True)
class Verified:
    """How many entries there are, the last one's hash, and the first that does not fit (its id and why, in Chinese)."""

    entries: int
    head: str
    broken_at: int | None = None
    fault: str = ""


def verify(session: Session) -> Verified:
    """Go over the whole chain from its beginning to the first fault."""
    write_pending(session)
    previous, count, last_id = "", 0, 0
    while True:
        part = session.scalars(
            select(AuditEntry).where(AuditEntry.id > last_id).order_by(AuditEntry.id).limit(_PART)
        ).all()
        if not part:
            return Verified(count, previous)
        for entry in part:
            if entry.previous_sha256 != previous:
                return Verified(count, previous, entry.id, "它之前的日志被删除、插入或改动")
            if entry_hash(entry, previous) != entry.sha256:
                return Verified(count, previous, entry.id, "这一条的内容被改动")
            previous, count, last_id = entry.sha256, count + 1, entry.id
        session.expunge_all()


def is_in_chain(session: Session, head: str) -> bool:
    """Whether an entry has this hash: a head that was noted earlier."""
    return session.scalar(select(AuditEntry.id).where(AuditEntry.sha256 == head).limit(1)) is not None


def names_of(actor: str) -> frozenset[str]:
    """All names under which `actor` stands in the log. A person is `user:NAME`; in older entries, which the chain keeps
    as they are, `user:NAME` at sign-in and `reviewer:NAME` after it."""
    kind, _, name = actor.partition(":")
    return frozenset({f"user:{name}", f"reviewer:{name}"} if kind in {"user", "reviewer"} else {actor})


# Names for people of the parts of the program that act by themselves.
_PARTS_OF_THE_SYSTEM = {
    "flag": "自动研判",
    "recheck": "自动核验",
    "tips": "线索核查",
    "webhooks": "推送",
    "command": "命令行",
    "files": "关键词表文件",
}


def actor_label(actor: str, names: Mapping[str, str]) -> str:
    """The actor's display name: a person's name, with the office for an officer, or the function of a part of
    the system. `names` are persons' names by their sign-in names."""
    kind, _, name = actor.partition(":")
    if kind in {"user", "reviewer"}:
        return "（未知用户）" if name == "?" else names.get(name, name)
    if kind == "office":
        office, _, person = name.partition("/")
        return f"{office} {names.get(person, person)}" if person else f"{office}（接口）"
    return f"系统（{_PARTS_OF_THE_SYSTEM.get(name, name)}）" if kind == "system" else actor


@dataclass(frozen=True)
class AuditFilter:
    """The wanted entries; "" is no filter."""

    actor: str = ""
    action: str = ""
    subject: str = ""
    case: str = ""
    since: date | None = None  # on this day of Beijing or later
    until: date | None = None

    def address(self) -> str:
        """The query string of the log's address."""
        return urlencode({name: value for name, value in vars(self).items() if value})


def list_entries(
    session: Session, wanted: AuditFilter, limit: int, before: int = 0, district: str | None = None
) -> Sequence[AuditEntry]:
    """The wanted entries, newest first, older than the entry `before` (0: from the newest). Of a district, those about a
    case there: any other entry may name an institution elsewhere."""
    write_pending(session)
    query = select(AuditEntry)
    if district:
        there = select(Case.id).join(Case.page).join(Page.source).join(Source.institution)
        about = there.where(Case.id == AuditEntry.case_id, Institution.district == district)
        query = query.where(about.exists())
    if before:
        query = query.where(AuditEntry.id < before)
    if wanted.actor:
        called = select(User.name).where(User.display_name == wanted.actor)
        names = {
            wanted.actor,
            *(name for one in session.scalars(called) for name in (f"user:{one}", f"/{one}")),
        }
        known = {one for name in names for one in names_of(name)}
        query = query.where(
            or_(*(AuditEntry.actor.contains(name, autoescape=True) for name in sorted(known)))
        )
    if wanted.subject:
        query = query.where(AuditEntry.subject.contains(wanted.subject, autoescape=True))
    if wanted.action in ACTIONS:
        query = query.where(AuditEntry.action == wanted.action)
    if wanted.since:
        query = query.where(AuditEntry.at >= begin_of(wanted.since))
    if wanted.until:
        query = query.where(AuditEntry.at < end_of(wanted.until))
    if wanted.case.isdecimal():
        query = query.where(AuditEntry.case_id == int(wanted.case[:9]))
    return session.scalars(query.order_by(AuditEntry.id.desc()).limit(limit)).all()
