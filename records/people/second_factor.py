"""A second proof in addition to the password: codes that a phone makes (TOTP, RFC 6238), and recovery codes
for when it is lost.

A code is taken once: it and all before it are refused afterwards (RFC 6238, 5.2). Of recovery codes only the hashes are
kept; the secret that codes are made from has to be kept in clear.
"""

import secrets
from base64 import b32encode
from dataclasses import dataclass
from datetime import datetime
from unicodedata import normalize

import pyotp
from sqlalchemy import delete
from sqlalchemy.orm import Session

from records import audit
from records.models import SecondFactor, SignIn, User
from records.store.content_store import sha256_of

RECOVERY_CODES = 10
_WINDOW = 1  # steps of 30 s that the phone's clock may be fast or slow by
_ISSUER = "清医"


class SecondFactorRefused(Exception):
    """A second factor cannot be changed as asked for; the message says why, in Chinese."""


@dataclass(frozen=True)
class NewSecret:
    """The data for a phone: the secret in base32, and the address (`otpauth:`) that a picture of it holds."""

    secret: str
    address: str


def find_second_factor(session: Session, user: User) -> SecondFactor | None:
    """The user's second factor, where one is in force."""
    found = session.get(SecondFactor, user.id)
    return found if found is not None and found.confirmed_at else None


def begin_second_factor(session: Session, user: User) -> NewSecret:
    """A new secret, which is in force once a code of it was given. Raises SecondFactorRefused where one is in force."""
    row = _locked(session, user)
    if row is not None and row.confirmed_at:
        raise SecondFactorRefused("动态码已启用；更换手机请先停用")
    secret = pyotp.random_base32()
    if row is None:
        session.add(SecondFactor(user_id=user.id, secret=secret, last_step=0, recovery_codes=[]))
    else:
        row.secret = secret
    return _shown(user, secret)


def begun_secret(session: Session, user: User) -> NewSecret | None:
    """The secret that waits for its first code."""
    row = session.get(SecondFactor, user.id)
    return _shown(user, row.secret) if row is not None and not row.confirmed_at else None


def confirm_second_factor(
    session: Session, user: User, code: str, token: str, now: datetime
) -> tuple[str, ...]:
    """Put the new secret in force, on proof that the phone has it; returns the recovery codes, to be shown once. The
    user's browsers are signed out, but for that of the cookie's `token`. Raises SecondFactorRefused."""
    row = _locked(session, user)
    if row is None or row.confirmed_at:
        raise SecondFactorRefused("请重新开始启用动态码")
    if not _takes_code(row, code, now):
        raise SecondFactorRefused("动态码不正确，请核对手机的时间后再试")
    row.confirmed_at = now
    this_browser = SignIn.token_sha256 == sha256_of(token.encode())
    session.execute(delete(SignIn).where(SignIn.user_id == user.id, ~this_browser))
    for sign_in in session.query(SignIn).where(this_browser):
        sign_in.needs_second_factor = False
    audit.append(session, user, "user_changed", now, user.name, reason="启用动态码")
    return _new_recovery_codes(row)


def renew_recovery_codes(session: Session, user: User, now: datetime) -> tuple[str, ...]:
    """New recovery codes in place of those that are left. Raises SecondFactorRefused."""
    row = _locked(session, user)
    if row is None or not row.confirmed_at:
        raise SecondFactorRefused("动态码尚未启用")
    audit.append(session, user, "user_changed", now, user.name, reason="更换恢复码")
    return _new_recovery_codes(row)


def end_second_factor(session: Session, user: User, *, actor: User | str, now: datetime) -> None:
    """Take a user's second factor away; all their browsers are signed out. Raises SecondFactorRefused where there is
    none."""
    row = _locked(session, user)
    if row is None:
        raise SecondFactorRefused(f"“{user.name}”没有启用动态码")
    session.delete(row)
    session.execute(delete(SignIn).where(SignIn.user_id == user.id))
    reason = "停用动态码" if actor is user else "重置动态码"
    audit.append(session, actor, "user_changed", now, user.name, reason=reason)


def is_proven(
    session: Session, user: User | None, code: str, now: datetime, *, is_password_right: bool = True
) -> bool:
    """Whether a code, of the phone or for recovery, is the user's; it is used up. True for a user without a
    second factor. The row is looked up in every case, and a code with a wrong password is not used up: the
    response always takes as long."""
    row = _locked(session, user)
    if user is None or not is_password_right:
        return False
    if row is None or not row.confirmed_at:
        return True
    return _takes_code(row, code, now) or _takes_recovery_code(row, code)


def _locked(session: Session, user: User | None) -> SecondFactor | None:
    """The row, locked until the transaction ends: one code must not be accepted twice at once."""
    return session.get(SecondFactor, user.id if user else 0, with_for_update=True, populate_existing=True)


def _takes_code(row: SecondFactor, code: str, now: datetime) -> bool:
    digits = "".join(normalize("NFKC", code).split())  # an input method may have typed them in full width
    if not (digits.isascii() and digits.isdecimal()):
        return False
    try:
        step = pyotp.TOTP(row.secret).verify_and_get_timecode(digits, for_time=now, valid_window=_WINDOW)
    except pyotp.OTPVerificationError:
        return False
    if step <= row.last_step:
        return False
    row.last_step = step
    return True


def _takes_recovery_code(row: SecondFactor, code: str) -> bool:
    given = _hash(code)
    left = [one for one in row.recovery_codes if one != given]
    is_one = len(left) < len(row.recovery_codes)
    row.recovery_codes = left
    return is_one


def _new_recovery_codes(row: SecondFactor) -> tuple[str, ...]:
    made = [b32encode(secrets.token_bytes(10)).decode().lower() for _ in range(RECOVERY_CODES)]
    row.recovery_codes = [_hash(code) for code in made]
    return tuple("-".join(code[start : start + 4] for start in range(0, 16, 4)) for code in made)


def _hash(code: str) -> str:
    return sha256_of("".join(code.lower().replace("-", "").split()).encode("utf-8", "surrogatepass"))


def _shown(user: User, secret: str) -> NewSecret:
    return NewSecret(secret, pyotp.TOTP(secret, name=user.name, issuer=_ISSUER).provisioning_uri())
