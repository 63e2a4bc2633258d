"""SIGKILL of the crawler and its own processes, of Chromium and of the database, at random points: nothing is
lost or duplicated."""

import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest
from sqlalchemy import Engine, func, select

from records.database import open_engine, reading, transaction
from records.models import Capture, Case, JudgementRecord, Page, PlannedPage, PlannedState, Snapshot, Visit
from tests import commands
from tests.crawler.spiders.test_site import browsers_of
from tests.records import registered
from tests.servers.postgresql import Server, running_server
from tests.servers.site import Answer, LoopbackSite, page, serving
from tests.waiting import wait_for

ADVERT = "我院治愈率98%，永不复发，欢迎咨询。"
BUILT = """<!doctype html><meta charset="utf-8"><title>built</title><div id="app"></div><script>
document.getElementById("app").innerHTML = "<p>" + "%s".repeat(8) + "</p>"</script>"""
OF_ADVERTS = 12
pytestmark = [pytest.mark.crawl, pytest.mark.postgresql, pytest.mark.slow]


@pytest.mark.soak
def test_kills_lose_nothing_and_every_manifest_verifies(tmp_path, postgresql_data, soak: bool) -> None:
    chance = random.Random(20261125)
    kills = 10 if soak else 3
    names = [f"/p{number}.html" for number in range(kills * (16 if soak else 6))]
    built = [f"/built/{number}.html" for number in range((2 if soak else 1) * kills)]
    step = len(names) // kills  # each crawl meets a page that takes the browser
    first = zip(built[:kills], names[::step], strict=False)
    pages = {
        "/": Answer(page(*(path for few in first for path in few), *built, *names)),
        **{
            name: Answer(
                page(words=(ADVERT if number % OF_ADVERTS == 0 else "") + f"第{number}页的内容。" * 30),
                delay=0.4 if soak else 0.2,
            )
            for number, name in enumerate(names)
        },
        **{name: Answer(BUILT % f"第{name}页，门诊时间。", delay=0.1) for name in built},
    }
    with laid_out(pages, tmp_path, postgresql_data) as (site, server, engine, environment):
        victims = [
            "browser",
            "database",
            "crawler",
            *chance.choices(["crawler", "browser", "database"], k=kills - 3),
        ]
        for victim in victims:
            wanted = len(site.requests) + chance.randint(3, 9 if soak else 5)
            crawl = commands.start("crawl", environment=environment)
            wait_for(lambda wanted=wanted: len(site.requests) >= wanted, "the crawl asks for nothing")
            assert crawl.poll() is None, "each kill strikes a crawl that is under way"
            kill(victim, crawl, server, site)
            crawl.wait(90)
        # Looking as other visitors do is no part of it, and takes its time.
        for arguments in (["crawl", "--no-capture"], ["evidence", "capture"], ["evidence", "check"]):
            done = commands.run(*arguments, environment=environment, timeout=400)
            assert done.returncode == 0, done.stdout + done.stderr
        check_whole(engine, {f"{site.url}{path}" for path in pages}, -(-len(names) // OF_ADVERTS))


@pytest.mark.soak
def test_a_crawl_goes_on_when_what_writes_and_judges_for_it_is_killed(
    tmp_path, postgresql_data, soak: bool
) -> None:
    kills = 4 if soak else 1
    count = 12 * kills
    pages = {
        "/": Answer(page(*(f"/p{number}.html" for number in range(count)))),
        **{
            f"/p{number}.html": Answer(
                page(words=(ADVERT if number % 12 == 0 else "") + f"第{number}页的内容。" * 30), delay=0.3
            )
            for number in range(count)
        },
    }
    with laid_out(pages, tmp_path, postgresql_data) as (site, _, engine, environment):
        command = [sys.executable, "-m", "qingyi", "crawl", "--no-capture"]
        crawl = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        for _ in range(kills):
            wait_for_more_pages(engine)
            assert len([one.kill() for one in own_processes(crawl.pid)]) == 2
        said, _ = crawl.communicate(timeout=120)
        assert crawl.returncode == 0, said.decode()
        done = commands.run("evidence", "capture", environment=environment, timeout=400)
        assert done.returncode == 0, done.stdout + done.stderr
        check_whole(engine, {f"{site.url}{path}" for path in pages}, kills)


def test_the_processes_of_a_killed_crawl_end_with_it(tmp_path, postgresql_data) -> None:
    pages = {"/": Answer(page("/slow.html")), "/slow.html": Answer(page(words="慢"), delay=60)}
    with laid_out(pages, tmp_path, postgresql_data) as (_, _, engine, environment):
        crawl = subprocess.Popen([sys.executable, "-m", "qingyi", "crawl"], env=environment)
        wait_for_more_pages(engine)
        own = own_processes(crawl.pid)
        assert len(own) == 2
        crawl.kill()
        crawl.wait(10)
        assert psutil.wait_procs(own, timeout=10)[1] == []


@contextmanager
def laid_out(
    pages: dict[str, Answer], folder: Path, data: Path
) -> Iterator[tuple[LoopbackSite, Server, Engine, dict[str, str]]]:
    """A registered site, a database that can be killed, and the commands' environment."""
    with running_server(data, durable=True) as server, serving(pages) as site:
        url = server.make("qingyi", "migrated")
        engine = open_engine(url)
        with transaction(engine) as session:
            registered.site(session, f"{site.url}/")
        engine.dispose()
        try:
            yield site, server, engine, commands.environment_of(url, folder / "evidence")
        finally:
            engine.dispose()


def own_processes(crawl: int) -> list[psutil.Process]:
    """Those that write and judge: children of the one that they are forked from."""
    found = []
    for child in psutil.Process(crawl).children(recursive=True):
        with suppress(psutil.Error):  # others come and go
            if child.ppid() != crawl and "forkserver" in " ".join(child.cmdline()):
                found.append(child)
    return found


def wait_for_more_pages(engine: Engine) -> None:
    """Until something was written since now."""

    def written() -> int:
        with reading(engine) as session:
            return session.scalar(select(func.count(Snapshot.id)))

    before = written()
    wait_for(lambda: written() > before, "nothing is written any more")


def kill(victim: str, crawl: commands.RunningCommand, server: Server, site: LoopbackSite) -> None:
    if victim == "database":
        server.kill()
        with suppress(subprocess.TimeoutExpired):
            crawl.wait(5)  # it reports the fault and ends, or still waits for a response
        server.start()
        return
    if victim == "browser":
        for process in browsers_of(crawl.pid):
            with suppress(psutil.Error):
                process.kill()
        asked = len(site.requests)
        wait_for(lambda: len(site.requests) > asked or crawl.poll() is not None, "the crawl stands still")
    crawl.kill()  # of the browser, too, or it would simply finish


def check_whole(engine: Engine, urls: set[str], adverts: int) -> None:
    with reading(engine) as session:
        first = session.scalars(select(Visit.id).order_by(Visit.id)).first()
        planned = session.scalars(select(PlannedPage).where(PlannedPage.visit_id == first)).all()
        assert {row.url for row in planned if not row.is_feed} == urls
        assert {row.state for row in planned} == {PlannedState.FETCHED}
        kept = Counter(
            session.scalars(
                select(Page.url).join(Snapshot, Snapshot.page_id == Page.id).where(Snapshot.visit_id == first)
            )
        )
        assert kept == dict.fromkeys(urls, 1), "every page is there once"
        cases = session.scalars(select(Case)).all()
        assert len(cases) == adverts, "each advert is one case"
        flagged = set(session.scalars(select(JudgementRecord.snapshot_id).where(JudgementRecord.unlawful)))
        assert set(session.scalars(select(Capture.snapshot_id))) >= flagged, "and has its evidence"
