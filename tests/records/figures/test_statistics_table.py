"""The statistics table: any rows and columns, counted from the same cases as all figures, or typed by hand."""

from datetime import UTC, date, datetime

import pytest

from records.cases.stages import STAGES
from records.database import transaction
from records.figures.case_figures import CaseFact
from records.figures.hand_numbers import keep_hand_numbers, read_hand_numbers
from records.figures.period import Period
from records.figures.statistics_table import count_statistics
from records.models import CaseState, DisposalResult, Level, Role, SourceKind
from records.people.sign_in import add_user
from records.reference.statistics_table import COLUMNS, Counted, RowScope, StatisticsColumn, StatisticsRow
from records.reference.tables import TableRefused
from records.visits.coverage import GroupCoverage

NOW = datetime(2026, 11, 1, tzinfo=UTC)
QUARTER = Period(date(2026, 10, 1), date(2026, 12, 31))
COVERAGE = {
    Level.PUBLIC_SECONDARY: GroupCoverage("二级以上公立", 5, 4),
    Level.OTHER: GroupCoverage("其他", 20, 7),
}


def fact(
    number: int,
    state: CaseState,
    level: Level,
    *families: str,
    result: DisposalResult | None = None,
    demerits: tuple[int, ...] = (),
):
    return CaseFact(
        id=number,
        state=state,
        opened_at=NOW,
        institution_id=number % 2,
        institution=f"医院{number % 2}",
        level=level,
        category="综合医院",
        district="城东区",
        source=SourceKind.SITE,
        families=frozenset(families),
        rules=frozenset(),
        transferred_at=None,
        disposed_at=None,
        result=result,
        verified_at=None,
        demerits=demerits,
    )


FACTS = [
    fact(1, CaseState.PENDING, Level.OTHER, "cure_rate"),
    fact(2, CaseState.UNLAWFUL, Level.OTHER, "military"),
    fact(
        3,
        CaseState.VERIFIED,
        Level.PUBLIC_SECONDARY,
        "military",
        result=DisposalResult.ORDERED,
        demerits=(4,),
    ),
    fact(
        4,
        CaseState.DISPOSED,
        Level.OTHER,
        "cure_rate",
        "military",
        result=DisposalResult.FILED,
        demerits=(2, 3),
    ),
]


def counted(row: StatisticsRow, *columns: Counted) -> list[object]:
    heads = [StatisticsColumn(title=one.label, counted=one) for one in columns]
    hand = {("行", Counted.HAND.label): "12.5"}
    wanted = {"since": "2026-10-01"}
    found = count_statistics([row], heads, FACTS, COVERAGE, {"military": "军警名义"}, hand, wanted)
    ((_, cells),) = found.rows
    return [cell.value for cell in cells]


def test_each_row_counts_its_own_cases_and_institutions() -> None:
    columns = (Counted.REGISTERED, Counted.SEEN, Counted.ALL, Counted.CONFIRMED, Counted.OFFENDERS)
    row = StatisticsRow(title="行", scope=RowScope.ALL)
    assert counted(row, *columns) == [25, 11, 4, 3, 2]
    assert counted(row.model_copy(update={"scope": RowScope.OTHER}), *columns) == [20, 7, 3, 2, 1]
    row = StatisticsRow(title="行", scope=RowScope.ALL, family="军警名义")
    assert counted(row, *columns) == [None, None, 3, 3, 2], "nobody is registered by misconduct"
    assert counted(row, Counted.ORDERED, Counted.FILED, Counted.PENALISED, Counted.HAND) == [1, 1, 0, "12.5"]


def test_demerits_are_counted_by_their_cases() -> None:
    row = StatisticsRow(title="行", scope=RowScope.ALL)
    columns = (Counted.DEMERITS, Counted.DEMERIT_POINTS, Counted.DEMERITED)
    assert counted(row, *columns) == [3, 9, 2]
    assert counted(row.model_copy(update={"family": "cure_rate"}), *columns) == [2, 5, 1]


