"""The log: everything is in it, nothing in it can be changed unseen."""

import threading

import pytest
from sqlalchemy import Engine, text

from records import audit
from records.database import reading, transaction
from records.models import Role
from records.people import users
from records.people.attempts import Attempt
from records.people.sign_in import SignInRefused, check_password
from records.people.users import Person, PersonRefused
from tests.records import registered

OPEN = {
    "sqlite": ["DROP TRIGGER audit_entries_no_update", "DROP TRIGGER audit_entries_no_delete"],
    "postgresql": ["DROP TRIGGER audit_entries_append_only ON audit_entries"],
}


@pytest.fixture
def five_entries(engine: Engine, now) -> None:
    with transaction(engine) as session:
        for number in range(5):
            audit.append(
                session, actor="user:甲", action="sign_in", now=now, reason=str(number), detail={"次": number}
            )


def verified(engine: Engine) -> audit.Verified:
    with reading(engine) as session:
        return audit.verify(session)


def test_the_chain_is_whole_and_its_head_is_known_later(engine: Engine, five_entries, now) -> None:
    head = verified(engine).head
    assert (verified(engine).entries, verified(engine).broken_at) == (5, None)
    with transaction(engine) as session:
        audit.append(session, actor="user:甲", action="sign_out", now=now)
        assert audit.is_in_chain(session, head)
        assert not audit.is_in_chain(session, "0" * 64)


@pytest.mark.parametrize(
    ("tampering", "broken_at"),
    [
        ("UPDATE audit_entries SET reason = 'x' WHERE id = 2", 2),
        ("UPDATE audit_entries SET actor = 'user:乙' WHERE id = 5", 5),
        ("DELETE FROM audit_entries WHERE id = 3", 4),
    ],
)
def test_what_is_changed_past_the_triggers_is_found_at_its_place(
    engine: Engine, five_entries, tampering: str, broken_at: int
) -> None:
    with transaction(engine) as session:
        for statement in OPEN[engine.dialect.name]:
            session.execute(text(statement))
        session.execute(text(tampering))
    assert verified(engine).broken_at == broken_at


def test_what_is_rolled_back_leaves_no_entry_and_takes_none_with_it(engine: Engine, now) -> None:
    def add(session, reason: str) -> None:
        audit.append(session, actor="user:甲", action="sign_in", now=now, reason=reason)

    with transaction(engine) as session:
        add(session, "1")
        for number in (2, 3):
            with pytest.raises(ValueError, match="no"), session.begin_nested():
                add(session, f"lost {number}")
                raise ValueError("no")
            with session.begin_nested():
                add(session, str(number))
        add(session, "4")
    with pytest.raises(ValueError, match="no"), transaction(engine) as session:
        add(session, "lost")
        raise ValueError("no")
    with reading(engine) as session:
        found = audit.list_entries(session, audit.AuditFilter(), 10)
        assert [entry.reason for entry in reversed(found)] == ["1", "2", "3", "4"]
        assert audit.verify(session).broken_at is None


def test_many_added_in_one_transaction_stand_in_their_order(engine: Engine, now) -> None:
    with transaction(engine) as session:
        for number in range(2_500):
            audit.append(session, actor="user:甲", action="sign_in", now=now, reason=str(number))
    assert (verified(engine).entries, verified(engine).broken_at) == (2_500, None)


def test_many_who_add_at_once_make_one_chain(engine: Engine, now) -> None:
    def add(number: int) -> None:
        for _ in range(10):
            with transaction(engine) as session:
                audit.append(session, actor=f"user:{number}", action="sign_in", now=now)

    threads = [threading.Thread(target=add, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (verified(engine).entries, verified(engine).broken_at) == (60, None)


def test_signing_in_is_written_down_without_a_name_that_may_be_a_password(engine: Engine, now) -> None:
    with transaction(engine) as session:
        registered.reviewer(session)
        check_password(session, Attempt("reviewer", "10.0.0.1"), "a-long-password", now)
        for name in ("reviewer", "my-secret-password"):
            with pytest.raises(SignInRefused):
                check_password(session, Attempt(name, "10.0.0.1"), "wrong", now)
        found = audit.list_entries(session, audit.AuditFilter(), 10)
        assert [(entry.action, entry.actor) for entry in found] == [
            ("sign_in_refused", "user:?"),
            ("sign_in_refused", "user:reviewer"),
            ("sign_in", "user:reviewer"),
        ]
        assert not any("secret" in entry.actor + entry.reason + entry.subject for entry in found)


def test_a_disabled_user_cannot_sign_in_and_the_last_administrator_stays(engine: Engine, now) -> None:
    with transaction(engine) as session:
        wanted = Person(Role.ADMINISTRATOR, password="a-long-password")
        first = users.add_person(session, "admin", wanted, actor="system:command", now=now)
        with pytest.raises(PersonRefused, match="最后一位管理员"):
            users.change_person(session, first, Person(Role.REVIEWER), actor="admin", now=now)
        second = users.add_person(session, "other", wanted, actor="user:admin", now=now)
        users.change_person(
            session, second, Person(Role.ADMINISTRATOR, disabled=True), actor="user:admin", now=now
        )
        with pytest.raises(SignInRefused):
            check_password(session, Attempt("other", "10.0.0.1"), "a-long-password", now)
        with pytest.raises(PersonRefused, match="已存在"):
            users.add_person(session, "other", wanted, actor="user:admin", now=now)
        changes = audit.list_entries(session, audit.AuditFilter(action="user_changed"), 10)
        assert [entry.subject for entry in changes] == ["other", "other", "admin"]
