"""Stores fetched pages: all that arrived during the last write, in one transaction.

A commit waits for the disk, whatever it holds, and so does each file of evidence; so they happen in a
separate process, in parallel with the crawl, for many pages at once.
"""

import asyncio
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Engine

from crawler.workers.process import WorkerProcess
from records.database import open_engine, reading, transaction
from records.models import PlannedState
from records.snapshots.snapshots import Fetched, make_snapshots, write_snapshots
from records.storage_faults import StorageFailed, storage_fault
from records.store.content_store import EvidenceStore
from records.visits.fence import VisitTaken, require_held
from records.visits.frontier import Planned, close_planned, list_waiting_pages, plan_pages
from records.visits.targets import Target

_MOST = 32


class PageNotWritten(Exception):
    """A page could not be kept; the message holds the traceback of where."""


@dataclass(frozen=True)
class Arrived:
    """A planned page that was fetched, the addresses that it adds to the plan, and what went wrong with it."""

    target: Target
    planned: Planned
    fetched: Fetched
    links: Sequence[str] = ()
    reason: str | None = None


@dataclass(frozen=True)
class NotStored:
    """Why nothing can be kept at present: our own disk or database is at fault, not a page."""

    reason: str


@dataclass(frozen=True)
class Written:
    """The facts of the page's snapshot, and the pages that were planned after it."""

    snapshot_id: int
    status: int
    is_repeat: bool  # nothing has changed since an earlier snapshot
    main_sha256: str | None
    new: Sequence[Planned]


# Written; not stored, by a fault of ours; the id of a visit that another process has taken; or the traceback
# of an error.
Outcome = Written | NotStored | int | str


class PageWriter:
    """One for all spiders of a crawl, on its event loop."""

    def __init__(self, engine: Engine, store: EvidenceStore) -> None:
        url = engine.url.render_as_string(hide_password=False)
        self._process = WorkerProcess(partial(_open, url, store))
        self._process.start()  # so that it is ready for the first page
        self._waiting: list[tuple[Arrived, asyncio.Future[Written]]] = []
        self._task: asyncio.Task[None] | None = None
        self.faults: list[str] = []  # why nothing can be stored any more, in Chinese

    async def write(self, arrived: Arrived) -> Written:
        """Returns when it is committed: snapshot, links and the plan's row stand or fall together.

        Raises PageNotWritten, StorageFailed where no page could be kept, and VisitTaken where another process has taken
        the visit.
        """
        future: asyncio.Future[Written] = asyncio.get_running_loop().create_future()
        self._waiting.append((arrived, future))
        if self._task is None:
            self._task = asyncio.ensure_future(self._work())
        return await future

    def close(self) -> None:
        """End the process, once it has done what it was given."""
        self._process.close()

    async def _work(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
            outcomes = await self._outcomes([arrived for arrived, _ in batch])
            for (_, future), outcome in zip(batch, outcomes, strict=True):
                if future.cancelled():
                    continue
                if isinstance(outcome, Written):
                    future.set_result(outcome)
                elif isinstance(outcome, NotStored):
                    future.set_exception(StorageFailed(outcome.reason))
                elif isinstance(outcome, int):
                    future.set_exception(VisitTaken([outcome]))
                else:
                    future.set_exception(PageNotWritten(outcome))
        self._task = None

    async def _outcomes(self, batch: Sequence[Arrived], *, again: bool = True) -> Sequence[Outcome]:
        """The outcomes of the pages. Where the batch failed or the process was killed, a new process tries
        each page once more by itself."""
        try:
            return await self._process.run_async(_write, batch)
        except Exception as error:  # any error: the crawl waits for a result
            if not again:
                return [f"not written: {type(error).__name__}: {error}"]
            return [outcome for one in batch for outcome in await self._outcomes([one], again=False)]


# The rest runs in the writing process.
_opened: dict[str, Any] = {}


def _open(url: str, store: EvidenceStore) -> None:
    _opened.update(engine=open_engine(url), store=store)


def _write(batch: Sequence[Arrived]) -> Sequence[Outcome]:
    """For each page: the stored facts, the visit that another process took, or the error."""
    try:
        return _together(batch, **_opened)
    except Exception as error:  # one page must not take the others with it
        if reason := storage_fault(error):
            return [NotStored(reason)] * len(batch)
        if len(batch) > 1:
            return [_write([one])[0] for one in batch]
        return [batch[0].target.visit_id if isinstance(error, VisitTaken) else traceback.format_exc()]


def _together(batch: Sequence[Arrived], engine: Engine, store: EvidenceStore) -> list[Written]:
    answers = [(one.target, one.fetched) for one in batch]
    with reading(engine) as session:
        made = make_snapshots(session, store, answers)
    with transaction(engine) as session:  # a short one: judging writes in parallel
        require_held(session, [one.target for one in batch])
        snapshots = write_snapshots(session, answers, made)
        written = []
        for one, snapshot in zip(batch, snapshots, strict=True):
            planned = plan_pages(session, one.target, one.links, one.planned.depth + 1)
            new = list_waiting_pages(session, one.target.visit_id, planned)
            is_repeat = snapshot.unchanged_since_id is not None
            written.append(Written(snapshot.id, snapshot.status, is_repeat, snapshot.main_sha256, new))
        close_planned(session, {one.planned.id: one.reason for one in batch}, PlannedState.FETCHED)
        return written
