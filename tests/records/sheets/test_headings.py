"""A table is found among titles and notes; rows outside it are reported, not guessed."""

import pytest

from records.sheets.table import FileRefused
from tests.records.sheets.made import cells, read, read_text, workbook


@pytest.mark.parametrize(
    "above",
    [
        [[], ["云溪区医疗机构登记表"], ["填报单位：云溪区", None, "2026年11月"]],
        [["附件1"], [], [None, "登记表（2026年第三季度）"]],
        [[None, None, "云溪市卫生健康委员会"], ["名称以执业许可证为准"], []],
        [["代码请填18位，文本格式"]],
        [[], [], [], [], ["登记表", None, None, "单位：家"]],
        [["云溪区登记表"], ["名称", "数量"], ["机构", 12]],
    ],
    ids=[
        "filled in by",
        "annex",
        "office and hint",
        "hint with a heading's word",
        "blank rows",
        "another small table",
    ],
)
def test_titles_blank_rows_and_who_filled_it_in_stand_above(above: list[list[object]]) -> None:
    sheet = read(workbook([*above, ["序号", "代码", "名称"], [1, "a", "甲"]]))
    assert (sheet.headings, cells(sheet)) == (
        ("代码", "名称"),
        [(len(above) + 2, {"代码": "a", "名称": "甲"})],
    )


@pytest.mark.parametrize(
    "heading",
    ["代码*", "＊代码", " 代 码 ", "代\n码", "代码（18位）", "代码(必填)：", "\ufeff代码", "代\u200b码"],
)
def test_a_heading_is_known_with_marks_blanks_and_hints(heading: str) -> None:
    assert cells(read(workbook([[heading, "名称"], ["a", "甲"]]))) == [(2, {"代码": "a", "名称": "甲"})]


def test_a_heading_without_a_hint_goes_before_one_with() -> None:
    sheet = read(workbook([["代码", "电话（备用）", "电话"], ["a", "1", "2"]]))
    assert cells(sheet) == [(2, {"代码": "a", "电话": "2"})]


def test_a_heading_that_stands_twice_is_refused() -> None:
    with pytest.raises(FileRefused, match=r"第 2 行：有几个“电话”列（第 2、3 列），请只留一列"):
        read(workbook([["登记表"], ["代码", "电话", "电 话"], ["a", "1", "2"]]))


def test_columns_that_nobody_asked_for_may_have_any_heading_twice() -> None:
    assert cells(read(workbook([["代码", "备注", "备注"], ["a", "x", "y"]]))) == [(2, {"代码": "a"})]


def test_a_cell_merged_over_rows_counts_in_each() -> None:
    rows = [
        ["代码", "名称", "电话", "地址"],
        ["a", "甲", "1"],
        [None, "乙", "2"],
        [None, "丙", "3"],
        ["b", "丁", "4"],
    ]
    sheet = read(workbook(rows, lambda sheet: sheet.merge_cells("A2:A4")))
    assert [row.cells["代码"] for row in sheet.rows] == ["a", "a", "a", "b"]


def test_a_cell_left_empty_is_empty() -> None:
    sheet = read(workbook([["代码", "名称"], ["a", "甲"], [None, "乙"]]))
    assert cells(sheet)[1] == (3, {"名称": "乙"})


def test_headings_of_two_rows_are_put_together() -> None:
    rows = [["代码", "有效期", None], [None, "起", "止"], ["a", "2026-01-01", "2026-12-31"]]

    def merge(sheet) -> None:
        sheet.merge_cells("A1:A2")
        sheet.merge_cells("B1:C1")

    assert cells(read(workbook(rows, merge))) == [
        (3, {"代码": "a", "有效期起": "2026-01-01", "有效期止": "2026-12-31"})
    ]


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        (["注：本表一式两份"], "说明"),
        (["填表人：张三", None, "审核人：李四"], "说明"),
        (["合计", 2, "2家"], "合计"),
        (["代码", "名称", "电话"], "重复的表头"),
    ],
)
def test_what_is_no_row_is_passed_over_and_said(row: list[object], kind: str) -> None:
    sheet = read(workbook([["代码", "名称", "电话"], ["a", "甲", "1"], row, ["b", "乙", "2"]]))
    assert [row.line for row in sheet.rows] == [2, 4]
    assert sheet.notes == [f"Sheet 第 3 行是{kind}（“{row[0]}”），没有作为数据读取"]


def test_a_note_over_the_whole_width_is_no_row() -> None:
    rows = [["代码", "名称", "电话"], ["a", "甲", "1"], ["以上机构均已核对"]]
    sheet = read(workbook(rows, lambda sheet: sheet.merge_cells("A3:C4")))
    assert ([row.line for row in sheet.rows], len(sheet.notes)) == ([2], 1)


def test_a_row_that_only_begins_like_a_note_is_a_row() -> None:
    sheet = read(workbook([["名称", "代码"], ["说明：甲", "a"], ["合计门诊部", "b"]]))
    assert ([row.line for row in sheet.rows], sheet.notes) == ([2, 3], [])


def test_text_has_titles_and_notes_as_well() -> None:
    sheet = read_text("登记表,,\n,,\n代码,名称,电话\na,甲,1\n注：完,,\n")
    assert (cells(sheet), len(sheet.notes)) == ([(4, {"代码": "a", "名称": "甲", "电话": "1"})], 1)
