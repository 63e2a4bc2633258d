"""A cell as clean text, or the reason why it cannot be trusted."""

import re
import unicodedata
from datetime import date, datetime, time, timedelta

# Spreadsheet programs keep fifteen digits of a number; longer numbers have lost their end.
_MOST_EXACT = 10**15
_LOST = "是按数字存的，末尾的数字已经丢失，请把单元格设为文本格式后重新填写"
_SCIENTIFIC = re.compile(r"[+-]?\d(?:\.\d+)?E\+\d+", re.IGNORECASE)
_ERRORS = re.compile(
    r"#(?:N/A|REF!|DIV/0!|VALUE!|NAME\?|NUM!|NULL!|SPILL!|CALC!|GETTING_DATA)", re.IGNORECASE
)
_SUSPECT = frozenset("#+-0123456789")
_TOO_NARROW = re.compile(r"#{3,}")
_QUOTED_FORMULA = re.compile(r'="([^"]*)"')
# Control characters, formatting that is not seen (zero-width spaces, marks of direction), halves of characters.
_UNSEEN = {"Cc", "Cf", "Cs"}
# Spreadsheet programs would take these for the beginning of a formula.
# With a Chinese or Japanese input method they take the wide forms for it, too.
FORMULA_MARKS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class CellRefused(Exception):
    """A cell's content cannot be trusted; the message says why, in Chinese."""


def clean(text: str) -> str:
    """Text without invisible and control characters, other than line breaks, and without blanks around it."""
    if text.isprintable():
        return text.strip()
    kept = (mark for mark in text if mark in "\t\n" or unicodedata.category(mark) not in _UNSEEN)
    return "".join(kept).replace("\xa0", " ").replace("\t", " ").strip()


def typed_text(text: str) -> str:
    """The text of a cell of text. Raises CellRefused for an error's name, and for marks of lost digits."""
    shown = clean(text)
    if shown[:1] not in _SUSPECT:
        return shown
    if _ERRORS.fullmatch(shown):
        raise CellRefused(f"单元格是错误值 {shown}")
    if _TOO_NARROW.fullmatch(shown):
        raise CellRefused("单元格只剩“###”：原表列宽不足，另存时内容已丢失")
    if _SCIENTIFIC.fullmatch(shown):
        raise CellRefused(f"“{shown}”{_LOST}")
    return shown


def csv_text(text: str) -> str:
    """The text of a cell of a CSV file, without the marks that programs write around text to keep it text
    (="007", '=1, '0571). Raises CellRefused."""
    if quoted := _QUOTED_FORMULA.fullmatch(text.strip()):
        return clean(quoted[1])
    if text.startswith("'") and (text[1:].startswith((*FORMULA_MARKS, "'")) or text[1:2].isdecimal()):
        return clean(text[1:])
    return typed_text(text)


def cell_text(value: object) -> str:
    """The text of a cell of a workbook: a day as 2026-01-31, a whole number without its fraction. Raises CellRefused."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | float):
        return _number_text(value)
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds").removesuffix(" 00:00:00")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        minutes = int(value.total_seconds()) // 60
        return f"{minutes // 60}:{minutes % 60:02}"
    return typed_text(str(value))


def _number_text(value: float) -> str:
    if abs(value) >= _MOST_EXACT:
        raise CellRefused(f"“{value:.11g}”{_LOST}")
    # As programs show it: 0.1 + 0.2 is 0.3.
    return str(int(value)) if float(value).is_integer() else f"{value:.15g}"
