"""The statistics table, the ledger and the reminders in the browser."""

import io
from datetime import date

import pytest
from docx import Document
from openpyxl import load_workbook

from records.database import transaction
from records.models import Institution
from tests.api.figures.test_figures import cases, leader
from tests.api.pages import hidden, sign_in

__all__ = ["cases", "leader"]
pytestmark = pytest.mark.databases("sqlite")


def test_numbers_typed_and_counted_are_the_same_on_the_page_and_in_files(leader, cases) -> None:
    page = leader.get("/figures/statistics").text
    assert '认定违法">' in page
    form = {"csrf": hidden(page, "csrf"), "cell-2-2": "36", "cell-2-9": "十"}
    refused = leader.post("/figures/statistics", data=form)
    assert (refused.status_code, 'value="36"' in refused.text, "不合要求的写法" in refused.text) == (
        422,
        True,
        True,
    )
    assert leader.post("/figures/statistics", data={**form, "cell-2-9": "1.5"}).status_code == 303
    assert 'value="1.5"' in leader.get("/figures/statistics").text
    parts = {"cell-0-3": "2", "cell-1-3": "7", "cell-0-2": "30", "cell-1-2": "5"}
    assert leader.post("/figures/statistics", data={**form, **parts, "cell-2-9": "1.5"}).status_code == 303
    told = leader.get("/figures/statistics").text
    assert ('placeholder="9"' in told, "各行之和 35" in told) == (True, True)
    sheet = load_workbook(io.BytesIO(leader.get("/figures/statistics.xlsx").content)).worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3, max_row=6)]
    assert rows[0][:5] == ["项目", "机构数", "已巡查", "出动人次", "检查机构家次"]
    assert rows[3][0] == "合计"
    assert (rows[3][3], rows[3][4], rows[3][5], rows[3][10]) == (36, 9, 7, 1.5)
    assert rows[3][5] == rows[1][5] + rows[2][5]
    table = Document(io.BytesIO(leader.get("/figures/statistics.docx").content)).tables[0]
    shown = [cell.text for cell in table.rows[3].cells]
    assert shown == [str(value if value is not None else "") for value in rows[3]]


def test_an_auditor_reads_the_table_and_a_reviewer_types_nothing(served, cases) -> None:
    with served.client() as client:
        sign_in(client, "reviewer")
        page = client.get("/figures/statistics")
        assert (page.status_code, "保存手工数" in page.text) == (200, False)
        form = {"csrf": hidden(page.text, "csrf"), "cell-0-2": "1"}
        assert client.post("/figures/statistics", data=form).status_code == 403


def test_the_ledger_says_of_each_case_all_that_happened(leader, cases) -> None:
    sheet = load_workbook(io.BytesIO(leader.get("/figures/ledger.xlsx").content)).worksheets[0]
    heads = [cell.value for cell in sheet[3]]
    rows = [dict(zip(heads, (cell.value for cell in row), strict=True)) for row in sheet.iter_rows(4, 10)]
    assert [row["案件号"] for row in rows] == cases
    dismissed, confirmed, disposed = rows[0], rows[1], rows[4]
    assert (dismissed["状态"], dismissed["研判理由"], dismissed["研判人"]) == ("不予认定", "科普", "reviewer")
    assert (confirmed["状态"], confirmed["转送部门"]) == ("认定违法", None)
    assert (disposed["处置措施"], disposed["处置日期"], disposed["状态"]) == ("删除", "2026-11-24", "已处置")
    assert disposed["签收日期"]
    assert "治愈率98%" in disposed["违法用语"]
    assert "《中华人民共和国广告法》第十六条" in disposed["违反条款"]


def test_what_is_due_is_told_to_leader_and_reviewer(served, leader) -> None:
    form = {"csrf": hidden(leader.get("/tables/calendar").text, "csrf")}
    typed = {"day": ["1-1", "7-1"], "words": ["报送总结", "报送半年进展"], "ahead": ["180", "180"]}
    assert leader.post("/tables/calendar", data={**form, **typed}).status_code == 303
    assert "报送" in leader.get("/figures").text
    with served.client() as client:
        sign_in(client, "reviewer")
        assert "报送" in client.get("/cases").text
        assert client.get("/tables/calendar").status_code == 404


def test_an_institution_shows_its_review_its_repeats_and_its_points(served, leader, cases) -> None:
    with transaction(served.engine) as session:
        session.get_one(Institution, 1).reviewed_until = date(2027, 3, 31)
    form = {"csrf": hidden(leader.get("/tables/points").text, "csrf")}
    typed = {
        "words": ["治愈率与有效率", "没有的情形"],
        "points": ["4", "9"],
        "basis": ["本市记分办法第九条", ""],
    }
    assert leader.post("/tables/points", data={**form, **typed}).status_code == 303
    page = leader.get("/institutions/2").text
    assert "第九条" in page
    assert "没有的情形" not in page
    assert "<dt>校验有效期至</dt><dd>2027-03-31</dd>" in leader.get("/institutions/1").text
    words = "\n".join(
        cell.text
        for table in Document(io.BytesIO(leader.get("/institutions/2/record.docx").content)).tables
        for row in table.rows
        for cell in row.cells
    )
    assert "本市记分办法第九条" in words
