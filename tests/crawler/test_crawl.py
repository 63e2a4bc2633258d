"""A crawl of real loopback sites: which pages are fetched, kept and fetched again, and how it survives a
kill."""

import hashlib
import time
from collections import Counter
from datetime import UTC, datetime

import psutil
import pytest
from sqlalchemy import Engine, func, select, update

from records.database import reading, transaction
from records.models import Case, Page, PlannedPage, PlannedState, Snapshot, Source, Visit
from records.store.content_store import EvidenceStore
from tests import commands
from tests.records import registered
from tests.servers.site import Answer, page, serving
from tests.waiting import wait_for

pytestmark = pytest.mark.crawl


def snapshots(engine: Engine) -> dict[str, Snapshot]:
    """The newest snapshot of each page, by path."""
    with reading(engine) as session:
        rows = session.execute(select(Page.url, Snapshot).join(Snapshot.page).order_by(Snapshot.id)).all()
    return {"/" + url.split("/", 3)[3]: snapshot for url, snapshot in rows}


def planned(engine: Engine) -> dict[str, tuple[str, str | None]]:
    with reading(engine) as session:
        rows = session.scalars(select(PlannedPage)).all()
    return {"/" + row.url.split("/", 3)[3]: (row.state.value, row.reason) for row in rows}


def make_due(engine: Engine) -> None:
    with transaction(engine) as session:
        session.execute(update(Source).values(next_visit_at=None))


def test_every_page_of_a_site_is_kept_with_its_raw_bytes(
    engine, store: EvidenceStore, qingyi, register_site
) -> None:
    old = page("/", words="老站点用国标编码，内容也要读得对。" * 4).encode("gb18030")
    pages = {
        "/": Answer(page("/a", "/b?x=1#part", "http://elsewhere.invalid/")),
        "/a": Answer(page("/deep"), etag='"a1"'),
        "/b?x=1": Answer(old, headers={"Content-Type": "text/html; charset=utf-8"}),
        "/deep": Answer(page(), status=500),
    }
    with serving(pages) as site:
        register_site(site.url)
        done = qingyi("crawl", "--due")
    assert done.returncode == 0, done.stderr
    kept = snapshots(engine)
    assert set(kept) == {"/", "/a", "/b?x=1", "/deep"}
    for path, answer in pages.items():
        assert kept[path].body_sha256 == hashlib.sha256(answer.content).hexdigest()
        assert store.get(kept[path].body_sha256) == answer.content
    assert kept["/deep"].status == 500
    assert "老站点用国标编码" in store.get(kept["/b?x=1"].text_sha256).decode()
    assert not any("elsewhere" in url for url in planned(engine))


def test_an_unlawful_page_becomes_a_case(engine, qingyi, register_site) -> None:
    with serving({"/": Answer(page(words=registered.UNLAWFUL * 3))}) as site:
        register_site(site.url)
        qingyi("crawl", "--no-capture")
    with reading(engine) as session:
        assert [case.state.label for case in session.scalars(select(Case))] == ["待研判"]


def test_a_second_visit_asks_conditionally_and_keeps_nothing_new(
    engine, store, qingyi, register_site
) -> None:
    with serving({"/": Answer(page("/a"), etag='"1"'), "/a": Answer(page(), etag='"2"')}) as site:
        register_site(site.url)
        qingyi("crawl")
        files = _evidence(store)
        make_due(engine)
        qingyi("crawl")
        asked = [headers.get("if-none-match") for path, headers in site.requests if path == "/a"]
    assert asked == [None, '"2"']
    kept = snapshots(engine)
    assert {snapshot.status for snapshot in kept.values()} == {304}
    assert all(snapshot.unchanged_since_id for snapshot in kept.values())
    assert _evidence(store) == files


def _evidence(store) -> dict[str, int]:
    """The stored files and their bytes, without the packs' index, which holds no evidence."""
    files = [path for path in store.folder.rglob("*") if path.is_file() and "index.db" not in path.name]
    return {str(path): path.stat().st_size for path in files}


@pytest.mark.databases("sqlite")
def test_a_page_that_only_a_browser_can_read_is_rendered(engine, store, qingyi, register_site) -> None:
    written = "<p>脚本写出的正文，治愈率98%，永不复发。</p><a href=/next>下一页</a>"
    script = f"document.title='写出来的';document.body.innerHTML='{written}'"
    pages = {
        "/": Answer(
            f"<!doctype html><meta charset=utf-8><title>壳</title><body><script>{script}</script></body>"
        ),
        "/next": Answer(page()),
    }
    with serving(pages) as site:
        register_site(site.url)
        done = qingyi("crawl", "--no-capture")
    assert done.returncode == 0, done.stderr
    kept = snapshots(engine)
    assert set(kept) == {"/", "/next"}
    assert kept["/"].title == "写出来的"
    assert b"innerHTML" in store.get(kept["/"].body_sha256)
    assert "脚本写出的正文" in store.get(kept["/"].rendered_sha256).decode()
    assert kept["/next"].rendered_sha256 is None


