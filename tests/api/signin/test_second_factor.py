"""The second factor in the browser: set up, asked for at sign-in, required, given up, reset by the administrator."""

import re
from datetime import UTC, datetime, timedelta

import httpx
import pyotp
import pytest

from records.database import transaction
from records.models import Role
from records.people.sign_in import add_user
from records.settings import Settings
from tests.api.conftest import PASSWORD, running
from tests.api.pages import hidden, sign_in

pytestmark = pytest.mark.databases("sqlite")


class Clock:
    """The server's clock: a phone's code is taken once, and the next comes half a minute later."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now

    def next_code(self, secret: str) -> str:
        self.now += timedelta(seconds=30)
        return pyotp.TOTP(secret).at(self.now)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def send(client: httpx.Client, path: str, **form: str) -> httpx.Response:
    csrf = hidden(client.get("/second-factor").text, "csrf")
    return client.post(path, data={"csrf": csrf, **form})


def set_up(client: httpx.Client, clock: Clock) -> tuple[str, list[str]]:
    """The secret, and the recovery codes."""
    begun = send(client, "/second-factor/begin").text
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", begun)[1]
    assert "<svg" in begun
    assert "style=" not in begun, "the policy of the pages forbids it"
    csrf = hidden(begun, "csrf")
    for present, code in ((PASSWORD, "1"), ("not-it", clock.next_code(secret))):
        form = {"csrf": csrf, "present": present, "code": code}
        wrong = client.post("/second-factor/confirm", data=form)
        assert (wrong.status_code, secret in wrong.text) == (422, True)
    form = {"csrf": csrf, "present": PASSWORD, "code": clock.next_code(secret)}
    done = client.post("/second-factor/confirm", data=form)
    codes = re.findall(r"<code>([a-z2-7-]{19})</code>", done.text)
    assert len(codes) == 10
    assert codes[0] not in client.get("/second-factor").text, "they are shown once"
    return secret, codes


def enter(client: httpx.Client, code: str, name: str = "officer") -> int:
    form = {"name": name, "password": PASSWORD, "code": code, "wanted": "/"}
    return client.post("/signin", data=form).status_code


def test_who_has_set_it_up_signs_in_with_a_code(served, store, rules, clock: Clock) -> None:
    with (
        running(served.engine, store, rules, Settings(), clock) as url,
        served.client(base_url=url) as one,
        served.client(base_url=url) as other,
    ):
        for client in (one, other):
            assert enter(client, "") == 303
        assert "/second-factor" in one.get("/password").text
        secret, codes = set_up(one, clock)
        assert one.get("/takedown").status_code == 200, "this browser stays signed in"
        assert other.get("/takedown").status_code == 303, "the other does not"
        assert enter(other, "") == 401
        assert enter(other, clock.next_code(secret)) == 303
        refused = send(one, "/second-factor/end", present="wrong", code=clock.next_code(secret))
        assert (refused.status_code, "不正确" in refused.text) == (422, True)
        renewed = send(one, "/second-factor/recovery", present=PASSWORD, code=codes[0])
        assert codes[1] not in renewed.text
        assert enter(other, codes[1]) == 401
        assert (
            send(one, "/second-factor/end", present=PASSWORD, code=clock.next_code(secret)).status_code == 303
        )
        assert one.get("/takedown").status_code == 303
        assert enter(other, "") == 303


def test_where_it_is_required_nothing_is_seen_without_it(served, store, rules, clock: Clock) -> None:
    settings = Settings(second_factor="required")
    with running(served.engine, store, rules, settings, clock) as url, served.client(base_url=url) as client:
        assert enter(client, "") == 303
        for path in ("/", "/takedown", "/password", "/takedown/1"):
            seen = client.get(path)
            assert (seen.status_code, seen.headers["location"]) == (303, "/second-factor")
        csrf = hidden(client.get("/second-factor").text, "csrf")
        for path in ("/password", "/webhooks", "/second-factor/end", "/second-factor/recovery"):
            assert client.post(path, data={"csrf": csrf}).headers["location"] == "/second-factor"
        secret, _ = set_up(client, clock)
        assert client.get("/takedown").status_code == 200
        kept = send(client, "/second-factor/end", present=PASSWORD, code=clock.next_code(secret))
        assert kept.status_code == 409
        assert enter(client, clock.next_code(secret)) == 303
        assert client.get("/takedown").status_code == 200


def test_the_administrator_resets_it(served, store, rules, clock: Clock) -> None:
    with transaction(served.engine) as session:
        add_user(session, "admin", PASSWORD, Role.ADMINISTRATOR)
    with (
        running(served.engine, store, rules, Settings(), clock) as url,
        served.client(base_url=url) as officer,
        served.client(base_url=url, follow_redirects=True) as admin,
    ):
        enter(officer, "")
        set_up(officer, clock)
        sign_in(admin, "admin")
        page = admin.get("/admin/people", params={"words": "officer"}).text
        (user_id,) = re.findall(r"/admin/people/(\d+)/reset", page)
        done = admin.post(f"/admin/people/{user_id}/reset", data={"csrf": hidden(page, "csrf")})
        assert "已重置动态码：officer" in done.text
        assert officer.get("/takedown").status_code == 303, "their browsers are signed out"
        assert enter(officer, "") == 303
        again = admin.post(f"/admin/people/{user_id}/reset", data={"csrf": hidden(page, "csrf")})
        assert again.status_code == 409


def test_where_it_is_off_there_is_no_such_page(served, store, rules) -> None:
    settings = Settings(second_factor="off")
    with running(served.engine, store, rules, settings) as url, served.client(base_url=url) as client:
        assert 'name="code"' not in client.get("/signin").text
        sign_in(client, "officer")
        assert client.get("/second-factor").status_code == 404
        assert "/second-factor" not in client.get("/password").text


def test_no_password_is_given_back_to_who_was_signed_out_meanwhile(served) -> None:
    with served.client() as client:
        for path in ("/password", "/second-factor/end"):
            form = {"csrf": "x", "present": "kettle-one", "new": "kettle-two", "again": "kettle-three"}
            back = client.post(path, data={**form, "code": "kettle-four", "name": "kettle"})
            assert back.status_code == 401
            assert "kettle-" not in back.text
