"""Every route by every role, without a sign-in, by another office, and by tokens: a route that is not in the
table fails."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest
from fastapi import FastAPI

from api.app import make_app
from records.database import transaction
from records.models import Office, Role
from records.people.office_tokens import READ, issue_token
from records.people.sign_in import add_user
from records.settings import Settings
from records.transfers.webhooks import add_webhook
from tests.api.conftest import PASSWORD, running
from tests.api.pages import hidden, sign_in, transfer

EVERYBODY = {role.value for role in Role}
READERS = EVERYBODY - {"officer"}
REVIEWERS = {"reviewer", "approver", "administrator"}
ANALYSTS = {"analyst", "administrator"}

# The beginning of "METHOD path", and the permitted roles; the first match counts.
ALLOWED: tuple[tuple[str, set[str]], ...] = (
    (r"GET /$|POST /signout|(GET|POST) /(password|second-factor)", EVERYBODY),
    (r"(GET|POST) /self-check", EVERYBODY),
    (r"GET /help", EVERYBODY),
    (r"(GET|POST) /tables", EVERYBODY),  # each sees their own; others' are not there (tests/api/tables)
    (r"POST /cases/views", READERS),
    (r"POST /cases", REVIEWERS),
    (r"GET /cases/{case_id}/police", REVIEWERS),
    (r"GET /cases", READERS),
    (r"(GET|POST) /(takedown|webhooks)", {"officer"}),
    (r"(GET|POST) /tips", REVIEWERS),
    (r"POST /figures/statistics", {"leader", "approver", "administrator"}),
    (r"POST /institutions/{institution_id}/(listings|corrections)", REVIEWERS),
    (r"POST /(institutions|listings)", {"leader", "approver", "administrator"}),
    (r"GET /(figures|institutions|listings)", READERS),
    (r"GET /lists/trials", READERS),
    (r"POST /lists", ANALYSTS),
    (r"GET /lists", READERS),
    (r"(GET|POST) /(letters|quality)", REVIEWERS),
    (r"(GET|POST) /admin", {"administrator"}),
    (r"GET /audit", {"administrator", "auditor"}),
)
PUBLIC = r"(GET|POST) /signin|GET /api/v1/openapi.json|GET /(healthz|readyz|metrics|public)"


def roles_that_may(call: str) -> set[str]:
    """Who may use "METHOD path"."""
    roles = next((found for start, found in ALLOWED if re.match(start, call)), None)
    assert roles is not None, f"{call}: say in ALLOWED who may"
    return roles


def routes(application: FastAPI) -> Iterator[tuple[str, str]]:
    """Method and path of each route, with numbers for its parameters."""
    for included in application.routes:
        router = getattr(included, "original_router", None)
        for route in router.routes if router else [included]:
            for method in (getattr(route, "methods", None) or set()) - {"HEAD"}:
                yield method, route.path


def filled(path: str, transfer_id: int) -> str:
    """The path with values: the transfer's own number, 1 for others."""
    path = path.replace("{transfer_id}", str(transfer_id)).replace("{sha256}", "0" * 64)
    path = path.replace("{kind}", "docx").replace("{name}", "absolute_words.yaml").replace("{action}", "x")
    return re.sub(r"\{\w+\}", "1", path)


@pytest.fixture
def transfer_id(served, case_id) -> int:
    """A transfer of the first office, with people of each role, and an officer of another office."""
    with transaction(served.engine) as session:
        for role in Role:
            if role not in {Role.REVIEWER, Role.OFFICER}:
                add_user(session, role.value, PASSWORD, role, display_name=role.label)
        other = session.get_one(Office, served.office_id + 1)
        add_user(session, "stranger", PASSWORD, Role.OFFICER, display_name="他", office=other)
    return transfer(served, case_id)


@pytest.fixture
def everywhere(served, store, rules) -> list[tuple[str, str]]:
    application = make_app(served.engine, store, rules, Settings())
    found = sorted(set(routes(application)), key=lambda one: (one[1] == "/signout", one))
    assert len(found) > 90
    return found


@pytest.mark.slow
@pytest.mark.databases("sqlite")
def test_each_role_is_let_in_where_it_belongs_and_nowhere_else(served, transfer_id, everywhere) -> None:
    for role in sorted(EVERYBODY):
        with served.client() as client:
            sign_in(client, role)
            home = client.get(client.get("/").headers["location"])
            assert home.status_code == 200, f"{role} begins at a page that it may not open: {home.url}"
            csrf = hidden(home.text, "csrf")
            for method, path in everywhere:
                if path.startswith("/api/") or re.match(PUBLIC, f"{method} {path}"):
                    continue
                roles = roles_that_may(f"{method} {path}")
                data = {"csrf": csrf} if method == "POST" else None
                answer = client.request(method, filled(path, transfer_id), data=data)
                assert answer.status_code < 500, (role, method, path)
                assert (answer.status_code == 403) == (role not in roles), (role, method, path, answer.text)


def test_nobody_is_sent_to_sign_in(served, transfer_id, everywhere) -> None:
    with served.client() as client:
        for method, path in everywhere:
            answer = client.request(method, filled(path, transfer_id))
            if re.match(PUBLIC, f"{method} {path}"):
                assert answer.status_code in {200, 303, 401, 404, 422}, (method, path)
            elif path.startswith("/api/"):
                assert answer.status_code == 401, (method, path)
            else:
                # A form that was sent is given back on the sign-in page.
                assert answer.status_code == (303 if method == "GET" else 401), (method, path)
                if method == "GET":
                    assert answer.headers["location"].startswith("/signin"), (method, path)


