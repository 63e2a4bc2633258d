"""A worker process in parallel with the one that fetches: for work that would make it wait or take its
memory.

They are forked from one clean process that has imported what they share, so that each begins at once and its memory
counts once.
"""

import asyncio
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from multiprocessing import forkserver, get_context, parent_process
from multiprocessing.connection import wait
from typing import ParamSpec, TypeVar

from crawler.workers.garbage_collection import tune_gc
from telemetry.logs import LogForm, log_form, set_up_logs
from telemetry.traces import TraceForm, set_up_traces, trace_form

_MOST_WAITING = 10
_SHARED = ["records.snapshots.snapshots", "records.visits.frontier"]

Given = ParamSpec("Given")
Result = TypeVar("Result")


class TaskTimedOut(Exception):
    """A task took longer than its process allows; it was ended with the process."""


def prepare() -> None:
    """Begin the process that the others are forked from: it imports in parallel with the caller's next
    steps."""
    get_context("forkserver").set_forkserver_preload(_SHARED)
    forkserver.ensure_running()


class WorkerProcess:
    """One process that does one task after the other. It begins with the first task and with `initialise`, and again
    with the next task after it was killed or took longer than `seconds` for one. It ends when this process does, if
    killed too."""

    def __init__(self, initialise: Callable[[], None] | None = None, seconds: float | None = None) -> None:
        self._initialise, self._seconds = initialise, seconds
        self._pool: ProcessPoolExecutor | None = None

    def start(self) -> None:
        """Begin now, without waiting for it."""
        self._submit(_nothing)

    def run(self, task: Callable[Given, Result], *given: Given.args, **named: Given.kwargs) -> Result:
        """The task's result, or what it raises. Raises BrokenProcessPool when the process is killed meanwhile, and
        TaskTimedOut."""
        with self._watched():
            return self._submit(task, *given, **named).result()

    async def run_async(
        self, task: Callable[Given, Result], *given: Given.args, **named: Given.kwargs
    ) -> Result:
        """As `run`, for an event loop."""
        with self._watched():
            return await asyncio.wrap_future(self._submit(task, *given, **named))

    def close(self) -> None:
        """End the process, once it has done what it was given."""
        if self._pool:
            self._pool.shutdown()
            self._pool = None

    @contextmanager
    def _watched(self) -> Iterator[None]:
        begun = time.monotonic()
        try:
            yield
        except BrokenProcessPool as error:
            self._forget()
            if self._seconds is not None and time.monotonic() - begun >= self._seconds:
                raise TaskTimedOut(f"{self._seconds:.0f} 秒内没有完成") from error
            raise

    def _submit(self, task: Callable[..., Result], *given: object, **named: object) -> Future[Result]:
        if self._pool is None:
            self._pool = self._begin()
        if self._seconds is not None:
            task = partial(within, self._seconds, task)
        try:
            return self._pool.submit(task, *given, **named)
        except BrokenProcessPool:  # killed while it had nothing to do: the task is not to blame
            self._forget()
            self._pool = self._begin()
            return self._pool.submit(task, *given, **named)

    def _begin(self) -> ProcessPoolExecutor:
        prepare()
        return ProcessPoolExecutor(
            1, get_context("forkserver"), _begun, (self._initialise, log_form(), trace_form())
        )

    def _forget(self) -> None:
        if self._pool:
            self._pool.shutdown(wait=False)
            self._pool = None


# The rest runs in the process itself.
def _begun(initialise: Callable[[], None] | None, logs: LogForm | None, traces: TraceForm | None) -> None:
    if logs:
        set_up_logs(logs)
    set_up_traces(traces)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the crawl's process decides what Ctrl+C means
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if initialise:
        initialise()
    tune_gc()


def _end_with_parent() -> None:
    if (parent := parent_process()) is not None:
        wait([parent.sentinel])
        os._exit(1)


def within(seconds: float, task: Callable[..., Result], *given: object, **named: object) -> Result:
    """Do the task, in a worker process. The kernel ends it when the time is up, even inside a library's own
    code."""
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        return task(*given, **named)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def working_within(seconds: float, task: Callable[..., Result], *given: object, **named: object) -> Result:
    """As `within`, but the time is the processor's: what waits for a busy machine is not ended before it has waited
    for `_MOST_WAITING` times as long."""
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        return within(_MOST_WAITING * seconds, task, *given, **named)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _nothing() -> None:
    pass
