"""Which institutions were seen, and why others were not."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, update

from records.database import reading, transaction
from records.models import AuditEntry, Institution, Level, Source, SourceKind
from records.visits.coverage import (
    HOSPITALS,
    OTHERS,
    SourceState,
    is_hospital,
    level_coverage,
    plan_coverage,
    source_coverage,
)
from tests.records import registered
from tests.servers.site import Answer, page, serving

pytestmark = pytest.mark.crawl

SINCE, UNTIL = datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def test_every_site_is_seen_or_says_why_not(engine: Engine, qingyi) -> None:
    with (
        serving({"/": Answer(page())}) as good,
        serving({"/": Answer("no", 403)}) as blocking,
        serving({"/": Answer("", 301, {"Location": f"{good.url}/"})}) as moved,
    ):
        with transaction(engine) as session:
            for number, url in enumerate((good.url, blocking.url, moved.url, "http://127.0.0.1:9"), 1):
                owner = registered.institution(session, number)
                row = Source(
                    kind=SourceKind.SITE, institution_id=owner.id, address=f"{url}/", delay_seconds=0.0
                )
                session.add(row)
            first = update(Institution).where(Institution.id == 1)
            session.execute(first.values(level=Level.PUBLIC_SECONDARY))
            others = update(Institution).where(Institution.id > 1)
            session.execute(others.values(category="诊所"))
        assert qingyi("crawl", "--no-capture").returncode == 0
    with reading(engine) as session:
        sources = source_coverage(session, SINCE, UNTIL)
        levels = level_coverage(session, sources)
        groups = {found.group: found for found in plan_coverage(session, sources)}
    assert [source.state for source in sources] == [
        SourceState.SEEN,
        SourceState.BLOCKING,
        SourceState.MOVED,
        SourceState.DEAD,
    ]
    assert sources[1].reason == "HTTP 403"
    assert sources[3].reason
    assert (levels[Level.PUBLIC_SECONDARY].institutions, levels[Level.PUBLIC_SECONDARY].seen) == (1, 1)
    assert groups[HOSPITALS].is_reached
    assert (groups[OTHERS].institutions, groups[OTHERS].seen, groups[OTHERS].is_reached) == (3, 1, False)
    assert (levels[Level.OTHER].institutions, levels[Level.OTHER].seen) == (3, 1)
    done = qingyi("coverage")
    assert done.returncode == 1, "half of the others are asked for"
    assert "未达标" in done.stdout
    assert "拒绝访问" in done.stdout
    refused = qingyi("coverage", "--since", "2026-13-01")
    assert (refused.returncode, refused.stderr.strip()) == (
        2,
        "错误：没有“2026-13-01”这一天，应写作 2026-07-01",
    )
    turned = qingyi("coverage", "--since", "2026-07-02", "--until", "2026-07-01")
    assert (turned.returncode, turned.stderr.strip()) == (2, "错误：起始日 2026-07-02 晚于截止日 2026-07-01")
    for whole in (("--since", "0001-01-01"), ("--until", "9999-12-31"), ("--until", "0001-01-15")):
        done = qingyi("coverage", *whole)
        assert (done.returncode, done.stderr) == (1, ""), "shown, and not reached"
        assert whole[1] in done.stdout or "0001-01-01" in done.stdout
    typed = qingyi("coverage", "--since", "2026年7月1日", "--until", "2026/7/2")
    assert "2026-07-01 至 2026-07-02" in typed.stdout


def test_a_flagged_page_that_goes_is_written_into_its_case(engine: Engine, qingyi) -> None:
    pages = {"/": Answer(page("/advert.html")), "/advert.html": Answer(page(words=registered.UNLAWFUL * 3))}
    with serving(pages) as site:
        with transaction(engine) as session:
            registered.site(session, f"{site.url}/")
        for _ in range(2):
            assert qingyi("crawl", "--site", f"{site.url}/", "--no-capture").returncode == 0
            site.pages.pop("/advert.html", None)
    with reading(engine) as session:
        reasons = [entry.reason for entry in session.query(AuditEntry).order_by(AuditEntry.id)]
    assert len(reasons) == 2
    assert "巡查发现页面已不存在（HTTP 404" in reasons[1]


@pytest.mark.parametrize(
    ("name", "category", "expected"),
    [
        ("云溪仁和医院", None, True),
        ("云溪市妇幼保健院", None, True),
        ("云溪市妇幼保健院", "妇幼保健院", True),
        ("云溪口腔", "口腔医院", True),
        ("云溪市中医院", "中医医院", True),
        ("云溪仁和医院城西门诊部", None, False),
        ("城东镇卫生院", None, False),
        ("城东社区卫生服务中心", "社区卫生服务中心", False),
        ("仁和医院", "门诊部", False),
        ("张氏诊所", None, False),
    ],
)
def test_all_hospitals_are_asked_for_whoever_owns_them(
    name: str, category: str | None, expected: bool
) -> None:
    assert is_hospital(name, category) is expected
