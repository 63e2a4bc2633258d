"""Signing in: passwords (argon2id) and browser sessions. Secrets are kept as hashes only."""

import secrets
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload

from records import audit
from records.models import Office, Role, SignIn, User
from records.store.content_store import sha256_of

_HASHER = PasswordHasher()
# Checked when there is no such user, so that an answer takes as long for a name that exists.
_NOBODY = _HASHER.hash(secrets.token_urlsafe(16))

_UNKNOWN = "user:?"  # in the log

ATTEMPTS = 5
LOCKED_FOR = timedelta(minutes=15)
SHORTEST_PASSWORD = 10


class SignInRefused(Exception):
    """Wrong name or password, or locked; the message does not say which name exists."""


class PasswordTooShort(Exception):
    """The password has fewer characters than SHORTEST_PASSWORD."""


def add_user(
    session: Session,
    name: str,
    password: str,
    role: Role,
    *,
    display_name: str = "",
    office: Office | None = None,
    district: str | None = None,
) -> User:
    """Add a user; raises PasswordTooShort."""
    if len(password) < SHORTEST_PASSWORD:
        raise PasswordTooShort(f"密码至少 {SHORTEST_PASSWORD} 个字符")
    user = User(
        name=name,
        display_name=display_name or name,
        password_hash=_HASHER.hash(password),
        role=role,
        office_id=office.id if office else None,
        district=district or None,
    )
    session.add(user)
    session.flush()
    return user


def set_password(session: Session, user: User, password: str) -> None:
    """Give a user another password, free of locks; all their browsers are signed out. Raises PasswordTooShort."""
    if len(password) < SHORTEST_PASSWORD:
        raise PasswordTooShort(f"密码至少 {SHORTEST_PASSWORD} 个字符")
    user.password_hash = _HASHER.hash(password)
    user.failed_attempts, user.locked_until = 0, None
    session.execute(delete(SignIn).where(SignIn.user_id == user.id))


def check_password(session: Session, name: str, password: str, now: datetime) -> User:
    """The user, when the password is right; raises SignInRefused. Five failures lock for 15 minutes.

    Both are written into the log; of a name that nobody has, not even the name, which may be a password that was typed
    in the wrong field. The caller must commit after a refusal too, so that it and the count are kept.
    """
    try:
        user = _checked(session, name, password, now)
    except SignInRefused as refused:
        known = session.scalar(select(User).where(User.name == name))
        audit.append(session, known or _UNKNOWN, "sign_in_refused", now, reason=str(refused))
        raise
    audit.append(session, user, "sign_in", now)
    return user


def _checked(session: Session, name: str, password: str, now: datetime) -> User:
    user = session.scalar(select(User).where(User.name == name).with_for_update())
    if user is None:
        _matches(_NOBODY, password)
        raise SignInRefused("用户名或密码不正确")
    if user.locked_until and user.locked_until > now:
        raise SignInRefused("尝试次数过多，请稍后再试")
    if user.disabled:
        raise SignInRefused("用户名或密码不正确")
    if not _matches(user.password_hash, password):
        user.failed_attempts += 1
        if user.failed_attempts >= ATTEMPTS:
            user.locked_until, user.failed_attempts = now + LOCKED_FOR, 0
        raise SignInRefused("用户名或密码不正确")
    user.failed_attempts, user.locked_until = 0, None
    return user


def user_from_identity_provider(session: Session, name: str, now: datetime) -> User:
    """The user of that name, whom an identity provider vouches for; raises SignInRefused where there is none, or they
    may no longer sign in. Both are written into the log."""
    user = session.scalar(select(User).where(User.name == name))
    if user is None or user.disabled:
        reason = "统一身份认证的这个用户没有开通本系统，请联系管理员"
        audit.append(session, user or _UNKNOWN, "sign_in_refused", now, reason=reason)
        raise SignInRefused(reason)
    audit.append(session, user, "sign_in", now, reason="统一身份认证")
    return user


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash, password)
    except VerificationError:
        return False


def open_sign_in(session: Session, user: User, now: datetime, hours: float) -> str:
    """Sign a browser in; returns the token for its cookie (43 characters)."""
    token = secrets.token_urlsafe(32)
    session.execute(delete(SignIn).where(SignIn.expires_at < now))
    session.add(
        SignIn(
            token_sha256=sha256_of(token.encode()),
            user_id=user.id,
            csrf_token=secrets.token_urlsafe(32),
            expires_at=now + timedelta(hours=hours),
        )
    )
    return token


def find_sign_in(session: Session, token: str, now: datetime) -> SignIn | None:
    """The sign-in that a cookie's token belongs to, unless it has expired."""
    return session.scalar(
        select(SignIn)
        .join(SignIn.user)
        .where(
            SignIn.token_sha256 == sha256_of(token.encode()),
            SignIn.expires_at > now,
            User.disabled.is_(False),
        )
        .options(joinedload(SignIn.user).joinedload(User.office))
    )


def close_sign_in(session: Session, token: str) -> None:
    """Sign a browser out."""
    session.execute(delete(SignIn).where(SignIn.token_sha256 == sha256_of(token.encode())))
