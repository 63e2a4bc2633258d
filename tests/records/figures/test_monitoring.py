"""The pages monitored and the findings of a period: each page once, however often it was seen."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Engine

from crawler.platforms import SOURCES
from crawler.platforms.described import DescribedPage
from records import workflow
from records.database import reading, transaction
from records.figures.monitoring import find_monitoring, medium_of, rate_row, rates_by, rates_of
from records.figures.period import Period
from records.models import Case, CaseState, Institution, JudgementRecord, Source, SourceKind
from records.workflow import Actor
from tests.records import registered

MONTH = Period.month(date(2026, 11, 1))


@pytest.fixture
def november(engine: Engine, store, rules, now: datetime) -> Engine:
    """Two sources: a site with four pages (two unlawful, one of them dismissed), an account with one unlawful post;
    and a page of October."""
    with transaction(engine) as session:
        site = registered.site(session, "http://127.0.0.1:1/")
        account = registered.account(session, "http://127.0.0.1:1/feed")
        other = registered.institution(session, 2)
        other.district, other.category = "城西区", "口腔医院"
        account.institution_id = other.id
    made = [
        (site, "/a", registered.UNLAWFUL, now),
        (site, "/b", registered.UNLAWFUL + "电话13800000001", now),
        (site, "/c", registered.LAWFUL, now),
        (site, "/d", registered.LAWFUL, now),
        (site, "/c", registered.LAWFUL + "另设儿科。", now + timedelta(days=1)),
        (account, "/post", registered.UNLAWFUL + "公众号", now),
        (site, "/old", registered.UNLAWFUL, now - timedelta(days=40)),
    ]
    cases = {}
    for source, path, text, moment in made:
        url = f"http://127.0.0.1:1{path}"
        kept = registered.snapshot(engine, store, source, moment, url=url, text=text)
        cases[path] = registered.judged(engine, rules, kept, text, moment)
    with transaction(engine) as session:
        case, user = session.get_one(Case, cases["/b"]), Actor("user", "reviewer")
        workflow.step(session, case, CaseState.REVIEWING, actor=user, now=now)
        workflow.step(session, case, CaseState.DISMISSED, actor=user, now=now, reason="科普")
    return engine


def test_pages_are_counted_once_and_what_was_dismissed_is_not_suspected(november: Engine) -> None:
    with reading(november) as session:
        whole = find_monitoring(session, MONTH)
    row = rate_row("合计", whole.monitored, whole.suspects)
    assert (row.monitored, row.suspected, row.dismissed, row.confirmed) == (5, 2, 1, 0)
    assert row.rate == pytest.approx(2 / 5)


def test_each_medium_end_and_district_has_its_own_rate(november: Engine) -> None:
    with reading(november) as session:
        whole = find_monitoring(session, MONTH)
    by_medium = {
        row.title: (row.monitored, row.suspected) for row in rates_by(whole, lambda one: one.owner.medium)
    }
    assert by_medium == {"网站": (4, 1), "公众号": (1, 1)}
    assert {row.title: row.monitored for row in rates_by(whole, lambda one: one.end)} == {
        "PC 端": 4,
        "移动端": 1,
    }
    assert {row.title: row.rate for row in rates_by(whole, lambda one: one.owner.district)} == {
        "城东区": pytest.approx(1 / 4),
        "城西区": pytest.approx(1),
    }


def test_a_rule_is_a_share_of_all_that_was_monitored(november: Engine) -> None:
    with reading(november) as session:
        whole = find_monitoring(session, MONTH)
    rows = rates_of(whole, lambda one: one.rules, str)
    assert rows
    assert {row.monitored for row in rows} == {5}
    assert max(row.suspected for row in rows) == 2


def test_a_district_and_a_period_see_their_own(november: Engine) -> None:
    with reading(november) as session:
        west = find_monitoring(session, MONTH, "城西区")
        october = find_monitoring(session, MONTH.before)
        nothing = find_monitoring(session, MONTH.year_ago)
    assert [one.pages for one in west.monitored] == [1]
    assert rate_row("", october.monitored, october.suspects).rate == 1
    assert rate_row("", nothing.monitored, nothing.suspects).rate is None


@pytest.mark.databases("sqlite")
def test_a_site_on_a_platform_is_a_platform(november: Engine) -> None:
    with transaction(november) as session:
        session.query(Source).filter_by(
            kind=SourceKind.SITE
        ).one().address = "https://www.toutiao.com/c/user/1/"
        assert session.query(Institution).count() == 2
    with reading(november) as session:
        whole = find_monitoring(session, MONTH)
    assert {one.owner.medium for one in whole.monitored} == {"自媒体平台", "公众号"}


def test_every_platform_that_the_crawler_reads_is_a_platform() -> None:
    hosts = [host for source in SOURCES if issubclass(source, DescribedPage) for host in source.hosts]
    assert len(hosts) >= 8
    assert [
        host for host in hosts if medium_of(SourceKind.SITE, f"https://www.{host}/1") != "自媒体平台"
    ] == []


@pytest.mark.databases("sqlite")
def test_a_page_that_was_judged_again_counts_by_its_newest_judgement(november: Engine, now: datetime) -> None:
    with transaction(november) as session:
        first = session.query(JudgementRecord).filter_by(unlawful=True).order_by(JudgementRecord.id).first()
        columns = {one.key: getattr(first, one.key) for one in JudgementRecord.__mapper__.column_attrs}
        session.add(JudgementRecord(**{**columns, "id": None, "rejudging_id": 1, "unlawful": False}))
    with reading(november) as session:
        whole = find_monitoring(session, MONTH)
    assert rate_row("", whole.monitored, whole.suspects).suspected == 1
