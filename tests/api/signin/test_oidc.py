"""Signing in by an identity provider: a real one, which accepts any name."""

import json
import time
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwk, jwt

from records import audit
from records.database import reading, transaction
from records.people import users
from records.people.users import Person
from records.settings import Settings
from tests.api.conftest import running
from tests.servers.oidc import running_provider
from tests.servers.site import Answer, serving


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
    """The response to the browser that comes back from the provider as `name`."""
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
    """A thief of the address by which a browser comes back lacks its cookie."""
    to_provider = client.get("/signin/oidc").headers["location"]
    with httpx.Client() as browser:
        back = browser.post(to_provider, data={"sub": "reviewer"}).headers["location"]
    with httpx.Client() as thief:
        assert thief.get(back).status_code == 401


def forged(issuer: str, nonce: str, fault: str) -> dict[str, object]:
    """The provider's keys and its token, with one thing wrong."""
    own, other = (jwk.RSAKey.generate_key(2048, {"kid": "1"}) for _ in range(2))
    now = int(time.time())
    claims = {"iss": issuer, "aud": "qingyi", "sub": "reviewer", "nonce": nonce, "iat": now, "exp": now + 60}
    claims |= {
        "nonce": {"nonce": "another visit's"},
        "audience": {"aud": "another program"},
        "issuer": {"iss": "https://elsewhere.example"},
        "expired": {"exp": now - 3600},
        "party": {"aud": ["qingyi", "other"], "azp": "other"},
        "access token": {"at_hash": "bm90IHRoaXMgb25l"},
    }.get(fault, {})
    token = jwt.encode({"alg": "RS256", "kid": "1"}, claims, other if fault == "key" else own)
    if fault == "unsigned":
        token = ".".join(("eyJhbGciOiJub25lIn0", token.split(".")[1], ""))
    return {"keys": own.as_dict(private=False), "token": token}


FAULTS = ("nonce", "audience", "issuer", "expired", "party", "access token", "key", "unsigned")


@pytest.mark.databases("sqlite")
def test_a_token_that_is_not_for_this_visit_signs_nobody_in(served, store, rules) -> None:
    pages: dict[str, Answer] = {}
    with serving(pages) as provider:
        named = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        discovery = {"issuer": provider.url, **{name: f"{provider.url}/{name}" for name in named}}
        pages["/.well-known/openid-configuration"] = Answer(json.dumps(discovery))
        settings = Settings(
            oidc_issuer=provider.url,
            oidc_client_id="qingyi",
            oidc_client_secret="secret",
            oidc_claim="sub",
        )
        with running(served.engine, store, rules, settings) as url:
            statuses = {}
            for fault in (*FAULTS, "none"):
                with served.client(base_url=url) as client:
                    asked = parse_qs(urlsplit(client.get("/signin/oidc").headers["location"]).query)
                    given = forged(provider.url, asked["nonce"][0], fault)
                    tokens = {"access_token": "x", "token_type": "Bearer", "id_token": given["token"]}
                    kind = {"Content-Type": "application/json"}
                    pages["/token_endpoint"] = Answer(json.dumps(tokens), headers=kind)
                    pages["/jwks_uri"] = Answer(json.dumps({"keys": [given["keys"]]}), headers=kind)
                    back = {"code": "x", "state": asked["state"][0]}
                    statuses[fault] = client.get("/signin/oidc/callback", params=back).status_code
    assert statuses == {**dict.fromkeys(FAULTS, 401), "none": 303}


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
