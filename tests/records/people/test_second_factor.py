"""Codes in addition to the password: accepted once, near their time, by their owner; recovery codes when the
phone is lost."""

from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from sqlalchemy import Engine, text

from records import audit
from records.database import reading, transaction
from records.models import AuditEntry, SignIn, User
from records.people.attempts import OF_ONE_FROM_ONE, Attempt
from records.people.second_factor import (
    RECOVERY_CODES,
    SecondFactorRefused,
    begin_second_factor,
    begun_secret,
    confirm_second_factor,
    end_second_factor,
    find_second_factor,
    renew_recovery_codes,
)
from records.people.sign_in import (
    PasswordWrong,
    SignInRefused,
    check_password,
    find_sign_in,
    open_sign_in,
    prove_again,
)
from tests.records import registered

PASSWORD = "a-long-password"
HOME = "10.0.0.1"
STEP = timedelta(seconds=30)


class Phone:
    """Somebody's phone, with the secret and a clock."""

    def __init__(self, secret: str) -> None:
        self._codes = pyotp.TOTP(secret)

    def code(self, at: datetime) -> str:
        return self._codes.at(at)


@pytest.fixture
def phone(engine: Engine, now) -> Phone:
    """The phone of `reviewer`, set up a while ago."""
    with transaction(engine) as session:
        user = registered.reviewer(session)
        session.flush()
        secret = begin_second_factor(session, user).secret
        phone = Phone(secret)
        before = now - timedelta(hours=1)
        confirm_second_factor(session, user, phone.code(before), "", before)
    return phone


def signs_in(engine: Engine, now: datetime, code: str | None, password: str = PASSWORD) -> bool:
    with transaction(engine) as session:
        try:
            check_password(session, Attempt("reviewer", HOME), password, now, code)
        except SignInRefused:
            return False
        return True


def renewed(engine: Engine, now: datetime) -> tuple[str, ...]:
    with transaction(engine) as session:
        return renew_recovery_codes(session, session.query(User).one(), now)


def test_the_password_alone_no_longer_signs_in(engine: Engine, phone: Phone, now) -> None:
    assert not signs_in(engine, now, "")
    assert not signs_in(engine, now, "000000" if phone.code(now) != "000000" else "111111")
    assert not signs_in(engine, now, phone.code(now), password="wrong")
    wide = phone.code(now).translate({48 + digit: 0xFF10 + digit for digit in range(10)})
    assert signs_in(engine, now, wide), "a code that came with a wrong password is not used up"


def test_where_none_is_asked_for_the_password_does(engine: Engine, phone: Phone, now) -> None:
    assert signs_in(engine, now, None)


