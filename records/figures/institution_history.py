"""An institution's history: its cases over all time, for the case page, the institution's page and
reports."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from records.cases.precedents import count_institution_cases
from records.cases.stages import STAGES
from records.figures.case_figures import FigureRow, list_case_facts
from records.figures.period import Period
from records.local_time import local_day
from records.models import (
    Case,
    CaseState,
    DisposalResult,
    FindingRecord,
    Institution,
    JudgementRecord,
    Page,
    Source,
    SourceKind,
)
from records.reference.points import ApplicablePoints, list_applicable_points
from records.sanctions.demerits import ScoringYear, list_scoring_years


@dataclass(frozen=True)
class CaseStory:
    """One case's whole story."""

    id: int
    title: str
    url: str
    source: SourceKind
    district: str
    category: str
    names: tuple[str, ...]  # of the institution
    state: CaseState
    opened_at: datetime
    findings: Sequence[FindingRecord]
    disposal: str  # in Chinese; "" where nothing was reported


@dataclass(frozen=True)
class Repeat:
    """A kind of misconduct that was found unlawful more than once within a year."""

    title: str
    cases: int


@dataclass(frozen=True)
class InstitutionHistory:
    """An institution, the outcomes of all its cases, and those found unlawful, newest first."""

    institution: Institution
    total: FigureRow
    unlawful: Sequence[CaseStory]
    repeats: Sequence[Repeat] = ()
    applicable: Sequence[ApplicablePoints] = ()
    scoring_years: Sequence[ScoringYear] = ()


_YEAR = timedelta(days=365)
_WHOLE = (
    joinedload(Case.page).joinedload(Page.source).joinedload(Source.institution),
    joinedload(Case.judgement).selectinload(JudgementRecord.findings),
    joinedload(Case.judgement).joinedload(JudgementRecord.snapshot),
    selectinload(Case.transfers),
)


def find_institution_history(session: Session, institution_id: int) -> InstitutionHistory | None:
    """The history of one institution; None where there is no such institution."""
    query = select(Institution).where(Institution.id == institution_id)
    owner = session.scalar(
        query.options(
            selectinload(Institution.certificates),
            selectinload(Institution.sources),
        )
    )
    if owner is None:
        return None
    pages = select(Page.id).where(Page.source_id.in_([source.id for source in owner.sources]))
    cases = session.scalars(
        select(Case)
        .where(Case.page_id.in_(pages), Case.state.in_(STAGES["is-confirmed"].states))
        .options(*_WHOLE)
        .order_by(Case.id.desc())
    ).all()
    counts = count_institution_cases(session, institution_id)
    results = Counter(filter(None, (_last_result(case) for case in cases)))
    wanted = {"institution": str(institution_id)}
    whole = FigureRow(owner.name, wanted, counts, int(counts["all"] > 0), results)
    return InstitutionHistory(owner, whole, [_story(case) for case in cases])


def with_year(
    session: Session, history: InstitutionHistory, families: Mapping[str, str], begins: str, now: datetime
) -> InstitutionHistory:
    """The history with its last year: repeated misconduct, and the points that the standard gives; and with the demerits
    imposed, by scoring year. `families` are the kinds of misconduct by id, `begins` the day of a scoring year's
    beginning."""
    recent = [case for case in history.unlawful if case.opened_at > now - _YEAR]
    kinds = {
        case.id: {families.get(finding.family, finding.family) for finding in case.findings}
        for case in recent
    }
    counts = Counter(title for titles in kinds.values() for title in titles)
    repeats = [Repeat(title, cases) for title, cases in counts.most_common() if cases > 1]
    rules = {case.id: {finding.title for finding in case.findings} for case in recent}
    named = {name: sorted(titles | rules[name]) for name, titles in kinds.items()}
    return replace(
        history,
        repeats=repeats,
        applicable=list_applicable_points(session, named),
        scoring_years=list_scoring_years(session, history.institution.id, begins, local_day(now)),
    )


def list_case_stories(session: Session, ids: Sequence[int]) -> list[CaseStory]:
    """The stories of cases, in the order of `ids`."""
    cases = session.scalars(select(Case).where(Case.id.in_(ids)).options(*_WHOLE))
    stories = {case.id: _story(case) for case in cases}
    return [stories[case_id] for case_id in ids if case_id in stories]


def list_highest_scored(
    session: Session, period: Period, district: str | None, limit: int
) -> list[CaseStory]:
    """The cases of a period that were disposed of, with the highest scores, one of each institution."""
    facts = list_case_facts(session, period, district)
    confirmed = [fact for fact in facts if fact.state in STAGES["is-disposed"].states]
    ids = {fact.id: fact.institution_id for fact in confirmed}
    ordered = session.scalars(
        select(Case.id).where(Case.id.in_(ids)).order_by(Case.score.desc(), Case.id)
    ).all()
    chosen: dict[int, int] = {}
    for case_id in ordered:
        chosen.setdefault(ids[case_id], case_id)
    return list_case_stories(session, list(chosen.values())[:limit])


def _last_result(case: Case) -> DisposalResult | None:
    """The result of a case, by its last report."""
    return next((one.result for one in reversed(case.transfers) if one.result), None)


def _story(case: Case) -> CaseStory:
    source = case.page.source
    owner = source.institution
    last = next((one for one in reversed(case.transfers) if one.result), None)
    disposal = f"{last.outcome}（{last.disposed_on}）" if last else ""
    return CaseStory(
        id=case.id,
        title=case.judgement.snapshot.title or "（无标题）",
        url=case.page.url,
        source=source.kind,
        district=owner.district,
        category=owner.category or "医疗机构",
        names=(owner.name, *owner.other_names, *([source.name] if source.name else [])),
        state=case.state,
        opened_at=case.opened_at,
        findings=case.judgement.findings,
        disposal=disposal,
    )