def test_every_stage_and_every_result_can_be_a_column() -> None:
    known = {one.value for one in Counted}
    assert known >= {*STAGES, *(one.value for one in DisposalResult)}
    values = counted(StatisticsRow(title="行", scope=RowScope.ALL), *Counted)
    assert len(values) == len(Counted)
    assert "手工填写" in {row.counted.label for row in COLUMNS.defaults}


def test_a_case_cell_leads_to_its_cases() -> None:
    row = StatisticsRow(title="行", scope=RowScope.OTHER, family="军警名义", category="综合医院")
    heads = [StatisticsColumn(title="认定", counted=Counted.CONFIRMED)]
    found = count_statistics(
        [row], heads, FACTS, COVERAGE, {"military": "军警名义"}, {}, {"since": "2026-10-01"}
    )
    assert found.rows[0][1][0].wanted == {
        **{"since": "2026-10-01", "level": "other", "family": "military", "category": "综合医院"},
        "state": "is-confirmed",
    }


def typed_cells(rows: list[StatisticsRow], **hand: str) -> dict[str, tuple[object, object]]:
    """What each row has in a column that people type: its number, and the sum of its parts."""
    column = StatisticsColumn(title="罚没款", counted=Counted.HAND)
    typed = {(row, "罚没款"): value for row, value in hand.items()}
    found = count_statistics(rows, [column], FACTS, COVERAGE, {}, typed, {})
    return {row.title: (cell.value, cell.summed) for row, (cell,) in found.rows}


def row_of(title: str, scope: RowScope = RowScope.ALL, **values: str) -> StatisticsRow:
    return StatisticsRow(title=title, scope=scope, **values)


LEVELS = [row_of("公立", RowScope.PUBLIC_SECONDARY), row_of("其他", RowScope.OTHER), row_of("合计")]


def test_a_total_that_nobody_typed_is_the_sum_of_what_was_typed_for_its_parts() -> None:
    assert typed_cells(LEVELS, 公立="1.5", 其他="2")["合计"] == ("3.5", "3.5")
    assert typed_cells(LEVELS, 其他="2")["合计"] == ("2", "2")
    assert typed_cells(LEVELS, 公立="1", 其他="2", 合计="40")["合计"] == ("40", "3"), (
        "both, where they differ"
    )
    assert typed_cells(LEVELS)["合计"] == (None, None)
    parts = [row_of("口腔", RowScope.OTHER, category="口腔"), row_of("中医", RowScope.OTHER, category="中医")]
    assert typed_cells([*LEVELS, *parts], 公立="1", 口腔="2", 中医="3")["合计"] == ("6", "6"), "of sums, too"


def test_rows_that_overlap_or_leave_institutions_out_are_not_summed() -> None:
    kinds = [row_of("军警", family="军警名义"), row_of("治愈率", family="治愈率与有效率"), row_of("合计")]
    assert typed_cells(kinds, 军警="1", 治愈率="2")["合计"] == (None, None)
    assert typed_cells(LEVELS[1:], 其他="2")["合计"] == (None, None)
    twice = [row_of("口腔", category="口腔"), row_of("口腔再计", category="口腔"), row_of("合计")]
    assert typed_cells(twice, 口腔="1", 口腔再计="1")["合计"] == (None, None)


@pytest.mark.databases("sqlite")
def test_typed_numbers_are_kept_by_period_and_district(engine) -> None:
    cell, other = ("合计", "出动人次"), ("合计", "罚没款（万元）")
    with transaction(engine) as session:
        by = add_user(session, "leader", "a-long-password", Role.LEADER)
        keep_hand_numbers(session, QUARTER, "", {cell: "1,024", other: "3.5"}, by=by, now=NOW)
        keep_hand_numbers(session, QUARTER, "城东区", {cell: "7", other: ""}, by=by, now=NOW)
        with pytest.raises(TableRefused) as refused:
            keep_hand_numbers(session, QUARTER, "", {cell: "", other: "三万"}, by=by, now=NOW)
        assert list(refused.value.faults) == [(0, "value")]
        assert read_hand_numbers(session, QUARTER, "") == {cell: "1024", other: "3.5"}
        assert read_hand_numbers(session, QUARTER, "城东区") == {cell: "7"}
        assert read_hand_numbers(session, QUARTER.before, "") == {}
