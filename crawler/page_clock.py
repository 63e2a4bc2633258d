"""The seconds that one page may take, over all its steps: the answer and its retry, the browser, pictures, looks, evidence.

A step is given the clock, and so the time that the steps before it have left.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import monotonic
from typing import Any

from records.settings import settings

CLOCK = "page_clock"  # in a request's meta
LEAST_SECONDS = 2.0  # with less, no further step begins
_AT_LEAST = 8.0  # that looking at a page again has in any case
PICTURES_AT_LEAST = 25.0  # that reading the words in a page's pictures has


class PageOutOfTime(Exception):
    """A page's time is used up; the message says so in Chinese."""


class PageClock:
    """Runs while at least one step of its page is under way: a page that waits for its turn loses no time."""

    def __init__(self, seconds: float | None = None, used: float = 0.0) -> None:
        """`seconds`: None for the setting's; `used` by earlier steps."""
        self._seconds = settings().page_seconds if seconds is None else seconds
        self._used = used
        self._steps, self._since = 0, 0.0

    @classmethod
    def of_look(cls, used: float | None, least: float = _AT_LEAST) -> "PageClock":
        """The clock of a page that is looked at again, or whose pictures are read, after steps that took `used` seconds:
        the rest of its time, and `least` seconds in any case."""
        clock = cls(used=used or 0.0)
        return clock if clock.left >= least else cls(least + clock.used, clock.used)

    @property
    def used(self) -> float:
        """Seconds so far."""
        return self._used + (monotonic() - self._since if self._steps else 0.0)

    @property
    def left(self) -> float:
        """Seconds that remain; 0.0 where none do."""
        return max(self._seconds - self.used, 0.0)

    @property
    def is_used_up(self) -> bool:
        """Whether no further step can begin."""
        return self.left < LEAST_SECONDS

    @property
    def reason(self) -> str:
        """The end of the time, in Chinese."""
        return f"本页限时 {self._seconds:.0f} 秒已用完"

    @contextmanager
    def running(self) -> Iterator[float]:
        """Run during a step; gives the seconds that it may take. Raises PageOutOfTime."""
        if self.is_used_up:
            raise PageOutOfTime(self.reason)
        with self.counted():
            yield self.left

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Run during a step that is taken in any case, however little time is left."""
        if not self._steps:
            self._since = monotonic()
        self._steps += 1
        try:
            yield
        finally:
            self._steps -= 1
            if not self._steps:
                self._used += monotonic() - self._since


def clock_of(meta: Mapping[str, Any]) -> PageClock:
    """The clock of the page that a request with this meta belongs to."""
    clock: PageClock = meta[CLOCK]
    return clock
