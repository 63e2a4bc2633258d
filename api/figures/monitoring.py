"""The monitoring report 监测报告: on the page, as a document and as a workbook, from the same rows."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy.orm import Session

from api.attached import DOCX, XLSX, attached
from api.context import App, AppState, FigureReader, Now, page
from api.figures.routes import FigureQuery, FigureQueryParam, presets
from records import audit
from records.database import reading, transaction
from records.figures.monitoring import find_monitoring
from records.local_time import local_day
from records.models import SignIn
from records.people.users import list_districts_of
from reports.monitoring.district_map import BoundariesUnreadable, DistrictMap, district_map
from reports.monitoring.report import (
    BREACH_COLUMNS,
    BY_DISTRICT,
    COLUMNS,
    NOTE,
    Compared,
    MonitoringReport,
    monitoring_report,
    report_docx,
    report_workbook,
)

router = APIRouter(prefix="/figures/monitoring", include_in_schema=False)


@router.get("")
def show(
    request: Request, app: App, sign_in: FigureReader, now: Now, query: FigureQueryParam
) -> HTMLResponse:
    """The report as a page."""
    with reading(app.engine) as session:
        report = _report(session, app, query)
        drawn, unreadable = _map(app, report)
        return page(
            request,
            "monitoring.html",
            sign_in=sign_in,
            figure_query=query,
            presets=presets(local_day(now)),
            districts=list_districts_of(session, sign_in.user),
            report=report,
            map=drawn,
            map_fault=unreadable,
            columns=COLUMNS,
            breach_columns=BREACH_COLUMNS,
            note=NOTE,
        )


@router.get("/report.docx")
def document(app: App, sign_in: FigureReader, now: Now, query: FigureQueryParam) -> Response:
    """The report as a document."""
    report = _taken_out(app, sign_in, now, query)
    drawn, _ = _map(app, report)
    return attached(
        report_docx(report, query.period.end, drawn), DOCX, f"{report.title}（{query.place}）.docx"
    )


@router.get("/report.xlsx")
def workbook(app: App, sign_in: FigureReader, now: Now, query: FigureQueryParam) -> Response:
    """The report as a workbook with charts."""
    report = _taken_out(app, sign_in, now, query)
    return attached(report_workbook(report, query.period.end), XLSX, f"{report.title}（{query.place}）.xlsx")


def _map(app: AppState, report: MonitoringReport) -> tuple[DistrictMap | None, str]:
    """The map where a file of boundaries is set, or why there is none."""
    if app.settings.boundaries_file is None:
        return None, ""
    rows = next(section.rows for section in report.sections if section.title == BY_DISTRICT)
    try:
        return district_map(app.settings.boundaries_file, rows), ""
    except BoundariesUnreadable as fault:
        return None, str(fault)


def _taken_out(app: AppState, sign_in: SignIn, now: Now, query: FigureQuery) -> MonitoringReport:
    with transaction(app.engine) as session:
        report = _report(session, app, query)
        audit.append(session, sign_in.user, "report_exported", now, f"{report.title} {query.place}")
    return report


def _report(session: Session, app: AppState, query: FigureQuery) -> MonitoringReport:
    periods = (query.period, query.period.before, query.period.year_ago)
    compared = Compared(*(find_monitoring(session, one, query.district) for one in periods))
    rules = app.lists.rules()
    titles = {rule.id: rule.title for rule in rules.rules}
    return monitoring_report(compared, query.place, query.period, rules.family_titles, titles)
