"""An institution's page: demerits are imposed and struck off there, and stand in its record."""

import io

import pytest
from docx import Document
from openpyxl import load_workbook

from records.database import reading
from records.models import Demerit
from tests.api.figures.test_figures import cases, leader
from tests.api.pages import hidden, sign_in

__all__ = ["cases", "leader"]
pytestmark = pytest.mark.databases("sqlite")


def words_of(content: bytes) -> str:
    document = Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(one.text for one in document.paragraphs), *cells])


def test_demerits_are_imposed_shown_exported_and_struck_off(served, leader, cases) -> None:
    page = leader.get("/institutions/1").text
    form = {"csrf": hidden(page, "csrf"), "case": str(cases[1]), "words": "保证治愈", "reason": "屡次"}
    refused = leader.post("/institutions/1/demerits", data=form)
    assert (refused.status_code, "请填写分值" in refused.text) == (422, True)
    assert 'value="保证治愈"' in refused.text
    assert ">屡次</textarea>" in refused.text
    assert leader.post("/institutions/1/demerits", data={**form, "points": "6"}).status_code == 303
    assert "：6 分" in leader.get("/institutions/1").text
    record = words_of(leader.get("/institutions/1/record.docx").content)
    assert ("：6 分。" in record, "屡次" in record) == (True, True)

    with reading(served.engine) as session:
        address = f"/institutions/1/demerits/{session.query(Demerit).one().id}/strike"
    empty = leader.post(address, data={"csrf": form["csrf"], "reason": ""})
    assert (empty.status_code, "请填写撤销的理由" in empty.text) == (422, True)
    assert leader.post(address.replace("/1/", "/2/"), data={**form}).status_code == 422
    assert leader.post(address, data={"csrf": form["csrf"], "reason": "不成立"}).status_code == 303
    page = leader.get("/institutions/1").text
    assert ("：0 分" in page, "不成立" in page) == (True, True)
    assert "已撤销：不成立" in words_of(leader.get("/institutions/1/record.docx").content)


def test_a_reviewer_reads_demerits_and_imposes_none(served, cases) -> None:
    with served.client() as client:
        sign_in(client, "reviewer")
        page = client.get("/institutions/1").text
        assert ("没有记分" in page, "登记记分" in page) == (True, False)
        form = {"csrf": hidden(page, "csrf"), "case": str(cases[1]), "words": "甲", "points": "1"}
        assert client.post("/institutions/1/demerits", data=form).status_code == 403


def test_a_proposal_needs_another_person_before_it_is_in_the_file(served, leader, cases) -> None:
    with served.client() as client:
        sign_in(client, "reviewer")
        form = {"csrf": hidden(client.get("/institutions/1").text, "csrf"), "kind": "blacklist"}
        refused = client.post("/institutions/1/listings", data={**form, "basis": "办法第五条"})
        assert (refused.status_code, 'value="办法第五条"' in refused.text) == (422, True)
        assert client.post("/institutions/1/listings", data={**form, "reason": "屡犯"}).status_code == 303
        assert client.post("/listings/1", data={**form, "action": "approve"}).status_code == 403
    assert listed(leader) == []
    form = {"csrf": hidden(leader.get("/listings").text, "csrf")}
    assert leader.post("/listings/1", data={**form, "action": "approve"}).status_code == 303
    assert [row[1:3] + row[5:6] for row in listed(leader)] == [("云溪第1医院", "CODE00000000000001", "屡犯")]
    assert leader.post("/listings/1", data={**form, "action": "end", "reason": ""}).status_code == 409
    assert leader.post("/listings/1", data={**form, "action": "end", "reason": "期满"}).status_code == 303
    assert listed(leader) == []
    assert "已移出" in leader.get("/institutions/1").text


def listed(client) -> list[tuple[object, ...]]:
    book = load_workbook(io.BytesIO(client.get("/listings/blacklist.xlsx").content))
    return list(book.worksheets[0].iter_rows(min_row=4, values_only=True))


def test_a_completed_ledger_of_corrections_is_taken_in_by_a_reviewer(served, leader, cases) -> None:
    head = "自查发现的内容,违法情形,整改措施,责任人,整改期限"
    with served.client() as client:
        sign_in(client, "reviewer")
        csrf = {"csrf": hidden(client.get("/institutions/1").text, "csrf")}

        def send(row: str):
            files = {"upload": ("台账.csv", f"{head}\n{row}\n".encode())}
            return client.post("/institutions/1/corrections", data=csrf, files=files)

        refused = send("永不复发,保证治愈,,甲,尽快")
        assert refused.status_code == 422
        assert "台账 第 2 行“整改措施”：不能为空" in refused.text
        assert "台账 第 2 行“整改期限”：“尽快”不是日期" in refused.text
        assert send("永不复发,保证治愈,删去,甲,2026-10-01").status_code == 303
    shown = leader.get("/institutions/1").text
    assert ("1 项，已完成 0 项" in shown, "逾期 1 项" in shown) == (True, True)
    assert 'name="upload"' not in shown, "a leader reads it"
