"""Precision and recall of the learned wording at each threshold, by reviewers' decisions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from records.cases.stages import STAGES
from records.figures.estimates import Estimate, exact_interval
from records.models import Case, CaseState, FindingRecord, JudgementRecord, Page, Source, SourceKind

STEPS = tuple(step / 100 for step in range(30, 100, 5))
_CONFIRMED = STAGES["is-confirmed"].states


@dataclass(frozen=True)
class ThresholdRow:
    """Of the decided cases that this threshold would flag: how many were confirmed and how many dismissed, and both
    shares, with intervals of 95 %. `recall` is of the confirmed ones among all that were decided."""

    threshold: float
    confirmed: int
    dismissed: int
    precision: Estimate | None
    recall: Estimate | None


@dataclass(frozen=True)
class ThresholdTable:
    """The decided cases of one kind of source that the threshold `name` of `thresholds.yaml` decides on, over all steps;
    `unmeasured`: those that were judged before measures were kept."""

    source: SourceKind
    name: str
    rows: Sequence[ThresholdRow]
    decided: int
    unmeasured: int


def list_threshold_tables(session: Session, since: datetime) -> list[ThresholdTable]:
    """For each kind of source, the threshold of suspicion over cases that wording alone has found, and that of hits over
    those that a term has; of cases that a person has decided and that last changed after `since`."""
    by_term = exists().where(FindingRecord.judgement_id == JudgementRecord.id, FindingRecord.term != "")
    return [
        _table(session, since, source, name, condition)
        for source in SourceKind
        for name, condition in (("suspects", ~by_term), ("spares", by_term))
    ]


def _table(
    session: Session, since: datetime, source: SourceKind, name: str, condition: ColumnElement[bool]
) -> ThresholdTable:
    measure = JudgementRecord.wording_measure if name == "suspects" else JudgementRecord.hits_measure
    found = session.execute(
        select(measure, Case.state)
        .join(Case, Case.judgement_id == JudgementRecord.id)
        .join(Page, Page.id == Case.page_id)
        .join(Source, Source.id == Page.source_id)
        .where(
            Case.state.in_((*_CONFIRMED, CaseState.DISMISSED)),
            Case.reviewer_id.is_not(None),
            Case.changed_at >= since,
            Source.kind == source,
            condition,
        )
    ).all()
    measured = [(reach, state is not CaseState.DISMISSED) for reach, state in found if reach is not None]
    rows = [_row(step, measured) for step in STEPS]
    return ThresholdTable(source, name, rows, len(measured), len(found) - len(measured))


def _row(threshold: float, measured: Sequence[tuple[float, bool]]) -> ThresholdRow:
    flagged = [confirmed for reach, confirmed in measured if reach >= threshold]
    right = sum(flagged)
    every = sum(confirmed for _, confirmed in measured)
    return ThresholdRow(
        threshold, right, len(flagged) - right, _estimate(right, len(flagged)), _estimate(right, every)
    )


def _estimate(hits: int, of: int) -> Estimate | None:
    return Estimate(hits / of, *exact_interval(hits, of)) if of else None
