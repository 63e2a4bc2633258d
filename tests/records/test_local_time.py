"""Days in Beijing time: where they begin, which one a moment lies in, and how people write them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.local_time import LOCAL, begin_of, end_of, local_day, local_moment, parse_day

DAY = date(2026, 7, 1)


@pytest.mark.parametrize(
    "written",
    [
        "2026-07-01",
        "2026-7-1",
        "2026/7/1",
        "2026/07/01",
        "2026.7.1",
        "2026年7月1日",
        "2026年07月01日",
        "2026年7月1号",
        "2026年7月1",
        "20260701",
        "２０２６年７月１日",
        "２０２６－０７－０１",
        "２０２６／７／１",
        "２０２６０７０１",
    ],
)
def test_a_day_is_read_in_each_form_that_people_type(written: str) -> None:
    assert parse_day(written) == DAY


@pytest.mark.parametrize("written", [" 2026-07-01 ", "　2026年7月1日　", "2026 年 7 月 1 日", "2026-07-01\n"])
def test_spaces_around_and_within_it_do_no_harm(written: str) -> None:
    assert parse_day(written) == DAY


@pytest.mark.parametrize("written", ["2026。7。1", "2026、7、1", "2026–07–01", "2026—7—1"])
def test_the_marks_of_a_chinese_input_method_stand_for_those_of_a_day(written: str) -> None:
    assert parse_day(written) == DAY


@pytest.mark.parametrize(
    "written", ["2026-07-01 10:30", "2026-07-01T10:30:00", "2026/7/1 9:05:00", "2026年7月1日 09：05"]
)
def test_a_time_after_it_is_left_out(written: str) -> None:
    assert parse_day(written) == DAY


@pytest.mark.parametrize(
    "written",
    [
        "2026年7月1日 星期三",
        "2026年7月1日（周三）",
        "2026/7/1 周三 9:05",
        "2026年7月1日上午9时",
        "2026年7月1日9点05分",
        "2026/7/1 下午 3:30",
        "2026-07-01 9:05:00 AM",
        "2026年7月1日 上午",
        "2026/7/1（周三）下午",
    ],
)
def test_a_weekday_and_half_of_the_day_are_left_out(written: str) -> None:
    assert parse_day(written) == DAY


@pytest.mark.parametrize(
    "written", ["2026.7.1.", "2026.7.1日", "2026-07-01日", "2026 7 1", "2026 07 01", "2026\\7\\1"]
)
def test_forms_half_way_between_two_are_read(written: str) -> None:
    assert parse_day(written) == DAY


@pytest.mark.parametrize(
    "written",
    ["1-Jul-2026", "01 July 2026", "Jul 1, 2026", "July 1st 2026 9:05", "'2026-07-01", "＇2026年7月1日"],
)
def test_days_of_spreadsheets_in_english_and_marks_of_text_are_read(written: str) -> None:
    assert parse_day(written) == DAY


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("二〇二六年七月一日", DAY),
        ("二○二六年七月一日", DAY),
        ("二零二六年七月一号", DAY),
        ("二Ｏ二六年 七月 一日", DAY),
        ("二〇二六年十月十日", date(2026, 10, 10)),
        ("二〇二六年十二月三十一日", date(2026, 12, 31)),
    ],
)
def test_numerals_as_on_sealed_documents_are_read(written: str, day: date) -> None:
    assert parse_day(written) == day


@pytest.mark.parametrize("written", ["二〇二六年十三月一日", "二〇二六年二月三十日", "二〇二六年一二月一日"])
def test_numerals_that_are_no_day_are_refused(written: str) -> None:
    with pytest.raises(ValueError, match=f"^没有“{written}”这一天"):
        parse_day(written)


@pytest.mark.parametrize("written", ["\ufeff2026-07-01", "2026\u200b-07-01\u200b", "\u200e2026年7月1日"])
def test_invisible_characters_do_no_harm(written: str) -> None:
    assert parse_day(written) == DAY


@pytest.mark.parametrize("written", ["46204", 46204, 46204.0, "46204.75", 46204.75, "４６２０４"])
def test_the_serial_number_of_a_spreadsheet_is_a_day(written: object) -> None:
    assert parse_day(written) == DAY


def test_a_serial_number_is_read_from_1970_to_2099_only() -> None:
    assert (parse_day("25569"), parse_day("73050")) == (date(1970, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(
    "written",
    [
        "2026-06-30T16:00:00Z",
        "2026-06-30T20:00:00+00:00",
        "2026-07-01T00:30:00+08:00",
        "2026-07-01T15:59:59Z",
        "2026-06-30T12:00:00-04:00",
    ],
)
def test_a_moment_with_its_zone_lies_in_a_day_of_beijing(written: str) -> None:
    assert parse_day(written) == DAY
    assert parse_day(datetime.fromisoformat(written)) == DAY


@pytest.mark.parametrize(
    "cell",
    [DAY, datetime(2026, 7, 1), datetime(2026, 7, 1, 23, 59), 20260701, 20260701.0],  # noqa: DTZ001 - as openpyxl
)
def test_a_cell_of_a_workbook_is_a_day(cell: object) -> None:
    assert parse_day(cell) == DAY


@pytest.mark.parametrize(
    "written", ["2026-13-01", "2026-02-29", "2026年2月30日", "20260732", "2026/0/1", "0000-01-01"]
)
def test_a_day_that_no_calendar_has_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=f"^没有“{written}”这一天，应写作 2026-07-01$"):
        parse_day(written)


@pytest.mark.parametrize(
    "written",
    [
        "昨天",
        "7月1日",
        "26-7-1",
        "1/7/2026",
        "Jul 2026",
        "1-Jun-26",
        "2026-07",
        "2026-7/1",
        "2026-07-01abc",
        "2026-07-01-02",
        "202671",
        "25568",
        "73051",
        "2026-W27-3",
        "٢٠٢٦-٠٧-٠١",
        "0001-01-01T00:00:00+23:00",
        True,
        3.5,
    ],
)
def test_what_is_not_a_day_is_refused_with_a_good_form(written: object) -> None:
    with pytest.raises(ValueError, match=r"不是日期，应写作 2026-07-01$"):
        parse_day(written)


@pytest.mark.parametrize("written", [None, "", "  ", "　"])
def test_a_day_that_is_missing_is_asked_for(written: object) -> None:
    with pytest.raises(ValueError, match=r"^没有填写日期，应写作 2026-07-01$"):
        parse_day(written)


def test_a_long_text_is_not_said_back_whole() -> None:
    with pytest.raises(ValueError, match=f"^“{'长' * 20}”不是日期"):
        parse_day("长" * 10_000)


@given(st.dates(), st.sampled_from(["{0:04}-{1}-{2}", "{0:04}/{1:02}/{2:02}", "{0:04}年{1}月{2}日"]))
def test_each_day_of_the_calendar_can_be_written_in_each_form(day: date, form: str) -> None:
    assert parse_day(form.format(day.year, day.month, day.day)) == day


@given(st.one_of(st.text(), st.text(alphabet="0123456789-/.年月日 T:Z+", max_size=30)))
def test_any_text_is_a_day_or_is_refused(written: str) -> None:
    try:
        assert isinstance(parse_day(written), date)
    except ValueError as refused:
        assert "2026-07-01" in str(refused)


def test_a_day_begins_at_midnight_in_beijing() -> None:
    assert begin_of(DAY) == datetime(2026, 6, 30, 16, tzinfo=UTC)
    assert begin_of(DAY).tzinfo is UTC


def test_the_ends_of_the_calendar_are_days_too() -> None:
    assert begin_of(date.min) == datetime.min.replace(tzinfo=UTC)
    assert end_of(date.max) == datetime.max.replace(tzinfo=UTC)
    assert begin_of(date.max) < end_of(date.max)
    assert end_of(date.min) == begin_of(date(1, 1, 2))


def test_a_day_ends_where_the_next_begins() -> None:
    assert end_of(DAY) == begin_of(date(2026, 7, 2))


def test_a_moment_without_its_zone_is_in_beijing() -> None:
    assert local_day(datetime(2026, 7, 1, 0, 30)) == DAY  # noqa: DTZ001 - as a table's cell


def test_a_moment_lies_in_the_day_that_beijing_has_then() -> None:
    first = begin_of(DAY)
    assert local_day(first) == DAY
    assert local_day(first - timedelta(microseconds=1)) == DAY - timedelta(days=1)
    assert local_day(datetime(2026, 7, 1, tzinfo=LOCAL)) == DAY


def test_a_moment_is_shown_in_beijing_time() -> None:
    assert local_moment(datetime(2026, 6, 30, 16, 5, 59, tzinfo=UTC)) == "2026-07-01 00:05"
