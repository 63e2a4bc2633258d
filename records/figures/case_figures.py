"""Figures 统计: the cases of a period with all counted facts, read once; every chart, table and file counts
these same rows, so that a figure is the same everywhere, and leads to its cases."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import median, quantiles
from typing import TypeVarTuple

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from records.cases.review_queue import NO_CATEGORY
from records.cases.stages import STAGES, by_stage
from records.figures.period import Period
from records.local_time import local_day
from records.models import (
    Case,
    CaseState,
    Demerit,
    DisposalResult,
    FindingRecord,
    Institution,
    Level,
    Page,
    Source,
    SourceKind,
    Transfer,
    Verification,
    VerificationOutcome,
)

Columns = TypeVarTuple("Columns")


@dataclass(frozen=True)
class CaseFact:
    """One case, with its counted facts. `families` and `rules` are of its findings, by id; `demerits` the points of
    those in force that were imposed for it."""

    id: int
    state: CaseState
    opened_at: datetime
    institution_id: int
    institution: str
    level: Level
    category: str
    district: str
    source: SourceKind
    families: frozenset[str]
    rules: frozenset[str]
    transferred_at: datetime | None
    disposed_at: datetime | None
    result: DisposalResult | None
    verified_at: datetime | None
    demerits: tuple[int, ...] = ()


@dataclass(frozen=True)
class FigureRow:
    """Counts of the cases of one kind, by outcome; `wanted` are the queue's filters that show them."""

    title: str
    wanted: Mapping[str, str]
    counts: Mapping[str, int]
    institutions: int = 0
    results: Mapping[DisposalResult, int] = field(default_factory=dict)


def list_case_facts(session: Session, period: Period, district: str | None = None) -> list[CaseFact]:
    """The cases that were opened in the period, by id; of one district only, where one is given."""
    gone = (
        select(Verification.case_id, func.min(Verification.checked_at).label("at"))
        .where(Verification.outcome == VerificationOutcome.GONE)
        .group_by(Verification.case_id)
        .subquery()
    )
    query = of_period(
        select(Case.id, Case.state, Case.opened_at, Source.kind, Institution, gone.c.at), period, district
    )
    rows = session.execute(query.outerjoin(gone, gone.c.case_id == Case.id).order_by(Case.id)).all()
    families, rules = _found(session, period)
    transfers = _transfers(session, period)
    demerits = _demerits(session, period)
    facts = []
    for case_id, state, opened_at, kind, owned, verified_at in rows:
        transfer = transfers.get(case_id)
        facts.append(
            CaseFact(
                id=case_id,
                state=state,
                opened_at=opened_at,
                institution_id=owned.id,
                institution=owned.name,
                level=owned.level,
                category=owned.category or NO_CATEGORY,
                district=owned.district,
                source=kind,
                families=frozenset(families[case_id]),
                rules=frozenset(rules[case_id]),
                transferred_at=transfer[0] if transfer else None,
                disposed_at=transfer[1] if transfer else None,
                result=transfer[2] if transfer else None,
                verified_at=verified_at,
                demerits=tuple(demerits[case_id]),
            )
        )
    return facts


def count_by_stage(session: Session, period: Period, district: str | None = None) -> dict[str, int]:
    """The numbers of a period's cases by stage, without further facts."""
    query = of_period(select(Case.state, func.count()), period, district).group_by(Case.state)
    return by_stage({row[0]: row[1] for row in session.execute(query)})


def total(
    facts: Sequence[CaseFact], title: str = "合计", wanted: Mapping[str, str] | None = None
) -> FigureRow:
    """All of the facts in one row; a case counts once."""
    counts = by_stage(Counter(fact.state for fact in facts))
    results = {result: sum(fact.result is result for fact in facts) for result in DisposalResult}
    institutions = len({fact.institution_id for fact in facts})
    return FigureRow(title, wanted or {}, counts, institutions, results)


def by(
    facts: Iterable[CaseFact],
    name: str,
    keys: Callable[[CaseFact], Iterable[str]],
    title: Callable[[str], str] = str,
    wanted: Mapping[str, str] | None = None,
) -> list[FigureRow]:
    """The facts by `keys`, each a row, most cases first. `name` is the queue's parameter for a key. A case with several
    keys (rules) counts in each of their rows."""
    groups: dict[str, list[CaseFact]] = defaultdict(list)
    for fact in facts:
        for key in keys(fact):
            groups[key].append(fact)
    rows = [total(group, title(key), {**(wanted or {}), name: key}) for key, group in groups.items()]
    return sorted(rows, key=lambda row: (-row.counts["all"], row.title))


def by_time(facts: Sequence[CaseFact], period: Period) -> list[FigureRow]:
    """The facts by the week they were opened in, by month where the period is longer than a quarter."""
    rows = []
    for first, last in _parts(period):
        group = [fact for fact in facts if first <= local_day(fact.opened_at) <= last]
        label = f"{first:%m-%d}" if (last - first).days < 7 else f"{first:%Y-%m}"
        rows.append(total(group, label, {"since": first.isoformat(), "until": last.isoformat()}))
    return rows


