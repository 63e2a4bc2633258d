"""Periods of reports, in the days of Beijing time."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from records.local_time import begin_of, end_of


@dataclass(frozen=True)
class Period:
    """From the first day to the last, both included."""

    first: date
    last: date

    @classmethod
    def quarter(cls, day: date) -> "Period":
        """The quarter that a day lies in."""
        month = 3 * ((day.month - 1) // 3) + 1
        first = date(day.year, month, 1)
        after = date(day.year + (month == 10), (month + 3) if month < 10 else 1, 1)
        return cls(first, after - timedelta(days=1))

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
        """As reports name it: 2026年第四季度, or its days."""
        if self == Period.quarter(self.first):
            return f"{self.first.year}年第{'一二三四'[(self.first.month - 1) // 3]}季度"
        return f"{self.first:%Y-%m-%d} 至 {self.last:%Y-%m-%d}"

    @property
    def before(self) -> "Period":
        """The quarter before, or as many days before."""
        if self == Period.quarter(self.first):
            return Period.quarter(self.first - timedelta(days=1))
        return Period(
            self.first - (self.last - self.first) - timedelta(days=1), self.first - timedelta(days=1)
        )
