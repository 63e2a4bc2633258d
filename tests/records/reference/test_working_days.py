"""Working days: the published arrangement, days that are added, and years that nobody has arranged yet."""

from datetime import date

import pytest

from records.database import reading, transaction
from records.models import Role
from records.people.sign_in import add_user
from records.reference.tables import replace_rows
from records.reference.working_days import HOLIDAYS, WorkingCalendar, find_calendar, is_published

PLAIN = WorkingCalendar()


# 国务院办公厅关于2026年部分节假日安排的通知: 春节 2月15日至23日放假, 2月14日和28日上班; 国庆节 10月1日至7日放假,
# 10月10日上班.
@pytest.mark.parametrize(
    ("day", "is_worked"),
    [
        (date(2026, 2, 14), True),
        (date(2026, 2, 16), False),
        (date(2026, 2, 23), False),
        (date(2026, 2, 28), True),
        (date(2026, 10, 7), False),
        (date(2026, 10, 8), True),
        (date(2026, 10, 10), True),
        (date(2026, 11, 28), False),
        (date(2026, 11, 30), True),
    ],
)
def test_the_arrangement_of_the_state_council_decides(day: date, is_worked: bool) -> None:
    assert PLAIN.is_working(day) is is_worked


def test_a_term_that_ends_on_a_free_day_ends_on_the_next_working_day() -> None:
    assert PLAIN.first_from(date(2026, 10, 3)) == date(2026, 10, 8)
    assert PLAIN.first_from(date(2026, 10, 9)) == date(2026, 10, 9)


def test_seven_working_days_pass_over_the_spring_festival() -> None:
    assert PLAIN.after(date(2026, 2, 12), 7) == date(2026, 2, 28)  # 13, 14, 24, 25, 26, 27, 28
    assert PLAIN.count(date(2026, 2, 12), date(2026, 2, 28)) == 7
    assert PLAIN.count(date(2026, 2, 28), date(2026, 2, 12)) == 0


def test_a_year_that_is_not_arranged_has_weekends_and_fixed_days() -> None:
    assert not is_published(2031)
    assert not PLAIN.is_working(date(2031, 1, 1))
    assert not PLAIN.is_working(date(2031, 5, 3))  # a Saturday
    assert PLAIN.is_working(date(2031, 5, 5))


@pytest.mark.databases("sqlite")
def test_days_that_an_administrator_adds_come_first(engine, now) -> None:
    rows = [
        {"day": "2026-11-30", "kind": "放假", "name": "本市节日"},
        {"day": "2026/11/28", "kind": "上班"},
    ]
    with transaction(engine) as session:
        admin = add_user(session, "admin", "a-long-password", Role.ADMINISTRATOR)
        replace_rows(session, HOLIDAYS, [{**rows[1], "day": "2026-11-28"}, rows[0]], by=admin, now=now)
    with reading(engine) as session:
        calendar = find_calendar(session)
    assert calendar.first_from(date(2026, 11, 29)) == date(2026, 12, 1)
    assert calendar.is_working(date(2026, 11, 28))
