"""No page asks the database more than twenty times, however much is on it."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, Engine, event

from records.database import transaction
from records.models import Role
from records.people.sign_in import add_user
from tests.api.conftest import PASSWORD
from tests.api.pages import sign_in, transfer
from tests.records import registered

MOST = 20


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """The statements that are sent meanwhile, transactions apart."""
    sent: list[str] = []

    def note(_: Connection, __: object, statement: str, *___: object) -> None:
        if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")):
            sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    "path", ["/cases", "/cases?words=治愈率&district=城东区", "/cases/counts", "/cases/{case}"]
)
def test_a_reviewers_page_asks_few_questions(served, store, rules, now, case_id, path: str) -> None:
    for number in range(2, 8):
        registered.case(served.engine, store, rules, now, number)
    with served.client() as client:
        sign_in(client, "reviewer")
        with counted(served.engine) as sent:
            assert client.get(path.format(case=case_id)).status_code == 200
    assert 0 < len(sent) <= MOST, "\n".join(sent)


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    "path",
    [
        "/figures",
        "/institutions/1",
        "/letters",
        "/lists",
        "/lists/terms",
        "/admin/people",
        "/audit",
        "/audit/verify",
    ],
)
def test_everybody_elses_pages_ask_few_questions(served, store, rules, now, case_id, path: str) -> None:
    for number in range(2, 8):
        registered.case(served.engine, store, rules, now, number)
    with transaction(served.engine) as session:
        add_user(session, "admin", PASSWORD, Role.ADMINISTRATOR)
    with served.client() as client:
        sign_in(client, "admin")
        with counted(served.engine) as sent:
            assert client.get(path).status_code == 200
    assert 0 < len(sent) <= MOST, "\n".join(sent)


@pytest.mark.databases("sqlite")
def test_an_officers_pages_ask_few_questions(served, case_id) -> None:
    transfer_id = transfer(served, case_id)
    with served.client() as client:
        sign_in(client, "officer")
        for path in ("/takedown", f"/takedown/{transfer_id}", "/webhooks"):
            with counted(served.engine) as sent:
                assert client.get(path).status_code == 200
            assert 0 < len(sent) <= MOST, "\n".join(sent)
