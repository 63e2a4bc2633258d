"""Tables that people keep 参数表: each shipped with rows of its own, replaced as a whole, and never left half wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy.orm import Session

from records import audit
from records.models import ReferenceTable, User
from records.models.base import LabelledEnum
from records.people.permissions import Permission
from records.sheets.read import read_tables
from records.sheets.table import TableFile
from records.validator_words import in_words

MOST_ROWS = 500


class KeptRow(BaseModel):
    """A row. Each field's `title` is its column's heading; typed values are stripped of spaces."""

    model_config = ConfigDict(str_strip_whitespace=True, frozen=True, extra="ignore")

    def key(self) -> object:
        """The key by which two rows are the same."""
        return tuple(self.model_dump().values())

    @classmethod
    def headings(cls) -> dict[str, str]:
        """The columns' headings with the fields' names."""
        return {str(field.title): name for name, field in cls.model_fields.items()}

    @classmethod
    def choices(cls) -> dict[str, list[tuple[str, str]]]:
        """The fields that take one of a few values, with those and their labels."""
        kinds = {name: field.annotation for name, field in cls.model_fields.items()}
        return {
            name: [(one.value, one.label) for one in kind]
            for name, kind in kinds.items()
            if isinstance(kind, type) and issubclass(kind, LabelledEnum)
        }

    def labels(self) -> list[str]:
        """The row's cells as people read them."""
        values = (getattr(self, name) for name in type(self).model_fields)
        return [one.label if isinstance(one, LabelledEnum) else str(one) for one in values]

    def typed(self) -> dict[str, str]:
        """The row as it is typed, by the fields' names."""
        return {name: "" if value is None else str(value) for name, value in self.model_dump("json").items()}

    def model_dump(self, mode: str = "json", **options: Any) -> dict[str, Any]:  # noqa: ANN401 - pydantic's own
        """As pydantic's, as JSON holds it."""
        return super().model_dump(mode=mode, **options)


Row = TypeVar("Row", bound=KeptRow)


@dataclass(frozen=True)
class KeptTable(Generic[Row]):
    """A table: its name, its row type, its initial rows, and who may change it."""

    name: str
    title: str
    about: str
    row: type[Row]
    defaults: tuple[Row, ...]
    permission: Permission


class TableRefused(Exception):
    """Rows cannot be kept as they were typed; `faults` says why, in Chinese, by row (from 0) and field."""

    def __init__(self, faults: Mapping[tuple[int, str], str]) -> None:
        super().__init__("；".join(f"第 {row + 1} 行{words}" for (row, _), words in faults.items()))
        self.faults = faults


def read_rows(session: Session, table: KeptTable[Row]) -> tuple[Row, ...]:
    """The rows as they are now."""
    kept = session.get(ReferenceTable, table.name)
    return table.defaults if kept is None else tuple(table.row.model_validate(row) for row in kept.rows)


def replace_rows(
    session: Session, table: KeptTable[Row], typed: Sequence[Mapping[str, str]], *, by: User, now: datetime
) -> tuple[Row, ...]:
    """Keep these rows in place of the table's; those in which nothing is typed are left out. Raises TableRefused."""
    rows = _validated(table, [row for row in typed if any(value.strip() for value in row.values())])
    before = read_rows(session, table)
    if rows == before:
        return rows
    dumped = [row.model_dump() for row in rows]
    kept = ReferenceTable(name=table.name, rows=dumped, changed_at=now, changed_by=by.actor)
    session.merge(kept)
    known, wanted = {row.key() for row in before}, {row.key() for row in rows}
    words = f"变更{table.title}：{len(wanted - known)} 行新增或改动，{len(known - wanted)} 行去掉"
    audit.append(session, by, "reference_changed", now, f"table:{table.name}", reason=words)
    return rows


def rows_of_file(table: KeptTable[Row], file: TableFile) -> list[dict[str, str]]:
    """The rows of a table's file as they would be typed. Raises FileRefused."""
    headings = table.row.headings()
    found = read_tables(file, list(headings), list(headings)[:1])
    return [
        {headings[heading]: value for heading, value in row.cells.items() if heading in headings}
        for sheet in found.sheets
        for row in sheet.rows
    ]


def _validated(table: KeptTable[Row], typed: Sequence[Mapping[str, str]]) -> tuple[Row, ...]:
    if len(typed) > MOST_ROWS:
        raise TableRefused({(MOST_ROWS, ""): f"起超过了 {MOST_ROWS} 行"})
    faults: dict[tuple[int, str], str] = {}
    rows: list[Row] = []
    first: dict[object, int] = {}
    for number, values in enumerate(typed):
        filled = {name: value for name, value in values.items() if value.strip()}
        try:
            row = table.row.model_validate(filled)
        except ValidationError as error:
            for detail in error.errors():
                field = str(detail["loc"][0]) if detail["loc"] else next(iter(table.row.model_fields))
                heading = table.row.model_fields[field].title
                faults[number, field] = f"“{heading}”{in_words(dict(detail))}"
            continue
        if first.setdefault(row.key(), number) != number:
            faults[number, next(iter(table.row.model_fields))] = f"与第 {first[row.key()] + 1} 行重复"
        rows.append(row)
    if faults:
        raise TableRefused(faults)
    return tuple(rows)
