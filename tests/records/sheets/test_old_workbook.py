"""Workbooks of older programs: damaged, locked or not tables at all, they are refused in words."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.sheets.old_workbook import read_old_workbook
from records.sheets.table import FileRefused

CONTENT = (Path(__file__).parent / "files" / "office.xls").read_bytes()
COMPOUND = CONTENT[:8]


def test_a_workbook_before_unicode_is_read_as_chinese() -> None:
    """Two cells of BIFF 2, as old exports write them without naming an encoding."""
    cells = [(0, "代码"), (1, "甲诊所")]
    labels = b"".join(
        _record(
            4, row.to_bytes(2, "little") + bytes(5) + bytes([len(text.encode("gbk"))]) + text.encode("gbk")
        )
        for row, text in cells
    )
    content = _record(9, b"\x02\x00\x10\x00") + labels + _record(10, b"")
    (grid,), _ = read_old_workbook("表.xls", content)
    assert grid.rows == [["代码"], ["甲诊所"]]


def _record(kind: int, content: bytes) -> bytes:
    return kind.to_bytes(2, "little") + len(content).to_bytes(2, "little") + content


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (COMPOUND + bytes(600), "不是可读的 xls 文件"),
        (CONTENT[:3000], "不是可读的 xls 文件"),
        (CONTENT + "EncryptedPackage".encode("utf-16-le"), "加了密码，请去掉密码"),
    ],
    ids=["empty", "cut off", "with a password"],
)
def test_one_that_cannot_be_read_is_refused(content: bytes, words: str) -> None:
    with pytest.raises(FileRefused, match=words):
        read_old_workbook("表.xls", content)


@given(st.integers(0, len(CONTENT) - 1), st.integers(1, 255))
def test_one_with_any_byte_changed_is_read_or_refused(place: int, change: int) -> None:
    content = bytearray(CONTENT)
    content[place] ^= change
    try:
        read_old_workbook("表.xls", bytes(content))
    except FileRefused as refused:
        assert "表.xls" in str(refused)
