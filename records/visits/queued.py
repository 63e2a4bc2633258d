"""The tables of the queue that workers take visits from: a library's, in a separate schema."""

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from records.database import transaction

SCHEMA = "qingyi_queue"


def ensure_queue_tables(engine: Engine, statements: str) -> None:
    """Make the queue's tables by the library's `statements`, where they are missing. PostgreSQL only."""
    with transaction(engine) as session:
        session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": SCHEMA})
        session.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
        if session.scalar(text(f"SELECT to_regclass('{SCHEMA}.procrastinate_jobs')")) is None:
            connection = session.connection().connection.driver_connection
            assert connection is not None
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL search_path TO {SCHEMA}")
                cursor.execute(statements)


def find_queued_sources(session: Session) -> set[int]:
    """The ids of sources whose visit waits in the queue or is being made."""
    queued = text(
        f"SELECT (args->>'source_id')::bigint FROM {SCHEMA}.procrastinate_jobs"  # noqa: S608 - our own name
        " WHERE task_name = 'visit' AND status IN ('todo', 'doing')"
    )
    return set(session.scalars(queued))
