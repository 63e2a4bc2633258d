"""Judges a crawl's snapshots in parallel, in a process of its own: the crawl does not wait for judgements,
and needs no lists."""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine

from crawler.errors import ProcessLost
from crawler.workers.garbage_collection import tune_gc
from crawler.workers.process import WorkerProcess, working_within
from records.database import open_engine, reading, transaction
from records.store.content_store import EvidenceStore

if TYPE_CHECKING:
    from classifiers.lists.rules import RuleSet

_WAIT_SECONDS = 0.3
_AT_ONCE = 100
_PROCESSES = 3  # how many may be lost, one after the other
_JUDGE_SECONDS = (
    20.0  # of the processor's time, for a batch, and then for a page: an ordinary one takes a millisecond
)


class Judging:
    """Takes the ids of snapshots that are whole, and judges them until `finish`. Any left, also after a kill,
    are judged at the end of the next crawl."""

    def __init__(
        self, engine: Engine, store: EvidenceStore, lists: tuple[Path, Path], warn: Callable[[str, str], None]
    ) -> None:
        """`lists` are the folder of the lists, and that of the versions kept; where the last good version has
        to be used, `warn` is called with that version and the faults of the folder's."""
        self._engine, self._warn = engine, warn
        url = engine.url.render_as_string(hide_password=False)
        self._process = WorkerProcess(partial(_take, url, store, lists))
        self._whole: deque[int] = deque()
        self._all_here = threading.Event()
        self._is_abandoned = False
        self._judged = self._unlawful = self._refused = self._lost_in_turn = 0
        self._failure: Exception | None = None
        self._progress: Callable[[int], None] = lambda _: None
        self._thread = threading.Thread(target=self._work, name="judging", daemon=True)

    def start(self) -> None:
        """Read the lists and begin."""
        self._thread.start()

    def offer(self, snapshot_id: int) -> None:
        """A snapshot is whole: it has no pictures that are still to be read."""
        self._whole.append(snapshot_id)

    def finish(self, progress: Callable[[int], None] = lambda _: None) -> tuple[int, int, int]:
        """Judge all remaining snapshots; returns the numbers of judged, of unlawful, and of failed ones.

        `progress` is called with the number judged, including earlier ones. Raises ListsRefused, ProcessLost.
        """
        progress(self._judged)
        self._progress = progress
        self._all_here.set()
        self._thread.join()
        if self._failure:
            raise self._failure
        return self._judged, self._unlawful, self._refused

    def abandon(self) -> None:
        """End without judging the rest; returns when the process is gone."""
        self._is_abandoned = True
        self._all_here.set()
        self._thread.join()

    def _work(self) -> None:
        try:
            for begun in range(1, _PROCESSES + 1):
                try:
                    return self._judge_all()
                except BrokenProcessPool:  # its batch is judged at the end, by the next process
                    if begun == _PROCESSES:
                        raise ProcessLost(
                            "研判进程一再被系统终止（内存不足？）；下次运行从断点继续"
                        ) from None
        except Exception as error:  # for the caller that waits for the end
            self._failure = error
        finally:
            self._process.close()

    def _judge_all(self) -> None:
        if warning := self._process.run(_read_lists):
            self._warn(*warning)
        while not self._all_here.wait(_WAIT_SECONDS):
            # Snapshots that arrive meanwhile are batched: each batch costs as much as some pages do.
            for some in _batches([self._whole.popleft() for _ in range(len(self._whole))]):
                if not self._is_abandoned:
                    self._judge(some)
        if self._is_abandoned:
            return
        for some in self._process.run(_unjudged):
            self._judge(some)
        self._process.run(_note_gone, datetime.now(UTC))

    def _judge(self, some: list[int]) -> None:
        """Judge them together; where that kills the process, one by one, to find the page at fault."""
        try:
            judged, unlawful, refused = self._process.run(
                working_within, _JUDGE_SECONDS, _judge_some, some, datetime.now(UTC)
            )
        except BrokenProcessPool:
            if len(some) == 1:
                self._blame(some[0])
            else:
                for one in some:
                    self._judge([one])
            return
        self._lost_in_turn = 0
        self._judged += judged
        self._unlawful += unlawful
        self._refused += refused
        self._progress(judged)

    def _blame(self, snapshot_id: int) -> None:
        """Record that a page kills the process, so that it holds up no further crawl; the page is not at
        fault where the system ends one process after the other."""
        from records.judgements.judgements import note_unjudged  # noqa: PLC0415 - most crawls do not need it

        self._lost_in_turn += 1
        if self._lost_in_turn >= _PROCESSES:
            raise BrokenProcessPool
        reason = f"未能研判：研判进程在此页上用完 {_JUDGE_SECONDS:.0f} 秒或内存"
        with transaction(self._engine) as session:
            note_unjudged(session, {snapshot_id: reason})
        self._refused += 1


def _batches(ids: list[int]) -> list[list[int]]:
    return [ids[at : at + _AT_ONCE] for at in range(0, len(ids), _AT_ONCE)]


# The rest runs in the judging process; only that process imports the lists and their readers.
_given: dict[str, Any] = {}


def _take(url: str, store: EvidenceStore, lists: tuple[Path, Path]) -> None:
    _given.update(url=url, store=store, lists=lists)


@dataclass(frozen=True)
class _Opened:
    """The state that judging needs and, where the last good lists are used, their version and the faults of
    the newest."""

    engine: Engine
    store: EvidenceStore
    rules: "RuleSet"
    warning: tuple[str, str] | None


@cache
def _open() -> _Opened:
    """Called by the first task: the crawl must hear if the lists are refused."""
    from classifiers.lists.faults import ListsRefused  # noqa: PLC0415
    from records.lists.agreement import follow  # noqa: PLC0415
    from records.lists.drafts import ListFolders  # noqa: PLC0415
    from records.lists.in_force import lists_in_force  # noqa: PLC0415

    engine, folders = open_engine(_given["url"]), ListFolders(*_given["lists"])
    with suppress(ListsRefused), reading(engine) as session:  # refused lists are reported below
        follow(session, folders)
    found = lists_in_force(folders.folder, folders.kept)
    warning = (found.rules.version, str(found.refused)) if found.refused else None
    opened = _Opened(engine, _given["store"], found.rules, warning)
    tune_gc()  # the lists stay in memory
    return opened


def _read_lists() -> tuple[str, str] | None:
    return _open().warning


def _judge_some(ids: list[int], now: datetime) -> tuple[int, int, int]:
    from jobs.flag import flag_waiting  # noqa: PLC0415

    here = _open()
    result = flag_waiting(here.engine, here.store, here.rules, now=now, only=ids)
    return result.judged, result.unlawful, result.refused


def _unjudged() -> list[list[int]]:
    from records.judgements.judgements import list_unjudged_ids  # noqa: PLC0415

    with reading(_open().engine) as session:
        return _batches(list(list_unjudged_ids(session)))


def _note_gone(now: datetime) -> None:
    from jobs.flag import note_gone_pages  # noqa: PLC0415

    note_gone_pages(_open().engine, now)
