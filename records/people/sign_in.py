"""Signing in: passwords (argon2id) and browser sessions. Secrets are kept as hashes only."""

import secrets
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload

from records import audit
from records.models import Office, Role, SignIn, User
from records.people import attempts
from records.people.attempts import Attempt
from records.people.second_factor import find_second_factor, is_proven
from records.store.content_store import sha256_of

_HASHER = PasswordHasher()
# Checked when there is no such user, so that a response takes as long as for a name that exists.
_NOBODY = _HASHER.hash(secrets.token_urlsafe(16))

_UNKNOWN = "user:?"  # in the log

SHORTEST_PASSWORD = 10
_LONGEST_LOOKED_AT = 72  # characters: more do not make a password weaker
_LEAST_SCORE = 3  # of 4, as zxcvbn scores: safe from guessing where the hashes are not lost
# The same for a wrong name, a wrong password, a lock and a user who is no more: it does not reveal which
# names exist.
_REFUSED = "用户名、密码或动态码不正确；多次不正确后，一刻钟内不再受理"


class SignInRefused(Exception):
    """Wrong name or password, or locked; the message does not say which name exists."""


class PasswordWrong(Exception):
    """The present password that was typed is not the user's; the message says so, in Chinese."""


class PasswordWeak(Exception):
    """The password is short, or easy to guess."""


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
    """Add a user; raises PasswordWeak."""
    require_strong(password, name, display_name)
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
    """Give a user another password, free of locks; all their browsers are signed out. Raises PasswordWeak."""
    require_strong(password, user.name, user.display_name)
    user.password_hash = _HASHER.hash(password)
    attempts.unlock(session, user.name)
    session.execute(delete(SignIn).where(SignIn.user_id == user.id))


def change_own_password(
    session: Session, user: User, present: str, new: str, attempt: Attempt, now: datetime
) -> None:
    """Give a user the password that they chose, on proof of the present one; all their browsers are signed out. Raises
    PasswordWrong, which counts as a failure to sign in does and is to be committed as that is; PasswordWeak."""
    heard = attempts.is_heard(session, attempt, now)
    if not heard or not _matches(user.password_hash, present):
        if heard:
            attempts.note_failure(session, attempt, now)
        raise PasswordWrong("当前密码不正确" if heard else "多次不正确，请一刻钟后再试")
    set_password(session, user, new)
    audit.append(session, user, "user_changed", now, user.name, reason="本人修改密码")


def require_strong(password: str, *about: str) -> None:
    """Raises PasswordWeak for a password that is short, or that zxcvbn guesses by common words, patterns, and
    facts `about` the user."""
    from zxcvbn import zxcvbn  # noqa: PLC0415 - its word lists are read for new passwords only

    if len(password) < SHORTEST_PASSWORD:
        raise PasswordWeak(f"密码至少 {SHORTEST_PASSWORD} 个字符")
    known = [word for word in (*about, "qingyi", "清医", "卫健委", "网信办") if word]
    if zxcvbn(password[:_LONGEST_LOOKED_AT], known)["score"] < _LEAST_SCORE:
        raise PasswordWeak(
            "密码太容易猜到：避免常用词、键盘顺序、重复、生日和本人或系统的名称，可用几个不相干的词组成"
        )


def check_password(
    session: Session, attempt: Attempt, password: str, now: datetime, code: str | None = None
) -> User:
    """The user, when the password is right, and the code of their second factor where they have one (None:
    not required here). Raises SignInRefused, in the same words and after the same time in every case: wrong,
    unknown, disabled, or locked after too many failures (`records.people.attempts`).

    Both are written into the log; of an unknown name, not even the name, which may be a password typed in the
    wrong field. The caller must commit after a refusal too, so that it and the count are kept.
    """
    user = session.scalar(select(User).where(User.name == attempt.name))
    heard = attempts.is_heard(session, attempt, now)
    looked_at = user if user is not None and heard and not user.disabled else None
    matches = _matches(looked_at.password_hash if looked_at else _NOBODY, password)
    proven = matches if code is None else is_proven(session, looked_at, code, now, is_password_right=matches)
    if looked_at is None or not proven:
        if heard:
            attempts.note_failure(session, attempt, now)
        why = "用户名或密码不正确" if not matches else "密码正确，动态码不正确"
        why = why if heard else "尝试次数过多"
        audit.append(session, user or _UNKNOWN, "sign_in_refused", now, reason=f"{why}（{attempt.address}）")
        raise SignInRefused(_REFUSED)
    attempts.note_success(session, attempt, now)
    audit.append(session, looked_at, "sign_in", now)
    return looked_at


def prove_again(
    session: Session, user: User, present: str, code: str, attempt: Attempt, now: datetime
) -> None:
    """Check that it is still the user, before their second factor is changed. Raises PasswordWrong, which
    counts as a failure to sign in does and is to be committed as that is."""
    heard = attempts.is_heard(session, attempt, now)
    if not heard or not _matches(user.password_hash, present) or not is_proven(session, user, code, now):
        if heard:
            attempts.note_failure(session, attempt, now)
        raise PasswordWrong("密码或动态码不正确" if heard else "多次不正确，请一刻钟后再试")


def user_from_identity_provider(session: Session, name: str, now: datetime) -> User:
    """The user of that name, whom an identity provider vouches for; raises SignInRefused where there is none, or they
    may no longer sign in. Both are written into the log."""
    user = session.scalar(select(User).where(User.name == name))
    if user is None or user.disabled:
        reason = "统一身份认证的这个用户没有开通本系统，请联系管理员"
        audit.append(session, user or _UNKNOWN, "sign_in_refused", now, reason=reason)
        raise SignInRefused(reason)
    attempts.note_success(session, Attempt(name, "oidc"), now)
    audit.append(session, user, "sign_in", now, reason="统一身份认证")
    return user


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash, password)
    except VerificationError:
        return False


def open_sign_in(
    session: Session, user: User, now: datetime, hours: float, *, require_second_factor: bool = False
) -> str:
    """Sign a browser in; returns the token for its cookie (43 characters). Where a second factor is required of a user
    who has none, the browser may do nothing but set one up."""
    token = secrets.token_urlsafe(32)
    session.execute(delete(SignIn).where(SignIn.expires_at < now))
    session.add(
        SignIn(
            token_sha256=sha256_of(token.encode()),
            user_id=user.id,
            csrf_token=secrets.token_urlsafe(32),
            expires_at=now + timedelta(hours=hours),
            needs_second_factor=require_second_factor and find_second_factor(session, user) is None,
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
