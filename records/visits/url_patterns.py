"""Lessons from a host's addresses, by pattern, over all visits."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from records.models import UrlPattern

_TRIES = 3  # of the browser, before it is known whether a pattern needs it
_FEWEST_PAGES, _LEAST_NEW = 30, 0.2  # pages of one pattern, and the share of them that says something new
OF_A_TRAP = 3  # pages that are still looked at, in case it was repaired


@dataclass
class UrlPatternStats:
    """The statistics of one pattern; `texts` are those of this visit."""

    pages: int = 0
    rendered: int = 0
    gained: int = 0
    is_trap: bool = False
    planned_now: int = 0
    asked: int = 0
    pages_now: int = 0
    texts_now: int = 0

    def saw(self, is_new_text: bool) -> None:
        """Count a page, and whether it said something new."""
        self.pages += 1
        self.pages_now += 1
        self.texts_now += is_new_text
        if self.pages_now >= _FEWEST_PAGES and self.texts_now < _LEAST_NEW * self.pages_now:
            self.is_trap = True

    def tried(self, gained: bool) -> None:
        """Count a page that the browser was asked for."""
        self.asked = max(0, self.asked - 1)
        self.rendered += 1
        self.gained += gained

    @property
    def browser_helps(self) -> bool | None:
        """Whether the browser shows more than the plain page; None while that is not known."""
        if self.rendered < _TRIES:
            return None
        return self.gained * 2 >= self.rendered

    @property
    def is_being_tried(self) -> bool:
        """Whether enough pages have been asked of the browser to tell, and their answers are still awaited."""
        return self.browser_helps is None and self.rendered + self.asked >= _TRIES and self.asked > 0

    @property
    def is_closed(self) -> bool:
        """Whether no further page of this pattern is planned in this visit."""
        return self.is_trap and self.planned_now >= OF_A_TRAP


def find_pattern_stats(session: Session, host: str) -> dict[str, UrlPatternStats]:
    """The statistics of a host's patterns."""
    rows = session.scalars(select(UrlPattern).where(UrlPattern.host == host))
    return {row.pattern: UrlPatternStats(row.pages, row.rendered, row.gained, row.is_trap) for row in rows}


def keep_pattern_stats(session: Session, host: str, learned: dict[str, UrlPatternStats]) -> None:
    """Record a visit's lessons about a host's patterns."""
    rows = {row.pattern: row for row in session.scalars(select(UrlPattern).where(UrlPattern.host == host))}
    for pattern, known in learned.items():
        row = rows.get(pattern) or UrlPattern(host=host, pattern=pattern)
        row.pages, row.rendered, row.gained = known.pages, known.rendered, known.gained
        row.is_trap = known.is_trap
        session.add(row)
