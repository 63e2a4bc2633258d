"""Letters to offices: numbered without gaps in each year, the same in each form, their filled-in list read
back."""

import io
import threading
from datetime import UTC, datetime

import httpx
import pytest
from docx import Document
from openpyxl import load_workbook
from pypdf import PdfReader

from records.database import reading, transaction
from records.models import CaseState, FindingRecord, Office, Snapshot, User
from records.transfers import letters
from tests.api.pages import decide, hidden, sign_in
from tests.records import registered


@pytest.fixture
def cases(served, store, rules) -> list[int]:
    """Three cases, transferred to the first office."""
    ids = [registered.case(served.engine, store, rules, datetime.now(UTC), number) for number in (1, 2, 3)]
    with served.client() as client:
        sign_in(client, "reviewer")
        for case_id in ids:
            decide(client, case_id, "confirm")
            decide(client, case_id, "transfer", office=served.office_id)
    return ids


@pytest.fixture
def reviewer(served) -> httpx.Client:
    with served.client() as client:
        sign_in(client, "reviewer")
        yield client


def issue(client: httpx.Client, office_id: int) -> httpx.Response:
    csrf = hidden(client.get("/letters").text, "csrf")
    return client.post("/letters", data={"csrf": csrf, "office": office_id})


def answer(client: httpx.Client, office_id: int, content: bytes) -> str:
    csrf = hidden(client.get("/letters").text, "csrf")
    files = {"upload": ("清单.xlsx", content)}
    return client.post("/letters/answers", data={"csrf": csrf, "office": office_id}, files=files).text


