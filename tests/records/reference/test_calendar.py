"""The work calendar: days that come every year or once, told ahead."""

from datetime import date

import pytest
from pydantic import ValidationError

from records.database import reading, transaction
from records.models import Role
from records.people.sign_in import add_user
from records.reference.calendar import CALENDAR, CalendarDay, list_reminders
from records.reference.tables import replace_rows

pytestmark = pytest.mark.databases("sqlite")


def test_a_day_is_told_ahead_and_for_a_week_after(engine, now) -> None:
    typed = [
        {"day": "1-5", "words": "每年的事", "ahead": "10"},
        {"day": "2026-12-20", "words": "一次的事", "ahead": "0"},
        {"day": "2-29", "words": "闰日的事", "ahead": "1"},
    ]
    with transaction(engine) as session:
        replace_rows(
            session, CALENDAR, typed, by=add_user(session, "a", "a-long-password", Role.LEADER), now=now
        )
    with reading(engine) as session:

        def told(day: date) -> list[tuple[str, int]]:
            return [(one.words, one.left) for one in list_reminders(session, day)]

        assert told(date(2026, 12, 19)) == []
        assert told(date(2026, 12, 27)) == [("一次的事", -7), ("每年的事", 9)]
        assert told(date(2026, 12, 28)) == [("每年的事", 8)]
        assert told(date(2027, 12, 20)) == [], "the day of one year does not come again"
        assert told(date(2027, 2, 27)) == [("闰日的事", 1)], "a leap day is the last of February"


@pytest.mark.parametrize("day", ["2-30", "13-1", "六月", "2026-2-29", "6", ""])
def test_what_is_no_day_is_refused_in_words(day: str) -> None:
    with pytest.raises(ValidationError, match="不是日子"):
        CalendarDay(day=day, words="报送材料")
