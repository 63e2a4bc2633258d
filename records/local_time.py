"""Beijing time: its zone, its days, and days as people type them."""

import re
import unicodedata
from contextlib import suppress
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Shanghai")

_EXAMPLE = "2026-07-01"
# What input methods put in place of - . / while Chinese punctuation is on.
_MARKS = str.maketrans("–—−。、", "---./")
_TIME = r"(?:(?:T|\s+)\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
_FORMS = tuple(
    re.compile(form + _TIME, re.ASCII)
    for form in (
        r"(?P<year>\d{4})\s*(?P<mark>[-/.])\s*(?P<month>\d{1,2})\s*(?P=mark)\s*(?P<day>\d{1,2})",
        r"(?P<year>\d{4})\s*年\s*(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})\s*[日号]?",
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})",
    )
)


def begin_of(day: date) -> datetime:
    """The moment at which a day begins, in UTC."""
    return datetime.combine(day, time(), LOCAL).astimezone(UTC)


def local_day(moment: datetime) -> date:
    """The day of a moment."""
    return moment.astimezone(LOCAL).date()


def local_moment(moment: datetime) -> str:
    """A moment as pages and tables show it, to the minute."""
    return moment.astimezone(LOCAL).strftime("%Y-%m-%d %H:%M")


def parse_day(written: object) -> date:
    """A day as a person types it, or as a cell of a workbook holds it.

    2026-07-01, 2026/7/1, 2026.7.1, 2026年7月1日, 20260701, also with full-width characters, spaces, or a time after it.
    Raises ValueError with a sentence in Chinese.
    """
    if isinstance(written, datetime):
        return local_day(written) if written.tzinfo else written.date()
    if isinstance(written, date):
        return written
    if isinstance(written, float) and written.is_integer():
        written = int(written)
    text = "" if written is None else str(written).strip()
    if not text:
        raise ValueError(f"没有填写日期，应写作 {_EXAMPLE}")
    plain = unicodedata.normalize("NFKC", text).translate(_MARKS).strip()
    found = next(filter(None, (form.fullmatch(plain) for form in _FORMS)), None)
    if found:
        try:
            return date(int(found["year"]), int(found["month"]), int(found["day"]))
        except ValueError:
            raise ValueError(f"没有“{text[:20]}”这一天，应写作 {_EXAMPLE}") from None
    with suppress(ValueError, OverflowError):  # programs write a moment with its zone
        moment = datetime.fromisoformat(plain)
        if moment.tzinfo:
            return local_day(moment)
    raise ValueError(f"“{text[:20]}”不是日期，应写作 {_EXAMPLE}")
