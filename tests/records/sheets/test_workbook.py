"""Workbooks as WPS, Excel and exports write them."""

from datetime import date

import pytest
from openpyxl import Workbook

from records.sheets.read import read_tables
from records.sheets.table import TableFile
from tests.records.sheets.made import KNOWN, cells, read, rewritten, workbook

ROWS = [["代码", "名称"], ["a", "甲"], ["b", "乙"]]
READ = [(2, {"代码": "a", "名称": "甲"}), (3, {"代码": "b", "名称": "乙"})]


def test_a_sheet_that_is_hidden_is_not_read_and_named(tmp_path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in ROWS:
        sheet.append(row)
    hidden = book.create_sheet("字典")
    hidden.append(["代码", "名称"])
    hidden.append(["x", "不要"])
    hidden.sheet_state = "hidden"
    book.create_sheet("填表说明").append(["请用文本格式填写"])
    book.create_sheet("Sheet3")
    book.save(tmp_path / "a.xlsx")
    found = read_tables(TableFile.of(tmp_path / "a.xlsx"), KNOWN)
    assert [cells(sheet) for sheet in found.sheets] == [READ]
    assert found.notes == ["工作表“字典”是隐藏的，没有读取", "“填表说明”没有可以识别的列，没有读取"]


def test_rows_and_columns_that_are_hidden_are_read() -> None:
    def hide(sheet) -> None:
        sheet.row_dimensions[2].hidden = True
        sheet.column_dimensions["B"].hidden = True

    assert cells(read(workbook(ROWS, hide))) == READ


@pytest.mark.parametrize(
    "written", ['ref="A1"', 'ref="A1:XFD1048576"', 'ref="B2:B2"', 'ref="C7:D9"', 'ref="A1:A1"']
)
def test_the_size_that_a_program_wrote_down_wrong_does_not_matter(written: str) -> None:
    content = rewritten(workbook(ROWS), lambda xml: xml.replace('ref="A1:B3"', written))
    assert cells(read(content)) == READ


def test_places_that_a_program_left_out_follow_one_another() -> None:
    def bare(xml: str) -> str:
        for place in ("A1", "B1", "A2", "B2", "A3", "B3"):
            xml = xml.replace(f' r="{place}"', "")
        return xml

    assert cells(read(rewritten(workbook(ROWS), bare))) == READ


def test_a_table_away_from_the_corner_keeps_its_lines() -> None:
    def move(sheet) -> None:
        sheet.move_range("A1:B3", rows=4, cols=2)

    assert [row.line for row in read(workbook(ROWS, move)).rows] == [6, 7]


def test_days_and_numbers_are_read_by_their_meaning() -> None:
    found = read(workbook([["代码", "电话", "有效期起"], ["a", 13800138000.0, date(2026, 1, 5)]]))
    assert cells(found) == [(2, {"代码": "a", "电话": "13800138000", "有效期起": "2026-01-05"})]


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ('<c r="A2" t="e"><f>1/0</f><v>#DIV/0!</v></c>', "单元格是错误值 #DIV/0!"),
        ('<c r="A2" t="e"><v>#N/A</v></c>', "单元格是错误值 #N/A"),
        ('<c r="A2"><f>B2&amp;1</f></c>', "单元格是公式，没有计算结果，请在表格软件中打开、保存后再导入"),
        (
            '<c r="A2"><f>B2&amp;1</f><v></v></c>',
            "单元格是公式，没有计算结果，请在表格软件中打开、保存后再导入",
        ),
        ('<c r="A2"><v>9.1330100666e+17</v></c>', "“9.1330100666e+17”是按数字存的"),
    ],
)
def test_a_cell_without_a_value_is_named(cell: str, words: str) -> None:
    content = rewritten(workbook(ROWS), lambda xml: _with_cell(xml, cell))
    first, second = read(content).rows
    assert first.unreadable["代码"].startswith(words)
    assert (second.line, dict(second.unreadable)) == (3, {})


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ('<c r="A2" t="str"><f>"x"&amp;1</f><v>x1</v></c>', "x1"),
        ('<c r="A2"><f>1+1</f><v>2</v></c>', "2"),
        ('<c r="A2" t="b"><v>1</v></c>', "是"),
        ('<c r="A2" t="inlineStr"><is><r><t>云</t></r><r><t>溪</t></r></is></c>', "云溪"),
        ('<c r="A2" t="n"><v>12.0</v></c>', "12"),
    ],
)
def test_a_value_is_taken_however_it_is_kept(cell: str, text: str) -> None:
    content = rewritten(workbook(ROWS), lambda xml: _with_cell(xml, cell))
    assert read(content).rows[0].cells["代码"] == text


def test_an_error_where_nobody_looks_does_no_harm() -> None:
    content = rewritten(
        workbook([[*row, "x"] for row in ROWS]),
        lambda xml: xml.replace(
            '<c r="C2" t="inlineStr"><is><t>x</t></is></c>', '<c r="C2" t="e"><v>#N/A</v></c>'
        ),
    )
    assert cells(read(content)) == READ


def _with_cell(xml: str, cell: str) -> str:
    begin = xml.index('<c r="A2"')
    end = xml.index("</c>", begin) + len("</c>")
    return xml[:begin] + cell + xml[end:]
