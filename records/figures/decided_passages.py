"""Decided cases as labelled passages: what people decided teaches the next version of the wording."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from classifiers.lists.rules import BY_KIND_OF_PAGE
from classifiers.page.measures import sentences_of
from records.cases.stages import STAGES
from records.models import Case, CaseState, JudgementRecord, Page, Source
from records.snapshots.snapshots import read_text
from records.store.content_store import EvidenceMissing, EvidenceStore

_BATCH = 200


@dataclass(frozen=True)
class DecidedPassage:
    """The sentences of a page in which something was found, and how a person decided the case: `unlawful` (of the page:
    at least one of the sentences is) or not (none is)."""

    case_id: int
    text: str
    unlawful: bool
    rules: tuple[str, ...]
    institution_id: int
    names: tuple[str, ...]


def list_decided_passages(session: Session, store: EvidenceStore) -> Iterator[DecidedPassage]:
    """Of all cases that a person has decided, in the order of their ids; a page whose words are no longer kept, or of which
    nothing but its kind was found, is left out."""
    states = {*STAGES["is-confirmed"].states, CaseState.DISMISSED}
    query = (
        select(Case)
        .where(Case.state.in_(states), Case.reviewer_id.is_not(None))
        .options(
            joinedload(Case.page).joinedload(Page.source).joinedload(Source.institution),
            joinedload(Case.judgement).selectinload(JudgementRecord.findings),
            joinedload(Case.judgement).joinedload(JudgementRecord.snapshot),
        )
        .order_by(Case.id)
        .limit(_BATCH)
    )
    after = 0
    while cases := session.scalars(query.where(Case.id > after)).all():
        yield from filter(None, (_passage(store, case) for case in cases))
        after = cases[-1].id


def _passage(store: EvidenceStore, case: Case) -> DecidedPassage | None:
    try:
        page = read_text(store, case.judgement.snapshot)
    except EvidenceMissing:
        return None
    by_words = [finding for finding in case.judgement.findings if finding.family not in BY_KIND_OF_PAGE]
    places = [(finding.start, finding.end) for finding in by_words]
    text = "\n".join(_sentences_at(page.text, places)) if page else ""
    if not text:
        return None
    owner = case.page.source.institution
    return DecidedPassage(
        case.id,
        text,
        case.state is not CaseState.DISMISSED,
        tuple(dict.fromkeys(finding.rule for finding in by_words)),
        owner.id,
        (owner.name, *owner.other_names),
    )


def _sentences_at(text: str, places: Sequence[tuple[int, int]]) -> list[str]:
    """The different sentences that hold a place, in their order."""
    found = (
        text[start:end].strip()
        for start, end in sentences_of(text)
        if any(start < last and first < end for first, last in places)
    )
    return list(dict.fromkeys(filter(None, found)))