@dataclass(frozen=True)
class Delay:
    """How long something took, in days, over the cases where it happened."""

    title: str
    reached: str  # the queue's filter that shows these cases
    cases: int
    median: float | None
    ninetieth: float | None


def delays(facts: Sequence[CaseFact]) -> list[Delay]:
    """From the opening of a case to its transfer, to its disposal, to the verified end of the page."""
    steps: tuple[tuple[str, str, Callable[[CaseFact], datetime | None]], ...] = (
        ("发现到转送", "transferred", lambda fact: fact.transferred_at),
        ("发现到处置", "disposed", lambda fact: fact.disposed_at),
        ("发现到核验消失", "verified", lambda fact: fact.verified_at),
    )
    found = []
    for title, reached, end in steps:
        days = [(then - fact.opened_at) / timedelta(days=1) for fact in facts if (then := end(fact))]
        if not days:
            found.append(Delay(title, reached, 0, None, None))
            continue
        ninetieth = quantiles(days, n=10, method="inclusive")[8] if len(days) > 1 else days[0]
        found.append(Delay(title, reached, len(days), median(days), ninetieth))
    return found


def count_backlog(session: Session, today: date, district: str | None = None) -> list[FigureRow]:
    """The cases that wait for a decision, by their age in days."""
    query = of_period(select(Case.opened_at), Period(date(2000, 1, 1), today), district)
    query = query.where(Case.state.in_(STAGES["is-open"].states))
    days = [local_day(moment) for moment in session.scalars(query)]
    rows = []
    for title, youngest, oldest in (
        ("一天内", 0, 0),
        ("2 至 7 天", 1, 6),
        ("8 至 30 天", 7, 29),
        ("超过 30 天", 30, 20_000),
    ):
        since, until = today - timedelta(days=min(oldest, 9_000)), today - timedelta(days=youngest)
        wanted = {"since": since.isoformat(), "until": until.isoformat()}
        wanted |= {"district": district} if district else {}
        rows.append(FigureRow(title, wanted, {"is-open": sum(since <= day <= until for day in days)}))
    return rows


def of_period(query: Select[*Columns], period: Period, district: str | None) -> Select[*Columns]:
    """`query` over the cases that were opened in the period, with page, source and institution."""
    query = (
        query.join_from(Case, Page, Page.id == Case.page_id)
        .join(Source, Source.id == Page.source_id)
        .join(Institution, Institution.id == Source.institution_id)
        .where(Case.opened_at >= period.begin, Case.opened_at < period.end)
    )
    return query.where(Institution.district == district) if district else query


def _parts(period: Period) -> list[tuple[date, date]]:
    """The period in weeks, or months where it is longer than a quarter."""
    parts, first = [], period.first
    by_month = (period.last - period.first).days > 100
    while first <= period.last:
        if by_month:
            last = date(first.year + first.month // 12, first.month % 12 + 1, 1) - timedelta(days=1)
        else:
            last = first + timedelta(days=6 - first.weekday())
        parts.append((first, min(last, period.last)))
        first = last + timedelta(days=1)
    return parts


def _found(session: Session, period: Period) -> tuple[dict[int, set[str]], dict[int, set[str]]]:
    families: dict[int, set[str]] = defaultdict(set)
    rules: dict[int, set[str]] = defaultdict(set)
    query = (
        select(Case.id, FindingRecord.family, FindingRecord.rule)
        .join(FindingRecord, FindingRecord.judgement_id == Case.judgement_id)
        .where(Case.opened_at >= period.begin, Case.opened_at < period.end)
        .distinct()
    )
    for case_id, family, rule in session.execute(query):
        families[case_id].add(family)
        rules[case_id].add(rule)
    return families, rules


def _transfers(
    session: Session, period: Period
) -> dict[int, tuple[datetime, datetime | None, DisposalResult | None]]:
    """By case: when it was first transferred, and the last disposal that was reported."""
    found: dict[int, tuple[datetime, datetime | None, DisposalResult | None]] = {}
    rows = session.execute(
        select(Transfer.case_id, Transfer.transferred_at, Transfer.closed_at, Transfer.result)
        .join(Case, Case.id == Transfer.case_id)
        .where(Case.opened_at >= period.begin, Case.opened_at < period.end)
        .order_by(Transfer.id)
    )
    for case_id, transferred_at, closed_at, result in rows:
        first, disposed_at, before = found.get(case_id, (transferred_at, None, None))
        found[case_id] = (first, closed_at if result else disposed_at, result or before)
    return found


def _demerits(session: Session, period: Period) -> dict[int, list[int]]:
    """By case: the points of the demerits in force."""
    found: dict[int, list[int]] = defaultdict(list)
    query = (
        select(Demerit.case_id, Demerit.points)
        .join(Case, Case.id == Demerit.case_id)
        .where(Demerit.struck_at.is_(None), Case.opened_at >= period.begin, Case.opened_at < period.end)
    )
    for case_id, points in session.execute(query):
        found[case_id].append(points)
    return found
