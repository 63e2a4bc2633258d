"""Beijing time: its zone, its days, and days as people type them.

The law counts in days of Beijing. No other module takes the day of a moment or reads a day that a person typed.
"""

import re
import unicodedata
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Shanghai")

_EXAMPLE = "2026-07-01"
# Characters that input methods put in place of - . / while Chinese punctuation is on.
_MARKS = str.maketrans("–—−。、\\", "---.//")
# 二〇二六年十一月二十日, as on documents with a seal. The zero has four looks.
_NUMERALS = dict(zip("〇一二三四五六七八九", range(10), strict=True)) | dict.fromkeys("零○Ｏ", 0)
_WEEKDAY = r"(?:\s*\(?(?:星期|周|礼拜)[一二三四五六日天]\)?)?"
_CLOCK = r"\d{1,2}(?::\d{2}(?::\d{2}(?:\.\d+)?)?|[时点](?:\d{1,2}分?)?(?:\d{1,2}秒)?)"
_TIME = (
    rf"{_WEEKDAY}(?:\s*(?:[上下中]午|晚上?))?"
    rf"(?:(?:T|\s+|(?<=[日号)一二三四五六天午晚上])){_CLOCK}(?:\s*[AP]M)?)?"
)
_FORMS = tuple(
    re.compile(form + _TIME, re.ASCII | re.IGNORECASE)
    for form in (
        r"(?P<year>\d{4})\s*(?P<mark>[-/.])\s*(?P<month>\d{1,2})\s*(?P=mark)\s*(?P<day>\d{1,2})\s*[日号.]?",
        r"(?P<year>\d{4})\s*年\s*(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})\s*[日号]?",
        r"(?P<year>\d{4})\s+(?P<month>\d{1,2})\s+(?P<day>\d{1,2})",
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})",
    )
)
_IN_NUMERALS = re.compile(
    r"([〇零○Ｏ一二三四五六七八九]{4})年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,3})[日号]?"
)
# As spreadsheets in English write a day. Without a month's name, which number is the day cannot be told.
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"(?P<name>{'|'.join(_MONTHS)})[a-z]*\.?"
_IN_ENGLISH = tuple(
    re.compile(form + _TIME, re.ASCII | re.IGNORECASE)
    for form in (
        rf"(?P<day>\d{{1,2}})[\s-]+{_MONTH}[\s,-]+(?P<year>\d{{4}})",
        rf"{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[\s,]+(?P<year>\d{{4}})",
    )
)
# Spreadsheets count days from the end of 1899; a number stands for a day only where that day can be meant.
_SERIAL_ZERO = date(1899, 12, 30)
_SERIALS = range((date(1970, 1, 1) - _SERIAL_ZERO).days, (date(2100, 1, 1) - _SERIAL_ZERO).days)


def begin_of(day: date) -> datetime:
    """The moment at which a day begins, in UTC; of the calendar's first day, the first moment that there is."""
    if day == date.min:
        return datetime.min.replace(tzinfo=UTC)
    return datetime.combine(day, time(), LOCAL).astimezone(UTC)


def end_of(day: date) -> datetime:
    """The first moment after a day, in UTC; of the calendar's last day, the last moment that there is."""
    if day == date.max:
        return datetime.max.replace(tzinfo=UTC)
    return begin_of(day + timedelta(days=1))


def local_day(moment: datetime) -> date:
    """The day of a moment. A moment that names no zone is Beijing's."""
    return moment.astimezone(LOCAL).date() if moment.tzinfo else moment.date()


def local_moment(moment: datetime) -> str:
    """A moment as pages and tables show it, to the minute."""
    return moment.astimezone(LOCAL).strftime("%Y-%m-%d %H:%M")


def parse_day(written: object) -> date:
    """A day as a person types it, or as a cell of a table holds it.

    2026-07-01, 2026/7/1, 2026.7.1, 2026年7月1日, 20260701, 二〇二六年七月一日, 1-Jul-2026, also with full-width or
    invisible characters, spaces, a weekday or a time after it, an apostrophe before it; a moment with its zone; a
    spreadsheet's serial number.
    Raises ValueError with a sentence in Chinese.
    """
    if isinstance(written, datetime):
        return local_day(written)
    if isinstance(written, date):
        return written
    text = "" if written is None else str(written).strip()
    visible = "".join(mark for mark in text if unicodedata.category(mark) != "Cf").strip()
    if not visible:
        raise ValueError(f"没有填写日期，应写作 {_EXAMPLE}")
    plain = unicodedata.normalize("NFKC", visible).translate(_MARKS).strip().removeprefix("'").lstrip()
    try:
        day = _in_digits(plain) or _in_numerals(visible)
    except ValueError:
        raise ValueError(f"没有“{text[:20]}”这一天，应写作 {_EXAMPLE}") from None
    if day or (day := _of_moment(plain) or _of_serial(plain)):
        return day
    raise ValueError(f"“{text[:20]}”不是日期，应写作 {_EXAMPLE}")


def _in_digits(plain: str) -> date | None:
    """Raises ValueError for a day that no calendar has."""
    plain = plain.removesuffix(".0") if re.fullmatch(r"\d{8}\.0", plain, re.ASCII) else plain
    if found := next(filter(None, (form.fullmatch(plain) for form in _FORMS)), None):
        return date(int(found["year"]), int(found["month"]), int(found["day"]))
    if found := next(filter(None, (form.fullmatch(plain) for form in _IN_ENGLISH)), None):
        return date(int(found["year"]), _MONTHS.index(found["name"].lower()) + 1, int(found["day"]))
    return None


def _in_numerals(visible: str) -> date | None:
    """Raises ValueError for a day that no calendar has. Takes the text before NFKC, which would make a letter of the
    full-width O that stands for zero."""
    found = _IN_NUMERALS.fullmatch(re.sub(r"\s", "", visible))
    if not found:
        return None
    year = int("".join(str(_NUMERALS[numeral]) for numeral in found[1]))
    return date(year, _number(found[2]), _number(found[3]))


def _number(numerals: str) -> int:
    """二十一 as 21. Raises ValueError for anything but a number below a hundred."""
    if not re.fullmatch(r"[一二三四五六七八九]?十?[一二三四五六七八九]?", numerals) or (
        "十" not in numerals and len(numerals) > 1
    ):
        raise ValueError
    tens, ten, ones = numerals.rpartition("十")
    return (10 * _NUMERALS.get(tens, 1) if ten else 0) + _NUMERALS.get(ones, 0)


def _of_moment(plain: str) -> date | None:
    """The day of a moment as programs write it, with its zone."""
    with suppress(ValueError, OverflowError):
        moment = datetime.fromisoformat(plain.upper())
        return local_day(moment) if moment.tzinfo else None
    return None


def _of_serial(plain: str) -> date | None:
    if not re.fullmatch(r"\d{5}(?:\.\d+)?", plain, re.ASCII):
        return None
    serial = int(plain.partition(".")[0])
    return _SERIAL_ZERO + timedelta(days=serial) if serial in _SERIALS else None
