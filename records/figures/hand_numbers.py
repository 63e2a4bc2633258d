"""The numbers of the statistics table that people type, for a period."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pydantic import Field
from sqlalchemy.orm import Session

from records.figures.period import Period
from records.models import ReferenceTable, User
from records.people.permissions import Permission
from records.reference.tables import KeptRow, KeptTable, read_rows, replace_rows


class HandNumber(KeptRow):
    """A number that was typed for a cell, in one district or all."""

    place: str = Field(default="", title="辖区", max_length=60)
    row: str = Field(title="行名", max_length=60)
    column: str = Field(title="列名", max_length=40)
    value: str = Field(title="数", pattern=r"^\d{1,12}(\.\d{1,4})?$")

    def key(self) -> object:
        """A cell has one number."""
        return self.place, self.row, self.column


def read_hand_numbers(session: Session, period: Period, place: str) -> Mapping[tuple[str, str], str]:
    """The numbers typed for a period and a district ("" for all), by row and column."""
    return {(one.row, one.column): one.value for one in _kept(session, period) if one.place == place}


def keep_hand_numbers(
    session: Session,
    period: Period,
    place: str,
    typed: Mapping[tuple[str, str], str],
    *,
    by: User,
    now: datetime,
) -> None:
    """Keep the typed numbers in place of the period's; empty ones go. Raises TableRefused, whose rows are those of `typed`
    that are filled, in their order."""
    table = _hand_table(period)
    session.get(ReferenceTable, table.name, with_for_update=True)
    of_place = [
        {"place": place, "row": row, "column": column, "value": value.replace(",", "")}
        for (row, column), value in typed.items()
        if value.strip()
    ]
    others = [one.typed() for one in _kept(session, period) if one.place != place]
    replace_rows(session, table, [*of_place, *others], by=by, now=now)


def _kept(session: Session, period: Period) -> Sequence[HandNumber]:
    return read_rows(session, _hand_table(period))


def _hand_table(period: Period) -> KeptTable[HandNumber]:
    name = f"statistics {period.first} {period.last}"
    title = f"统计表手工数（{period.title}）"
    return KeptTable(name, title, "", HandNumber, (), Permission.KEEP_FIGURES)