@pytest.mark.databases("sqlite")
def test_a_crawl_has_no_port_open_but_the_proxy_that_its_browser_goes_out_through(
    environment, register_site
) -> None:
    with serving({"/": Answer(page(), delay=1)}) as site:
        register_site(site.url)
        crawl = commands.start("crawl", "--no-capture", environment=environment)
        wait_for(lambda: site.requests, "nothing is asked for")
        open_at = [
            connection.laddr.ip
            for connection in psutil.Process(crawl.pid).net_connections("inet")
            if connection.status == psutil.CONN_LISTEN
        ]
        assert crawl.wait(60) == 0
    assert open_at == ["127.0.0.1"]


@pytest.mark.parametrize("said", ["", '<meta charset="gb2312">'])
@pytest.mark.databases("sqlite")
def test_a_script_built_page_that_is_utf8_and_does_not_say_so_is_not_garbled(
    engine, store, qingyi, register_site, said: str
) -> None:
    written = "<p>脚本写出的正文，治愈率98%，永不复发。</p>"
    shell = (
        f"<!doctype html>{said}<title>壳</title><body><script>document.body.innerHTML='{written}'</script>"
    )
    with serving({"/": Answer(shell, headers={"Content-Type": "text/html"})}) as site:
        register_site(site.url)
        done = qingyi("crawl", "--no-capture")
    assert done.returncode == 0, done.stderr
    kept = snapshots(engine)["/"]
    assert "脚本写出的正文" in store.get(kept.rendered_sha256).decode()
    assert store.get(kept.body_sha256).decode() == shell
    with reading(engine) as session:
        assert len(session.scalars(select(Case)).all()) == 1


@pytest.mark.databases("sqlite")
def test_robots_are_obeyed_unless_somebody_said_why_not(engine, qingyi, register_site) -> None:
    robots = Answer("User-agent: *\nDisallow: /hidden\n", headers={"Content-Type": "text/plain"})
    pages = {"/robots.txt": robots, "/": Answer(page("/hidden")), "/hidden": Answer(page())}
    with serving(pages) as site:
        register_site(site.url)
        qingyi("crawl")
        assert site.paths() == ["/"]
        assert planned(engine)["/hidden"][0] == "skipped"
        with transaction(engine) as session:
            session.execute(
                update(Source).values(obey_robots=False, robots_reason="某局某年某号", next_visit_at=None)
            )
        qingyi("crawl")
        assert "/hidden" in site.paths()


@pytest.mark.databases("sqlite")
def test_budgets_of_pages_and_depth_hold(engine, qingyi, register_site) -> None:
    def endless(number: int) -> Answer:
        return Answer(page(f"/{number + 1}", f"/x{number + 1}"))

    pages = {
        "/": endless(0),
        **{f"/{n}": endless(n) for n in range(50)},
        **{f"/x{n}": endless(n) for n in range(50)},
    }
    with serving(pages) as site:
        register_site(site.url, max_pages=10, max_depth=3)
        qingyi("crawl")
        assert sorted(site.paths()) == sorted(["/", "/1", "/x1", "/2", "/x2", "/3", "/x3"])
    with serving(pages) as site:
        register_site(site.url, max_pages=5, max_depth=20)
        qingyi("crawl")
        assert len(site.paths()) == 5


@pytest.mark.databases("sqlite")
def test_a_site_is_asked_for_two_pages_at_once_at_most(engine, qingyi, register_site) -> None:
    pages = {f"/{n}": Answer(page(), delay=0.2) for n in range(12)}
    with serving({"/": Answer(page(*pages)), **pages}) as site:
        register_site(site.url)
        qingyi("crawl")
        assert len(site.paths()) == 13
        assert site.most_at_once == 2


@pytest.mark.databases("sqlite")
def test_a_visit_out_of_time_ends_and_says_so(engine, qingyi, register_site) -> None:
    with serving({"/": Answer(page(*(f"/{n}" for n in range(60))))}) as site:
        register_site(site.url)
        with transaction(engine) as session:
            visit = Visit(
                kind="site",
                source_id=session.query(Source).one().id,
                seconds_used=30 * 60 - 2.5,  # of the 9 that the pages take, two at a time
                started_at=datetime.now(UTC),
            )
            session.add(visit)
            session.flush()
            for n in range(60):
                site.pages[f"/{n}"] = Answer(page(), delay=0.3)
                session.add(PlannedPage(visit_id=visit.id, url=f"{site.url}/{n}", depth=1))
        qingyi("crawl")
    with reading(engine) as session:
        assert session.scalars(select(Visit.outcome)).all() == ["时间预算用完"]
    reasons = Counter(state for state, _ in planned(engine).values())
    assert reasons["fetched"] >= 1
    assert reasons["skipped"] >= 10
    assert sum(reasons.values()) == 60


