"""Asks search pages for pages that are in no list; these become tips, to be fetched and judged."""

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
    """The results of a search: the pages named, their outcomes, and the failures, in Chinese."""

    found: int
    taken: Taken
    faults: Sequence[str]


def search(engine: Engine, pages: Sequence[SearchPage], queries: Sequence[str], now: datetime) -> Searched:
    """Ask each search page all queries, and add the pages that they name as tips. Runs a reactor: once a
    process."""
    answers = ask(pages, queries)
    how = [(page.url, f"{page.engine}搜索“{page.query}”所得：{page.title}") for page in answers.found]
    with transaction(engine) as session:
        # A page that several queries found is attributed to the first.
        taken = take_found(session, reversed(how), actor="system:search", now=now)
    return Searched(len({url for url, _ in how}), taken, answers.faults)
