"""Text stays text in every written file, and reads back unchanged."""

import csv
from pathlib import Path

import pytest
from openpyxl import load_workbook

from records.sheets.read import read_tables
from records.sheets.table import FileRefused, TableFile
from records.sheets.write import write_csv, write_xlsx

TEXTS = ['=HYPERLINK("http://x.test")', "+86 571 1", "-5折", "@某某", "'引号", "'=1", "普通", "=", '="007"']
TEXTS += ["＝1+1", "＋1", "－1", "＠SUM(A1)"]  # with an input method's wide forms
BEGINNINGS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def test_a_workbook_holds_no_formula(tmp_path: Path) -> None:
    write_xlsx(
        tmp_path / "a.xlsx", [("表", ["代码", "标题"], [[str(n), text] for n, text in enumerate(TEXTS)])]
    )
    sheet = load_workbook(tmp_path / "a.xlsx").worksheets[0]
    found = [row[1] for row in sheet.iter_rows(min_row=2)]
    assert [(cell.value, cell.data_type) for cell in found] == [(text, "s") for text in TEXTS]
    assert found[0].quotePrefix, "nor does it become one when somebody edits it"
    assert not found[6].quotePrefix


def test_a_csv_file_holds_no_formula(tmp_path: Path) -> None:
    write_csv(tmp_path / "a.csv", ["代码", "标题"], [[n, text] for n, text in enumerate(TEXTS)])
    write_csv(tmp_path / "b.csv", ["标题"], [[f"{mark}cmd|'/c calc'!A1"] for mark in BEGINNINGS])
    for name in ("a.csv", "b.csv"):
        with (tmp_path / name).open(encoding="utf-8-sig", newline="") as file:
            assert not [row for row in csv.reader(file) if row[-1].startswith(BEGINNINGS)]


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx"])
def test_what_is_written_is_read_as_it_was(tmp_path: Path, name: str) -> None:
    rows = [[str(number), text] for number, text in enumerate(TEXTS)]
    if name.endswith("csv"):
        write_csv(tmp_path / name, ["代码", "标题"], rows)
    else:
        write_xlsx(tmp_path / name, [("表", ["代码", "标题"], rows)])
    (sheet,) = read_tables(TableFile.of(tmp_path / name), ["代码", "标题"]).sheets
    assert [[row.cells["代码"], row.cells["标题"]] for row in sheet.rows] == rows


def test_control_characters_are_left_out(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "a.xlsx", [("表", ["标题"], [["甲\x0b乙\x00"]])])
    assert load_workbook(tmp_path / "a.xlsx").worksheets[0]["A2"].value == "甲乙"


def test_a_control_character_hides_no_formula(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "a.xlsx", [("表", ["标题"], [["\x01=1+1"]])])
    cell = load_workbook(tmp_path / "a.xlsx").worksheets[0]["A2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("=1+1", "s", True)
    write_csv(tmp_path / "a.csv", ["\x00=2"], [["\x1f＝1+1"]])
    assert (tmp_path / "a.csv").read_text("utf-8-sig").splitlines() == ["'=2", "'＝1+1"]


def test_a_text_that_no_cell_can_hold_is_refused_not_cut(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="审查证明 第 2 行“成品样件”：有 40000 个字符"):
        write_xlsx(tmp_path / "a.xlsx", [("审查证明", ["成品样件"], [["长" * 40_000]])])
