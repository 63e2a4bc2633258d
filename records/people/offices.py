"""Offices 部门: all of them, one by its name, a new one; and tokens as the administrator gives and ends them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from records import audit
from records.models import Office, OfficeKind
from records.people.office_tokens import READ, WRITE, issue_token, revoke_token


class OfficeRefused(Exception):
    """An office or token cannot be as asked for; the message says why, in Chinese."""


def list_offices(session: Session) -> Sequence[Office]:
    """The offices that cases can be handed to, in the order that they were added."""
    return session.scalars(select(Office).order_by(Office.id)).all()


def find_office(session: Session, name: str) -> Office | None:
    """The office of that name."""
    return session.scalar(select(Office).where(Office.name == name))


def add_office(session: Session, name: str, kind: OfficeKind, *, actor: str, now: datetime) -> Office:
    """A new office; raises OfficeRefused."""
    if not name:
        raise OfficeRefused("请填写部门名称")
    if find_office(session, name) is not None:
        raise OfficeRefused(f"部门“{name}”已存在")
    office = Office(name=name, kind=kind)
    session.add(office)
    session.flush()
    audit.append(session, actor, "user_changed", now, name, reason=f"新增部门（{kind.label}）")
    return office


def give_token(
    session: Session, office: Office, days: int, *, read_only: bool, actor: str, now: datetime
) -> str:
    """A new token of an office's programs, shown this once; written into the log."""
    token = issue_token(session, office, now, days, (READ,) if read_only else (READ, WRITE))
    audit.append(session, actor, "user_changed", now, office.name, reason=f"签发接口令牌，{days} 天有效")
    return token


def end_token(session: Session, token_id: int, *, actor: str, now: datetime) -> None:
    """Revoke a token; raises OfficeRefused where there is no valid one."""
    if not revoke_token(session, token_id, now):
        raise OfficeRefused(f"没有编号为 {token_id} 的有效令牌")
    audit.append(session, actor, "user_changed", now, f"令牌 {token_id}", reason="停用接口令牌")
