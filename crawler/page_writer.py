"""Writes what is fetched into the database: all that came while the last write was under way, in one transaction.

A commit waits for the disk, whatever it holds; so it is made beside the crawl, in a thread, for many pages at once.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Engine

from records.database import reading, transaction
from records.evidence import EvidenceStore
from records.models import PlannedState, Snapshot
from records.snapshots import Fetched, make_snapshots, write_snapshots
from records.visits import Planned, Target, close_planned, plan_pages, waiting_pages

_MOST = 32


@dataclass(frozen=True)
class Arrived:
    """A planned page that was fetched, the addresses that it adds to the plan, and what went wrong with it."""

    target: Target
    planned: Planned
    fetched: Fetched
    links: Sequence[str] = ()
    reason: str | None = None


@dataclass(frozen=True)
class Written:
    """The page's snapshot, and the pages that were planned after it."""

    snapshot: Snapshot
    new: Sequence[Planned]


class PageWriter:
    """One for each spider, on its event loop."""

    def __init__(self, engine: Engine, store: EvidenceStore) -> None:
        self._engine, self._store = engine, store
        self._waiting: list[tuple[Arrived, asyncio.Future[Written]]] = []
        self._task: asyncio.Task[None] | None = None

    async def write(self, arrived: Arrived) -> Written:
        """Returns when it is committed: snapshot, links and the plan's row stand or fall together."""
        future: asyncio.Future[Written] = asyncio.get_running_loop().create_future()
        self._waiting.append((arrived, future))
        if self._task is None:
            self._task = asyncio.ensure_future(self._work())
        return await future

    async def _work(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
            outcomes = await asyncio.to_thread(self._write, [arrived for arrived, _ in batch])
            for (_, future), outcome in zip(batch, outcomes, strict=True):
                if future.cancelled():
                    continue
                if isinstance(outcome, Written):
                    future.set_result(outcome)
                else:
                    future.set_exception(outcome)
        self._task = None

    def _write(self, batch: Sequence[Arrived]) -> Sequence[Written | Exception]:
        try:
            return self._together(batch)
        except Exception as error:  # one page must not take the others with it
            return [error] if len(batch) == 1 else [self._write([one])[0] for one in batch]

    def _together(self, batch: Sequence[Arrived]) -> list[Written]:
        answers = [(one.target, one.fetched) for one in batch]
        with reading(self._engine) as session:
            made = make_snapshots(session, self._store, answers)
        with transaction(self._engine) as session:  # a short one: judging writes beside it
            snapshots = write_snapshots(session, answers, made)
            written = []
            for one, snapshot in zip(batch, snapshots, strict=True):
                new = plan_pages(session, one.target, one.links, one.planned.depth + 1)
                written.append(Written(snapshot, waiting_pages(session, one.target.visit_id, new)))
            close_planned(session, {one.planned.id: one.reason for one in batch}, PlannedState.FETCHED)
            return written
