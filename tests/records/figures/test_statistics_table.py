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
