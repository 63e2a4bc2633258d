"""How far a visit has come in this process, and what it has learned about the addresses on its way."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from scrapy.http import Response
from sqlalchemy import Engine

from crawler.downloading.budget import TimeBudget
from crawler.pages.urls import pattern_of, slot_of
from records.database import reading, transaction
from records.visits.frontier import Planned
from records.visits.targets import Target
from records.visits.url_patterns import OF_A_TRAP, UrlPatternStats, find_pattern_stats, keep_pattern_stats
from telemetry.traces import Work


class PatternTracker:
    """Lessons from the patterns of a visit's addresses, from this visit and earlier ones."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._by_host: dict[str, dict[str, UrlPatternStats]] = {}
        self._known: set[str] = set()  # addresses that need not be planned again
        self._texts: set[str] = set()  # main texts seen, by hash
        self._deferred: dict[str, list[tuple[Response, Planned]]] = {}  # by pattern

    def of(self, url: str) -> UrlPatternStats:
        """The statistics of an address's pattern; read once a visit and host."""
        host = slot_of(url)
        if host not in self._by_host:
            with reading(self._engine) as session:
                self._by_host[host] = find_pattern_stats(session, host)
        return self._by_host[host].setdefault(pattern_of(url), UrlPatternStats())

    def worth_planning(self, urls: Iterable[str]) -> list[str]:
        """The addresses that are new, and whose pattern is no trap or still has a page to be looked at."""
        wanted = []
        for url in dict.fromkeys(urls):
            if url in self._known:
                continue
            self._known.add(url)
            learned = self.of(url)
            if not learned.is_closed:
                learned.planned_now += 1
                wanted.append(url)
        return wanted

    def count_text(self, planned: Planned, main_sha256: str | None) -> None:
        """Count whether a page said something new (its main text by hash), by which a trap is recognised."""
        if planned.is_feed or planned.depth == 0 or main_sha256 is None:
            return
        is_new = main_sha256 not in self._texts
        self._texts.add(main_sha256)
        self.of(planned.url).saw(is_new)

    def unwanted(self, planned: Planned) -> str | None:
        """Why a page that was planned is not fetched any more, in Chinese; None while it is wanted."""
        learned = self.of(planned.url)
        if planned.depth and learned.is_trap and learned.pages_now >= OF_A_TRAP:
            return f"疑似陷阱：{pattern_of(planned.url)} 不断产生新网址而没有新内容，不再跟随"
        return None

    def defer(self, response: Response, planned: Planned) -> None:
        """Put a page aside until it is known whether the browser helps with its pattern."""
        self._deferred.setdefault(pattern_of(planned.url), []).append((response, planned))

    def tried(self, url: str, gained: bool) -> list[tuple[Response, Planned]]:
        """Learn from a page loaded by the browser; return the pages that waited for this lesson, once it is
        clear."""
        learned = self.of(url)
        learned.tried(gained)
        return [] if learned.is_being_tried else self._deferred.pop(pattern_of(url), [])

    def keep(self) -> None:
        """Record the lessons."""
        with transaction(self._engine) as session:
            for host, learned in self._by_host.items():
                keep_pattern_stats(session, host, learned)


@dataclass
class Progress:
    """How far a visit has come in this process."""

    target: Target
    budget: TimeBudget
    patterns: PatternTracker
    outstanding: set[int] = field(default_factory=set)  # planned pages, by id
    waiting: deque[Planned] = field(default_factory=deque)  # to be asked for
    under_way: set[int] = field(default_factory=set)  # asked for
    images: set[str] = field(default_factory=set)  # addresses asked for
    images_under_way: int = 0
    out_of_time: bool = False
    held_back: bool = False  # a platform asks for human verification
    is_taken: bool = False  # by another process: nothing more is requested or written for it
    without_posts: bool = False  # the list of posts named none
    span: Work = field(default_factory=Work)

    @property
    def log_keys(self) -> dict[str, object]:
        """What a log record of this visit is about."""
        return {"visit": self.target.visit_id, "source": self.target.source_id}

    @property
    def is_done(self) -> bool:
        """Whether nothing is planned or under way any more."""
        return not self.outstanding and not self.images_under_way