def test_a_form_without_its_token_changes_nothing(served, transfer_id, everywhere) -> None:
    # The self-check needs no sign-in: it can be opened to all, and stores nothing.
    for role in ("administrator", "officer"):
        with served.client() as client:
            sign_in(client, role)
            for method, path in everywhere:
                if method == "POST" and not path.startswith(("/api/", "/signin", "/self-check")):
                    answer = client.post(filled(path, transfer_id), data={"csrf": "forged"})
                    assert answer.status_code == 403, (role, path)


def test_another_office_finds_nothing(served, transfer_id, everywhere) -> None:
    with served.api() as owner:
        lease_id = owner.post("/api/v1/leases", json={"seconds": 600}).json()["id"]
        assert owner.post(f"/api/v1/transfers/{transfer_id}/take?lease={lease_id}").status_code == 200
        path = f"/api/v1/transfers/{transfer_id}/attachments"
        assert called(owner, "POST", path, path).status_code == 201
        before = owner.get(f"/api/v1/transfers/{transfer_id}").text
    with transaction(served.engine) as session:
        own = session.get_one(Office, served.office_id)
        add_webhook(session, own, "https://a.example.org/", actor="test", now=datetime.now(UTC))
    bodies = {
        "measure": "删除",
        "words": "x",
        "disposed_on": "2026-11-24",
        "reason": "x",
        "what": "x",
        "note": "",
    }
    with served.client() as client, served.api(served.other_token) as program:
        sign_in(client, "stranger")
        csrf = hidden(client.get("/webhooks").text, "csrf")
        for method, path in everywhere:
            address = filled(path, transfer_id).replace("/leases/1/", f"/leases/{lease_id}/")
            if path.startswith("/takedown/{") or path.startswith("/webhooks/{webhook"):
                form = {"data": {**bodies, "csrf": csrf}, "files": {"attachment": ("a.pdf", b"x")}}
                answer = client.request(method, address, **(form if method == "POST" else {}))
                assert answer.status_code in {404, 409}, (method, path)
            elif path.startswith("/api/") and ("{transfer_id}" in path or "{lease_id}" in path):
                answer = called(program, method, path, address)
                assert answer.status_code == (404 if "{transfer_id}" in path else 409) or (
                    path.endswith("/release") and answer.json() == {"released": 0}
                ), (method, path, answer.text)
        for path in ("transfers", "transfers?state=received", "matters", "matters?answered=true"):
            assert program.get(f"/api/v1/{path}").json()["items"] == []
        for path, body in (
            ("receipts", {"transfer_ids": [transfer_id]}),
            ("disposals", {"items": [{"transfer_id": transfer_id, **DISPOSAL}]}),
        ):
            (outcome,) = program.post(f"/api/v1/{path}", json=body).json()["items"]
            assert (outcome["done"], "没有编号为" in outcome["detail"]) == (False, True)
        assert "云溪第1医院" not in client.get("/takedown?state=received").text
    with served.api() as owner:
        assert owner.get(f"/api/v1/transfers/{transfer_id}").text == before


DISPOSAL = {"result": "deleted", "disposed_on": "2026-11-24"}
SENT = {
    "disposal": DISPOSAL,
    "return": {"reason": "x"},
    "more-evidence": {"what": "x"},
    "messages": {"words": "x"},
    "extend": {"seconds": 9},
}


def called(program: httpx.Client, method: str, path: str, address: str) -> httpx.Response:
    """A call of the API as it should be made."""
    if method == "GET":
        return program.get(address)
    if path.endswith("/attachments"):
        return program.post(address, params={"name": "a.pdf"}, content=b"x")
    return program.post(address, json=SENT.get(path.rpartition("/")[2]))


def test_a_token_that_only_reads_changes_nothing_anywhere(served, transfer_id, everywhere) -> None:
    with transaction(served.engine) as session:
        office = session.get_one(Office, served.office_id)
        token = issue_token(session, office, datetime.now(UTC), 30, (READ,))
    with served.api(token) as program:
        for method, path in everywhere:
            if path.startswith("/api/v1/") and not path.endswith("openapi.json"):
                answer = called(program, method, path, filled(path, transfer_id))
                assert (answer.status_code == 403) == (method == "POST"), (method, path)


def test_no_secret_is_written_to_a_log(served, transfer_id, store, rules, caplog, capfd) -> None:
    with caplog.at_level("DEBUG"), running(served.engine, store, rules, Settings()) as url:
        with served.client(base_url=url) as client:
            sign_in(client, "officer")
            form = {"csrf": hidden(client.get("/webhooks").text, "csrf"), "url": "https://a.example.org/"}
            secret = client.post("/webhooks", data=form).text.split("whsec_")[1].split("<")[0]
            cookie = next(iter(client.cookies.jar)).value
        with served.api() as office:
            office.get("/api/v1/transfers")
        with served.api("qy_wrong_token_value") as nobody:
            nobody.get("/api/v1/transfers")
    out, err = capfd.readouterr()
    written = "\n".join(
        record.getMessage()
        for record in caplog.records
        if record.name.split(".")[0] not in {"httpx", "httpcore"}
    )
    for word in (served.token, secret, cookie, PASSWORD, "qy_wrong_token_value"):
        assert word
        assert word not in written + out + err
