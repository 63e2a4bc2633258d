"""Runs migrations with the engine that the caller bound, or with the settings' database."""

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


engine = context.config.attributes.get("engine") or open_engine(settings().database_url)
with engine.connect() as connection:
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
