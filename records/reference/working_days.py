"""Working days 工作日: of the State Council's yearly arrangement of holidays, and of days that the administrator adds.

The arrangements are those of `chinese_calendar`. In a year that it does not know yet, weekends and the days
that 全国年节及纪念日放假办法 fixes in the solar calendar are free, and the table 节假日 says the rest.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import chinese_calendar
from pydantic import Field
from sqlalchemy.orm import Session

from records.models.base import LabelledEnum
from records.people.permissions import Permission
from records.reference.choices import Labelled
from records.reference.tables import KeptRow, KeptTable, read_rows

_DAY = timedelta(days=1)
_SATURDAY = 5
# 元旦, 劳动节, 国庆节: the lunar ones fall elsewhere each year.
_FIXED = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})


class DayKind(LabelledEnum):
    """The kind of a day by order of an authority."""

    FREE = "free", "放假"
    WORKING = "working", "上班"


class SpecialDay(KeptRow):
    """A day that is free, or worked, other than the published arrangement says."""

    day: date = Field(title="日期")
    kind: Labelled[DayKind] = Field(title="安排")
    name: str = Field(default="", title="说明", max_length=40)

    def key(self) -> object:
        """A day is one thing."""
        return self.day


HOLIDAYS = KeptTable(
    "holidays",
    "节假日",
    "国务院办公厅当年放假安排已随软件提供；新年度的安排发布后、软件更新前，或本地另有安排时，在这里补充。",
    SpecialDay,
    (),
    Permission.ADMINISTER,
)


@dataclass(frozen=True)
class WorkingCalendar:
    """Which days are worked. `told` are the days of the table 节假日."""

    told: Mapping[date, bool] = field(default_factory=dict)

    def is_working(self, day: date) -> bool:
        """Whether offices work on that day."""
        if day in self.told:
            return self.told[day]
        try:
            return bool(chinese_calendar.is_workday(day))
        except NotImplementedError:
            return day.weekday() < _SATURDAY and (day.month, day.day) not in _FIXED

    def first_from(self, day: date) -> date:
        """The day, or the next working day after it: a term that ends on a free day ends then (民法典第二百零三条)."""
        while not self.is_working(day):
            day += _DAY
        return day

    def after(self, day: date, count: int) -> date:
        """The working day `count` working days after `day`, which itself does not count."""
        for _ in range(count):
            day = self.first_from(day + _DAY)
        return day

    def count(self, after: date, until: date) -> int:
        """How many working days lie after one day, up to and with another."""
        days = range((until - after).days)
        return sum(self.is_working(after + (number + 1) * _DAY) for number in days)


def is_published(year: int) -> bool:
    """Whether the arrangement of a year is known."""
    return date(year, 1, 1) in chinese_calendar.holidays


def find_calendar(session: Session) -> WorkingCalendar:
    """The calendar as it is now."""
    days = read_rows(session, HOLIDAYS)
    return WorkingCalendar({row.day: row.kind is DayKind.WORKING for row in days})
