"""A file's content tells its kind; one that is not a table is refused with advice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.sheets.read import read_tables
from records.sheets.table import MOST_BYTES, FileRefused, TableFile
from records.sheets.workbook import read_workbook
from tests.records.sheets.made import KNOWN, cells, read, workbook

ROWS = [["代码", "名称"], ["a", "甲"]]


def test_a_workbook_is_one_whatever_its_name_ends_in() -> None:
    assert cells(read(workbook(ROWS), "表.csv")) == [(2, {"代码": "a", "名称": "甲"})]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("表.et", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "不是可读的 xls 文件"),
        ("表.xls", "代码,名称".encode(), "不是可读的 xls 文件"),
        ("表.xls", "<html><table><tr><td>代码</td></tr></table>".encode(), "是网页或 XML，不是表格"),
        ("表.pdf", b"%PDF-1.7", "只能导入 .xlsx、.xls、.et、.ods、.xlsb、.csv、.tsv 文件"),
        ("", b"x", "只能导入 .xlsx、.xls、.et、.ods、.xlsb、.csv、.tsv 文件"),
        ("..", b"x", "只能导入 .xlsx、.xls、.et、.ods、.xlsb、.csv、.tsv 文件"),
        ("表.xlsx", "代码,名称".encode(), "不是可读的 xlsx 文件"),
        ("表.csv", b"", "文件是空的"),
        ("表.csv", b"\r\n,,\r\n", "文件是空的"),
        ("表.csv", "甲,乙\n1,2\n".encode(), "没有找到表头，缺少“代码”列，可用的列：代码、名称"),
        ("表.csv", "名称,乙\n1,2\n".encode(), "缺少“代码”列"),
        ("表.csv", b"a" * (MOST_BYTES + 1), "超过 20 MB"),
    ],
)
def test_what_is_no_table_is_refused(name: str, content: bytes, words: str) -> None:
    with pytest.raises(FileRefused, match=words):
        read_tables(TableFile(name, content), KNOWN, ["代码"])


@given(
    st.one_of(
        st.binary(max_size=300),
        st.text(max_size=200).map(lambda text: ("代码,名称\n" + text).encode("utf-8", "replace")),
    )
)
def test_any_bytes_are_a_table_or_refused(content: bytes) -> None:
    try:
        found = read_tables(TableFile("表.csv", content), KNOWN)
    except FileRefused:
        return
    assert found.sheets


_BOOK = workbook(ROWS)


@given(st.integers(0, len(_BOOK) - 1), st.integers(1, 255))
def test_a_workbook_with_any_byte_changed_is_read_or_refused(place: int, change: int) -> None:
    content = bytearray(_BOOK)
    content[place] ^= change
    try:
        read_workbook("表.xlsx", bytes(content))
    except FileRefused as refused:
        assert "表.xlsx" in str(refused)
