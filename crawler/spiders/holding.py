"""Holding visits: a spider requests and writes only for visits that no other process has taken meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import CLOCK_BOOTTIME, clock_gettime

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from crawler.downloading.page_handler import TAKEN
from crawler.spiders.pictures import PictureSpider
from crawler.spiders.progress import Progress
from crawler.spiders.turns import Feed, Turns
from records.database import reading, transaction
from records.visits.fence import ASK_SECONDS, find_taken, require_held


class HoldingSpider(PictureSpider):
    """Knows which visits are under way, and drops those that another process has taken."""

    def __init__(self, engine: Engine, turns: Turns | Feed, taken: set[int]) -> None:
        """`taken` collects the ids of visits that another process took."""
        super().__init__()
        self.engine, self.turns, self.taken = engine, turns, taken
        self.visits: dict[int, Progress] = {}  # those under way
        self._asked_at = _seconds_since_boot()

    @contextmanager
    def writing(self, progress: Progress) -> Iterator[Session]:
        """A transaction that records the outcome of a visit's page. Raises VisitTaken."""
        with transaction(self.engine) as session:
            require_held(session, [progress.target])
            yield session

    def is_held(self, progress: Progress) -> bool:
        """Whether this process still holds a visit; asks the database after a long silence."""
        now = _seconds_since_boot()
        if now - self._asked_at > ASK_SECONDS:
            self._asked_at = now
            targets = [one.target for one in self.visits.values()]
            with suppress(OperationalError), reading(self.engine) as session:  # then each write asks
                for visit_id in find_taken(session, targets):
                    self.let_go(self.visits[visit_id])
        return not progress.is_taken

    def let_go(self, progress: Progress) -> None:
        """Another process has the visit: this one stops requesting and writing for it."""
        if self.visits.pop(progress.target.visit_id, None):
            progress.is_taken = True
            progress.span.end("taken")
            progress.waiting.clear()
            self.taken.add(progress.target.visit_id)
            self.turns.end(progress.target)
            self.logger.warning("%s %s", progress.target.start_url, TAKEN, extra=progress.log_keys)


def _seconds_since_boot() -> float:
    """Seconds that go on while the process is frozen and the machine asleep."""
    return clock_gettime(CLOCK_BOOTTIME)
