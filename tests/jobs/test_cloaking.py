"""Content that only mobile visitors from a search engine see is found, kept in both versions, and re-checked
in the same way."""

import json

import pytest
from sqlalchemy import Engine, select

from records.cases.page_versions import list_page_versions
from records.cases.review import find_case
from records.database import reading
from records.models import Capture, Case
from records.store.content_store import EvidenceStore
from tests.servers.site import Answer, page, serving

pytestmark = [pytest.mark.crawl, pytest.mark.databases("sqlite")]

ADVERT = "我院治愈率98%，永不复发，欢迎来电咨询，热线400-000-1234。"
CLOAKED = page(words="云溪医院门诊时间为每日八时至十七时，设内科、外科、儿科。" * 3).replace(
    "</body>",
    """<script>if (/Mobile/.test(navigator.userAgent) && /baidu/.test(document.referrer))
    document.body.insertAdjacentHTML("beforeend", "<p>祖传秘方，包治百病，无效退款，当天见效。</p>")</script></body>""",
)


def test_a_cloaked_page_is_found_and_shown_with_both_versions(
    engine: Engine, store: EvidenceStore, qingyi, register_site
) -> None:
    pages = {
        "/": Answer(page("/advert.html", "/cloaked.html")),
        "/advert.html": Answer(page(words=ADVERT)),
        "/cloaked.html": Answer(CLOAKED, headers={"Content-Type": "text/html; charset=utf-8"}),
    }
    with serving(pages) as site:
        register_site(site.url)
        done = qingyi("crawl")
        assert done.returncode == 0, done.stderr
        assert "1 页另有违法内容（伪装）" in done.stdout
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
        assert "screenshot.png" in {item["name"] for item in manifest["items"]}
        found = find_case(session, case.id)
        assert found is not None
        shown = list_page_versions(session, store, found)
        assert [version.snapshot.is_mobile for version in shown] == [False, True]
        assert any(row.agreement == "added" and "包治百病" in row.quote for row in shown[1].rows)


def test_a_site_without_findings_is_not_looked_at_again(qingyi, register_site) -> None:
    with serving({"/": Answer(page())}) as site:
        register_site(site.url)
        assert "手机访客" not in qingyi("crawl").stdout
