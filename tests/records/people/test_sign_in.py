"""Signing in: right passwords, lockout, expiry; secrets are kept as hashes only."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from records.database import transaction
from records.models import Role, User
from records.people import sign_in
from records.people.attempts import (
    FROM_ONE,
    LOCKED_FOR,
    OF_ONE,
    OF_ONE_FROM_ONE,
    Attempt,
    locked_until,
)
from records.people.office_tokens import find_token, issue_token, note_use, revoke_token
from records.people.sign_in import (
    PasswordWeak,
    SignInRefused,
    add_user,
    check_password,
    find_sign_in,
    open_sign_in,
    set_password,
)
from tests.records import registered

PASSWORD = "a-long-password"


@pytest.fixture
def user(engine: Engine) -> None:
    with transaction(engine) as session:
        registered.reviewer(session)


HOME, AWAY = "10.0.0.1", "203.0.113.9"


def attempt(engine: Engine, password: str, now, name: str = "reviewer", address: str = HOME) -> bool:
    with transaction(engine) as session:
        try:
            check_password(session, Attempt(name, address), password, now)
        except SignInRefused:
            return False
        return True


def test_only_the_right_password_signs_in(engine: Engine, user, now) -> None:
    assert attempt(engine, PASSWORD, now)
    assert not attempt(engine, "another-password", now)
    assert not attempt(engine, PASSWORD, now, name="nobody")


def test_five_failures_lock_for_a_quarter_of_an_hour(engine: Engine, user, now) -> None:
    for _ in range(OF_ONE_FROM_ONE):
        assert not attempt(engine, "wrong", now)
    assert not attempt(engine, PASSWORD, now)
    with transaction(engine) as session:
        assert locked_until(session, "reviewer", now) == now + LOCKED_FOR
    assert attempt(engine, PASSWORD, now + LOCKED_FOR)


@pytest.mark.databases("sqlite")
def test_all_refusals_are_told_alike_and_cost_the_same(engine: Engine, user, now, monkeypatch) -> None:
    looked_at = []
    real = sign_in._matches
    monkeypatch.setattr(sign_in, "_matches", lambda *given: looked_at.append(given) or real(*given))
    with transaction(engine) as session:
        add_user(session, "gone", PASSWORD, Role.REVIEWER).disabled = True
    words = set()
    for name, times in (("reviewer", OF_ONE_FROM_ONE + 2), ("nobody", OF_ONE_FROM_ONE + 2), ("gone", 1)):
        for _ in range(times):
            with transaction(engine) as session, pytest.raises(SignInRefused) as refused:
                check_password(session, Attempt(name, HOME), "wrong", now)
            words.add(str(refused.value))
    assert len(words) == 1
    assert len(looked_at) == 2 * (OF_ONE_FROM_ONE + 2) + 1


def test_failures_elsewhere_do_not_lock_a_person_out_where_they_work(engine: Engine, user, now) -> None:
    assert attempt(engine, PASSWORD, now)
    for number in range(OF_ONE + 5):
        assert not attempt(engine, "wrong", now, address=f"203.0.113.{number}")
    assert not attempt(
        engine, PASSWORD, now, address="198.51.100.7"
    )  # not at home there, and too many attempts
    assert attempt(engine, PASSWORD, now)


@pytest.mark.databases("sqlite")
def test_one_address_that_tries_many_names_is_stopped_but_not_for_those_at_home_there(
    engine: Engine, user, now
) -> None:
    with transaction(engine) as session:
        registered.reviewer(session, "colleague")
    assert attempt(engine, PASSWORD, now)
    for number in range(FROM_ONE):
        assert not attempt(engine, "wrong", now, name=f"guess{number}")
    assert not attempt(engine, PASSWORD, now, name="colleague")
    assert attempt(engine, PASSWORD, now)
    assert attempt(engine, PASSWORD, now, name="colleague", address=AWAY)
    assert attempt(engine, PASSWORD, now + LOCKED_FOR, name="colleague")


def test_another_password_unlocks_everywhere(engine: Engine, user, now) -> None:
    for _ in range(OF_ONE_FROM_ONE):
        attempt(engine, "wrong", now)
    with transaction(engine) as session:
        set_password(session, session.query(User).one(), "four-unrelated-words-here")
    assert attempt(engine, "four-unrelated-words-here", now)


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    "password",
    ["1234567890", "qwertyuiop", "aaaaaaaaaaaa", "password1234", "reviewer2026", "qingyi2026!", "2026-11-24"],
)
def test_a_password_that_is_easy_to_guess_is_refused(engine: Engine, password: str) -> None:
    with pytest.raises(PasswordWeak), transaction(engine) as session:
        add_user(session, "reviewer", password, Role.REVIEWER)


def test_a_short_password_is_refused(engine: Engine) -> None:
    with pytest.raises(PasswordWeak), transaction(engine) as session:
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
        note_use(session, found.id, now)
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
