"""Figures: the same in chart, table and file, and each leads to the cases that make it."""

import io
import re
from datetime import UTC, datetime, timedelta
from html import unescape

import httpx
import pytest
from docx import Document
from openpyxl import load_workbook

from records import audit
from records.database import reading, transaction
from records.figures.period import Period
from records.local_time import local_day
from records.models import Case, CaseState, Institution, Level, Role, Source, SourceKind
from records.people.sign_in import add_user
from reports.typical_cases import redacted
from tests.api.conftest import PASSWORD
from tests.api.pages import decide, sign_in, transfer
from tests.records import registered

COUNT = re.compile(r'<a href="(/cases\?[^"]+)">(\d+)</a>')
BAR = re.compile(r'<a href="(/cases\?[^"]+)" aria-label="[^"]*：线索 (\d+)，')


@pytest.fixture
def cases(served, store, rules) -> list[int]:
    """Seven cases of two institutions, one of them a public hospital; one dismissed, one confirmed, one returned."""
    now = datetime.now(UTC)
    ids = [registered.case(served.engine, store, rules, now, number) for number in range(1, 5)]
    with transaction(served.engine) as session:
        other = registered.institution(session, 2)
        other.level, other.district, other.category = Level.PUBLIC_SECONDARY, "城西区", "综合医院"
        source = Source(
            kind=SourceKind.SITE, institution_id=other.id, address="http://127.0.0.1:3/", delay_seconds=0
        )
        session.add(source)
    for number in range(3):
        url, text = f"http://127.0.0.1:3/{number}", registered.UNLAWFUL + f"电话1380000000{number}"
        kept = registered.snapshot(served.engine, store, source, now, url=url, text=text)
        ids.append(registered.judged(served.engine, rules, kept, text, now))
    with served.client() as client:
        sign_in(client, "reviewer")
        decide(client, ids[0], "dismiss", reason="科普")
        decide(client, ids[1], "confirm")
    transfer_id = transfer(served, ids[4])
    with served.api() as office:
        office.post(f"/api/v1/transfers/{transfer_id}/take")
        disposal = {"result": "deleted", "disposed_on": "2026-11-24"}
        assert office.post(f"/api/v1/transfers/{transfer_id}/disposal", json=disposal).status_code == 200
    return ids


@pytest.fixture
def leader(served) -> httpx.Client:
    with transaction(served.engine) as session:
        add_user(session, "leader", PASSWORD, Role.LEADER, display_name="领导")
    with served.client() as client:
        sign_in(client, "leader")
        yield client


def shown(client: httpx.Client, address: str) -> int:
    """How many cases a view of the queue has."""
    address = unescape(address)
    state = re.search(r"state=([a-z_-]+)", address)[1]
    return len(re.findall(r"<tr data-row ", client.get(address).text)) if state else -1


@pytest.mark.slow
def test_each_number_leads_to_as_many_cases(leader, cases) -> None:
    html = leader.get("/figures").text
    numbers = COUNT.findall(html) + BAR.findall(html)
    assert len(numbers) > 40
    assert {count for address, count in numbers if "result=deleted" in address} == {"1"}
    for address, count in dict(numbers).items():
        assert shown(leader, address) == int(count), address


def test_the_numbers_are_those_of_the_cases(leader, cases) -> None:
    html = leader.get("/figures").text
    big = dict(reversed(pair) for pair in re.findall(r"<b>(\d+)</b> (\S+) <span", html))
    assert big == {
        "线索": "7",
        "未研判": "4",
        "认定违法": "2",
        "不予认定": "1",
        "转送": "1",
        "处置": "1",
        "核验已消失": "0",
        "复现": "0",
    }


