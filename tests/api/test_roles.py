"""Who may do what: each role at each page, within its district; two persons for 认定违法."""

import io

import pytest
from openpyxl import load_workbook

from api.app import home_of
from api.context import MENU
from records.database import transaction
from records.models import Role
from records.people.permissions import PERMISSIONS, Permission
from records.people.sign_in import add_user
from records.settings import Settings
from tests.api.conftest import PASSWORD, running
from tests.api.pages import decide, hidden, sign_in
from tests.api.test_every_route import REVIEWERS, roles_that_may
from tests.records import registered

# Pages and forms without a parameter; who may use them is said in `ALLOWED`.
PAGES = (
    *("/cases", "/cases/counts", "/takedown", "/webhooks", "/figures", "/figures/coverage"),
    *("/figures/quantified.xlsx", "/lists", "/letters", "/admin/people", "/admin/registry/institutions"),
    *("/admin/offices", "/admin/status", "/admin/settings", "/audit", "/audit/verify"),
)
FORMS = ("/cases/next", "/cases/merge", "/cases/assign", "/admin/people", "/lists/drafts")


@pytest.fixture
def people(served) -> None:
    with transaction(served.engine) as session:
        for role in Role:
            if role not in {Role.REVIEWER, Role.OFFICER}:
                add_user(session, role.value, PASSWORD, role, display_name=role.label)


@pytest.mark.parametrize("role", [role.value for role in Role])
def test_each_role_sees_its_pages_and_no_others(served, people, case_id, role: str) -> None:
    with served.client() as client:
        sign_in(client, role)
        for path in PAGES:
            allowed = roles_that_may(f"GET {path}")
            assert client.get(path).status_code == (200 if role in allowed else 403), path
        home = client.get(client.get("/").headers["location"])
        assert home.status_code == 200
        csrf = hidden(home.text, "csrf")
        for path in FORMS:
            refused = client.post(path, data={"csrf": csrf}).status_code == 403
            assert refused == (role not in roles_that_may(f"POST {path}")), path
        decided = client.post(f"/cases/{case_id}", data={"csrf": csrf, "action": "claim", "version": 1})
        assert (decided.status_code == 403) == (role not in REVIEWERS)


def test_who_is_limited_to_a_district_sees_no_other(served, case_id) -> None:
    with transaction(served.engine) as session:
        add_user(session, "west", PASSWORD, Role.REVIEWER, district="城西区")
        add_user(session, "east", PASSWORD, Role.REVIEWER, district="城东区")
    for name, sees in (("west", False), ("east", True)):
        with served.client() as client:
            sign_in(client, name)
            assert (f"/cases/{case_id}" in client.get("/cases").text) == sees
            for path in ("", "/evidence", "/versions"):
                assert client.get(f"/cases/{case_id}{path}").status_code == (200 if sees else 404)
            assert client.get("/letters").status_code == 403, "letters list the cases of all districts"
            csrf = hidden(client.get("/cases").text, "csrf")
            done = client.post(f"/cases/{case_id}", data={"csrf": csrf, "action": "claim", "version": 1})
            assert done.status_code == (303 if sees else 404)


@pytest.mark.databases("sqlite")
def test_the_log_of_a_district_is_about_its_cases(served, case_id) -> None:
    with transaction(served.engine) as session:
        add_user(session, "west", PASSWORD, Role.AUDITOR, district="城西区")
        add_user(session, "east", PASSWORD, Role.AUDITOR, district="城东区")
    for name, sees in (("west", False), ("east", True)):
        with served.client() as client:
            sign_in(client, name)
            for path in ("/audit", "/audit/verify"):
                log = client.get(path).text
                assert (f'href="/cases/{case_id}"' in log) == sees, path
                assert f"user:{name}" not in log, "a sign-in is about no district"
            exported = load_workbook(io.BytesIO(client.get("/audit/export.xlsx").content)).active
            assert ("案件步骤" in [cell.value for row in exported for cell in row]) == sees


