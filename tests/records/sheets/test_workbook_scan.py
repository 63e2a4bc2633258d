"""A workbook that would exhaust memory, or another kind of file, is refused in words before it is read."""

import io
import tracemalloc
import zipfile
from contextlib import suppress

import pytest

from records.sheets import grids
from records.sheets.package import MOST_PARTS
from records.sheets.table import FileRefused
from records.sheets.workbook_scan import scan_workbook
from tests.records.sheets.made import SHEET, cells, read, rewritten, workbook

ROWS = [["代码", "名称"], ["a", "甲"]]


def test_a_workbook_that_unpacks_to_a_hundred_megabytes_is_refused_unread() -> None:
    padding = " " * 101_000_000
    content = rewritten(workbook(ROWS), lambda xml: xml.replace("<sheetData>", f"<sheetData>{padding}"))
    assert len(content) < 200_000
    tracemalloc.start()
    with pytest.raises(FileRefused, match="解压后超过 100 MB，请拆成几个文件"):
        scan_workbook("表.xlsx", content)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000_000


def test_a_cell_at_the_end_of_the_sheet_does_not_take_all_that_lies_between() -> None:
    with pytest.raises(FileRefused, match="第 1048576 行：表格超过 100 万格"):
        read(workbook(ROWS, lambda sheet: sheet.cell(1_048_576, 2, "x")))
    with pytest.raises(FileRefused, match="第 2 行：第 16384 列还有内容，最多 1000 列"):
        read(workbook(ROWS, lambda sheet: sheet.cell(2, 16_384, "x")))


def test_empty_cells_down_to_the_end_of_the_sheet_are_nothing() -> None:
    """As WPS leaves them where a whole column was given a colour."""
    far = '<row r="1048576"><c r="A1048576" s="0"/></row></sheetData>'
    content = rewritten(workbook(ROWS), lambda xml: xml.replace("</sheetData>", far))
    assert cells(read(content)) == [(2, {"代码": "a", "名称": "甲"})]


def test_more_cells_than_a_table_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grids, "MOST_CELLS", 5)
    with pytest.raises(FileRefused, match="第 3 行：表格超过"):
        scan_workbook("表.xlsx", workbook([*ROWS, ["b", "乙"]]))


def test_a_part_that_says_less_of_its_size_than_it_has_is_refused() -> None:
    made = bytearray(workbook(ROWS))
    with zipfile.ZipFile(io.BytesIO(made)) as package:
        size = package.getinfo(SHEET).file_size
    for place in range(len(made) - 4):
        if made[place : place + 4] == size.to_bytes(4, "little"):
            made[place : place + 4] = (10).to_bytes(4, "little")
    with pytest.raises(FileRefused, match=r"不是可读的 xlsx 文件|文件已损坏"):
        read(bytes(made))


def test_a_part_that_is_there_twice_is_refused() -> None:
    content = io.BytesIO(workbook(ROWS))
    with zipfile.ZipFile(content, "a") as package, pytest.warns(UserWarning, match="Duplicate"):
        package.writestr(SHEET, "<worksheet/>")
    with pytest.raises(FileRefused, match="重名"):
        read(content.getvalue())


def test_a_workbook_of_very_many_parts_is_refused_unread() -> None:
    content = io.BytesIO(workbook(ROWS))
    with zipfile.ZipFile(content, "a") as package:
        for number in range(MOST_PARTS):
            package.writestr(f"xl/media/{number}", b"")
    with pytest.raises(FileRefused, match="超过 2000 个部分"):
        read(content.getvalue())


def test_an_entity_is_not_put_in_its_place() -> None:
    declared = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname"><!ENTITY b "bomb">]>'
    content = rewritten(workbook(ROWS), lambda xml: declared + xml.replace("&#30002;", "&a;&b;"))
    with suppress(FileRefused):
        assert read(content).rows[0].cells.get("名称", "") in {"", "&a;&b;"}


@pytest.mark.parametrize("cut", [0.2, 0.5, 0.9])
def test_a_file_that_was_cut_off_is_refused(cut: float) -> None:
    content = workbook(ROWS)
    with pytest.raises(FileRefused, match="不是可读的 xlsx 文件"):
        read(content[: int(len(content) * cut)])


@pytest.mark.parametrize("part", ["xl/workbook.xml", SHEET, "_rels/.rels", "xl/_rels/workbook.xml.rels"])
@pytest.mark.parametrize("xml", ["", "<a", "<a/>", "\0"])
def test_a_workbook_with_a_broken_part_is_refused_or_empty(part: str, xml: str) -> None:
    with pytest.raises(FileRefused):
        read(rewritten(workbook(ROWS), lambda _: xml, part))