def test_the_workbook_says_what_the_page_says(leader, cases) -> None:
    html = leader.get("/figures").text
    table = html[html.index("<h3>（一）") :]
    rows = [
        [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
        for row in re.findall(r"<tr>(.*?)</tr>", table, re.S)
    ]
    sent = leader.get("/figures/quantified.xlsx")
    book = load_workbook(io.BytesIO(sent.content))
    read = [
        ["" if cell is None else str(cell) for cell in row]
        for sheet in book.worksheets
        for row in sheet.iter_rows(min_row=5, max_row=sheet.max_row - 1, values_only=True)
    ]
    assert read == rows
    assert [sheet.title for sheet in book.worksheets] == ["二级以上公立医疗机构", "其他医疗机构"]
    assert "覆盖率 100.0%" in book.worksheets[0]["A4"].value
    assert leader.get("/figures/quantified.xlsx").content == sent.content


def test_the_stage_report_says_what_was_found_and_what_became_of_it(leader, cases) -> None:
    sent = leader.get("/figures/stage-report.docx")
    document = Document(io.BytesIO(sent.content))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert (
        "本期发现线索 7 件，较上期增加 7 件，涉及机构 2 家；认定违法 2 件，不予认定 1 件，尚未研判 4 件。"
        in text
    )
    assert "已处置 1 件（删除 1 件、" in text
    assert Period.quarter(local_day(datetime.now(UTC))).title in text
    head, *rows = [[cell.text for cell in row.cells] for row in document.tables[2].rows]
    assert head[1] == "线索"
    assert [(row[0], row[1]) for row in rows] == [("城东区", "4"), ("城西区", "3")]
    assert leader.get("/figures/stage-report.docx").content == sent.content


def test_an_institutions_record_holds_what_was_found_unlawful(leader, cases) -> None:
    page = leader.get("/institutions/2").text
    assert "云溪第2医院" in page
    document = Document(io.BytesIO(leader.get("/institutions/2/record.docx").content))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert f"案件 {cases[4]}" in text
    assert "“治愈率98%”" in text
    assert "处置：删除（2026-11-24）" in text
    assert f"案件 {cases[5]}" not in text
    assert leader.get("/institutions/99").status_code == 404


def test_typical_cases_name_nobody(leader, cases, served) -> None:
    document = Document(io.BytesIO(leader.get("/figures/typical-cases.docx").content))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "案例1" in text
    assert "城西区某综合医院" in text
    assert "云溪第" not in text
    assert "127.0.0.1" not in text
    with reading(served.engine) as session:
        found = audit.list_entries(session, audit.AuditFilter(action="report_exported"), 5)
        assert found[0].subject.startswith("典型案例")
    named = Document(io.BytesIO(leader.get("/figures/typical-cases.docx?named=true").content))
    assert "监测发现云溪第2医院在其网站" in "\n".join(one.text for one in named.paragraphs)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("云溪医院专家张建国主任坐诊，电话13800138000", "某机构专家张某主任坐诊，电话（电话略）"),
        ("加微信：yunxi_2026 或登录 www.yunxi.com/a", "加微信：（略） 或登录 （网址略）"),
        ("热线 0571-88886666，400-800-1234", "热线 （电话略），（电话略）"),
        ("治愈率98%", "治愈率98%"),
    ],
)
def test_what_is_published_is_redacted(text: str, expected: str) -> None:
    assert redacted(text, ["云溪医院"]) == expected


def test_who_is_limited_to_a_district_counts_only_its_cases(served, cases) -> None:
    with transaction(served.engine) as session:
        add_user(session, "west", PASSWORD, Role.LEADER, district="城西区")
    with served.client() as client:
        sign_in(client, "west")
        for path in ("/figures", "/figures?district=城东区"):
            html = client.get(path).text
            assert "<b>3</b> 线索" in html
            assert "云溪第1医院" not in html
        assert client.get("/institutions/1").status_code == 404
        assert client.get("/institutions/1/record.docx").status_code == 404


def test_a_period_is_what_is_asked_for(leader, cases, served) -> None:
    with transaction(served.engine) as session:
        old = session.get_one(Case, cases[5])
        old.opened_at = datetime(2026, 5, 3, tzinfo=UTC)
    html = leader.get("/figures?since=2026-04-01&until=2026-06-30").text
    assert "2026年第二季度" in html
    assert "<b>1</b> 线索" in html
    typed = leader.get("/figures", params={"since": "2026年4月1日", "until": "2026/6/30"})
    assert "2026年第二季度" in typed.text
    assert leader.get("/figures?since=2026-04-01&until=2026-03-01").status_code == 422
    refused = leader.get("/figures?since=x&until=2026-13-01")
    assert refused.status_code == 422
    assert "“x”不是日期，应写作 2026-07-01" in refused.text
    assert "没有“2026-13-01”这一天，应写作 2026-07-01" in refused.text


@pytest.mark.parametrize("day", ["2026-01-01", "2026-02-28", "2026-12-31", "2024-03-31"])
def test_quarters_begin_and_end_where_they_do(day: str) -> None:
    quarter = Period.quarter(datetime.fromisoformat(day).date())
    assert quarter.first.day == 1
    assert quarter.first.month in {1, 4, 7, 10}
    assert (quarter.last + timedelta(days=1)).month in {1, 4, 7, 10}
    assert quarter.before.last + timedelta(days=1) == quarter.first
    assert quarter.first <= datetime.fromisoformat(day).date() <= quarter.last


def test_an_empty_database_has_figures_too(served) -> None:
    with transaction(served.engine) as session:
        add_user(session, "leader", PASSWORD, Role.LEADER)
        assert session.query(Institution).count() == 0
    with served.client() as client:
        sign_in(client, "leader")
        assert "本期没有案件" in client.get("/figures").text
        for name in ("quantified.xlsx", "stage-report.docx", "typical-cases.docx"):
            assert client.get(f"/figures/{name}").status_code == 200


def test_states_and_outcomes_agree() -> None:
    from records.cases.stages import STAGES

    single = ("is-open", "is-confirmed", "is-dismissed")
    assert sorted(state for name in single for state in STAGES[name].states) == sorted(CaseState)
