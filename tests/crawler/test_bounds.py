"""A page that exceeds its limits costs at most a minute and 1.5 gigabytes, and its record says so."""

import threading
import time
from contextlib import suppress

import psutil
import pytest
from sqlalchemy import Engine, select

from crawler.browser.bounds import MOST_BYTES, MOST_FRAMES, MOST_NAMES, MOST_REQUESTS, PageBounds
from records.database import reading, transaction
from records.models import PlannedPage, PlannedState
from tests import commands
from tests.records import registered
from tests.servers.site import Answer, serving

UNLAWFUL = "我院治愈率98%，永不复发，欢迎咨询。"


def hostile(script: str) -> Answer:
    """A page that shows its words by a script, before it does its worst."""
    words = f"document.getElementById('app').innerHTML='<p>'+'{UNLAWFUL}'.repeat(9)+'</p>';"
    return Answer(
        f'<!doctype html><meta charset="utf-8"><title>门诊</title><div id="app"></div><script>{words}{script}</script>'
    )


WORST = {
    "/requests": "let n=0;const ask=()=>{for(let i=0;i<50;i++)fetch('/x?'+n++).catch(()=>0);setTimeout(ask,1)};ask();",
    "/history": "let n=0;setInterval(()=>{for(let i=0;i<200;i++)history.pushState({a:'x'.repeat(1e4)},'','#'+n++)},1);",
    "/frames": "setInterval(()=>{for(let i=0;i<40;i++){const f=document.createElement('iframe');f.src='/p?'+Math.random();"
    "document.body.append(f)}},5);",
    "/names": "let n=0;setInterval(()=>{for(let i=0;i<30;i++)fetch('http://n'+n+++'.invalid/').catch(()=>0)},5);",
    "/memory": "const all=[];setInterval(()=>{const a=new Uint8Array(3e7);a.fill(7);all.push(a)},10);",
    "/nodes": "setInterval(()=>{let s='';for(let i=0;i<2e4;i++)s+='<b>'+i+'</b>';const d=document.createElement('div');"
    "d.innerHTML=s;document.body.append(d)},10);",
    "/nowhere": "let n=0;setInterval(()=>{location.href='http://10.0.0.1/'+n++},200);",
}


class Watched:
    """The peak memory of a command and all its processes, and their processor time. Memory that they share is counted
    once."""

    def __init__(self, process: int) -> None:
        self.most, self.seen = 0, set[psutil.Process]()
        self._worked = dict[psutil.Process, float]()
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._watch, args=(psutil.Process(process),))
        self._thread.start()

    def _watch(self, process: psutil.Process) -> None:
        while not self._ends.wait(0.3):
            with suppress(psutil.Error):
                family = _family(process)
                self.seen.update(family)
                self.most = max(self.most, sum(own_memory(one) for one in family))
                self._worked |= {one: processor_seconds(one) or self._worked.get(one, 0.0) for one in family}

    @property
    def worked(self) -> float:
        """Seconds of processor time of all of them: unlike the time that passes, they depend on no neighbour."""
        return sum(self._worked.values())

    def end(self) -> None:
        self._ends.set()
        self._thread.join()


def _family(process: psutil.Process) -> list[psutil.Process]:
    """A command's process and all that began after it: those that read pages are forked where it was forked itself
    (`tests.commands`), so not all are its children."""
    parent, began = process.parent(), process.create_time()
    forked = parent.children(recursive=True) if parent else ()
    return [process, *(one for one in forked if one != process and one.create_time() >= began)]


def own_memory(process: psutil.Process) -> int:
    """Bytes, of which each that is shared counts for as many processes as share it."""
    with suppress(psutil.Error):
        return int(process.memory_full_info().pss)
    return 0


def processor_seconds(process: psutil.Process) -> float:
    with suppress(psutil.Error):
        times = process.cpu_times()
        return times.user + times.system
    return 0.0


@pytest.mark.crawl
@pytest.mark.slow
@pytest.mark.soak(only=True)
@pytest.mark.databases("sqlite")
def test_no_page_takes_more_than_its_share(engine: Engine, environment, request) -> None:
    for path, script in WORST.items():
        with serving({path: hostile(script), "/p": Answer("<p>p"), "/x": Answer("x")}) as site:
            with transaction(engine) as session:
                registered.site(session, f"{site.url}{path}")
            began = time.monotonic()
            crawl = commands.start(
                "crawl", "--site", f"{site.url}{path}", "--no-capture", environment=environment
            )
            watched = Watched(crawl.pid)
            done = crawl.communicate(240)
            took = time.monotonic() - began
            watched.end()
            request.node.user_properties.append((path, f"{took:.0f} s, {watched.most >> 20} MiB"))
            assert done.returncode == 0, done.stderr
            assert took < 60, path
            assert watched.most < 1536 << 20, path
            assert psutil.wait_procs(watched.seen, timeout=10)[1] == [], "no process is left"
            with reading(engine) as session:
                row = session.scalars(select(PlannedPage).where(PlannedPage.url == f"{site.url}{path}")).one()
                assert row.state is PlannedState.FETCHED
                if path in {"/requests", "/frames", "/names"}:
                    assert row.reason, "what was cut is said"


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ([("http://a.test/", False)] * (MOST_REQUESTS + 1), "请求超过"),
        ([("http://a.test/", True)] * (MOST_FRAMES + 1), "框架超过"),
        ([(f"http://n{number}.test/", False) for number in range(MOST_NAMES + 1)], "域名超过"),
    ],
)
def test_what_is_one_too_many_is_cut_and_said_once(asked: list[tuple[str, bool]], says: str) -> None:
    bounds = PageBounds()
    allowed = [bounds.allows(url, is_frame=is_frame) for url, is_frame in (*asked, asked[-1])]
    assert (all(allowed[:-2]), allowed[-2:]) == (True, [False, False])
    assert [says in what for what in bounds.cut] == [True]


def test_a_page_of_too_many_bytes_gets_no_more() -> None:
    bounds = PageBounds()
    for length in ("", "-1", "9" * 5_000, "１２", str(MOST_BYTES)):
        bounds.received(length)
        assert bounds.allows("http://a.test/", is_frame=False)
    bounds.received("1")
    assert not bounds.allows("http://a.test/", is_frame=False)
    assert "MiB" in bounds.cut[0]
