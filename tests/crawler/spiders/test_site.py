"""How the spider finds a site's pages and avoids traps."""

import itertools
from contextlib import suppress

import psutil
import pytest
from sqlalchemy import Engine, select

from records.database import reading
from records.models import PlannedPage, PlannedState, Snapshot, UrlPattern
from tests import commands
from tests.servers.site import Answer, page, serving
from tests.waiting import wait_for

pytestmark = [pytest.mark.crawl, pytest.mark.databases("sqlite")]

BUILT = """<!doctype html><html><head><meta charset="utf-8"><title>站</title></head><body><div id="app"></div>
<p>{words}</p><script>setTimeout(() => {{ document.getElementById("app").innerHTML =
"<p>" + "我院治愈率98%，永不复发，欢迎来电咨询。".repeat({times}) + "</p>"; }}, 50)</script></body></html>"""
WORDS = (
    "云溪医院设内科、外科、儿科，门诊时间为每日八时至十七时，急诊二十四小时开放，欢迎社会各界监督我们的工作。"
    * 2
)


@pytest.fixture
def planned(engine: Engine):
    def read() -> dict[str, PlannedPage]:
        with reading(engine) as session:
            return {row.url: row for row in session.scalars(select(PlannedPage))}

    return read


def test_pages_that_only_a_sitemap_a_frame_or_a_redirect_names_are_found(
    qingyi, register_site, planned, engine: Engine
) -> None:
    pages = {
        "/robots.txt": lambda: Answer(f"User-agent: *\nSitemap: {site.url}/map.xml\nSitemap: /feed\n"),
        "/feed": Answer("<rss><channel><item><link>/only-in-feed.html</link></item></channel></rss>"),
        "/only-in-feed.html": Answer(page()),
        "/map.xml": lambda: Answer(f"<urlset><url><loc>{site.url}/only-in-map.html</loc></url></urlset>"),
        "/": Answer(page() + '<iframe src="/frame.html"></iframe><map><area href="/area.html"></map>'),
        "/frame.html": Answer('<meta http-equiv="refresh" content="0; url=/refreshed.html">'),
        "/area.html": Answer('<script>window.location.href = "/sent-on.html"</script>'),
        "/only-in-map.html": Answer(page()),
        "/refreshed.html": Answer(page(words="刷新后的页面，门诊时间为每日八时至十七时。" * 3)),
        "/sent-on.html": Answer(page(words="转到的页面，门诊时间为每日八时至十七时。" * 3)),
    }
    with serving(pages) as site:
        register_site(site.url)
        done = qingyi("crawl", "--no-capture")
    assert done.returncode == 0, done.stderr
    with reading(engine) as session:
        seen = {url.removeprefix(site.url) for url in session.scalars(select(Snapshot.final_url))}
    assert {"/only-in-map.html", "/only-in-feed.html", "/refreshed.html", "/sent-on.html"} <= seen
    assert planned()[f"{site.url}/map.xml"].state is PlannedState.FETCHED


def test_a_calendar_without_end_is_left(qingyi, register_site, planned, engine: Engine) -> None:
    days = itertools.count(1)

    class Endless(dict):
        def get(self, path, default=None):
            if path.startswith("/calendar"):
                links = [f"/calendar?day={next(days)}" for _ in range(5)]
                return Answer(page(*links, words="这一天没有安排。门诊时间为每日八时至十七时。" * 3))
            return super().get(path, default)

    pages = Endless(
        {"/": Answer(page("/calendar?day=0", "/last.html")), "/last.html": Answer(page(words=WORDS))}
    )
    with serving(pages) as site:
        register_site(site.url, max_depth=50, max_pages=400)
        qingyi("crawl", "--no-capture")
        rows = planned()
    asked = [path for path in site.paths() if path.startswith("/calendar")]
    assert 30 <= len(asked) <= 60
    assert any("疑似陷阱" in (row.reason or "") for row in rows.values())
    assert rows[f"{site.url}/last.html"].state is PlannedState.FETCHED
    with reading(engine) as session:
        assert session.scalars(select(UrlPattern.pattern).where(UrlPattern.is_trap)).all() == [
            "/calendar?day"
        ]


def test_the_browser_is_asked_only_where_it_helps(qingyi, register_site, engine: Engine) -> None:
    built = {f"/built/{number}.html": Answer(BUILT.format(words=WORDS, times=12)) for number in range(6)}
    plain = {f"/plain/{number}.html": Answer(BUILT.format(words=WORDS, times=0)) for number in range(6)}
    with serving({"/": Answer(page(*built, *plain)), **built, **plain}) as site:
        register_site(site.url)
        done = qingyi("crawl", "--no-capture")
    assert done.returncode == 0, done.stderr
    with reading(engine) as session:
        rendered = {
            snapshot.final_url.removeprefix(site.url): snapshot.rendered_sha256 is not None
            for snapshot in session.scalars(select(Snapshot))
        }
    assert all(rendered[path] for path in built)
    assert sum(rendered[path] for path in plain) < len(plain), "after some tries it is known not to help"


def test_a_page_whose_frame_alone_changes_is_unchanged(
    qingyi, register_site, engine: Engine, environment
) -> None:
    clock = itertools.count()

    def with_clock() -> Answer:
        return Answer(page(words=WORDS).replace("<nav>", f"<nav>现在是第{next(clock)}秒"))

    with serving({"/": with_clock}) as site:
        register_site(site.url)
        for _ in range(2):
            assert qingyi("crawl", "--site", f"{site.url}/", "--no-capture").returncode == 0
    with reading(engine) as session:
        first, second = session.scalars(select(Snapshot).order_by(Snapshot.id)).all()
    assert second.unchanged_since_id == first.id
    assert second.body_sha256 == first.body_sha256, "nothing new is stored"


def test_a_browser_that_is_killed_is_replaced_and_the_page_tried_again(
    environment, register_site, engine: Engine
) -> None:
    built = {
        f"/built/{number}.html": Answer(BUILT.format(words="", times=12), delay=0.2) for number in range(8)
    }
    with serving({"/": Answer(page(*built)), **built}) as site:
        register_site(site.url)
        crawl = commands.start("crawl", "--no-capture", environment=environment)
        wait_for(lambda: browsers_of(crawl.pid), "no browser is started")
        found, asked = browsers_of(crawl.pid), len(site.paths())
        wait_for(lambda: len(site.paths()) >= asked + 2, "the browser asks for nothing")
        for process in found:
            with suppress(psutil.Error):
                process.kill()
        done = crawl.communicate(timeout=110)
    assert done.returncode == 0, done.stderr
    with reading(engine) as session:
        rendered = {
            snapshot.final_url.removeprefix(site.url)
            for snapshot in session.scalars(select(Snapshot).where(Snapshot.rendered_sha256.is_not(None)))
        }
        states = set(session.scalars(select(PlannedPage.state)))
    assert states == {PlannedState.FETCHED}
    assert rendered == set(built)
    assert not browsers_of(crawl.pid), "no process is left behind"


def browsers_of(pid: int) -> list[psutil.Process]:
    found = []
    with suppress(psutil.Error):  # the crawl has ended
        for child in psutil.Process(pid).children(recursive=True):
            with suppress(psutil.Error):  # they come and go
                if "chrom" in child.name() and "playwright" not in child.name():
                    found.append(child)
    return found
