"""Workbooks of every format say the same, and none takes the memory of the process that imports it.

The files of `files/` are one table, saved by LibreOffice as xlsx, as xls and as ods.
"""

import io
import re
import zipfile
from pathlib import Path

import pytest

from records.sheets import apart
from records.sheets.read import read_tables
from records.sheets.table import FileRefused, TableFile
from tests.records.sheets.made import KNOWN
from tests.records.sheets.made_binary import BinarySheet, Day, Error, binary_workbook

FILES = Path(__file__).parent / "files"
LOST = "“9.1330100667e+17”是按数字存的，末尾的数字已经丢失，请把单元格设为文本格式后重新填写"
ROWS = [
    (3, ["007", "甲诊所", "13800138000", "2026-01-05", "2027-01-05 08:30:00"], {}),
    (4, ["007", "甲诊所东院", "13800138001", "2026-01-06", "08:30:00"], {}),
    (5, ["", "乙", "是", "2026-01-07", "长期"], {"代码": LOST}),
    (6, ["", "丙", "0.1", "2026-01-08", "007x"], {"代码": "单元格是错误值 #DIV/0!"}),
    (
        7,
        ["", "丁", "", "2026-1-9", "0.5"],
        {"代码": "单元格是错误值 #N/A", "电话": "单元格是错误值 #N/A"},
    ),
]


def _binary() -> bytes:
    table = BinarySheet(
        "登记表",
        [
            ["云溪市医疗机构登记表", None, None, None, None],
            list(KNOWN),
            ["007", "甲诊所", 13800138000.0, Day(46027), Day(46392 + 8.5 / 24)],
            [None, "甲诊所东院", 13800138001.0, Day(46028), "08:30:00"],
            [913301006666666666.0, "乙", True, Day(46029), "长期"],
            [Error(0x07, of_formula=True), "丙", 0.1, Day(46030), "007x"],
            [Error(0x2A), "丁", Error(0x2A), "2026-1-9", 0.5],
            ["注：请用文本格式填写", None, None, None, None],
        ],
        merged=[(0, 0, 0, 4), (2, 3, 0, 0), (7, 7, 0, 4)],
    )
    moved = BinarySheet("移开", [[], [], [], [], [None, None, "代码", "名称"], [None, None, "b", "乙"]])
    hidden = BinarySheet("字典", [["代码", "名称"], ["x", "不要"]], is_hidden=True)
    return binary_workbook(table, hidden, BinarySheet("说明", [["请填写"]]), moved)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        *((f"表.{kind}", (FILES / f"office.{kind}").read_bytes()) for kind in ("xlsx", "xls", "ods")),
        ("表.xlsb", _binary()),
        # The content tells, not the name.
        ("表.et", (FILES / "office.xls").read_bytes()),
        ("表.xlsx", (FILES / "office.xls").read_bytes()),
        ("表.csv", (FILES / "office.ods").read_bytes()),
    ],
    ids=["xlsx", "xls", "ods", "xlsb", "et", "xls called xlsx", "ods called csv"],
)
def test_one_table_reads_the_same_in_every_format(name: str, content: bytes) -> None:
    found = read_tables(TableFile(name, content), KNOWN)
    table, moved = found.sheets
    read = [(row.line, [row.cells.get(key, "") for key in KNOWN], dict(row.unreadable)) for row in table.rows]
    assert read == ROWS
    assert table.notes == ["登记表 第 8 行是说明（“注：请用文本格式填写”），没有作为数据读取"]
    assert [(row.line, dict(row.cells)) for row in moved.rows] == [(6, {"代码": "b", "名称": "乙"})]
    assert found.notes == ["工作表“字典”是隐藏的，没有读取", "“说明”没有可以识别的列，没有读取"]


def test_cells_that_would_fill_the_memory_end_their_own_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twelve thousand cells of one long text, 20 kB of file."""
    monkeypatch.setattr(apart, "MOST_MEMORY", 400 << 20)
    long = "长" * 32_000
    cells = '<c t="s"><v>1</v></c>' * 40
    rows = "".join(f'<row r="{row}">{cells}</row>' for row in range(2, 302))
    made = io.BytesIO()
    with (
        zipfile.ZipFile(FILES / "office.xlsx") as old,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for member in old.infolist():
            content = old.read(member)
            if member.filename == "xl/sharedStrings.xml":
                head = content[: content.index(b"<si>")]
                content = head + f"<si><t>代码</t></si><si><t>{long}</t></si></sst>".encode()
            elif member.filename == "xl/worksheets/sheet1.xml":
                data = f'<sheetData><row r="1"><c t="s"><v>0</v></c></row>{rows}</sheetData>'.encode()
                content = re.sub(rb"<sheetData>.*</sheetData>", data, content, flags=re.DOTALL)
                content = re.sub(rb"<mergeCells.*</mergeCells>", b"", content, flags=re.DOTALL)
            new.writestr(member.filename, content)
    assert len(made.getvalue()) < 30_000
    with pytest.raises(FileRefused, match="内存或时间超过限度"):
        read_tables(TableFile("表.xlsx", made.getvalue()), ["代码"])
