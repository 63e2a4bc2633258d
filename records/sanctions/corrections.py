"""An institution's ledger of corrections 整改台账, taken back in as a file: the self-check makes it, the institution
completes it. A later file replaces it."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError
from sqlalchemy.orm import Session

from records.local_time import local_day, parse_day
from records.models import Institution, User
from records.people.permissions import Permission
from records.reference.tables import KeptRow, KeptTable, TableRefused, read_rows, replace_rows
from records.sheets.read import read_tables
from records.sheets.table import RowFault, SheetRow, TableFile


class LedgerRefused(Exception):
    """A ledger is not taken; `faults` says why, by row and column."""

    def __init__(self, faults: Sequence[RowFault]) -> None:
        super().__init__("；".join(str(fault) for fault in faults))
        self.faults = faults


def _day(written: object) -> date:
    try:
        return parse_day(written)
    except ValueError as fault:
        raise PydanticCustomError("ledger_day", "{words}", {"words": f"：{fault}"}) from None


Day = Annotated[date, BeforeValidator(_day)]


class Correction(KeptRow):
    """A row of the ledger: the words found, their correction, its person and its day."""

    words: str = Field(title="自查发现的内容", min_length=1, max_length=2000)
    kind: str = Field(title="违法情形", min_length=1, max_length=200)
    measure: str = Field(title="整改措施", min_length=1, max_length=2000)
    person: str = Field(title="责任人", min_length=1, max_length=60)
    until: Day = Field(title="整改期限")
    done: Day | None = Field(default=None, title="完成日期")
    checked: str = Field(default="", title="复查结果", max_length=2000)

    def is_late(self, today: date) -> bool:
        """Whether its day has passed and it is not done."""
        return self.done is None and self.until < today


_HEADINGS = Correction.headings()


def list_corrections(session: Session, institution: Institution) -> Sequence[Correction]:
    """The institution's ledger as it last came in."""
    return read_rows(session, _ledger(institution))


def take_ledger(
    session: Session, institution: Institution, file: TableFile, *, by: User, now: datetime
) -> Sequence[Correction]:
    """Take a ledger in place of the institution's, whole or not at all, and write it into the log. Raises
    FileRefused, LedgerRefused."""
    found = read_tables(file, list(_HEADINGS), ("自查发现的内容", "整改措施", "责任人", "整改期限"))
    rows = [(sheet.name, row) for sheet in found.sheets for row in sheet.rows]
    first = found.sheets[0]
    faults = [fault for name, row in rows for fault in row.faults(name)]
    faults += [fault for name, row in rows for fault in _late_days(name, row, local_day(now))]
    if not rows:
        faults = [RowFault(first.name, 1, "自查发现的内容", "没有一行")]
    if faults:
        raise LedgerRefused(faults)
    typed = [{_HEADINGS[name]: value for name, value in row.cells.items()} for _, row in rows]
    try:
        return replace_rows(session, _ledger(institution), typed, by=by, now=now)
    except TableRefused as refused:
        raise LedgerRefused(list(_of_rows(rows, refused))) from None


def _late_days(sheet: str, row: SheetRow, today: date) -> Iterator[RowFault]:
    """The fault of a day of completion that is yet to come."""
    try:
        day = parse_day(row.cells.get("完成日期"))
    except ValueError:
        return  # empty, or no day: the row says so
    if day > today:
        yield RowFault(sheet, row.line, "完成日期", f"{day} 在今天之后")


def _of_rows(rows: Sequence[tuple[str, SheetRow]], refused: TableRefused) -> Iterator[RowFault]:
    titles = {name: heading for heading, name in _HEADINGS.items()}
    for (number, field), words in refused.faults.items():
        name, row = rows[min(number, len(rows) - 1)]
        heading = titles.get(field, "自查发现的内容")
        yield RowFault(name, row.line, heading, words.removeprefix(f"“{heading}”").removeprefix("："))


def _ledger(institution: Institution) -> KeptTable[Correction]:
    name = f"corrections {institution.id}"
    return KeptTable(name, f"整改台账（{institution.name}）", "", Correction, (), Permission.REVIEW)
