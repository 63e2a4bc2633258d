"""A page that its server never ends is judged by the part that arrived, and its row says so."""

import pytest
from scrapy import Request
from scrapy.exceptions import StopDownload
from scrapy.http import Response
from sqlalchemy import Engine, select

from crawler.network.arriving import KEEPS_PART, begin, cuts_of, stop_at_limit
from records.database import reading, transaction
from records.models import Case, PlannedPage
from tests.records import registered
from tests.servers.hostile import UNLAWFUL
from tests.servers.site import Answer, page, serving

NEVER = {"Content-Length": "1000000"}  # the rest of which never comes
BUILT = (
    '<!doctype html><meta charset="utf-8"><title>门诊</title><div id="app"></div>'
    f"<script>document.getElementById('app').innerHTML = '<p>{UNLAWFUL}'</script><script src='/never.js'></script>"
)
PAGES = {
    "/": Answer(page("/silent", "/built")),
    "/silent": Answer(page(words=UNLAWFUL), headers=NEVER, lasts=60),
    "/built": Answer(BUILT),
    "/never.js": Answer("1;", headers={"Content-Type": "text/javascript", **NEVER}, lasts=60),
}


@pytest.mark.crawl
@pytest.mark.databases("sqlite")
def test_the_part_that_arrived_is_judged(engine: Engine, qingyi) -> None:
    with serving(PAGES) as site:
        with transaction(engine) as session:
            registered.site(session, f"{site.url}/")
        done = qingyi("crawl", "--no-capture", QINGYI_DOWNLOAD_SECONDS="3", QINGYI_PAGE_SECONDS="12")
    assert done.returncode == 0, done.stderr
    with reading(engine) as session:
        flagged = {case.page.url.removeprefix(site.url) for case in session.scalars(select(Case))}
        reasons = {row.url.removeprefix(site.url): row.reason for row in session.scalars(select(PlannedPage))}
    assert flagged == {"/silent", "/built"}
    assert reasons["/silent"] == "响应没有在限时内结束，按已收到的部分研判"
    assert "没有装载完，按当时所见研判" in (reasons["/built"] or "")


def test_more_than_is_taken_ends_the_download_with_the_part_before() -> None:
    request = Request("http://a.test/", meta={KEEPS_PART: True})
    begin(request, 100)
    stop_at_limit(b"x" * 99, request)
    with pytest.raises(StopDownload) as stopped:
        stop_at_limit(b"x", request)
    assert not stopped.value.fail
    assert cuts_of(Response("http://a.test/", flags=["download_stopped"])) == (
        "内容超过大小上限，按已收到的部分研判",
    )
    stop_at_limit(b"x" * 999, Request("http://a.test/picture.png"))