@pytest.mark.databases("sqlite")
def test_who_reads_the_log_alone_is_led_to_no_case(served, people, case_id, monkeypatch) -> None:
    monkeypatch.setitem(PERMISSIONS, Role.AUDITOR, frozenset({Permission.SEE_AUDIT}))
    with served.client() as client:
        sign_in(client, "auditor")
        log = client.get("/audit").text
    assert f"<td>案件 {case_id}" in log
    assert "/cases" not in log


def test_two_persons_find_a_page_unlawful(served, people, case_id, store, rules) -> None:
    settings = Settings(two_person=True)
    with running(served.engine, store, rules, settings) as url:
        with served.client(base_url=url) as reviewer:
            sign_in(reviewer, "reviewer")
            decide(reviewer, case_id, "confirm", reason="属实")
            assert registered.state(served.engine, case_id) == "拟认定违法"
            assert decide(reviewer, case_id, "approve").status_code == 409
        with served.client(base_url=url) as approver:
            sign_in(approver, "approver")
            assert "拟认定违法" in approver.get(f"/cases/{case_id}").text
            assert decide(approver, case_id, "disapprove").status_code == 409
            decide(approver, case_id, "disapprove", reason="证据不足")
            assert registered.state(served.engine, case_id) == "研判中"
        with served.client(base_url=url) as reviewer:
            sign_in(reviewer, "reviewer")
            assert "退回研判：证据不足" in reviewer.get(f"/cases/{case_id}").text
            decide(reviewer, case_id, "confirm")
        with served.client(base_url=url) as approver:
            sign_in(approver, "approver")
            decide(approver, case_id, "approve")
    assert registered.state(served.engine, case_id) == "认定违法"


def test_nobody_approves_what_they_proposed(served, people, case_id, store, rules) -> None:
    with (
        running(served.engine, store, rules, Settings(two_person=True)) as url,
        served.client(base_url=url) as client,
    ):
        sign_in(client, "approver")
        decide(client, case_id, "confirm")
        refused = decide(client, case_id, "approve")
        assert refused.status_code == 409
        assert "不能自己批准" in refused.text
        assert decide(client, case_id, "undo").status_code == 303
    assert registered.state(served.engine, case_id) == "研判中"


def test_an_administrator_adds_and_changes_people(served, people) -> None:
    with served.client() as client:
        sign_in(client, "administrator")
        form = {"csrf": hidden(client.get("/admin/people").text, "csrf"), "role": "reviewer"}
        added = client.post(
            "/admin/people", data={**form, "name": "新人", "password": PASSWORD, "district": "城东区"}
        )
        assert added.status_code == 303
        assert "新人" in client.get("/admin/people").text
        short = client.post("/admin/people", data={**form, "name": "又一人", "password": "short"})
        assert (short.status_code, "密码至少" in short.text) == (422, True)
    with served.client() as client:
        assert client.post("/signin", data={"name": "新人", "password": PASSWORD}).status_code == 303


def test_what_is_taken_out_is_in_the_log(served, people, case_id) -> None:
    with served.client() as client:
        sign_in(client, "reviewer")
        client.get(f"/cases/{case_id}/evidence")
    with served.client() as client:
        sign_in(client, "auditor")
        log = client.get("/audit", params={"case": str(case_id)}).text
        assert "下载原始文件" in log
        assert 'title="user:reviewer"' in log
        assert "日志链完好" in client.get("/audit/verify").text


@pytest.mark.parametrize("role", list(Role))
def test_a_role_begins_at_a_page_of_its_menu(role: Role) -> None:
    assert home_of(role) in {address for needed, address, _ in MENU if needed in PERMISSIONS[role]}


def test_a_role_that_nobody_gave_a_home_begins_at_the_first_page_it_may_open(monkeypatch) -> None:
    tips_alone = {**PERMISSIONS, Role.OFFICER: {Permission.ADD_TIPS}, Role.REVIEWER: set()}
    monkeypatch.setattr("api.app.PERMISSIONS", tips_alone)
    assert (home_of(Role.OFFICER), home_of(Role.REVIEWER)) == ("/tips", "/help")
