"""A worker: takes jobs from the queue, on any machine, and resumes those of a lost worker."""

import asyncio
import logging
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime

from procrastinate import App
from procrastinate.exceptions import AlreadyEnqueued
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from crawler.run import crawl_fed, maps_of
from crawler.spiders.turns import VISITS_AT_ONCE, Feed
from jobs.queued.work import ensure_queue, open_queue, step_of
from records.database import DatabaseUnfit, reading, require_fitting
from records.models import VisitKind
from records.settings import settings
from records.store.content_store import EvidenceStore
from records.visits.targets import Target, list_due_sources, open_visits

_LOG = logging.getLogger(__name__)
_LOST = 3
_STEPS_AT_ONCE = 2
_POLL_SECONDS = 1.0


def work(
    engine: Engine,
    store: EvidenceStore,
    queues: Sequence[str],
    *,
    visits_at_once: int = VISITS_AT_ONCE,
    wait: bool = True,
) -> None:
    """Do the jobs of these queues until the process is told to stop (SIGTERM, SIGINT), or with `wait` off
    until none is left. It takes at most `visits_at_once` visits, and leaves the others to other workers.
    Raises BrowserMissing, ValueError for a database without a queue."""
    url = engine.url.render_as_string(hide_password=False)
    ensure_queue(engine)
    if "crawl" not in queues:
        asyncio.run(_work(open_queue(url), queues, _STEPS_AT_ONCE, lambda: _unfit(engine), wait=wait))
        return
    visits = _Visits(engine)
    app = open_queue(url, visits.make)
    visits.app = app

    async def beside(fault: Callable[[], str | None]) -> None:
        visits.fault = fault
        await _work(app, queues, visits_at_once, lambda: fault() or _unfit(engine), wait=wait)

    crawl_fed(engine, store, visits.feeds, beside)


class _Visits:
    """Makes the visits that the queue gives out, each in the spider of its kind."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.feeds = {VisitKind.SITE: Feed(), VisitKind.ACCOUNT: Feed()}
        self.fault: Callable[[], str | None] = lambda: None
        self.app: App | None = None

    async def make(self, source_id: int) -> None:
        """Returns when the visit has ended; at once where the source is not due any more."""
        target = await asyncio.to_thread(self._opened, source_id)
        if target is None:
            return
        await self.feeds[target.kind].visit(target)
        if self.fault():  # another process has the visit, and by now the job: this process ends
            await asyncio.Event().wait()
        assert self.app is not None
        with suppress(AlreadyEnqueued):
            await step_of(self.app, "judge").defer_async(arguments=["flag"])

    def _opened(self, source_id: int) -> Target | None:
        now = datetime.now(UTC)
        with reading(self._engine) as session:
            due = list_due_sources(session, now, [source_id])
        return open_visits(self._engine, due, now, maps_of)[0] if due else None


def _unfit(engine: Engine) -> str | None:
    """Why this version may not go on with the tables, which a migration may have changed since the worker began."""
    try:
        require_fitting(engine)
    except DatabaseUnfit as unfit:
        return str(unfit)
    except SQLAlchemyError:  # the database is away: the jobs that need it say so
        return None
    return None


async def _work(
    app: App, queues: Sequence[str], at_once: int, fault: Callable[[], str | None], *, wait: bool
) -> None:
    silent = settings().worker_silent_seconds
    async with app.open_async():
        watch = asyncio.ensure_future(_watch(app, silent, fault))
        try:
            await app.run_worker_async(
                queues=list(queues),
                concurrency=at_once,
                wait=wait,
                fetch_job_polling_interval=_POLL_SECONDS,
                listen_notify=False,
                update_heartbeat_interval=silent / 3,
                stalled_worker_timeout=silent,
                shutdown_graceful_timeout=silent / 2,
                delete_jobs="successful",
            )
        finally:
            watch.cancel()


async def _watch(app: App, silent: float, fault: Callable[[], str | None]) -> None:
    """Give the work of workers that fell silent to others; end this process where it cannot go on."""
    while True:
        await asyncio.sleep(min(1.0, silent / 3))
        if reason := await asyncio.to_thread(fault):
            _LOG.error("错误：%s", reason)
            os._exit(_LOST)  # others have its jobs by now: it may neither finish nor fail them
        for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=silent):
            await app.job_manager.retry_job(job)
