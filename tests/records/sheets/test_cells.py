"""A cell is clean text, or says why it cannot be trusted."""

from datetime import date, datetime, time, timedelta

import pytest

from records.sheets.cells import CellRefused, cell_text, csv_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.38e10, "13800138000"[:3] + "00000000"),
        (13800138000.0, "13800138000"),
        (12, "12"),
        (0.1 + 0.2, "0.3"),
        (-2.5, "-2.5"),
        (True, "是"),
        (False, "否"),
        (date(2026, 1, 5), "2026-01-05"),
        (datetime(2026, 1, 5), "2026-01-05"),  # noqa: DTZ001 - as a workbook's
        (datetime(2026, 1, 5, 9, 30), "2026-01-05 09:30:00"),  # noqa: DTZ001
        (time(22, 0), "22:00:00"),
        (timedelta(hours=30, minutes=5), "30:05"),
        ("\u200b 云溪\ufeff医院\u200e ", "云溪医院"),
        ("云溪\xa0医院", "云溪 医院"),
        ("两行\n文字\x07", "两行\n文字"),
        ("半个\ud83d字", "半个字"),
        ("（南区）", "（南区）"),
        ("=1+1", "=1+1"),
    ],
)
def test_a_value_of_a_workbook_is_text(value: object, text: str) -> None:
    assert cell_text(value) == text


@pytest.mark.parametrize(
    "value", [1e15, 9.1330100666e17, 913301006666666666, 6222021234567890123.0, -1e15, float("inf")]
)
def test_a_number_that_lost_digits_is_refused(value: float) -> None:
    with pytest.raises(CellRefused, match="末尾的数字已经丢失，请把单元格设为文本格式"):
        cell_text(value)


@pytest.mark.parametrize("value", ["9.1330100666E+17", "1.38E+10", "5e+9", " 1E+11 ", "-2.5E+12"])
def test_a_number_that_was_cut_for_show_is_refused(value: str) -> None:
    with pytest.raises(CellRefused, match="末尾的数字已经丢失"):
        csv_text(value)


@pytest.mark.parametrize("value", ["#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#num!", "#NULL!"])
def test_an_error_is_no_text(value: str) -> None:
    with pytest.raises(CellRefused, match="错误值"):
        cell_text(value)


def test_what_was_too_narrow_to_be_shown_is_refused() -> None:
    with pytest.raises(CellRefused, match="列宽不足"):
        csv_text("########")


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ('="0571"', "0571"),
        ("'=1+1", "=1+1"),
        ("'+86 1", "+86 1"),
        ("''quoted'", "'quoted'"),
        ("'n' roll", "'n' roll"),
        ("=1+1", "=1+1"),
        ("E+10", "E+10"),
        ("#1楼", "#1楼"),
    ],
)
def test_text_that_a_program_kept_as_text_is_that_text(written: str, text: str) -> None:
    assert csv_text(written) == text
