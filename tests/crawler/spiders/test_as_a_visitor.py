"""The crawl sees what a visitor sees: past a cookie, a click and a server's wrong length; and text that a
script removes."""

import pytest
from sqlalchemy import Engine, select

from records.database import reading, transaction
from records.models import PlannedPage, Snapshot, Visit
from records.snapshots.snapshots import read_text
from records.store.content_store import EvidenceStore
from records.visits.cloaking import TAKEN_AWAY
from records.visits.coverage import SourceState, source_coverage
from records.visits.ending import NO_POSTS
from tests.records import registered
from tests.records.visits.test_coverage import SINCE, UNTIL
from tests.servers.site import Answer, page, serving

pytestmark = [pytest.mark.crawl, pytest.mark.databases("sqlite")]

WORDS = (
    "云溪医院设内科、外科、儿科，门诊时间为每日八时至十七时，急诊全天开放，欢迎社会各界监督我们的工作。" * 3
)
HTML = {"Content-Type": "text/html; charset=utf-8"}
MORE = """<!doctype html><html><head><meta charset="utf-8"><title>动态</title></head><body><div id="app"></div>
<script>document.getElementById("app").innerHTML = "<p>第一条动态</p><button>加载更多</button>";
document.querySelector("button").onclick = () => fetch("/api").then((answer) => answer.text()).then((words) => {
document.getElementById("app").innerHTML += "<p>" + words + "</p>"; });</script></body></html>"""


def scripted(script: str) -> Answer:
    return Answer(
        page(words=WORDS) + f"<script>window.later = () => fetch('/api'); {script}</script>", headers=HTML
    )


def test_pages_are_read_as_a_visitor_reads_them(
    qingyi, register_site, engine: Engine, store: EvidenceStore
) -> None:
    def gate() -> Answer:
        if "gate=1" in site.requests[-1][1].get("cookie", ""):
            return Answer(
                page("/wiped.html", "/away.html", "/more.html", "/short.html", words=WORDS), headers=HTML
            )
        return Answer("", 302, {"Location": "/", "Set-Cookie": "gate=1; Path=/"})

    short = page(words=WORDS).encode()
    pages = {
        "/": gate,
        "/wiped.html": scripted('document.body.innerHTML = ""'),
        "/away.html": scripted('location.href = "about:blank"'),
        "/more.html": Answer(MORE, headers=HTML),
        "/api": Answer("点开以后才有的话", headers=HTML),
        "/short.html": Answer(
            short, headers={**HTML, "Content-Length": str(len(short) + 900), "Connection": "close"}
        ),
    }
    with serving(pages) as site:
        register_site(site.url)
        done = qingyi("crawl", "--no-capture")
    assert done.returncode == 0, done.stderr
    with reading(engine) as session:
        rows = {
            row.url.removeprefix(site.url): row.reason or "" for row in session.scalars(select(PlannedPage))
        }
        kept = session.scalars(select(Snapshot)).all()
        texts = {one.page.url.removeprefix(site.url): read_text(store, one) for one in kept}
        rendered = {one.page.url.removeprefix(site.url) for one in kept if one.rendered_sha256}
    seen = {path: text.text if text else "" for path, text in texts.items()}
    for path in ("/", "/wiped.html", "/away.html", "/short.html"):
        assert WORDS in seen[path]
    assert rows["/wiped.html"].startswith(TAKEN_AWAY)
    assert rows["/away.html"].startswith((TAKEN_AWAY, "浏览器渲染失败"))
    assert "与其声明的长度不符" in rows["/short.html"]
    assert "点开以后才有的话" in seen["/more.html"]
    assert rendered == {"/more.html"}, "a page that lost its words is kept as it came"


def test_a_list_that_names_no_post_is_a_fault_that_is_seen(engine: Engine, qingyi) -> None:
    with serving({"/feed.xml": Answer("<html><p>系统维护中</p></html>", headers=HTML)}) as site:
        with transaction(engine) as session:
            registered.account(session, f"{site.url}/feed.xml")
        assert qingyi("crawl", "--no-capture").returncode == 0
        coverage = qingyi("coverage")
    with reading(engine) as session:
        assert session.scalars(select(Visit.outcome)).all() == [NO_POSTS]
        assert session.scalars(select(PlannedPage.reason)).all() == [NO_POSTS]
        found = source_coverage(session, SINCE, UNTIL)
    assert [(one.state, one.pages) for one in found] == [(SourceState.UNREADABLE, 0)]
    assert "列表读不出" in coverage.stdout