@pytest.mark.slow
def test_a_letter_says_the_same_as_document_print_and_list(served, cases, reviewer) -> None:
    assert "未列入移送函的转送件 3 件" in reviewer.get("/letters").text
    assert issue(reviewer, served.office_id).status_code == 303
    assert "未列入移送函的转送件 0 件" in reviewer.get("/letters").text
    year = datetime.now(UTC).year
    files = {kind: reviewer.get(f"/letters/1/letter.{kind}") for kind in ("docx", "pdf", "xlsx")}
    document = Document(io.BytesIO(files["docx"].content))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert f"卫健移函〔{year}〕1号" in text
    assert "1 家机构的 3 个页面" in text
    head, *rows = [[cell.text for cell in row.cells] for row in document.tables[0].rows]
    assert head == ["编号", "机构", "页面", "违法内容", "违反的规定", "抓取时间和 SHA-256"]
    assert [row[2] for row in rows] == [f"题目\nhttp://127.0.0.1:1/page{number}.html" for number in (1, 2, 3)]
    assert all("“治愈率98%”" in row[3] and "广告法" in row[4] for row in rows)
    sheet = load_workbook(io.BytesIO(files["xlsx"].content)).worksheets[0]
    listed = [[cell for cell in row if cell] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert listed == [[part for cell in row for part in cell.split("\n")] for row in rows]
    pages = PdfReader(io.BytesIO(files["pdf"].content)).pages
    printed = "".join(one.extract_text() for one in pages)
    assert "关于移送医疗广告违法线索的函" in printed
    assert "云溪市网信办" in printed
    assert len(files["docx"].content) < 60_000, "style sheets are packed"
    assert "%E5%85%B3%E4%BA%8E" in files["docx"].headers["content-disposition"], "its name is Chinese"
    wide = document.sections[-1]
    room = wide.page_width - wide.left_margin - wide.right_margin
    assert wide.page_width > wide.page_height
    assert sum(column.width for column in document.tables[0].columns) == pytest.approx(room, rel=0.01)
    for kind in ("docx", "xlsx"):
        assert reviewer.get(f"/letters/1/letter.{kind}").content == files[kind].content


def test_the_filled_in_list_is_taken_back_and_faults_are_named(served, cases, reviewer) -> None:
    issue(reviewer, served.office_id)
    book = load_workbook(io.BytesIO(reviewer.get("/letters/1/letter.xlsx").content))
    sheet = book.worksheets[0]
    column = {cell.value: cell.column for cell in sheet[1]}

    def fill(row: int, **cells: object) -> None:
        for name, value in cells.items():
            sheet.cell(row, column[name], value)

    fill(2, 处置结果="删除", 处置日期="2026年11月24日", 文书号="网信处〔2026〕3号")
    fill(3, 处置结果="退回", 说明="不属本地")
    fill(4, 处置结果="删了", 处置日期="2026-11-24")
    content = io.BytesIO()
    book.save(content)
    page = answer(reviewer, served.office_id, content.getvalue())
    assert "新录入 2 件，此前已录入 0 件，有误 1 行" in page
    assert "第 4 行“处置结果”：没有“删了”" in page
    assert [registered.state(served.engine, case_id) for case_id in cases] == ["已处置", "退回", "已转送"]
    again = answer(reviewer, served.office_id, content.getvalue())
    assert "新录入 0 件，此前已录入 2 件，有误 1 行" in again
    with reading(served.engine) as session:
        other = session.query(Office).filter(Office.id != served.office_id).one().id
    assert "有误 3 行" in answer(reviewer, other, content.getvalue()), "another office's rows are not there"


@pytest.mark.databases("sqlite")
def test_a_letter_is_looked_at_first_and_holds_what_was_chosen(served, cases, reviewer) -> None:
    shown = reviewer.get(f"/letters/new/{served.office_id}").text
    assert "关于移送医疗广告违法线索的函" in shown
    assert "3 个页面" in shown
    csrf = hidden(shown, "csrf")
    reviewer.post("/letters", data={"csrf": csrf, "office": served.office_id, "transfer": [1, 3, 999]})
    book = load_workbook(io.BytesIO(reviewer.get("/letters/1/letter.xlsx").content)).worksheets[0]
    assert [row[0] for row in book.iter_rows(min_row=2, values_only=True)] == ["1", "3"]
    assert book.column_dimensions["E"].width > 30
    assert (book.page_setup.orientation, book.print_title_rows) == ("landscape", "$1:$1")
    assert "未列入移送函的转送件 1 件" in reviewer.get("/letters").text


@pytest.mark.databases("sqlite")
def test_cases_that_break_many_articles_share_a_page(served, cases, reviewer) -> None:
    laws = ("《中华人民共和国广告法》", "《医疗广告管理办法》", "《广告绝对化用语执法指南》")
    with transaction(served.engine) as session:
        for finding in session.query(FindingRecord):
            finding.law = [
                f"{law}第{number}条第一款第（{number}）项" for law in laws for number in range(1, 5)
            ]
    issue(reviewer, served.office_id)
    pages = PdfReader(io.BytesIO(reviewer.get("/letters/1/letter.pdf").content)).pages
    assert len(pages) == 2, "the letter, and its list"
    listed = "".join(pages[1].extract_text().split())
    assert listed.count("《医疗广告管理办法》第1条第一款第（1）项、第2条第一款第（2）项、") == 3, (
        "a law is named once"
    )


@pytest.mark.databases("sqlite")
def test_a_title_that_looks_like_a_formula_is_text_in_each_form(served, cases, reviewer) -> None:
    titles = ['=HYPERLINK("http://x.test")', "+1", "@SUM(A1)"]
    with transaction(served.engine) as session:
        for found, title in zip(session.query(Snapshot).order_by(Snapshot.id), titles, strict=True):
            found.title = title
    issue(reviewer, served.office_id)
    workbook = reviewer.get("/letters/1/letter.xlsx").content
    cells = [row[3] for row in load_workbook(io.BytesIO(workbook)).worksheets[0].iter_rows(min_row=2)]
    assert [(cell.value, cell.data_type) for cell in cells] == [(title, "s") for title in titles]
    document = Document(io.BytesIO(reviewer.get("/letters/1/letter.docx").content))
    assert [row.cells[2].text.split("\n")[0] for row in document.tables[0].rows][1:] == titles
    assert "instrText" not in document.element.xml, "no field either"


def test_numbers_run_without_gaps_per_year(served, cases, store, rules, now) -> None:
    with transaction(served.engine) as session:
        user = session.query(User).filter_by(name="reviewer").one()
        assert letters.issue_letter(session, served.office_id, user, now).number == 1
    failures: list[Exception] = []

    def write() -> None:
        try:
            with transaction(served.engine) as session:
                user = session.query(User).filter_by(name="reviewer").one()
                letters.issue_letter(session, served.office_id, user, now)
        except Exception as error:
            failures.append(error)

    with served.client() as client:
        sign_in(client, "reviewer")
        case_id = registered.case(served.engine, store, rules, now, 9)
        decide(client, case_id, "confirm")
        decide(client, case_id, "transfer", office=served.office_id)
    threads = [threading.Thread(target=write) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading(served.engine) as session:
        assert sorted(letter.number for letter in letters.list_letters(session)) == [1, 2]
    assert len(failures) == 2, "who comes second finds nothing left to write"
    assert all("没有待移送的线索" in str(error) for error in failures)
    assert CaseState.TRANSFERRED.label == registered.state(served.engine, case_id)
