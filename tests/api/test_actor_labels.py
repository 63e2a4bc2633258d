"""A case's history says in Chinese who did something; so does the log, next to the names in the chain."""

from datetime import UTC, datetime

import pytest

from records import workflow
from records.audit import actor_label
from records.database import transaction
from records.models import Case, Role, User
from records.people.sign_in import add_user
from tests.api.conftest import PASSWORD
from tests.api.pages import decide, sign_in

pytestmark = pytest.mark.databases("sqlite")


def test_old_and_new_entries_of_one_person_are_shown_alike(served, case_id) -> None:
    with transaction(served.engine) as session:
        case, before = session.get_one(Case, case_id), workflow.Actor("reviewer", "reviewer")
        workflow.note(session, case, actor=before, now=datetime.now(UTC), reason="备注：旧")
        add_user(session, "auditor", PASSWORD, Role.AUDITOR)
        session.query(User).filter_by(name="reviewer").one().display_name = "周研判"
    with served.client() as client:
        sign_in(client, "reviewer")
        assert decide(client, case_id, "comment", reason="新").status_code == 303
        history = client.get(f"/cases/{case_id}").text
    assert "系统（自动研判）：待研判" in history
    assert "周研判：待研判，备注：旧" in history
    assert "周研判：待研判，备注：新" in history
    with served.client() as client:
        sign_in(client, "auditor")
        log = client.get("/audit", params={"actor": "user:reviewer", "action": "case_note"}).text
    assert '<td title="reviewer:reviewer">周研判</td>' in log
    assert '<td title="user:reviewer">周研判</td>' in log


@pytest.mark.parametrize(
    ("actor", "label"),
    [
        ("user:zhou", "周研判"),
        ("reviewer:zhou", "周研判"),
        ("user:gone", "gone"),
        ("user:?", "（未知用户）"),
        ("office:云河市网信办/li", "云河市网信办 李处置"),
        ("office:云河市网信办", "云河市网信办（接口）"),
        ("system:recheck", "系统（自动核验）"),
    ],
)
def test_an_actor_is_called_as_people_call_them(actor: str, label: str) -> None:
    assert actor_label(actor, {"zhou": "周研判", "li": "李处置"}) == label
