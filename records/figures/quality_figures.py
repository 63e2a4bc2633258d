"""How much the system misses, and how far reviewers agree, from pages drawn at random and decided blind."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from records.cases.stages import STAGES
from records.figures.estimates import Agreement, Estimate, Stratum, agreement, estimate_missed, miss_rate
from records.figures.period import Period
from records.local_time import begin_of
from records.models import (
    Case,
    CheckKind,
    CheckVerdict,
    FindingRecord,
    JudgementRecord,
    QualityCheck,
)

_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class MissFigure:
    """The sample and the misses of one kind: how many pages were checked, how many of them had findings, the
    estimated number missed, how many the system had found, and the share missed."""

    title: str
    looked_at: int
    seen: int
    missed: Estimate
    found: int
    rate: Estimate | None


@dataclass(frozen=True)
class AgreementFigure:
    """How far the second decisions agree with the first, for all, a rule or a reviewer."""

    title: str
    found: Agreement


@dataclass(frozen=True)
class QualityFigures:
    """All of a period's weeks."""

    waiting: int
    whole: MissFigure
    by_week: Sequence[MissFigure]
    by_family: Sequence[MissFigure]
    agreement: Agreement | None
    by_reviewer: Sequence[AgreementFigure]
    by_rule: Sequence[AgreementFigure]


def find_quality(session: Session, period: Period) -> QualityFigures:
    """The figures of the weeks that begin in the period."""
    of_judgement = joinedload(QualityCheck.judgement).selectinload(JudgementRecord.findings)
    checks = session.scalars(
        select(QualityCheck)
        .where(QualityCheck.week >= period.first, QualityCheck.week <= period.last)
        .options(of_judgement, joinedload(QualityCheck.first_reviewer), joinedload(QualityCheck.decided_by))
        .order_by(QualityCheck.id)
    ).all()
    decided = [one for one in checks if one.verdict in (CheckVerdict.LAWFUL, CheckVerdict.UNLAWFUL)]
    drawn = [one for one in decided if one.kind is CheckKind.UNFLAGGED]
    repeated = [one for one in decided if one.kind is CheckKind.REPEATED and one.first_verdict]
    weeks = sorted({one.week for one in drawn})
    families = sorted({family for one in drawn for family in one.families})
    return QualityFigures(
        waiting=sum(one.verdict is None for one in checks),
        whole=_missed("合计", drawn, _found(session, weeks)),
        by_week=[
            _missed(str(week), [one for one in drawn if one.week == week], _found(session, [week]))
            for week in weeks
        ],
        by_family=[_of_family(session, drawn, weeks, family) for family in families],
        agreement=agreement(_pairs(repeated)),
        by_reviewer=_grouped(repeated, _people),
        by_rule=_grouped(repeated, lambda one: {finding.title for finding in one.judgement.findings}),
    )


def _of_family(
    session: Session, drawn: Sequence[QualityCheck], weeks: Sequence[date], family: str
) -> MissFigure:
    return _missed(family, drawn, _found(session, weeks, family), lambda one: family in one.families)


def _missed(
    title: str,
    drawn: Sequence[QualityCheck],
    found: int,
    counts: Callable[[QualityCheck], bool] = lambda _: True,
) -> MissFigure:
    strata: dict[tuple[date, str], list[QualityCheck]] = defaultdict(list)
    for one in drawn:
        strata[one.week, one.stratum].append(one)
    looked = [
        Stratum(
            pages=group[0].stratum_pages,
            looked_at=len(group),
            missed=sum(one.verdict is CheckVerdict.UNLAWFUL and counts(one) for one in group),
        )
        for group in strata.values()
    ]
    missed = estimate_missed(looked)
    seen = sum(stratum.missed for stratum in looked)
    return MissFigure(title, len(drawn), seen, missed, found, miss_rate(missed, found) if looked else None)


def _found(session: Session, weeks: Sequence[date], family: str = "") -> int:
    """How many pages the system flagged in these weeks that people found unlawful."""
    count = 0
    for week in weeks:
        query = (
            select(func.count(func.distinct(Case.id)))
            .join(JudgementRecord, JudgementRecord.id == Case.judgement_id)
            .where(
                JudgementRecord.unlawful,
                JudgementRecord.judged_at >= begin_of(week),
                JudgementRecord.judged_at < begin_of(week + _WEEK),
                Case.state.in_(STAGES["is-confirmed"].states),
            )
        )
        if family:
            of_family = select(FindingRecord.judgement_id).where(FindingRecord.family == family)
            query = query.where(Case.judgement_id.in_(of_family))
        count += session.scalar(query) or 0
    return count


def _people(check: QualityCheck) -> set[str]:
    return {one.display_name for one in (check.first_reviewer, check.decided_by) if one}


def _grouped(
    repeated: Sequence[QualityCheck], keys: Callable[[QualityCheck], Iterable[str]]
) -> list[AgreementFigure]:
    groups: dict[str, list[QualityCheck]] = defaultdict(list)
    for one in repeated:
        for key in keys(one):
            groups[key].append(one)
    agreements = [(title, agreement(_pairs(group))) for title, group in groups.items()]
    figures = [AgreementFigure(title, found) for title, found in agreements if found]
    return sorted(figures, key=lambda one: (-one.found.pairs, one.title))


def _pairs(checks: Sequence[QualityCheck]) -> list[tuple[str, str]]:
    return [(str(one.first_verdict), str(one.verdict)) for one in checks]
