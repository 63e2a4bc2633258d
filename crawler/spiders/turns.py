"""Which visits are under way, and which come next.

A visit that has begun holds its plan in memory and its time runs, so not all that are due begin at once; and of one
host no more do than it is asked for pages at a time: the others would only use up their time.
"""

from collections import Counter, deque
from collections.abc import Iterable

from crawler.pages.urls import slot_of
from crawler.settings import CONCURRENT_REQUESTS_PER_SITE
from records.visits.targets import Target

VISITS_AT_ONCE = 200


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
        """Those that begin now."""
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

    def _offer(self, host: str) -> None:
        if self._waiting[host] and self._under_way[host] < CONCURRENT_REQUESTS_PER_SITE:
            self._hosts.append(host)
