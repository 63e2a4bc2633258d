"""Full text search over flagged pages: page texts, titles, addresses and institutions' names, by pairs of
characters.

Chinese has no spaces, and its commonest words have two characters: so each run of Chinese is indexed as its overlapping
pairs, and a query is looked up as a phrase of pairs. SQLite's FTS5 and PostgreSQL's tsvector do the rest.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence

from sqlalchemy import Integer, Select, column, select, text
from sqlalchemy.orm import Session

_MOST_INDEXED = 50_000  # characters of one text
_MOST_WORDS, _LONGEST_QUERY = 8, 100
_RUNS = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]+|[0-9a-z]+")
_CHINESE = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")

_ADD = {
    "sqlite": "INSERT INTO judgement_search(rowid, words) VALUES (:id, :words)",
    "postgresql": "INSERT INTO judgement_search(judgement_id, words) VALUES (:id, to_tsvector('simple', :words))",
}
_FIND = {
    "sqlite": "SELECT rowid AS id FROM judgement_search WHERE judgement_search MATCH :query",
    "postgresql": "SELECT judgement_id AS id FROM judgement_search WHERE words @@ to_tsquery('simple', :query)",
}


def add(session: Session, judgement_id: int, texts: Sequence[str]) -> None:
    """Index the texts of a flagged judgement. Judgements never change, so nothing is ever taken out."""
    words = " ".join(_pairs("\n".join(texts)[:_MOST_INDEXED]))
    session.execute(text(_ADD[_dialect(session)]), {"id": judgement_id, "words": words})


def find_matching(session: Session, asked: str) -> Select[tuple[int]] | None:
    """The ids of the judgements in whose texts all of the words stand that were `asked` for, as a query; None
    where `asked` has nothing to search for."""
    phrases = [phrase for word in asked[:_LONGEST_QUERY].split() if (phrase := _phrase(word))][:_MOST_WORDS]
    if not phrases:
        return None
    dialect = _dialect(session)
    query = (
        " AND ".join(map(_in_sqlite, phrases))
        if dialect == "sqlite"
        else " & ".join(map(_in_postgresql, phrases))
    )
    found = text(_FIND[dialect]).bindparams(query=query).columns(column("id", Integer)).subquery()
    return select(found.c.id)


def _dialect(session: Session) -> str:
    return session.get_bind().dialect.name


def _plain(written: str) -> str:
    return unicodedata.normalize("NFKC", written).lower()


def _pairs(written: str) -> Iterator[str]:
    """Overlapping pairs, and the last character of each run alone: so every character begins something."""
    for run in _RUNS.findall(_plain(written)):
        if not _CHINESE.match(run):
            yield run
            continue
        yield from (run[at : at + 2] for at in range(len(run)))


def _phrase(word: str) -> list[str]:
    """The pairs to look for, in the order of the text. The last character of a word need not end a run
    there."""
    pairs = list(_pairs(word))
    if len(pairs) > 1 and len(pairs[-1]) == 1 and _CHINESE.match(pairs[-1]):
        pairs.pop()
    return pairs


# The query holds letters and digits only: see _RUNS.
def _in_sqlite(phrase: Sequence[str]) -> str:
    if len(phrase) == 1 and len(phrase[0]) == 1:
        return f"{phrase[0]}*"
    return '"' + " ".join(phrase) + '"'


def _in_postgresql(phrase: Sequence[str]) -> str:
    if len(phrase) == 1 and len(phrase[0]) == 1:
        return f"{phrase[0]}:*"
    return "(" + " <-> ".join(phrase) + ")"
