"""Matters 事项: which transfers an office acts on together, and how far it has come with each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from records.models import Matter, Page, Source, Transfer, TransferState
from records.models.cases import state_of_transfer

_WITH_SOURCE = joinedload(Matter.source).joinedload(Source.institution)

# `state_of_transfer` as SQL.
STATE_FACTS = (
    Transfer.received_at.is_not(None),
    Transfer.closed_at.is_not(None),
    Transfer.result.is_not(None),
)


@dataclass(frozen=True)
class MatterCounted:
    """A matter with how many of its transfers are in each state."""

    matter: Matter
    by_state: Mapping[TransferState, int]

    @property
    def items(self) -> int:
        """How many transfers it has."""
        return sum(self.by_state.values())

    @property
    def open_items(self) -> int:
        """How many of them the office has not answered."""
        return self.by_state[TransferState.TRANSFERRED] + self.by_state[TransferState.RECEIVED]


def matter_of(session: Session, office_id: int, page: Page, day: date) -> Matter:
    """The office's matter of the page's source on that day; made where there is none."""
    conditions = (
        Matter.office_id == office_id,
        Matter.source_id == page.source_id,
        Matter.opened_on == day,
    )
    if found := session.scalar(select(Matter).where(*conditions)):
        return found
    matter = Matter(office_id=office_id, source_id=page.source_id, opened_on=day)
    try:
        with session.begin_nested():
            session.add(matter)
            session.flush()
    except IntegrityError:  # somebody else made it at the same moment
        return session.scalars(select(Matter).where(*conditions)).one()
    return matter


def list_office_matters(
    session: Session, office_id: int, after_id: int = 0, limit: int = 100, *, only_open: bool = True
) -> list[MatterCounted]:
    """The office's matters, oldest first: those with transfers that it has not answered, or all."""
    seen = exists().where(Transfer.matter_id == Matter.id, Transfer.held_until.is_(None))
    query = select(Matter).where(Matter.office_id == office_id, Matter.id > after_id, seen)
    if only_open:
        waiting = select(Transfer.matter_id).where(
            Transfer.office_id == office_id, Transfer.closed_at.is_(None), Transfer.held_until.is_(None)
        )
        query = query.where(Matter.id.in_(waiting))
    found = session.scalars(query.options(_WITH_SOURCE).order_by(Matter.id).limit(limit)).all()
    return _counted(session, found)


def list_matters_of(session: Session, transfers: Sequence[Transfer]) -> list[MatterCounted]:
    """The matters of these transfers, with all transfers of each."""
    query = select(Matter).where(Matter.id.in_({transfer.matter_id for transfer in transfers}))
    return _counted(session, session.scalars(query.options(_WITH_SOURCE)).all())


def _counted(session: Session, matters: Sequence[Matter]) -> list[MatterCounted]:
    columns = (Transfer.matter_id, *STATE_FACTS)
    query = select(*columns, func.count()).where(
        Transfer.matter_id.in_([one.id for one in matters]), Transfer.held_until.is_(None)
    )
    counts = {one.id: dict.fromkeys(TransferState, 0) for one in matters}
    for matter_id, *facts, count in session.execute(query.group_by(*columns)):
        counts[matter_id][state_of_transfer(*facts)] += count
    return [MatterCounted(one, counts[one.id]) for one in matters]
