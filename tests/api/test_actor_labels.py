"""A case's history says in Chinese who did something; the log's own page shows the names as they stand in the chain."""

from datetime import UTC, datetime

import pytest

from records import workflow
from records.database import transaction
from records.models import Case, Role
from records.people.sign_in import add_user
from tests.api.conftest import PASSWORD
from tests.api.pages import decide, sign_in

pytestmark = pytest.mark.databases("sqlite")


def test_old_and_new_entries_of_one_person_are_shown_alike(served, case_id) -> None:
    with transaction(served.engine) as session:
        case, before = session.get_one(Case, case_id), workflow.Actor("reviewer", "reviewer")
        workflow.note(session, case, actor=before, now=datetime.now(UTC), reason="备注：旧")
        add_user(session, "auditor", PASSWORD, Role.AUDITOR)
    with served.client() as client:
        sign_in(client, "reviewer")
        assert decide(client, case_id, "comment", reason="新").status_code == 303
        history = client.get(f"/cases/{case_id}").text
    assert "系统 flag：待研判" in history
    assert "用户 reviewer：待研判，备注：旧" in history
    assert "用户 reviewer：待研判，备注：新" in history
    with served.client() as client:
        sign_in(client, "auditor")
        log = client.get("/audit", params={"actor": "user:reviewer", "action": "case_note"}).text
    assert "<td>reviewer:reviewer</td>" in log
    assert "<td>user:reviewer</td>" in log
