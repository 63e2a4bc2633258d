"""Content that only visitors see who come from a search or an app, in words or in pictures, is found and kept in both
versions."""

import hashlib
import json

import pytest
from sqlalchemy import Engine, select

from crawler.browser.visitors import visitor_of
from records.cases.page_versions import list_page_versions
from records.cases.review import find_case
from records.database import reading
from records.models import Capture, Case
from records.store.content_store import EvidenceStore
from tests.drawn import poster
from tests.servers.site import Answer, page, serving

pytestmark = [pytest.mark.crawl, pytest.mark.databases("sqlite")]

SHARED = page(words="云溪医院门诊时间为每日八时至十七时，请提前一日预约。" * 3).replace(
    "</body>",
    """<p><img id="p"></p><script>document.getElementById("p").src =
    /MicroMessenger/.test(navigator.userAgent) ? "/poster.png" : "/guide.png"</script></body>""",
)
ADVERT = "我院治愈率98%，永不复发，欢迎来电咨询，热线400-000-1234。"
CLOAKED = page(words="云溪医院门诊时间为每日八时至十七时，设内科、外科、儿科。" * 3).replace(
    "</body>",
    """<script>if (/Mobile/.test(navigator.userAgent) && /baidu/.test(document.referrer))
    document.body.insertAdjacentHTML("beforeend", "<p>祖传秘方，包治百病，无效退款，当天见效。</p>")</script></body>""",
)


def picture(lines: list[str]) -> Answer:
    return Answer(poster(lines), headers={"Content-Type": "image/png"})


def test_a_cloaked_page_is_found_and_shown_with_both_versions(
    engine: Engine, store: EvidenceStore, qingyi, register_site
) -> None:
    pages = {
        "/": Answer(page("/advert.html", "/cloaked.html", "/shared.html")),
        "/shared.html": Answer(SHARED, headers={"Content-Type": "text/html; charset=utf-8"}),
        "/guide.png": picture(["门诊时间与交通指引", "请提前一日预约"]),
        "/poster.png": picture(["祖传秘方包治百病", "无效退款当天见效", "治愈率百分之九十八"]),
        "/advert.html": Answer(page(words=ADVERT)),
        "/cloaked.html": Answer(CLOAKED, headers={"Content-Type": "text/html; charset=utf-8"}),
    }
    with serving(pages) as site:
        register_site(site.url)
        done = qingyi("crawl")
        assert done.returncode == 0, done.stderr
        assert "2 页另有违法内容（伪装）" in done.stdout
        again = qingyi("crawl", "--site", f"{site.url}/")
        assert again.returncode == 0, again.stderr
    with reading(engine) as session:
        case = next(case for case in session.scalars(select(Case)) if case.page.url.endswith("/cloaked.html"))
        assert case.judgement.snapshot.is_mobile
        assert "祖传秘方" in {finding.quote for finding in case.judgement.findings}
        capture = session.scalars(
            select(Capture).where(Capture.snapshot_id == case.judgement.snapshot_id)
        ).one()
        manifest = json.loads(store.get(capture.manifest_sha256))
        assert {"screenshot.png", "screenshot-monitor.png"} <= {item["name"] for item in manifest["items"]}
        looks = manifest["collector"]["looks"]
        assert looks["visitor"] == "从搜索进入的手机访客"
        assert 0 < looks["picture"] < 1, "the advert stands below what both are shown"
        found = find_case(session, case.id)
        assert found is not None
        shown = list_page_versions(session, store, found)
        assert [version.snapshot.is_mobile for version in shown] == [False, True]
        assert any(row.agreement == "added" and "包治百病" in row.quote for row in shown[1].rows)

        shared = next(one for one in session.scalars(select(Case)) if one.page.url.endswith("/shared.html"))
        assert visitor_of(shared.judgement.snapshot.request_headers).name == "在微信里打开的访客"
        shown = hashlib.sha256(pages["/poster.png"].content).hexdigest()
        assert [part["sha256"] for part in shared.judgement.images][:1] == [shown]


def test_a_site_without_findings_is_not_looked_at_again(qingyi, register_site) -> None:
    with serving({"/": Answer(page())}) as site:
        register_site(site.url)
        assert "换用访客" not in qingyi("crawl").stdout
