"""Signing in by an identity provider: a real one, which anybody may tell who they are."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from records import audit
from records.database import reading, transaction
from records.people import users
from records.people.users import Person
from records.settings import Settings
from tests.api.conftest import running
from tests.servers.oidc import running_provider


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with running_provider() as found:
        yield found


@pytest.fixture
def client(served, store, rules, issuer: str) -> Iterator[httpx.Client]:
    settings = Settings(
        oidc_issuer=issuer, oidc_client_id="qingyi", oidc_client_secret="secret", oidc_claim="sub"
    )
    with (
        running(served.engine, store, rules, settings) as url,
        served.client(base_url=url) as found,
    ):
        yield found


def vouched(client: httpx.Client, name: str, wanted: str = "/cases") -> httpx.Response:
    """What the browser gets that comes back from the provider, where it said that it is `name`."""
    to_provider = client.get("/signin/oidc", params={"next": wanted}).headers["location"]
    with httpx.Client() as browser:
        back = browser.post(to_provider, data={"sub": name}).headers["location"]
    return client.get(back)


def test_a_user_signs_in_by_the_provider(served, client) -> None:
    assert "用统一身份认证登录" in client.get("/signin").text
    back = vouched(client, "reviewer", "/cases?state=all")
    assert (back.status_code, back.headers["location"]) == (303, "/cases?state=all")
    assert "研判队列" in client.get("/cases").text
    with reading(served.engine) as session:
        (entry,) = audit.list_entries(session, audit.AuditFilter(action="sign_in"), 5)
        assert (entry.actor, entry.reason) == ("user:reviewer", "统一身份认证")


def test_who_is_no_user_or_disabled_stays_outside(served, client, now) -> None:
    with transaction(served.engine) as session:
        user = next(one for one in users.list_users(session) if one.name == "officer")
        wanted = Person(user.role, office_id=user.office_id, disabled=True)
        users.change_person(session, user, wanted, actor="test", now=now)
    for name in ("stranger", "officer"):
        back = vouched(client, name)
        assert (back.status_code, "没有开通本系统" in back.text) == (401, True)
        assert client.get("/cases").status_code == 303


def test_an_answer_that_was_not_asked_for_is_refused(client, issuer: str) -> None:
    assert client.get("/signin/oidc/callback?code=x&state=y").status_code == 401
    to_provider = client.get("/signin/oidc").headers["location"]
    with httpx.Client() as browser:
        back = browser.post(to_provider, data={"sub": "reviewer"}).headers["location"]
    code = parse_qs(urlsplit(back).query)["code"][0]
    assert client.get(f"/signin/oidc/callback?code={code}&state=other").status_code == 401


def test_an_answer_meant_for_another_browser_is_refused(served, client) -> None:
    """Whoever steals the address that a browser comes back by has not its cookie."""
    to_provider = client.get("/signin/oidc").headers["location"]
    with httpx.Client() as browser:
        back = browser.post(to_provider, data={"sub": "reviewer"}).headers["location"]
    with httpx.Client() as thief:
        assert thief.get(back).status_code == 401


def test_a_provider_that_is_away_is_told(served, store, rules) -> None:
    settings = Settings(oidc_issuer="http://127.0.0.1:9", oidc_client_id="qingyi")
    with (
        running(served.engine, store, rules, settings) as url,
        served.client(base_url=url) as client,
    ):
        page = client.get("/signin/oidc")
        assert (page.status_code, "统一身份认证无法使用" in page.text) == (502, True)


def test_where_no_provider_is_set_there_is_no_such_page(served) -> None:
    with served.client() as client:
        assert "统一身份认证" not in client.get("/signin").text
        assert client.get("/signin/oidc").status_code == 404
