"""No cell of a report is a formula, whatever its words begin with."""

import io
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from openpyxl import load_workbook
from openpyxl.cell.cell import Cell

from records.figures.period import Period
from records.models import Level
from records.visits.coverage import GroupCoverage
from reports.quantified import quantified_parts, quantified_workbook
from reports.transfer_letter import _choices
from reports.workbook import Column, workbook

BEGINNINGS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "\x01=")
MADE = datetime(2026, 11, 24, tzinfo=UTC)


def texts(content: bytes) -> Iterator[Cell]:
    for sheet in load_workbook(io.BytesIO(content)).worksheets:
        yield from (cell for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str))


def is_text(cell: Cell) -> bool:
    begins = str(cell.value).startswith(BEGINNINGS)
    return cell.data_type == "s" and (cell.quotePrefix or not begins)


@pytest.mark.parametrize("mark", BEGINNINGS)
def test_every_text_of_a_report_stays_text(mark: str) -> None:
    written = f"{mark}HYPERLINK(1)"
    cover = {level: GroupCoverage(level, 1, 1) for level in Level}
    period = Period(date(2026, 11, 1), date(2026, 11, 30))
    parts = quantified_parts([], cover, {"family": written}, period)
    quantified = list(texts(quantified_workbook(parts, period, written, MADE)))
    table = list(
        texts(
            workbook("表", [Column(written, 9)], [[written]], made=MADE, heading=[written], notes=[written])
        )
    )
    for cells in (quantified, table):
        assert sum(str(cell.value).strip().endswith("HYPERLINK(1)") for cell in cells) >= 2
        assert [cell.coordinate for cell in cells if not is_text(cell)] == []


def test_choices_of_an_offices_reply_are_one_text_or_none() -> None:
    assert _choices(["责令改正", '"&A1&"', "退回"]) == '"责令改正,""&A1&"",退回"'
    assert _choices(["一,二"]) is None
    assert _choices(["长" * 300]) is None
