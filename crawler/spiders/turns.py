"""Which visits are under way, and which come next.

A visit that has begun holds its plan in memory and its time runs, so not all that are due begin at once; and
of one host only as many as it allows requests at once: more would only use up their time.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Iterable

from crawler.pages.urls import slot_of
from crawler.settings import CONCURRENT_REQUESTS_PER_SITE
from records.visits.targets import Target

VISITS_AT_ONCE = 200
# Scrapy hands out everything that waits for a slot at once, past its concurrency, where the delay is zero.
_SHORTEST_DELAY = 0.01


def politeness(target: Target) -> dict[str, float]:
    """The politeness to a visit's host: seconds between two requests, and how many at once."""
    delay = max(target.delay_seconds, _SHORTEST_DELAY)
    return {"delay": delay, "concurrency": CONCURRENT_REQUESTS_PER_SITE, "jitter": 0.5}


class Turns:
    """The visits of one spider, in the order they were given as far as their hosts allow it."""

    def __init__(self, targets: Iterable[Target], at_once: int = VISITS_AT_ONCE) -> None:
        self._at_once = at_once
        self._under_way = Counter[str]()
        self._waiting: dict[str, deque[Target]] = {}  # by host
        self._hosts: deque[str] = deque()  # that have a visit waiting, and room for it
        for target in targets:
            self._waiting.setdefault(slot_of(target.start_url), deque()).append(target)
        self._hosts.extend(self._waiting)

    def next(self) -> list[Target]:
        """The visits that begin now."""
        begun: list[Target] = []
        while self._hosts and self._under_way.total() < self._at_once:
            host = self._hosts.popleft()
            begun.append(self._waiting[host].popleft())
            self._under_way[host] += 1
            self._offer(host)
        return begun

    def end(self, target: Target) -> None:
        """One has ended, and leaves its place."""
        host = slot_of(target.start_url)
        was_full = self._under_way[host] >= CONCURRENT_REQUESTS_PER_SITE
        self._under_way[host] -= 1
        if was_full:
            self._offer(host)

    async def wait(self) -> bool:
        """Whether more will come when nothing is left here: none does."""
        return False

    def _offer(self, host: str) -> None:
        if self._waiting[host] and self._under_way[host] < CONCURRENT_REQUESTS_PER_SITE:
            self._hosts.append(host)


class Feed:
    """As `Turns`, for visits that come one by one, as long as the process runs: who brings them sees to it that no host is
    visited twice at once."""

    def __init__(self) -> None:
        self._arrived: deque[Target] = deque()
        self._ends: dict[int, asyncio.Future[None]] = {}  # by visit
        self._news = asyncio.Event()
        self._is_closed = False

    async def visit(self, target: Target) -> None:
        """Have a visit made; returns when it has ended."""
        end = self._ends[target.visit_id] = asyncio.get_running_loop().create_future()
        self._arrived.append(target)
        self._news.set()
        await end

    def next(self) -> list[Target]:
        """The visits that begin now."""
        begun = list(self._arrived)
        self._arrived.clear()
        return begun

    def end(self, target: Target) -> None:
        """One has ended."""
        end = self._ends.pop(target.visit_id, None)
        if end and not end.done():
            end.set_result(None)

    def close(self) -> None:
        """No more will come."""
        self._is_closed = True
        self._news.set()

    async def wait(self) -> bool:
        """Wait for more; False where none will come."""
        await self._news.wait()
        self._news.clear()
        return not self._is_closed
