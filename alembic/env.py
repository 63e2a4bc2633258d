"""Runs migrations with the engine that the caller bound, or with the settings' database."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic.util.exc import CommandError
from sqlalchemy import Connection
from sqlalchemy.schema import SchemaItem

from alembic import context
from records.database import open_engine
from records.models import Base
from records.models.base import UtcTime
from records.settings import settings


def ours(_: SchemaItem, name: str | None, kind: str, *__: object) -> bool:
    """The scheduler makes and owns its own table; the search index is the database's own kind of table."""
    return not (
        kind == "table" and name and (name == "scheduled_jobs" or name.startswith("judgement_search"))
    )


def as_plain_type(kind: str, item: object, _: object) -> str | bool:
    """Write our own column types as what they are in the database: a migration must outlive our code."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcTime) else False


@contextmanager
def references_unwatched(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by making it again: references to it must not notice, and must fit at the
    end."""
    plain = connection.connection.driver_connection
    if connection.dialect.name != "sqlite" or plain is None:
        yield
        return
    plain.execute("PRAGMA foreign_keys=OFF")  # past SQLAlchemy, since it has no effect inside a transaction
    try:
        yield
        if loose := plain.execute("PRAGMA foreign_key_check").fetchall():
            raise CommandError(f"迁移后有记录指向不存在的行：{loose[:5]}")
    finally:
        plain.execute("PRAGMA foreign_keys=ON")


engine = context.config.attributes.get("engine") or open_engine(settings().database_url)
with engine.connect() as connection, references_unwatched(connection):
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_object=ours,
        compare_type=True,
        render_item=as_plain_type,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
