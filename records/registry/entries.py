"""The registry 登记库 entry by entry: listed, searched, and edited by the same columns and checks as its files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from pydantic import ValidationError
from sqlalchemy import ColumnElement, Select, func, or_, select, true
from sqlalchemy.orm import Session, joinedload

from records import audit
from records.models import Certificate, Institution, Source, User
from records.models.base import LabelledEnum
from records.registry.exchange import (
    TABLES,
    Record,
    cells_of,
    columns_of,
    faults_of,
    owner_ids,
)
from records.registry.rows import ROW_KINDS, OwnedRow, Row

KINDS: Mapping[str, type[Row]] = {kind.kind: kind for kind in ROW_KINDS}

# The columns that a search covers.
_SEARCHED: Mapping[type[Record], Sequence[Any]] = {
    Institution: (Institution.name, Institution.credit_code, Institution.district, Institution.category),
    Source: (Source.address, Source.name, Institution.name, Institution.district),
    Certificate: (Certificate.number_as_written, Certificate.number, Institution.name),
}


class EntryRefused(Exception):
    """An entry cannot be saved as typed; `faults` says why, in Chinese, by the heading of the field ("" for
    none)."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__("；".join(faults.values()))
        self.faults = faults


@dataclass(frozen=True)
class Plan:
    """How often and in which hours sources are to be visited; None leaves it as it is."""

    interval_hours: float | None = None
    enabled: bool | None = None


def list_entries(
    session: Session,
    kind: type[Row],
    words: str,
    limit: int,
    offset: int = 0,
    institution_id: int | None = None,
) -> Sequence[Record]:
    """The entries of a kind in which all of the words are found, by name or address; of one institution, where one is
    given."""
    table = TABLES[kind.kind]
    query = _of_kind(select(table), kind, words, institution_id)
    if table is Institution:
        query = query.order_by(Institution.name, Institution.id)
    else:
        query = query.options(joinedload(table.institution)).order_by(Institution.name, table.id)  # type: ignore[union-attr]
    return cast("Sequence[Record]", session.scalars(query.limit(limit).offset(offset)).all())


def count_entries(
    session: Session, kind: type[Row], words: str = "", institution_id: int | None = None
) -> int:
    """How many entries `list_entries` has."""
    query = _of_kind(select(func.count(TABLES[kind.kind].id)), kind, words, institution_id)
    return session.scalar(query) or 0


def find_entry(session: Session, kind: type[Row], entry_id: int) -> Record | None:
    """The entry of that kind and number."""
    found = cast("Record | None", session.get(TABLES[kind.kind], entry_id))
    fits = found is not None and all(getattr(found, name) == value for name, value in kind.of_table.items())
    return found if fits else None


def entry_cells(record: Record, kind: type[Row]) -> dict[str, str]:
    """An entry in typed form: by heading, all as text."""
    return {heading: as_typed(value) for heading, value in cells_of(record, kind).items()}


def save_entry(
    session: Session,
    kind: type[Row],
    cells: Mapping[str, str],
    entry: Record | None,
    *,
    by: User,
    now: datetime,
) -> Record:
    """Add an entry, or change the one that is given, and log each change with the old and the new value.

    Raises EntryRefused where a cell does not fit its column, its key is another entry's, or there is
    no institution with its code.
    """
    try:
        row = kind.model_validate(dict(cells))
    except ValidationError as error:
        raise EntryRefused(_joined(faults_of(kind, error))) from None
    _require_new_key(session, kind, row, entry)
    owners = owner_ids(session, [row])
    if isinstance(row, OwnedRow) and row.credit_code not in owners:
        raise EntryRefused({"统一社会信用代码": f"登记库中没有代码为 {row.credit_code} 的机构，请先登记机构"})
    before = entry_cells(entry, kind) if entry is not None else {}
    values = columns_of(row, owners)
    if entry is None:
        entry = TABLES[kind.kind](**values)
        session.add(entry)
    else:
        for name, value in values.items():
            if getattr(entry, name) != value:
                setattr(entry, name, value)
    if isinstance(entry, Source):
        _hurry(entry, now)
    session.flush()
    session.refresh(entry)
    after = entry_cells(entry, kind)
    changes = {heading: [before.get(heading, ""), told] for heading, told in after.items()}
    changes = {heading: pair for heading, pair in changes.items() if pair[0] != pair[1]}
    if changes:
        words = f"变更{kind.title}：{'、'.join(changes)}" if before else f"登记{kind.title}"
        audit.append(
            session, by, "registry_changed", now, _name(entry), reason=words, detail={"changes": changes}
        )
    return entry


