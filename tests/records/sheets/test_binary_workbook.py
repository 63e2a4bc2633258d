"""Workbooks in binary parts: nothing of them is passed over in silence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.sheets.binary_workbook import read_binary_workbook
from records.sheets.table import FileRefused
from tests.records.sheets.made_binary import BinarySheet, Error, Short, binary_workbook

BOOK = binary_workbook(BinarySheet("表", [["代码", "名称"], ["a", "甲"], [Error(0x17), "乙"]]))


def test_cells_and_errors_are_read() -> None:
    (grid,), _ = read_binary_workbook("表.xlsb", BOOK)
    assert grid.rows == [["代码", "名称"], ["a", "甲"], ["", "乙"]]
    assert grid.unreadable == {(2, 0): "单元格是错误值 #REF!"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            binary_workbook(BinarySheet("表", [["代码"], ["a", Short("甲")]])),
            "第 2 行：有不能读取的单元格，请另存为 .xlsx",
        ),
        (
            binary_workbook(BinarySheet("表", [[*[None] * 1000, "x"]])),
            "第 1 行：第 1001 列还有内容",
        ),
        (BOOK[: len(BOOK) // 2], "不是可读的 xlsb 文件"),
    ],
    ids=["short cells", "many columns", "cut off"],
)
def test_one_that_cannot_be_read_is_refused(content: bytes, words: str) -> None:
    with pytest.raises(FileRefused, match=words):
        read_binary_workbook("表.xlsb", content)


@given(st.integers(0, len(BOOK) - 1), st.integers(1, 255))
def test_one_with_any_byte_changed_is_read_or_refused(place: int, change: int) -> None:
    content = bytearray(BOOK)
    content[place] ^= change
    try:
        read_binary_workbook("表.xlsb", bytes(content))
    except FileRefused as refused:
        assert "表.xlsb" in str(refused)
