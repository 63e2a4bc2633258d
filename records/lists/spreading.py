"""Spreads work on stored pages over processes. They run a function of ids, which does not
know the number of machines: `in_processes` is for this one, `jobs.on_ray` for several."""

import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any, Protocol, TypeVar

Ids = Sequence[int]
Result = TypeVar("Result")
# Called once in a process: opens the stores that the work needs, and returns a function that does some of it. It must be
# importable by name.
Begin = Callable[[], Callable[[Ids], Result]]

AT_ONCE = 50  # ids that a process is given
_WORKERS = 2
_work: list[Callable[[Ids], Any]] = []


class Spread(Protocol):
    """Does the work on all ids, some in each call; yields the results in the ids' order. When its reader
    stops, the rest is not started."""

    def __call__(self, begin: Begin[Result], ids: Ids) -> Iterator[Result]: ...


def in_processes(begin: Begin[Result], ids: Ids) -> Iterator[Result]:
    """A `Spread` over two processes of this machine; few are done in this one, before others have opened anything."""
    if len(ids) <= AT_ONCE:
        if ids:
            yield begin()(ids)
        return
    parts = in_parts(ids, AT_ONCE)
    with ProcessPoolExecutor(_WORKERS, get_context("forkserver"), _begin, (begin,)) as pool:
        yield from in_order(
            parts, lambda part: pool.submit(_do, part), Future.result, 2 * _WORKERS, Future.cancel
        )


def in_parts(ids: Ids, size: int) -> Iterator[Ids]:
    """The ids in order, `size` at a time."""
    return (ids[at : at + size] for at in range(0, len(ids), size))


Ticket = TypeVar("Ticket")


def in_order(
    parts: Iterator[Ids],
    give: Callable[[Ids], Ticket],
    take: Callable[[Ticket], Result],
    most: int,
    drop: Callable[[Ticket], object],
) -> Iterator[Result]:
    """Submits parts, a few at once, and yields their results in order; drops the running ones when its reader
    stops."""
    under_way: deque[Ticket] = deque()
    try:
        while True:
            while len(under_way) < most and (part := next(parts, None)) is not None:
                under_way.append(give(part))
            if not under_way:
                return
            yield take(under_way.popleft())
    finally:
        for ticket in under_way:
            drop(ticket)


def _begin(begin: Begin[Any]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started it decides what Ctrl+C means
    _work.append(begin())


def _do(part: Ids) -> Any:  # noqa: ANN401 - whatever the work returns
    return _work[0](part)
