"""A hostile site does no harm: other sites are crawled on time, and each refusal is a readable row."""

import socket
import time
from ipaddress import ip_network

import httpx
import pytest
from sqlalchemy import Engine, select

from crawler.browser.proxy import BrowserProxy
from crawler.network.guard import AddressGuard
from records.database import reading, transaction
from records.models import Case, Institution, PlannedPage, PlannedState, Source, SourceKind, Visit
from tests.records import registered
from tests.servers.hostile import ESCAPES, hostile_site
from tests.servers.site import Answer, page, serving


@pytest.mark.crawl
@pytest.mark.databases("sqlite")
@pytest.mark.slow
def test_all_else_is_crawled_on_time_and_every_refusal_says_why(engine: Engine, qingyi) -> None:
    with hostile_site() as hostile, serving({"/": Answer(page("/a")), "/a": Answer(page())}) as good:
        with transaction(engine) as session:
            registered.site(session, f"{hostile}/", max_minutes=3)
            registered.site(session, "http://no-such-host.invalid/")
            owner = registered.institution(session, 2)
            session.add(
                Source(
                    kind=SourceKind.SITE, institution_id=owner.id, address=f"{good.url}/", delay_seconds=0.0
                )
            )
        started = time.monotonic()
        done = qingyi("crawl", "--no-capture", QINGYI_DOWNLOAD_SECONDS="4", QINGYI_PAGE_SECONDS="12")
        took = time.monotonic() - started
    assert done.returncode == 0, done.stderr[-2000:]
    assert "Traceback" not in done.stderr
    assert [line.count("robots.txt of no-such-host") for line in done.stderr.splitlines()].count(1) == 1
    assert took < 110
    unlawful = _flagged(engine, hostile)
    with reading(engine) as session:
        rows = {row.url.removeprefix(hostile): row for row in session.scalars(select(PlannedPage))}
        visits = session.scalars(select(Visit)).all()
        assert len(session.scalars(select(Institution)).all()) == 2
    assert all(visit.finished_at for visit in visits)
    assert rows["/good"].state is PlannedState.FETCHED
    assert rows[f"{good.url}/a"].state is PlannedState.FETCHED
    assert not [row for row in rows.values() if row.state is PlannedState.WAITING]
    for path in ("/endless", "/drip"):
        assert rows[path].state is PlannedState.FETCHED, path
        assert "按已收到的部分研判" in (rows[path].reason or ""), path
    for path in ("/bomb", "/escape/bomb"):
        assert rows[path].state is PlannedState.FETCHED, path
        assert "内容解压后超过大小上限，按开头部分研判" in (rows[path].reason or ""), path
    for path in ("/loop", "/inside", "/metadata", "/garbage"):
        assert rows[path].state in {PlannedState.FAILED, PlannedState.SKIPPED}, path
        assert rows[path].reason, path
    assert (rows["/endless-head"].reason or "").startswith("响应头过长，已中止")
    assert "10.0.0.1" in (rows["/inside"].reason or "")
    assert "169.254.169.254" in (rows["/metadata"].reason or "")
    assert rows["/pictures"].state is PlannedState.FETCHED
    assert rows["/pictures"].reason == "本页限时 12 秒已用完，部分图片未取"
    assert rows["http://no-such-host.invalid/"].reason
    assert rows["/nested"].state is PlannedState.FETCHED
    assert {path for path in ESCAPES if path not in unlawful} == set()


def _flagged(engine: Engine, site: str) -> set[str]:
    """The paths whose pages were found unlawful."""
    with reading(engine) as session:
        cases = session.scalars(select(Case))
        return {case.page.url.removeprefix(site) for case in cases}


@pytest.fixture
def proxy():
    made = BrowserProxy(AddressGuard((ip_network("127.0.0.1/32"),)))
    yield made, made.start()
    made.stop()


def test_the_browsers_way_out_reaches_what_is_allowed(proxy) -> None:
    made, url = proxy
    with serving({"/a?b=1": Answer("here")}) as site, httpx.Client(proxy=url) as client:
        assert client.get(f"{site.url}/a?b=1").text == "here"
        assert client.get(f"{site.url}/none").status_code == 404
    assert made.addresses == {"127.0.0.1": "127.0.0.1"}


def test_the_browser_is_told_that_each_connection_carries_one_answer(proxy) -> None:
    _, url = proxy
    answer = Answer("here", headers={"Connection": "keep-alive"})
    with serving({"/a": answer}) as site, httpx.Client(proxy=url) as client:
        answers = [client.get(f"{site.url}/a") for _ in range(20)]
    assert {(answer.text, answer.headers["Connection"]) for answer in answers} == {("here", "close")}


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.2/",
        "http://10.1.2.3/",
        "http://169.254.169.254/latest/",
        "http://[::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://0.0.0.0/",
        "http://localhost.localdomain.invalid/",
    ],
)
def test_the_browsers_way_out_refuses_what_is_inside(proxy, url: str) -> None:
    made, address = proxy
    with httpx.Client(proxy=address) as client:
        assert client.get(url).status_code == 403
    assert made.refused


def test_a_tunnel_to_an_inner_address_is_refused(proxy) -> None:
    _, address = proxy
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), 5) as connection:
        connection.sendall(b"CONNECT 192.168.1.1:443 HTTP/1.1\r\nHost: x\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 403")
    for garbage in (b"\r\n\r\n", b"GET\r\n\r\n", b"CONNECT x HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n"):
        with socket.create_connection((host, int(port)), 5) as connection:
            connection.sendall(garbage)
            assert b"403" in connection.recv(100)


def test_a_name_that_resolves_inside_is_refused_at_the_connection(proxy, monkeypatch) -> None:
    """Rebinding: the address of the connection counts, not the name's address when it was checked."""
    made, address = proxy

    async def rebound(*_: object, **__: object) -> list[tuple[int, int, int, str, tuple[str, int]]]:
        return [(2, 1, 6, "", ("192.168.0.1", 80))]

    monkeypatch.setattr(made._loop, "getaddrinfo", rebound)
    with httpx.Client(proxy=address) as client:
        assert client.get("http://rebinds.example/").status_code == 403
    assert "192.168.0.1" in made.refused[-1]
