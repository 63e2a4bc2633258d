"""Import and export of the registry. Bad rows are named by line and column; good rows are kept."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from records.database import in_batches, transaction
from records.models import Certificate, Institution, Source
from records.registry.rows import ROW_KINDS, CertificateRow, InstitutionRow, OwnedRow, Row
from records.sheets.read import read_tables
from records.sheets.table import WHOLE_ROW, FileRefused, ImportResult, RowFault, Sheet, SheetRow, TableFile
from records.sheets.write import write_csv, write_xlsx
from records.validator_words import in_words

Record = Institution | Source | Certificate

TABLES: dict[str, type[Record]] = {
    "institutions": Institution,
    "sites": Source,
    "accounts": Source,
    "certificates": Certificate,
}
_HEADINGS = tuple(dict.fromkeys(heading for kind in ROW_KINDS for heading in kind.headings()))


def import_registry(
    engine: Engine, file: TableFile, progress: Callable[[int], None] = lambda _: None
) -> ImportResult:
    """Import all sheets of a file; `progress` is called with how many rows were read.

    A sheet's columns tell its kind. Importing a file again updates changes and adds nothing twice. Raises
    FileRefused when the file, or a sheet's headings, cannot be understood.
    """
    tables = read_tables(file, _HEADINGS)
    sheets = [(row_kind(sheet, file.name), sheet) for sheet in tables.sheets]
    result = ImportResult(notes=[*tables.notes, *(note for sheet in tables.sheets for note in sheet.notes)])
    for kind, sheet in sorted(sheets, key=lambda pair: ROW_KINDS.index(pair[0])):
        seen: dict[str, int] = {}
        for batch in in_batches(sheet.rows):
            with transaction(engine) as session:
                good = [(line, row) for line, row in _validated(kind, sheet.name, batch, result, seen)]
                _write(session, kind, sheet.name, good, result)
            progress(len(batch))
    return result


def row_kind(sheet: Sheet, name: str) -> type[Row]:
    """Which kind of rows a sheet holds; raises FileRefused naming the missing columns."""
    headings = set(sheet.headings)
    fits = [kind for kind in ROW_KINDS if kind.required_headings() <= headings]
    if fits:
        return fits[0]
    nearest = max(ROW_KINDS, key=lambda kind: len(headings & set(kind.headings())))
    missing = "、".join(sorted(nearest.required_headings() - headings))
    raise FileRefused(
        f"{name} 的“{sheet.name}”：看不出是哪一种表；如果是{nearest.title}表，缺少列：{missing}"
    )


def export_registry(engine: Engine, path: Path) -> dict[str, int]:
    """Write the registry to an xlsx file, or to a folder of CSV files; returns rows by kind."""
    counts = {}
    tables = []
    with transaction(engine) as session:
        for kind in ROW_KINDS:
            rows = list(_exported(session, kind))
            counts[kind.title] = len(rows)
            tables.append((kind.title, list(kind.headings()), rows))
    if path.suffix.lower() == ".xlsx":
        path.parent.mkdir(parents=True, exist_ok=True)
        write_xlsx(path, tables)
    else:
        path.mkdir(parents=True, exist_ok=True)
        for title, headings, rows in tables:
            write_csv(path / f"{title}.csv", headings, rows)
    return counts


def _validated(
    kind: type[Row],
    sheet: str,
    batch: Iterable[SheetRow],
    result: ImportResult,
    seen: dict[str, int],
) -> Iterator[tuple[int, Row]]:
    for found in batch:
        line = found.line
        if found.unreadable:
            result.faults += found.faults(sheet)
            continue
        try:
            row = kind.model_validate(found.cells)
        except ValidationError as error:
            result.faults += _faults(kind, sheet, line, error)
            continue
        key = str(getattr(row, kind.key))
        first = seen.setdefault(key, line)
        if first != line:
            column = _column(kind, kind.key)
            result.faults.append(RowFault(sheet, line, column, f"“{key}”与第 {first} 行重复"))
            continue
        yield line, row


def _write(
    session: Session, kind: type[Row], sheet: str, good: list[tuple[int, Row]], result: ImportResult
) -> None:
    table = TABLES[kind.kind]
    there: dict[str, Record] = {}
    for keys in in_batches([getattr(row, kind.key) for _, row in good]):
        known = select(table).filter_by(**kind.of_table).where(getattr(table, kind.key).in_(keys))
        records = cast("Sequence[Record]", session.scalars(known).all())
        there |= {getattr(record, kind.key): record for record in records}
    owners = owner_ids(session, [row for _, row in good])
    for line, row in good:
        if isinstance(row, OwnedRow) and row.credit_code not in owners:
            reason = f"登记库中没有代码为 {row.credit_code} 的机构，请先导入机构"
            result.faults.append(RowFault(sheet, line, "统一社会信用代码", reason))
            continue
        values = columns_of(row, owners)
        _upsert(session, table, there.get(getattr(row, kind.key)), values, result)


def columns_of(row: Row, owners: Mapping[str, int]) -> dict[str, Any]:
    """The columns of a row's record; `owners` are the institutions' ids by their codes, with that of the row's own."""
    values = {name: getattr(row, name) for name in type(row).model_fields if name != "credit_code"}
    values |= {**row.of_table, **row.fixed}
    if isinstance(row, InstitutionRow):
        values["credit_code"] = row.credit_code
    elif isinstance(row, OwnedRow):
        values["institution_id"] = owners[row.credit_code]
    if isinstance(row, CertificateRow):
        values["number"] = row.number
    return values


