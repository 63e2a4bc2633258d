"""Statistics of each term: how often it hit, reviewers' decisions, whether it hits more than before; and
words that confirmed pages share, but no list has."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy import case as when
from sqlalchemy.orm import Session, joinedload

from classifiers.keyness import KeyWord, keyness
from classifiers.lists.rules import RuleSet
from records.cases.stages import STAGES
from records.models import Case, CaseState, FindingRecord, JudgementRecord
from records.snapshots.images import text_with_images
from records.store.content_store import EvidenceAltered, EvidenceMissing, EvidenceStore

_CONFIRMED = STAGES["is-confirmed"].states
_TREND = timedelta(days=30)
_PAGES = 400  # of each side, for keyness


@dataclass(frozen=True)
class TermStatistics:
    """One term of one rule ("" is the rule's own condition): pages with a case that it hit, by outcome."""

    rule: str
    term: str
    hits: int
    confirmed: int
    dismissed: int
    recent: int  # hits in the last thirty days
    earlier: int  # hits in the thirty days before

    @property
    def only_dismissed(self) -> bool:
        """Whether reviewers have dismissed all its hits."""
        return self.dismissed > 0 and self.confirmed == 0


def list_term_statistics(session: Session, now: datetime) -> dict[tuple[str, str], TermStatistics]:
    """By rule and term, over all cases. A page counts once for a term, however often it stands there."""
    seen = (
        select(
            FindingRecord.rule.label("rule"),
            FindingRecord.term.label("term"),
            Case.state.label("state"),
            JudgementRecord.judged_at.label("judged_at"),
        )
        .join(Case, Case.judgement_id == FindingRecord.judgement_id)
        .join(JudgementRecord, JudgementRecord.id == FindingRecord.judgement_id)
        .group_by(FindingRecord.rule, FindingRecord.term, Case.id, Case.state, JudgementRecord.judged_at)
        .subquery()
    )

    def count(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.sum(when((condition, 1), else_=0))

    recent, earlier = now - _TREND, now - 2 * _TREND
    rows = session.execute(
        select(
            seen.c.rule,
            seen.c.term,
            func.count(),
            count(seen.c.state.in_(_CONFIRMED)),
            count(seen.c.state == CaseState.DISMISSED),
            count(seen.c.judged_at >= recent),
            count((seen.c.judged_at >= earlier) & (seen.c.judged_at < recent)),
        ).group_by(seen.c.rule, seen.c.term)
    )
    return {(row[0], row[1]): TermStatistics(*row) for row in rows}


def suggest_terms(session: Session, store: EvidenceStore, rules: RuleSet, limit: int = 40) -> list[KeyWord]:
    """Words that stand in pages found unlawful far more than in those that were dismissed or had no finding, and that
    no live term finds: candidates for the lists."""
    confirmed = select(JudgementRecord.page_text).join(Case, Case.judgement_id == JudgementRecord.id)
    confirmed = confirmed.where(Case.state.in_(_CONFIRMED)).order_by(Case.id.desc()).limit(_PAGES)
    others = (
        select(JudgementRecord)
        .outerjoin(Case, Case.judgement_id == JudgementRecord.id)
        .where((Case.state == CaseState.DISMISSED) | JudgementRecord.unlawful.is_(False))
        .options(joinedload(JudgementRecord.snapshot))
        .order_by(JudgementRecord.id.desc())
        .limit(_PAGES)
    )
    unlawful: Sequence[str] = session.scalars(confirmed).all()
    lawful = [text for record in session.scalars(others) if (text := _text(session, store, record))]
    return keyness(unlawful, lawful, rules, limit)


def _text(session: Session, store: EvidenceStore, record: JudgementRecord) -> str:
    """The text that was judged; empty where its evidence cannot be read here."""
    if record.page_text:
        return record.page_text
    try:
        page = text_with_images(session, store, record.snapshot)
    except (EvidenceMissing, EvidenceAltered):
        return ""
    return page.text if page else ""
