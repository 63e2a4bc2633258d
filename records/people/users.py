"""Users as an administrator keeps them: added, changed, locked out, each change written into the log."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session, contains_eager

from records import audit
from records.models import Institution, Office, Role, SecondFactor, SignIn, User
from records.people import attempts
from records.people.sign_in import add_user, set_password


class PersonRefused(Exception):
    """A user cannot be changed as requested; the message says why, in Chinese."""


@dataclass(frozen=True)
class Person:
    """The wanted values of a user; an empty password leaves the present one."""

    role: Role
    display_name: str = ""
    office_id: int | None = None
    district: str = ""
    disabled: bool = False
    password: str = ""


def list_users(session: Session, words: str = "", role: Role | None = None) -> Sequence[User]:
    """The users in whose name, office or district all of the words are found, of one role where one is given; by name."""
    query = select(User).outerjoin(User.office).options(contains_eager(User.office)).order_by(User.name)
    searched = (User.name, User.display_name, User.district, Office.name)
    for word in words.split()[:10]:
        query = query.where(or_(*(column.icontains(word, autoescape=True) for column in searched)))
    return session.scalars(query.where(User.role == role) if role else query).all()


def find_user(session: Session, name: str) -> User | None:
    """The user who signs in by this name."""
    return session.scalar(select(User).where(User.name == name))


def count_by_office(session: Session) -> dict[int, int]:
    """How many users who may sign in each office has, by its id."""
    query = select(User.office_id, func.count()).where(User.disabled.is_(False), User.office_id.is_not(None))
    return {row[0]: row[1] for row in session.execute(query.group_by(User.office_id)) if row[0]}


def find_second_factors(session: Session) -> frozenset[int]:
    """The ids of the users whose second factor is in force."""
    return frozenset(
        session.scalars(select(SecondFactor.user_id).where(SecondFactor.confirmed_at.is_not(None)))
    )


def find_display_names(session: Session) -> dict[str, str]:
    """Display names by sign-in names; both names where two people have the same one."""
    rows = [(row[0], row[1]) for row in session.execute(select(User.name, User.display_name))]
    called = Counter(display for _, display in rows)
    return {name: f"{display}（{name}）" if called[display] > 1 else display for name, display in rows}


def unlock_person(session: Session, user: User, *, actor: str, now: datetime) -> None:
    """Unlock a user who failed to sign in too often."""
    attempts.unlock(session, user.name)
    audit.append(session, actor, "user_changed", now, user.name, reason="解除锁定")


def list_districts(session: Session) -> Sequence[str]:
    """The districts of the registered institutions."""
    column = Institution.district
    return session.scalars(select(column).distinct().order_by(column)).all()


def list_districts_of(session: Session, user: User) -> Sequence[str]:
    """The districts that a user may select: their own, where they are limited to one."""
    return [user.district] if user.district else list_districts(session)


def add_person(session: Session, name: str, wanted: Person, *, actor: str, now: datetime) -> User:
    """Add a user; raises PersonRefused or PasswordWeak."""
    if not name or session.scalar(select(User.id).where(User.name == name)):
        raise PersonRefused(f"登录名“{name}”已存在" if name else "请填写登录名")
    office = _office(session, wanted)
    user = add_user(
        session,
        name,
        wanted.password,
        wanted.role,
        display_name=wanted.display_name,
        office=office,
        district=wanted.district,
    )
    audit.append(session, actor, "user_changed", now, user.name, reason="新增用户", detail=_rights(user))
    return user


def change_person(session: Session, user: User, wanted: Person, *, actor: str, now: datetime) -> None:
    """Change a user; raises PersonRefused or PasswordWeak. The last administrator stays one."""
    office = _office(session, wanted)
    stays = wanted.role is Role.ADMINISTRATOR and not wanted.disabled
    if user.role is Role.ADMINISTRATOR and not stays and _administrators(session) <= 1:
        raise PersonRefused("这是最后一位管理员，不能停用或改为其他角色")
    user.role, user.office_id = wanted.role, office.id if office else None
    user.display_name = wanted.display_name or user.display_name
    user.district, user.disabled = wanted.district or None, wanted.disabled
    words = "变更用户"
    if wanted.password:
        set_password(session, user, wanted.password)
        words += "，重设密码"
    if wanted.disabled:
        session.execute(delete(SignIn).where(SignIn.user_id == user.id))
    audit.append(session, actor, "user_changed", now, user.name, reason=words, detail=_rights(user))


def _office(session: Session, wanted: Person) -> Office | None:
    office = session.get(Office, wanted.office_id) if wanted.office_id else None
    if wanted.role is Role.OFFICER and office is None:
        raise PersonRefused("处置员必须指定所属部门")
    return office if wanted.role is Role.OFFICER else None


def _administrators(session: Session) -> int:
    query = select(func.count()).where(User.role == Role.ADMINISTRATOR, User.disabled.is_(False))
    return session.scalar(query) or 0


def _rights(user: User) -> dict[str, Any]:
    """A user's rights, as the log records them."""
    return {
        "role": user.role.value,
        "district": user.district or "",
        "office": user.office_id,
        "disabled": user.disabled,
    }
