"""The revision of the registry's institutions and certificates, so that derived data need not be built
again."""

import secrets
from itertools import chain

from sqlalchemy import String, event, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, ORMExecuteState, Session, mapped_column

from records.models.base import Base
from records.models.registry import Certificate, Institution

_COUNTED = (Institution, Certificate)


class RegistryRevision(Base):
    """One row, whose value changes whenever an institution or a certificate is written."""

    __tablename__ = "registry_revision"

    id: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(String(32), comment="drawn at random")


def find_registry_revision(session: Session) -> str | None:
    """The registry's revision; None where nothing was ever written to it."""
    return session.scalar(select(RegistryRevision.value).where(RegistryRevision.id == 1))


@event.listens_for(Session, "before_flush")
def _rows_are_written(session: Session, *_: object) -> None:
    if any(isinstance(row, _COUNTED) for row in chain(session.new, session.dirty, session.deleted)):
        _renew(session)


@event.listens_for(Session, "do_orm_execute")
def _rows_are_written_together(state: ORMExecuteState) -> None:
    is_write = state.is_insert or state.is_update or state.is_delete
    if is_write and state.bind_mapper is not None and state.bind_mapper.class_ in _COUNTED:
        _renew(state.session)


def _renew(session: Session) -> None:
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    insert = sqlite.insert(RegistryRevision) if is_sqlite else postgresql.insert(RegistryRevision)
    row = insert.values(id=1, value=secrets.token_hex(16))
    written = row.on_conflict_do_update(index_elements=["id"], set_={"value": row.excluded.value})
    session.connection().execute(written)