def test_a_code_and_all_before_it_are_taken_once(engine: Engine, phone: Phone, now) -> None:
    assert signs_in(engine, now, phone.code(now))
    assert not signs_in(engine, now, phone.code(now))
    assert not signs_in(engine, now, phone.code(now - STEP))
    assert signs_in(engine, now, phone.code(now + STEP)), "of a phone whose clock is fast"


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(("steps", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_clocks_may_differ_by_half_a_minute(
    engine: Engine, phone: Phone, now, steps: int, taken: bool
) -> None:
    code = phone.code(now + steps * STEP)
    assert signs_in(engine, now, f"{code[:3]} {code[3:]}") == taken


def test_a_recovery_code_signs_in_once(engine: Engine, phone: Phone, now) -> None:
    codes = renewed(engine, now)
    assert len(set(codes)) == RECOVERY_CODES
    assert signs_in(engine, now, codes[0])
    assert not signs_in(engine, now, codes[0])
    assert signs_in(engine, now, codes[1].replace("-", "").upper())
    assert not signs_in(engine, now, codes[2], password="wrong")
    assert signs_in(engine, now, codes[2])
    again = renewed(engine, now)
    assert not signs_in(engine, now, codes[3]), "new ones end the old"
    assert signs_in(engine, now, again[0])


def test_codes_cannot_be_guessed_without_end(engine: Engine, phone: Phone, now) -> None:
    for _ in range(OF_ONE_FROM_ONE):
        assert not signs_in(engine, now, "12345")
    assert not signs_in(engine, now, phone.code(now))
    with reading(engine) as session:
        reasons = [entry.reason for entry in session.query(AuditEntry).filter_by(action="sign_in_refused")]
        assert audit.verify(session).broken_at is None
    assert reasons[0].startswith("密码正确，动态码不正确"), "the log tells that a password is known"
    assert reasons[-1].startswith("尝试次数过多")


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("code", ["12345\x006", "\ud800", "9" * 40, "-" * 40, "é", "1e5"])
def test_a_code_may_be_anything(engine: Engine, phone: Phone, now, code: str) -> None:
    assert not signs_in(engine, now, code)


def test_all_browsers_but_the_own_are_signed_out_when_it_begins_and_all_when_it_ends(
    engine: Engine, now
) -> None:
    with transaction(engine) as session:
        user = registered.reviewer(session)
        session.flush()
        own, other = (open_sign_in(session, user, now, 10, require_second_factor=True) for _ in range(2))
        assert find_sign_in(session, own, now).needs_second_factor
        phone = Phone(begin_second_factor(session, user).secret)
        confirm_second_factor(session, user, phone.code(now), own, now)
    with transaction(engine) as session:
        assert not find_sign_in(session, own, now).needs_second_factor
        assert find_sign_in(session, other, now) is None
        user = session.query(User).one()
        later = open_sign_in(session, user, now, 10, require_second_factor=True)
        assert not find_sign_in(session, later, now).needs_second_factor, "there is one"
        end_second_factor(session, user, actor="user:admin", now=now)
        assert session.query(SignIn).count() == 0
        assert find_second_factor(session, user) is None
        with pytest.raises(SecondFactorRefused, match="没有启用"):
            end_second_factor(session, user, actor="user:admin", now=now)


def test_a_secret_is_in_force_only_after_its_first_code(engine: Engine, now) -> None:
    with transaction(engine) as session:
        user = registered.reviewer(session)
        session.flush()
        first, second = begin_second_factor(session, user), begin_second_factor(session, user)
        address = urlsplit(second.address)
        assert (address.scheme, parse_qs(address.query)["secret"]) == ("otpauth", [second.secret])
        assert begun_secret(session, user) == second
        with pytest.raises(SecondFactorRefused, match="不正确"):
            confirm_second_factor(session, user, Phone(first.secret).code(now), "", now)
        assert find_second_factor(session, user) is None
    assert signs_in(engine, now, ""), "who has begun only can still sign in"
    with transaction(engine) as session:
        user = session.query(User).one()
        confirm_second_factor(session, user, Phone(second.secret).code(now), "", now)
        with pytest.raises(SecondFactorRefused, match="已启用"):
            begin_second_factor(session, user)
        with pytest.raises(SecondFactorRefused, match="重新开始"):
            confirm_second_factor(session, user, Phone(second.secret).code(now + STEP), "", now)


def test_it_is_changed_by_its_owner_alone(engine: Engine, phone: Phone, now) -> None:
    for present, code in ((PASSWORD, "0"), ("wrong", phone.code(now))):
        with transaction(engine) as session, pytest.raises(PasswordWrong):
            prove_again(session, session.query(User).one(), present, code, Attempt("reviewer", HOME), now)
    with transaction(engine) as session:
        prove_again(
            session, session.query(User).one(), PASSWORD, phone.code(now), Attempt("reviewer", HOME), now
        )


def test_recovery_codes_are_kept_as_hashes(engine: Engine, phone: Phone, now) -> None:
    codes = renewed(engine, now)
    with reading(engine) as session:
        stored = str(session.execute(text("SELECT * FROM second_factors")).all())
    assert not [code for code in codes if code in stored or code.replace("-", "") in stored]