def plan_sources(session: Session, source_ids: Sequence[int], plan: Plan, *, by: User, now: datetime) -> int:
    """Give sources another interval, or switch them on or off; returns how many were changed."""
    changed = 0
    for source in session.scalars(select(Source).where(Source.id.in_(source_ids)).order_by(Source.id)):
        wanted = {name: value for name, value in vars(plan).items() if value is not None}
        if all(getattr(source, name) == value for name, value in wanted.items()):
            continue
        for name, value in wanted.items():
            setattr(source, name, value)
        _hurry(source, now)
        changed += 1
        words = "、".join(
            [f"巡查间隔 {plan.interval_hours:g} 小时"] * (plan.interval_hours is not None)
            + ["启用" if plan.enabled else "停用"] * (plan.enabled is not None)
        )
        audit.append(session, by, "registry_changed", now, _name(source), reason=f"调整巡查计划：{words}")
    return changed


def _of_kind(query: Select[Any], kind: type[Row], words: str, institution_id: int | None) -> Select[Any]:
    table = TABLES[kind.kind]
    if table is not Institution:
        query = query.join(Institution, Institution.id == table.institution_id)  # type: ignore[union-attr]
    conditions = [getattr(table, name) == value for name, value in kind.of_table.items()]
    condition = Institution.id == institution_id if institution_id is not None else true()
    return query.where(condition, *conditions, *(_has(table, word) for word in words.split()[:10]))


def _has(table: type[Record], word: str) -> ColumnElement[bool]:
    return or_(*(column.icontains(word, autoescape=True) for column in _SEARCHED[table]))


def _require_new_key(session: Session, kind: type[Row], row: Row, entry: Record | None) -> None:
    table = TABLES[kind.kind]
    key = getattr(row, kind.key)
    query = select(table).filter_by(**kind.of_table).where(getattr(table, kind.key) == key)
    other = cast("Record | None", session.scalar(query))
    if other is not None and other is not entry:
        names = {name: heading for heading, name in kind.headings().items()}
        heading = names.get(kind.key) or names["number_as_written"]
        raise EntryRefused({heading: f"“{key}”已经登记：{_name(other)}"})


def _hurry(source: Source, now: datetime) -> None:
    """A source whose interval was made shorter does not wait for the end of the longer one."""
    latest = now + timedelta(hours=source.interval_hours * (source.interval_factor or 1.0))
    if source.next_visit_at and source.next_visit_at > latest:
        source.next_visit_at = latest


def _joined(faults: Any) -> dict[str, str]:  # noqa: ANN401 - an iterator of pairs
    told: dict[str, str] = {}
    for heading, words in faults:
        told[heading] = f"{told[heading]}；{words}" if heading in told else words
    return told


def as_typed(value: object) -> str:
    """A cell's value as somebody types it; "" for none."""
    if value is None or value == []:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, LabelledEnum):
        return value.label
    return f"{value:g}" if isinstance(value, float) else str(value)


def _name(entry: Record) -> str:
    """An entry's name in the log."""
    if isinstance(entry, Institution):
        return entry.name
    if isinstance(entry, Source):
        return entry.display_name
    return entry.number_as_written
