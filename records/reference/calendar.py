"""The days by which something is to be reported 工作日历, and their reminders."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError
from sqlalchemy.orm import Session

from records.people.permissions import Permission
from records.reference.tables import KeptRow, KeptTable, read_rows

_SHOWN_AFTER = timedelta(days=7)
_LEAP_YEAR = 2000


def _is_day(written: str) -> str:
    try:
        _in_year(written, _LEAP_YEAR)
    except ValueError:
        words = f"“{written}”不是日子，每年都有的写作 6-30，只有一次的写作 2026-06-30"
        raise PydanticCustomError("calendar_day", "{words}", {"words": words}) from None
    return written


def _in_year(written: str, year: int) -> date:
    """The day in that year; one with a year of its own is that day. Raises ValueError."""
    parts = [int(part) for part in written.split("-")]
    own, month, day = parts if len(parts) > 2 else (year, *parts)
    if (month, day) == (2, 29) and len(parts) == 2:
        return date(own, 3, 1) - timedelta(days=1)
    return date(own, month, day)


class CalendarDay(KeptRow):
    """A day of each year (6-30), or of one (2026-06-30), with its work."""

    day: Annotated[str, AfterValidator(_is_day)] = Field(title="日期", max_length=10)
    words: str = Field(title="事项", min_length=2, max_length=100)
    ahead: int = Field(default=14, title="提前几天提醒", ge=0, le=180)


CALENDAR = KeptTable(
    "calendar",
    "工作日历",
    "报送和总结的日子，按当年的行动方案改。日期写 6-30（每年）或 2026-06-30（只有一次）；到期前在统计页和研判队列上提醒。",
    CalendarDay,
    (
        CalendarDay(day="2-1", words="报送上一年度整治工作总结和统计表"),
        CalendarDay(day="6-30", words="报送上半年整治工作进展和统计表"),
        CalendarDay(day="9-30", words="报送第三季度整治工作进展和统计表"),
    ),
    Permission.KEEP_FIGURES,
)


@dataclass(frozen=True)
class Reminder:
    """Something that is due, and in how many days; below zero since."""

    day: date
    words: str
    left: int


def list_reminders(session: Session, today: date) -> Sequence[Reminder]:
    """The work that is due soon, or was within a week, the earliest first."""
    found = []
    for one in read_rows(session, CALENDAR):
        for year in sorted({today.year - 1, today.year, today.year + 1}):
            day = _in_year(one.day, year)
            if day - timedelta(days=one.ahead) <= today <= day + _SHOWN_AFTER:
                found.append(Reminder(day, one.words, (day - today).days))
    return sorted(dict.fromkeys(found), key=lambda reminder: reminder.day)
