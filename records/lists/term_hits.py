"""What a term would find in the stored pages, asked before it is saved."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from classifiers.matching.match import Matcher, compile_terms
from classifiers.text.normalise import normalise
from records.judgements.judgements import list_with_owners, newest_judged
from records.models import Snapshot, User
from records.people.permissions import is_in_district
from records.snapshots.images import find_text
from records.store.content_store import EvidenceStore

_AT_ONCE = 50
_MOST_SHOWN, _MOST_EXCERPTS = 30, 3
_AROUND = 16  # characters on either side


@dataclass(frozen=True)
class PageWithTerm:
    """A stored page in which the term stands, with its first places: the words before, the words, the words after."""

    snapshot_id: int
    title: str
    institution: str
    places: Sequence[tuple[str, str, str]]


@dataclass(frozen=True)
class TermHits:
    """The result: pages looked at of all that there are, newest first, those with the term, and the first of them."""

    looked_at: int
    stored: int
    pages: int
    hits: int
    shown: Sequence[PageWithTerm]


def find_term_pages(
    session: Session, store: EvidenceStore, terms: Sequence[str], user: User, seconds: float = 4
) -> TermHits:
    """Look for terms (groups of words written out) in the newest stored pages within the user's reach, for
    `seconds`. Words that a disguise hides are found as in the judgement, but for misspelt ones. Raises TermFault."""
    matcher = Matcher(compile_terms("context", "asked", terms))
    ids = sorted(session.scalars(newest_judged()), reverse=True)
    until, looked_at, pages, hits = time.monotonic() + seconds, 0, 0, 0
    shown: list[PageWithTerm] = []
    for snapshots in _in_parts(session, ids):
        for snapshot in snapshots:
            institution = snapshot.page.source.institution
            page = find_text(session, store, snapshot) if is_in_district(user, institution) else None
            places = list(_places(matcher, page.text)) if page else []
            pages, hits = pages + bool(places), hits + len(places)
            if places and len(shown) < _MOST_SHOWN:
                shown.append(
                    PageWithTerm(
                        snapshot.id,
                        snapshot.title or snapshot.page.url,
                        institution.name,
                        places[:_MOST_EXCERPTS],
                    )
                )
        looked_at += len(snapshots)
        if time.monotonic() > until:
            break
    return TermHits(looked_at, len(ids), pages, hits, shown)


def _in_parts(session: Session, ids: Sequence[int]) -> Iterator[Sequence[Snapshot]]:
    for at in range(0, len(ids), _AT_ONCE):
        yield sorted(list_with_owners(session, ids[at : at + _AT_ONCE]), key=lambda one: -one.id)


def _places(matcher: Matcher, text: str) -> Iterator[tuple[str, str, str]]:
    normal = normalise(text)
    last = 0
    for hit in matcher.find(normal.text):
        if hit.start < last:
            continue
        last = hit.end
        start, end = normal.span(hit.start, hit.end)
        before, after = text[max(0, start - _AROUND) : start], text[end : end + _AROUND]
        yield before.rpartition("\n")[2], text[start:end], after.partition("\n")[0]
