"""Days and moments in Beijing time."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Shanghai")


def begin_of(day: date) -> datetime:
    """The moment at which a day begins, in UTC."""
    return datetime.combine(day, time(), LOCAL).astimezone(UTC)


def local_day(moment: datetime) -> date:
    """The day of a moment."""
    return moment.astimezone(LOCAL).date()


def local_moment(moment: datetime) -> str:
    """A moment as pages and tables show it, to the minute."""
    return moment.astimezone(LOCAL).strftime("%Y-%m-%d %H:%M")
