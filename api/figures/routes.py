"""Figures for leaders: the dashboard and its files, all counted from the same cases."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy.orm import Session

from api.attached import DOCX, XLSX, attached
from api.context import App, FigureReader, Now, TypedDay, page
from api.figures.charts import bars, columns
from records import audit
from records.cases.review_queue import QueueFilter
from records.cases.stages import STAGES
from records.database import reading, transaction
from records.figures.case_figures import (
    CaseFact,
    by,
    by_time,
    count_backlog,
    count_by_stage,
    delays,
    list_case_facts,
    total,
)
from records.figures.institution_history import list_highest_scored
from records.figures.office_figures import list_office_figures
from records.figures.period import Period
from records.local_time import local_day
from records.models import DisposalResult, Level
from records.people.users import list_districts_of
from records.reference.calendar import list_reminders
from records.visits.coverage import (
    GroupCoverage,
    SourceState,
    level_coverage,
    plan_coverage,
    source_coverage,
)
from reports.quantified import COLUMNS, PARTS, cells, quantified_parts, quantified_workbook
from reports.stage_report import OFFICE_COLUMNS, Stage, office_cells, stage_report
from reports.typical_cases import typical_cases

router = APIRouter(include_in_schema=False)

_MOST_BARS, _TYPICAL = 12, 10
_LONGEST = 3_700  # days


@dataclass(frozen=True)
class FigureQuery:
    """The wanted figures: a period, and a district (None: all that the user may see)."""

    period: Period
    district: str | None

    @property
    def place(self) -> str:
        """The name in reports."""
        return self.district or "全部辖区"

    @property
    def address(self) -> str:
        """The parameters of an address that show the same period and district."""
        days = {"since": self.period.first.isoformat(), "until": self.period.last.isoformat()}
        return urlencode({**days, **({"district": self.district} if self.district else {})})

    def wanted(self, **more: str) -> dict[str, str]:
        """The queue's filters that show the cases of a figure."""
        period = {"since": self.period.first.isoformat(), "until": self.period.last.isoformat()}
        return {**period, **({"district": self.district} if self.district else {}), **more}


def figure_query(
    sign_in: FigureReader,
    now: Now,
    since: Annotated[TypedDay | None, Query()] = None,
    until: Annotated[TypedDay | None, Query()] = None,
    district: Annotated[str, Query(max_length=60)] = "",
) -> FigureQuery:
    """The wanted period, by default this quarter; the user's own district where they are limited to one."""
    period = Period.quarter(local_day(now))
    if since and until:
        if not (date(2000, 1, 1) <= since <= until <= date(2199, 12, 31)) or (until - since).days > _LONGEST:
            if until < since:
                raise HTTPException(422, f"截止日期 {until} 早于起始日期 {since}")
            raise HTTPException(422, f"期间应在 2000 年至 2199 年之间，不超过 {_LONGEST} 天")
        period = Period(since, until)
    return FigureQuery(period, sign_in.user.district or district or None)


FigureQueryParam = Annotated[FigureQuery, Depends(figure_query)]


def presets(today: date) -> list[tuple[str, Period]]:
    """The most common periods, with their names."""
    return [
        ("本周", Period.week(today)),
        ("本月", Period.month(today)),
        ("上月", Period.month(today).before),
        ("本季", Period.quarter(today)),
        ("上季", Period.quarter(today).before),
        ("本年", Period.year(today)),
    ]


@router.get("/figures")
def show(
    request: Request, app: App, sign_in: FigureReader, now: Now, query: FigureQueryParam
) -> HTMLResponse:
    """The dashboard: each chart's bars lead to the cases that they count."""
    families = app.lists.rules().family_titles
    rules = {rule.id: rule.title for rule in app.lists.rules().rules}
    with reading(app.engine) as session:
        facts = list_case_facts(session, query.period, query.district)
        sources = source_coverage(session, query.period.begin, query.period.end, query.district)
        wanted = query.wanted()
        base = {key: value for key, value in wanted.items() if key != "district"}
        charts = (
            ("按违法情形", by(facts, "family", lambda one: one.families, _named(families), wanted)),
            ("按规则", by(facts, "rule", lambda one: one.rules, _named(rules), wanted)),
            ("按机构类别", by(facts, "category", lambda one: [one.category], str, wanted)),
            ("按辖区", by(facts, "district", lambda one: [one.district], str, base)),
            ("按机构", by(facts, "institution", _institution, _named(_names(facts)), wanted)),
        )
        return page(
            request,
            "figures.html",
            sign_in=sign_in,
            figure_query=query,
            districts=list_districts_of(session, sign_in.user),
            stages=STAGES,
            whole=total(facts, wanted=wanted),
            before=count_by_stage(session, query.period.before, query.district),
            time=columns(by_time(facts, query.period), query.wanted()),
            charts=[(title, bars(rows[:_MOST_BARS]), rows) for title, rows in charts],
            coverage=plan_coverage(session, sources, query.district),
            delays=delays(facts),
            office_columns=OFFICE_COLUMNS,
            offices=[
                (one.office_id, office_cells(one))
                for one in list_office_figures(session, query.period, local_day(now), query.district)
            ],
            backlog=count_backlog(session, local_day(now), query.district),
            parts=quantified_parts(
                facts, level_coverage(session, sources, query.district), families, query.period
            ),
            part_titles=PARTS,
            column_titles=COLUMNS,
            cells=cells,
            results=list(DisposalResult),
            address=_queue_address,
            presets=presets(local_day(now)),
            reminders=list_reminders(session, local_day(now)),
        )


