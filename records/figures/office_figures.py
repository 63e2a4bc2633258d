"""The outcomes of hand-overs 转送, by office: durations, overdue transfers, and results of re-checks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from records.figures.case_figures import of_period
from records.figures.period import Period
from records.models import Case, CaseState, Office, Transfer


@dataclass(frozen=True)
class OfficeFigure:
    """One office's transfers of cases that were opened in the period. A case counts as verified or recurred by its own
    state, however many offices acted on it; `elsewhere` are those whose text came up on another page."""

    office_id: int
    office: str
    transfers: int
    disposed: int
    returned: int
    overdue: int
    median_days: float | None
    verified: int
    recurred: int
    elsewhere: int

    @property
    def verified_share(self) -> float | None:
        """Of the disposed, how many a re-check found gone."""
        return self.verified / self.disposed if self.disposed else None

    @property
    def recurred_share(self) -> float | None:
        """Of the disposed, how many were there again, or elsewhere."""
        return (self.recurred + self.elsewhere) / self.disposed if self.disposed else None


@dataclass(frozen=True)
class _Row:
    office_id: int
    office: str
    transfer: Transfer
    state: CaseState
    is_elsewhere: bool


def list_office_figures(
    session: Session, period: Period, today: date, district: str | None = None
) -> list[OfficeFigure]:
    """A figure for each office that was handed something, in the order of their names."""
    mirror = aliased(Case)
    again = select(mirror.id).where(mirror.mirror_of_id == Case.id).exists()
    query = of_period(select(Office.id, Office.name, Transfer, Case.state, again), period, district)
    query = query.join(Transfer, Transfer.case_id == Case.id).join(Office, Office.id == Transfer.office_id)
    rows = [_Row(*row) for row in session.execute(query.order_by(Office.name, Transfer.id))]
    offices = dict.fromkeys(row.office for row in rows)
    return [_figure(name, [row for row in rows if row.office == name], today) for name in offices]


def _figure(office: str, rows: Sequence[_Row], today: date) -> OfficeFigure:
    disposed = [row for row in rows if row.transfer.result is not None]
    days = [
        (row.transfer.closed_at - row.transfer.transferred_at) / timedelta(days=1)
        for row in disposed
        if row.transfer.closed_at is not None
    ]
    waiting = [row.transfer for row in rows if row.transfer.closed_at is None]
    recurred = sum(row.state is CaseState.RECURRED for row in disposed)
    return OfficeFigure(
        office_id=rows[0].office_id,
        office=office,
        transfers=len(rows),
        disposed=len(disposed),
        returned=len(rows) - len(disposed) - len(waiting),
        overdue=sum(transfer.due_on < today for transfer in waiting),
        median_days=median(days) if days else None,
        verified=sum(row.state is CaseState.VERIFIED for row in disposed),
        recurred=recurred,
        elsewhere=sum(row.is_elsewhere and row.state is not CaseState.RECURRED for row in disposed),
    )
