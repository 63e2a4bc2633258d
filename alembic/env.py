"""Runs migrations with the engine that the caller bound, or with the settings' database."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection, text
from sqlalchemy.schema import SchemaItem

from alembic import context
from records.database import open_engine
from records.models import Base
from records.models.base import UtcTime
from records.settings import settings

_FIRST_NOTED = "0038"  # the migration that made the column


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


def let_others_through(connection: Connection) -> None:
    """One migration at a time; and it soon gives up a table that others use, since everybody who asks for that table
    meanwhile waits behind it. `records/migrations.py` tries again."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('qingyi migration'))"))
        connection.execute(text(f"SET LOCAL lock_timeout = {int(1000 * lock_wait)}"))


def keep_oldest_program(ctx: MigrationContext, heads: Collection[str], **_: object) -> None:
    """Note next to the tables' revision the oldest program that works with them: the newest of what the migrations up to
    there ask for by their `compatible_from`, and of one that says nothing the program that it came with."""
    if not heads or max(heads) < _FIRST_NOTED or ctx.connection is None:
        return
    script = ScriptDirectory.from_config(context.config)
    asked = [
        getattr(one.module, "compatible_from", one.revision)
        for one in script.iterate_revisions(tuple(heads), _FIRST_NOTED, inclusive=True)
    ]
    ctx.connection.execute(text("UPDATE alembic_version SET compatible_from = :asked"), {"asked": max(asked)})


lock_wait: float = context.config.attributes.get("lock_wait", 3.0)  # seconds
engine = context.config.attributes.get("engine") or open_engine(settings().database_url)
with engine.connect() as connection, references_unwatched(connection):
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_object=ours,
        compare_type=True,
        render_item=as_plain_type,
        on_version_apply=keep_oldest_program,
    )
    with context.begin_transaction():
        let_others_through(connection)
        context.run_migrations()
    connection.commit()
