"""Asks search pages for what no list has; the pages that they name become tips, to be fetched and judged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from crawler.search.asking import ask
from crawler.search.results import SearchPage
from records.database import transaction
from records.found_pages import Taken, take_found


@dataclass(frozen=True)
class Searched:
    """What a search brought: pages named, what became of them, and what could not be had, in Chinese."""

    found: int
    taken: Taken
    faults: Sequence[str]


def search(engine: Engine, pages: Sequence[SearchPage], queries: Sequence[str], now: datetime) -> Searched:
    """Ask each search page all queries, and take in what they name. Runs a reactor: once a process."""
    answers = ask(pages, queries)
    how = [(page.url, f"{page.engine}搜索“{page.query}”所得：{page.title}") for page in answers.found]
    with transaction(engine) as session:
        # What several questions found is told by the first.
        taken = take_found(session, reversed(how), actor="system:search", now=now)
    return Searched(len({url for url, _ in how}), taken, answers.faults)
