"""Work that any machine may take: a queue in PostgreSQL, by Procrastinate, in a separate schema.

The queue only assigns work; a visit's row holds its true state. A visit that a lost job left unfinished is
due, and is queued again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from procrastinate import App, PsycopgConnector, RetryStrategy
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import JobDeferrer
from procrastinate.types import JSONDict
from sqlalchemy import Engine, make_url
from tldextract import TLDExtract

from crawler.pages.urls import slot_of
from jobs.processes import run_step
from jobs.step_logs import RUNNING_ALREADY
from records.database import in_batches, reading
from records.models import Source
from records.visits.queued import SCHEMA, ensure_queue_tables, find_queued_sources
from records.visits.targets import list_due_sources

QUEUES = ("crawl", "judge", "capture", "webhooks")
STEPS: dict[str, tuple[str, ...]] = {  # by queue, the steps that the schedule or a visit's end requests
    "judge": ("flag",),
    "capture": ("evidence", "capture"),
    "recheck": ("recheck",),
    "tips": ("tips", "follow"),
    "webhooks": ("webhook", "deliver"),
}
_QUEUE_OF = {"recheck": "capture", "tips": "capture"}
_domain_of = TLDExtract(
    suffix_list_urls=(), cache_dir=None
)  # by the list that comes with it: nothing is fetched


class StepBusy(Exception):
    """The step runs elsewhere; this one is tried again."""


class StepFailed(Exception):
    """The step failed; the message is its output."""


def open_queue(url: str, visit: Callable[[int], Awaitable[None]] | None = None) -> App:
    """The queue in the database at `url` (SQLAlchemy form), not connected yet. `visit` makes the visit of a
    source, by its id; a caller that only adds work needs none. Raises ValueError for SQLite, which has no
    other machines."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "postgresql":
        raise ValueError("QINGYI_QUEUE=postgresql 需要 PostgreSQL 数据库（QINGYI_DATABASE_URL）")
    plain = parsed.set(drivername="postgresql").render_as_string(hide_password=False)
    options = {"options": f"-c search_path={SCHEMA}"}
    app = App(connector=PsycopgConnector(conninfo=plain, kwargs=options, min_size=1, max_size=6))

    @app.task(name="visit", queue="crawl")
    async def make_visit(source_id: int) -> None:
        assert visit is not None, "who adds work does none"
        await visit(source_id)

    @app.task(name="step", retry=RetryStrategy(max_attempts=100, wait=10, retry_exceptions=[StepBusy]))
    async def make_step(arguments: list[str]) -> None:
        done = await asyncio.to_thread(run_step, *arguments, is_unattended=True)
        if done.returncode == RUNNING_ALREADY:
            raise StepBusy(" ".join(arguments))
        if done.returncode:
            raise StepFailed(
                f"qingyi {' '.join(arguments)} ended with {done.returncode}: {(done.stderr or done.stdout).strip()}"
            )

    return app


def ensure_queue(engine: Engine) -> None:
    """Make the queue's tables, where they are missing."""
    made = open_queue(engine.url.render_as_string(hide_password=False))
    ensure_queue_tables(engine, made.schema_manager.get_schema())


def enqueue_due(engine: Engine, now: datetime) -> int:
    """Put the visits of all sources that are due into the queue, those that are not there yet; returns how many."""
    ensure_queue(engine)
    with reading(engine) as session:
        queued = find_queued_sources(session)
        due = [source for source in list_due_sources(session, now) if source.id not in queued]
    with open_queue(engine.url.render_as_string(hide_password=False)).open() as app:
        for lane, sources in _by_lane(due).items():
            visit = app.configure_task("visit", queue="crawl", lock=lane)
            for some in in_batches(sources):
                asked: list[JSONDict] = [{"source_id": source.id} for source in some]
                visit.batch_defer(*asked)
    return len(due)


def enqueue_step(engine: Engine, name: str) -> bool:
    """Queue a step (of `STEPS`), unless it waits already; returns whether it was added."""
    ensure_queue(engine)
    with open_queue(engine.url.render_as_string(hide_password=False)).open() as app:
        try:
            step_of(app, name).defer(arguments=list(STEPS[name]))
        except AlreadyEnqueued:
            return False
    return True


def step_of(app: App, name: str) -> JobDeferrer:
    """A deferrer of the step that queues it only once."""
    return app.configure_task("step", queue=_QUEUE_OF.get(name, name), queueing_lock=name, lock=name)


def _by_lane(sources: Sequence[Source]) -> dict[str, list[Source]]:
    lanes: dict[str, list[Source]] = {}
    for source in sources:
        lanes.setdefault(lane_of(source.address), []).append(source)
    return lanes


def lane_of(address: str) -> str:
    """The lock by which only one visit at a time runs, over all machines: the registered domain, since its
    hosts belong to one site, and often one server."""
    return _domain_of(address).top_domain_under_public_suffix or slot_of(address)
