"""A page that holds the browser, never ends or unpacks without end has a screenshot of its beginning, and a note why."""

import asyncio
import time
from collections.abc import Callable

import pytest
import zstandard

from crawler.browser.evidence_browser import PageView, evidence_browser
from crawler.browser.launch import browser_proxy
from crawler.browser.visitors import monitor
from crawler.page_clock import PageClock
from records.settings import settings
from tests.servers.hostile import LOOP, UNLAWFUL, hostile_answers
from tests.servers.hostile import OK as HEAD

Write = Callable[[bytes], object]
PAGE = f"<!doctype html><meta charset=utf-8><title>门诊</title><p>{UNLAWFUL}</p>"


def whole(markup: str) -> Callable[[Write], object]:
    return lambda write: write(HEAD + b"Connection: close\r\n\r\n" + (PAGE + markup).encode())


def silent(write: Write) -> None:
    write(HEAD + b"Content-Length: 100000\r\n\r\n" + PAGE.encode())
    time.sleep(60)


def dripping(write: Write) -> None:
    write(HEAD + b"Connection: close\r\n\r\n" + PAGE.encode())
    for _ in range(200):
        write(b"<p>x")
        time.sleep(0.3)


def bomb(write: Write) -> None:
    body = zstandard.compress(PAGE.encode() + b"<p>x" * (64 << 20))
    write(HEAD + b"Content-Encoding: zstd\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


def never(write: Write) -> None:
    write(HEAD + b"Content-Length: 100000\r\n\r\n<")
    time.sleep(60)


HOLDING = {
    "/silent": silent,
    "/dripping": dripping,
    "/bomb": bomb,
    "/loop": whole("<script>for(;;);</script>"),
    "/alerts": whole(LOOP),
    "/later": whole("<script>setTimeout(()=>{for(;;);},300)</script>"),
    "/reload": whole("<script>setTimeout(()=>location.reload(),300)</script>"),
    "/canvas": whole(
        "<script>for(let i=0;i<40;i++){const c=document.createElement('canvas');c.width=c.height=8000;"
        "c.getContext('2d').fillRect(0,0,9,9);document.body.append(c)}</script>"
    ),
    "/font": whole("<style>@font-face{font-family:a;src:url(/never)}*{font-family:a}</style>"),
}
LASTING = {
    "/sheet": whole("<link rel=stylesheet href=/never><img src=/never><video autoplay src=/never></video>"),
    "/timers": whole("<script>setInterval(()=>document.body.append('x'),1)</script>"),
    "/animation": whole("<style>@keyframes a{to{transform:rotate(1turn)}}p{animation:a 1s infinite}</style>"),
    "/polling": whole("<script>setInterval(()=>fetch('/x?'+Math.random()),100)</script>"),
}


@pytest.fixture
def may_reach_loopback(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("QINGYI_ALLOW_NETWORKS", "127.0.0.0/8")
    for one in (settings, browser_proxy):
        one.cache_clear()
    yield
    for one in (settings, browser_proxy):
        one.cache_clear()


def looks(paths: list[str], seconds: float) -> dict[str, PageView]:
    async def one_by_one(site: str) -> dict[str, PageView]:
        async with evidence_browser() as browser:
            return {
                path: await browser.look_at(site + path, monitor(), clock=PageClock(seconds))
                for path in paths
            }

    with hostile_answers({**HOLDING, **LASTING, "/never": never}) as site:
        return asyncio.run(one_by_one(site))


@pytest.mark.crawl
@pytest.mark.slow
@pytest.mark.soak
def test_a_page_that_holds_the_browser_is_shown_by_its_beginning(may_reach_loopback, soak: bool) -> None:
    seen = looks(list(HOLDING) if soak else ["/canvas"], 30)
    assert {path for path, view in seen.items() if not view.screenshot or UNLAWFUL not in view.html} == set()
    for path, view in seen.items():
        assert view.notes[0].startswith("第一次打开没有成功"), path
        assert "再次打开时只取网页开头" in view.notes[0], path


@pytest.mark.crawl
@pytest.mark.slow
@pytest.mark.soak
def test_a_page_that_never_ends_loading_has_its_screenshot(may_reach_loopback, soak: bool) -> None:
    seen = looks(list(LASTING) if soak else ["/animation"], 30)
    assert {path for path, view in seen.items() if not view.screenshot or UNLAWFUL not in view.html} == set()
    assert "没有装载完，按当时所见研判" in "".join(
        seen["/sheet"].notes if soak else ["没有装载完，按当时所见研判"]
    )