@router.get("/figures/coverage")
def coverage(request: Request, app: App, sign_in: FigureReader, query: FigureQueryParam) -> HTMLResponse:
    """Each site and account: whether it was seen in the period, and why not; those that were not first."""
    with reading(app.engine) as session:
        sources = source_coverage(session, query.period.begin, query.period.end, query.district)
        levels = plan_coverage(session, sources, query.district)
    sources.sort(key=lambda one: (one.state is SourceState.SEEN, one.level, one.institution, one.source))
    return page(request, "coverage.html", sign_in=sign_in, figure_query=query, sources=sources, levels=levels)


@router.get("/figures/quantified.xlsx")
def quantified(app: App, sign_in: FigureReader, now: Now, query: FigureQueryParam) -> Response:
    """The campaign's table for the period."""
    with transaction(app.engine) as session:
        facts = list_case_facts(session, query.period, query.district)
        parts = quantified_parts(
            facts, _level_coverage(session, query), app.lists.rules().family_titles, query.period
        )
        audit.append(
            session, sign_in.user, "report_exported", now, f"量化统计表 {query.period.title} {query.place}"
        )
    content = quantified_workbook(parts, query.period, query.place, query.period.end)
    return attached(content, XLSX, f"量化统计表（{query.place}，{query.period.title}）.xlsx")


@router.get("/figures/stage-report.docx")
def stage(app: App, sign_in: FigureReader, now: Now, query: FigureQueryParam) -> Response:
    """The stage report of the period."""
    with transaction(app.engine) as session:
        content = stage_report(
            Stage(
                place=query.place,
                period=query.period,
                facts=list_case_facts(session, query.period, query.district),
                before=list_case_facts(session, query.period.before, query.district),
                coverage=_coverage(session, query),
                backlog=count_backlog(session, local_day(now), query.district),
                offices=list_office_figures(session, query.period, local_day(now), query.district),
                families=app.lists.rules().family_titles,
                made=query.period.end,
            )
        )
        audit.append(
            session, sign_in.user, "report_exported", now, f"阶段工作报告 {query.period.title} {query.place}"
        )
    return attached(content, DOCX, f"阶段工作报告（{query.place}，{query.period.title}）.docx")


@router.get("/figures/typical-cases.docx")
def typical(
    app: App,
    sign_in: FigureReader,
    now: Now,
    query: FigureQueryParam,
    named: Annotated[bool, Query()] = False,
) -> Response:
    """The period's typical cases, redacted; with the institutions' names where that is chosen, which the log says."""
    with transaction(app.engine) as session:
        cases = list_highest_scored(session, query.period, query.district, _TYPICAL)
        title = "典型案例（写机构名称）" if named else "典型案例"
        audit.append(
            session, sign_in.user, "report_exported", now, f"{title} {query.period.title} {query.place}"
        )
    content = typical_cases(cases, query.period.end, named=named)
    return attached(content, DOCX, f"典型案例（{query.place}，{query.period.title}）.docx")


def _coverage(session: Session, query: FigureQuery) -> list[GroupCoverage]:
    sources = source_coverage(session, query.period.begin, query.period.end, query.district)
    return plan_coverage(session, sources, query.district)


def _level_coverage(session: Session, query: FigureQuery) -> dict[Level, GroupCoverage]:
    sources = source_coverage(session, query.period.begin, query.period.end, query.district)
    return level_coverage(session, sources, query.district)


def _institution(fact: CaseFact) -> list[str]:
    return [str(fact.institution_id)]


def _names(facts: list[CaseFact]) -> dict[str, str]:
    """The names of institutions by their ids."""
    return {str(fact.institution_id): fact.institution for fact in facts}


def _named(names: dict[str, str]) -> Callable[[str], str]:
    return lambda key: names.get(key, key)


def _queue_address(wanted: dict[str, str], state: str) -> str:
    return f"/cases?{QueueFilter(**{**wanted, 'state': state}).address()}"