def _upsert(
    session: Session, table: type[Record], record: Record | None, values: dict[str, Any], result: ImportResult
) -> None:
    if record is None:
        session.add(table(**values))
        result.added += 1
        return
    changed = {name: value for name, value in values.items() if getattr(record, name) != value}
    for name, value in changed.items():
        setattr(record, name, value)
    result.updated += bool(changed)
    result.unchanged += not changed


def owner_ids(session: Session, rows: Sequence[Row]) -> dict[str, int]:
    """The ids of the institutions that rows belong to, by their codes."""
    owners: dict[str, int] = {}
    for codes in in_batches(list({row.credit_code for row in rows if isinstance(row, OwnedRow)})):
        known = select(Institution.credit_code, Institution.id).where(Institution.credit_code.in_(codes))
        owners |= {row.credit_code: row.id for row in session.execute(known)}
    return owners


def _faults(kind: type[Row], sheet: str, line: int, error: ValidationError) -> Iterator[RowFault]:
    for column, words in faults_of(kind, error):
        yield RowFault(sheet, line, column or WHOLE_ROW, words)


def faults_of(kind: type[Row], error: ValidationError) -> Iterator[tuple[str, str]]:
    """The faults of a row, in words, each with the heading of its column; "" where it is the row as a
    whole."""
    for detail in error.errors():
        field_name = str(detail["loc"][0]) if detail["loc"] else ""
        column = field_name if field_name in kind.headings() else _column(kind, field_name)
        yield column, in_words(dict(detail))


def _column(kind: type[Row], field_name: str) -> str:
    return next((heading for heading, name in kind.headings().items() if name == field_name), field_name)


def cells_of(record: Record, kind: type[Row]) -> dict[str, Any]:
    """A record as the cells of its row, by heading."""
    fields = {name: getattr(record, name) for name in kind.model_fields if hasattr(record, name)}
    if not isinstance(record, Institution):
        fields["credit_code"] = record.institution.credit_code
    dumped = kind.model_construct(**fields).model_dump(by_alias=True)
    return {heading: dumped[heading] for heading in kind.headings()}


def _exported(session: Session, kind: type[Row]) -> Iterator[list[Any]]:
    table = TABLES[kind.kind]
    known = select(table).filter_by(**kind.of_table).order_by(table.id)
    records = cast("Sequence[Record]", session.scalars(known).all())
    for record in records:
        yield list(cells_of(record, kind).values())
