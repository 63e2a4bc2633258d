"""Periods of reports, in the days of Beijing time."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from records.local_time import begin_of, end_of

_WEEK = timedelta(days=6)


@dataclass(frozen=True)
class Period:
    """From the first day to the last, both included."""

    first: date
    last: date

    @classmethod
    def week(cls, day: date) -> "Period":
        """The week that a day lies in, from its Monday."""
        first = day - timedelta(days=day.weekday())
        return cls(first, first + _WEEK)

    @classmethod
    def month(cls, day: date) -> "Period":
        """The month that a day lies in."""
        return cls._months(day.year, day.month, 1)

    @classmethod
    def quarter(cls, day: date) -> "Period":
        """The quarter that a day lies in."""
        return cls._months(day.year, 3 * ((day.month - 1) // 3) + 1, 3)

    @classmethod
    def year(cls, day: date) -> "Period":
        """The year that a day lies in."""
        return cls._months(day.year, 1, 12)

    @classmethod
    def _months(cls, year: int, month: int, count: int) -> "Period":
        last = month + count - 1
        return cls(date(year, month, 1), date(year, last, monthrange(year, last)[1]))

    @property
    def begin(self) -> datetime:
        """The first moment."""
        return begin_of(self.first)

    @property
    def end(self) -> datetime:
        """The first moment after."""
        return end_of(self.last)

    @property
    def title(self) -> str:
        """The name in reports: 2026年第四季度, 2026年11月, 2026年, or its days."""
        if self == Period.quarter(self.first):
            return f"{self.first.year}年第{'一二三四'[(self.first.month - 1) // 3]}季度"
        if self == Period.month(self.first):
            return f"{self.first.year}年{self.first.month}月"
        if self == Period.year(self.first):
            return f"{self.first.year}年"
        return f"{self.first:%Y-%m-%d} 至 {self.last:%Y-%m-%d}"

    @property
    def before(self) -> "Period":
        """The month, quarter or year before, or as many days before."""
        yesterday = self.first - timedelta(days=1)
        for whole in (Period.month, Period.quarter, Period.year):
            if self == whole(self.first):
                return whole(yesterday)
        return Period(self.first - (self.last - self.first) - timedelta(days=1), yesterday)

    @property
    def year_ago(self) -> "Period":
        """The same days of the year before; a month ends with that year's own last day of it."""
        first = _year_ago(self.first)
        if self == Period.month(self.first):
            return Period.month(first)
        return Period(first, _year_ago(self.last))


def _year_ago(day: date) -> date:
    return date(day.year - 1, day.month, min(day.day, monthrange(day.year - 1, day.month)[1]))