@pytest.mark.databases("sqlite")
def test_addresses_inside_are_refused_with_the_reason(engine, qingyi, register_site) -> None:
    pages = {
        "/": Answer(page("/meta", "/loop")),
        "/meta": Answer(status=302, headers={"Location": "http://169.254.169.254/latest/"}),
        "/loop": Answer(status=302, headers={"Location": "http://[::1]:1/"}),
    }
    with serving(pages) as site:
        register_site(site.url)
        qingyi("crawl")
    rows = planned(engine)
    assert rows["/meta"] == ("skipped", "拒绝访问内部地址 169.254.169.254（169.254.169.254）")
    assert rows["/loop"][1] == "拒绝访问内部地址 ::1（::1）"


@pytest.mark.databases("sqlite")
def test_without_an_allowance_loopback_itself_is_refused(engine, qingyi, register_site) -> None:
    with serving({"/": Answer(page())}) as site:
        register_site(site.url)
        qingyi("crawl", QINGYI_ALLOW_NETWORKS="")
        assert site.requests == []
    assert planned(engine)["/"] == ("skipped", "拒绝访问内部地址 127.0.0.1（127.0.0.1）")


def test_the_posts_of_an_account_are_read_in_their_states(engine, store, qingyi) -> None:
    post = (
        '<h1 id="activity-name">膏方</h1><a id="js_name">云溪号</a>'
        '<div id="js_content" style="visibility: hidden;"><p>祖传秘方，包治百病。</p></div>'
    )
    gone = '<div class="weui-msg"><h2>此内容因违规无法查看</h2></div>'
    with serving({"/s/1": Answer(post), "/s/2": Answer(gone)}) as site:
        links = "".join(f"<item><title>x</title><link>{site.url}/s/{n}</link></item>" for n in (1, 2))
        feed = f'<?xml version="1.0"?><rss version="2.0"><channel><title>x</title>{links}</channel></rss>'
        site.pages["/feed"] = Answer(feed, headers={"Content-Type": "application/rss+xml"})
        with transaction(engine) as session:
            registered.account(session, f"{site.url}/feed")
        qingyi("crawl", "--no-capture")
    kept = snapshots(engine)
    assert {path: snapshot.page_state for path, snapshot in kept.items()} == {
        "/feed": "normal",
        "/s/1": "normal",
        "/s/2": "removed_for_violation",
    }
    assert kept["/s/1"].title == "膏方"
    with reading(engine) as session:
        assert session.scalar(select(func.count()).select_from(Case)) == 1


@pytest.mark.parametrize("pages_before_the_kill", [3, 11, 24])
@pytest.mark.databases("sqlite")
def test_a_killed_crawl_loses_no_snapshot_and_makes_no_duplicate(
    engine, store, environment, qingyi, register_site, pages_before_the_kill
) -> None:
    names = [f"/p{number}" for number in range(30)]
    pages = {
        "/": Answer(page(*names)),
        **{name: Answer(page(*names, words=f"第{name}页" * 30), delay=0.02) for name in names},
    }
    with serving(pages) as site:
        register_site(site.url)
        crawl = commands.start("crawl", environment=environment)
        while len(site.paths()) < pages_before_the_kill:
            assert crawl.poll() is None
            time.sleep(0.01)
        crawl.kill()
        before = snapshots(engine)
        assert len(before) < 31
        done = qingyi("crawl")
        assert done.returncode == 0, done.stderr
        assert "1 个从断点继续" in done.stdout
        fetched = Counter(site.paths())
    kept = snapshots(engine)
    assert len(kept) == 31
    with reading(engine) as session:
        assert session.scalar(select(func.count()).select_from(Snapshot)) == 31
        assert session.scalar(select(func.count()).select_from(Visit)) == 1
        states = set(session.scalars(select(PlannedPage.state)))
        assert states == {PlannedState.FETCHED}
    for path, snapshot in before.items():
        assert kept[path].id == snapshot.id
        assert fetched[path] == 1, "a page that was kept before the kill is not fetched again"
    for path, snapshot in kept.items():
        assert store.get(snapshot.body_sha256) == pages[path].content


def test_an_unknown_site_is_named_and_nothing_runs(qingyi, engine) -> None:
    done = qingyi("crawl", "--site", "http://unknown.test/")
    assert done.returncode == 2
    assert done.stderr.strip() == "错误：登记库中没有网址 http://unknown.test/"


@pytest.mark.databases("sqlite")
def test_a_missing_browser_is_told_in_one_line(qingyi, register_site) -> None:
    register_site("http://127.0.0.1:1")
    done = qingyi("crawl", QINGYI_CHROMIUM="/no/such/browser")
    assert done.returncode == 2
    assert done.stderr.startswith("错误：找不到浏览器 /no/such/browser")
    assert "Traceback" not in done.stderr
