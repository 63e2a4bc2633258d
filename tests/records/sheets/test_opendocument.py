"""Tables of OpenDocument: their values, repeats, notes and bounds."""

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.sheets.opendocument import read_opendocument
from records.sheets.table import FileRefused, Grid, Merged

NAMES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"'
    for short in ("office", "table", "text", "style")
)
SHOWN = 'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
FILE = (Path(__file__).parent / "files" / "office.ods").read_bytes()


def document(rows: str, manifest: str = "<manifest/>") -> bytes:
    """A document of one table."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("META-INF/manifest.xml", manifest)
        package.writestr(
            "content.xml",
            f"<office:document-content {NAMES} {SHOWN}><office:body><office:spreadsheet>\n"
            f'<table:table table:name="表">{rows}</table:table></office:spreadsheet></office:body>'
            "</office:document-content>",
        )
    return made.getvalue()


def grid(rows: str) -> Grid:
    """The grid of a document of these rows."""
    (found,), _ = read_opendocument("表.ods", document(rows))
    return found


def row(*cells: str, times: int = 1) -> str:
    """A row, of cells or their texts, repeated."""
    written = "\n".join(cell if cell[:1] == "<" else text(cell) for cell in cells)
    return f'<table:table-row table:number-rows-repeated="{times}">{written}</table:table-row>'


def text(content: str, more: str = "") -> str:
    """A cell of text."""
    return (
        f'<table:table-cell office:value-type="string" {more}><text:p>{content}</text:p></table:table-cell>'
    )


def value(kind: str, name: str, content: str, more: str = "") -> str:
    """A cell with a value."""
    return f'<table:table-cell office:value-type="{kind}" office:{name}="{content}" {more}/>'


EMPTY = "<table:table-cell/>"


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        (value("float", "value", "13800138000"), "13800138000"),
        (value("percentage", "value", "0.5"), "0.5"),
        (value("currency", "value", "9.5"), "9.5"),
        (value("date", "date-value", "2026-01-05"), "2026-01-05"),
        (value("date", "date-value", "2026-01-05T08:30:00.25"), "2026-01-05 08:30:00"),
        (value("time", "time-value", "PT08H30M00S"), "08:30:00"),
        (value("time", "time-value", "PT30H05M00S"), "30:05"),
        (value("boolean", "boolean-value", "true"), "是"),
        (value("float", "value", "0", 'table:formula="of:=FALSE()"'), "否"),
        (text("云<text:s text:c='2'/>溪<text:span>医院</text:span>"), "云  溪医院"),
        (
            '<table:table-cell office:value-type="string"><text:p>甲</text:p><text:p>乙</text:p></table:table-cell>',
            "甲\n乙",
        ),
        (
            "<table:table-cell><office:annotation><text:p>批注</text:p></office:annotation></table:table-cell>",
            "",
        ),
    ],
)
def test_a_value_is_read_by_its_meaning_and_without_notes(cell: str, read: str) -> None:
    assert grid(row("代码", cell)).rows[0][1:] == ([read] if read else [])


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (text("#DIV/0!", 'calcext:value-type="error"'), "单元格是错误值 #DIV/0!"),
        (text("Err:502", 'calcext:value-type="error"'), "单元格是错误值 Err:502"),
        (text("#N/A"), "单元格是错误值 #N/A"),
        ('<table:table-cell table:formula="of:=A1"/>', "单元格是公式，没有计算结果"),
        (value("float", "value", "9.13301006666667E+017"), "是按数字存的"),
    ],
)
def test_a_cell_without_a_value_is_named(cell: str, words: str) -> None:
    assert words in grid(row("代码", cell)).unreadable[0, 1]


def test_repeated_rows_and_cells_stand_as_often_and_empty_ones_keep_the_place() -> None:
    far = row(EMPTY.replace("cell/", 'cell table:number-columns-repeated="16384"/'), times=1_000_000)
    twice = text("a", 'table:number-columns-repeated="2"')
    found = grid(row("代码", "名称") + row(EMPTY, times=2) + row(twice, times=2) + far)
    assert found.rows == [["代码", "名称"], [], [], ["a", "a"], ["a", "a"]]


def test_merged_cells_are_told_and_hold_nothing_underneath() -> None:
    merged = text("a", 'table:number-rows-spanned="2" table:number-columns-spanned="1"')
    covered = "<table:covered-table-cell><text:p>x</text:p></table:covered-table-cell>"
    found = grid(row("代码", "名称") + row(merged, "甲") + row(covered, "乙"))
    assert found.merged == [Merged(1, 0, 2, 0)]
    assert found.rows[2] == ["", "乙"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (document(row("代码") + row("a", times=1_048_576)), "表格超过 100 万格"),
        (
            document(row(text("a", 'table:number-columns-repeated="16384"'))),
            "第 1 行：第 16384 列还有内容，最多 1000 列",
        ),
        (document(row("代码"), "<a><encryption-data/></a>"), "加了密码"),
        (document("<table:table-row>"), "不是可读的 ods 文件"),
        (document(f"<!--{'x' * 9_000_000}-->{row('代码')}"), "一行过长"),
        (FILE[:9000], "不是可读的 ods 文件"),
    ],
    ids=["many rows", "many columns", "password", "not closed", "one long row", "cut off"],
)
def test_one_that_cannot_be_read_is_refused(content: bytes, words: str) -> None:
    with pytest.raises(FileRefused, match=words):
        read_opendocument("表.ods", content)


@given(st.integers(0, len(FILE) - 1), st.integers(1, 255))
def test_one_with_any_byte_changed_is_read_or_refused(place: int, change: int) -> None:
    content = bytearray(FILE)
    content[place] ^= change
    try:
        read_opendocument("表.ods", bytes(content))
    except FileRefused as refused:
        assert "表.ods" in str(refused)
