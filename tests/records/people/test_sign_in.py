"""Signing in: right passwords, lockout, expiry; secrets are kept as hashes only."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from records.database import transaction
from records.models import Role, User
from records.people.office_tokens import find_token, issue_token, note_use, revoke_token
from records.people.sign_in import (
    ATTEMPTS,
    LOCKED_FOR,
    PasswordTooShort,
    SignInRefused,
    add_user,
    check_password,
    find_sign_in,
    open_sign_in,
)
from tests.records import registered

PASSWORD = "a-long-password"


@pytest.fixture
def user(engine: Engine) -> None:
    with transaction(engine) as session:
        registered.reviewer(session)


def attempt(engine: Engine, password: str, now, name: str = "reviewer") -> bool:
    with transaction(engine) as session:
        try:
            check_password(session, name, password, now)
        except SignInRefused:
            return False
        return True


def test_only_the_right_password_signs_in(engine: Engine, user, now) -> None:
    assert attempt(engine, PASSWORD, now)
    assert not attempt(engine, "another-password", now)
    assert not attempt(engine, PASSWORD, now, name="nobody")


def test_five_failures_lock_for_a_quarter_of_an_hour(engine: Engine, user, now) -> None:
    for _ in range(ATTEMPTS):
        assert not attempt(engine, "wrong", now)
    assert not attempt(engine, PASSWORD, now)
    assert attempt(engine, PASSWORD, now + LOCKED_FOR)


def test_a_short_password_is_refused(engine: Engine) -> None:
    with pytest.raises(PasswordTooShort), transaction(engine) as session:
        add_user(session, "short", "123456789", Role.REVIEWER)


def test_a_sign_in_ends_after_its_hours(engine: Engine, user, now) -> None:
    with transaction(engine) as session:
        token = open_sign_in(session, session.query(User).one(), now, hours=10)
    with transaction(engine) as session:
        assert find_sign_in(session, token, now + timedelta(hours=9.9)).user.name == "reviewer"
        assert find_sign_in(session, token, now + timedelta(hours=10)) is None
        assert find_sign_in(session, token[:-1], now) is None


def test_a_token_ends_after_its_days_and_shows_its_last_use(engine: Engine, now) -> None:
    with transaction(engine) as session:
        token = issue_token(session, registered.office(session), now, days=30)
    with transaction(engine) as session:
        found = find_token(session, token, now)
        assert (found.office.name, found.scopes) == ("云溪市网信办", ["read", "write"])
        note_use(session, found, now)
        assert find_token(session, token, now + timedelta(days=30)) is None
        assert find_token(session, "qy_wrong", now) is None
        assert session.execute(text("SELECT last_used_at FROM office_tokens")).scalar() is not None
        assert revoke_token(session, found.id, now)
        assert find_token(session, token, now) is None
        assert not revoke_token(session, found.id, now)


def test_no_secret_is_stored(engine: Engine, user, now) -> None:
    with transaction(engine) as session:
        token = open_sign_in(session, session.query(User).one(), now, hours=10)
        office_token = issue_token(session, registered.office(session), now, days=30)
    with transaction(engine) as session:
        stored = "".join(
            str(row)
            for table in ("users", "sign_ins", "office_tokens")
            for row in session.execute(text(f"SELECT * FROM {table}"))
        )
    assert PASSWORD not in stored
    assert token not in stored
    assert office_token not in stored
    assert "$argon2id$" in stored


def test_a_password_is_hashed_at_the_cost_that_rfc_9106_recommends(engine: Engine, qingyi) -> None:
    """By the command, since the suite itself hashes cheaply: 64 MiB, three passes, four lanes."""
    done = qingyi("user", "add", "a", "--role", "reviewer", QINGYI_NEW_PASSWORD=PASSWORD)
    assert done.returncode == 0, done.stderr
    with transaction(engine) as session:
        hashed = session.execute(text("SELECT password_hash FROM users")).scalar_one()
    assert hashed.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
