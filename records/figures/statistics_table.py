"""The statistics table of a period: each cell counted from the same cases as all other figures, or typed by hand."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from records.cases.stages import STAGES
from records.figures.case_figures import CaseFact, total
from records.models import DisposalResult, Level
from records.reference.statistics_table import RowScope, StatisticsColumn, StatisticsRow
from records.visits.coverage import GroupCoverage


@dataclass(frozen=True)
class StatisticsCell:
    """A cell: its number (None where there is none) and, where cases make it, the queue's filters that show them. A number
    that people type is `typed`, or else the sum of its row's parts, `summed`."""

    value: int | str | None
    by_hand: bool = False
    wanted: Mapping[str, str] | None = None
    typed: str | None = None
    summed: str | None = None


@dataclass(frozen=True)
class Statistics:
    """The table: its columns, and its rows with a cell for each."""

    columns: Sequence[StatisticsColumn]
    rows: Sequence[tuple[StatisticsRow, Sequence[StatisticsCell]]]


def count_statistics(
    rows: Sequence[StatisticsRow],
    columns: Sequence[StatisticsColumn],
    facts: Sequence[CaseFact],
    coverage: Mapping[Level, GroupCoverage],
    families: Mapping[str, str],
    hand: Mapping[tuple[str, str], str],
    wanted: Mapping[str, str],
) -> Statistics:
    """Fill the table. `families` are the kinds of misconduct by id; `wanted` the queue's filters of the period."""
    by_title = {title: name for name, title in families.items()}
    filled = []
    for row in rows:
        family = by_title.get(row.family, row.family)
        counted = [fact for fact in facts if _is_in(row, family, fact)]
        filters = {
            **wanted,
            **({} if row.scope is RowScope.ALL else {"level": row.scope.value}),
            **({"family": family} if family else {}),
            **({"category": row.category} if row.category else {}),
        }
        seen = None if family or row.category else _coverage(row.scope, coverage)
        cells = [
            _hand_cell(row, one, rows, hand) if one.by_hand else _counted_cell(one, counted, seen, filters)
            for one in columns
        ]
        filled.append((row, cells))
    return Statistics(columns, filled)


def _is_in(row: StatisticsRow, family: str, fact: CaseFact) -> bool:
    return (
        row.scope.value in (RowScope.ALL.value, fact.level.value)
        and (not family or family in fact.families)
        and (not row.category or row.category == fact.category)
    )


def _coverage(scope: RowScope, coverage: Mapping[Level, GroupCoverage]) -> tuple[int, int]:
    found = [one for level, one in coverage.items() if scope.value in (RowScope.ALL.value, level.value)]
    return sum(one.institutions for one in found), sum(one.seen for one in found)


def _counted_cell(
    column: StatisticsColumn,
    facts: Sequence[CaseFact],
    coverage: tuple[int, int] | None,
    wanted: Mapping[str, str],
) -> StatisticsCell:
    name = column.counted.value
    if name in STAGES:
        return StatisticsCell(total(facts).counts[name], wanted={**wanted, "state": name})
    return StatisticsCell(_OTHERS[name](facts, coverage))


def _hand_cell(
    row: StatisticsRow,
    column: StatisticsColumn,
    rows: Sequence[StatisticsRow],
    hand: Mapping[tuple[str, str], str],
) -> StatisticsCell:
    parts = [_hand_cell(part, column, rows, hand).value for part in _parts(row, rows)]
    known = [Decimal(value) for value in parts if value is not None]
    typed, summed = hand.get((row.title, column.title)), str(sum(known)) if known else None
    return StatisticsCell(typed or summed, by_hand=True, typed=typed, summed=summed)


def _parts(row: StatisticsRow, rows: Sequence[StatisticsRow]) -> Sequence[StatisticsRow]:
    """The rows that make up a row, none of whose institutions is in two of them: by level, or else by category. Kinds of
    misconduct overlap."""
    alike = [one for one in rows if one.family == row.family]
    levels = [one for one in alike if one.category == row.category and one.scope is not RowScope.ALL]
    if row.scope is RowScope.ALL and sorted(one.scope for one in levels) == _LEVELS:
        return levels
    by_category = [one for one in alike if one.category and one.scope is row.scope]
    distinct = len({one.category for one in by_category}) == len(by_category)
    return by_category if distinct and not row.category else []


_LEVELS = sorted(one for one in RowScope if one is not RowScope.ALL)
_Counter = Callable[[Sequence[CaseFact], tuple[int, int] | None], int | None]


def _institutions(facts: Sequence[CaseFact]) -> int:
    return len({fact.institution_id for fact in facts})


def _with(result: DisposalResult) -> _Counter:
    return lambda facts, _: sum(fact.result is result for fact in facts)


# What institutions are registered and seen is known by their level alone.
_OTHERS: Mapping[str, _Counter] = {
    "registered": lambda _, coverage: coverage[0] if coverage else None,
    "seen": lambda _, coverage: coverage[1] if coverage else None,
    "institutions": lambda facts, _: _institutions(facts),
    "offenders": lambda facts, _: _institutions(
        [fact for fact in facts if fact.state in STAGES["is-confirmed"].states]
    ),
    **{result.value: _with(result) for result in DisposalResult},
    "demerits": lambda facts, _: sum(len(fact.demerits) for fact in facts),
    "demerit-points": lambda facts, _: sum(sum(fact.demerits) for fact in facts),
    "demerited": lambda facts, _: _institutions([fact for fact in facts if fact.demerits]),
}
