"""The statistics table of a period, its numbers typed by hand, and the ledger of cases."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from api.attached import DOCX, XLSX, attached
from api.context import App, AppState, CheckedForm, FigureKeeper, FigureReader, Now, page
from api.figures.routes import FigureQuery, FigureQueryParam, presets
from records import audit
from records.cases.review_queue import QueueFilter
from records.database import reading, transaction
from records.figures.case_figures import list_case_facts
from records.figures.case_ledger import list_ledger
from records.figures.hand_numbers import keep_hand_numbers, read_hand_numbers
from records.figures.statistics_table import Statistics, count_statistics
from records.local_time import local_day
from records.models import SignIn, User
from records.people.users import find_display_names, list_districts_of
from records.reference.statistics_table import COLUMNS, ROWS
from records.reference.tables import TableRefused, read_rows
from records.visits.coverage import level_coverage, source_coverage
from reports.case_ledger import case_ledger
from reports.statistics_table import TITLE, statistics_document, statistics_workbook

router = APIRouter(prefix="/figures", include_in_schema=False)


async def _typed_form(request: Request) -> FormData:
    return await request.form()


Typed = Annotated[FormData, Depends(_typed_form)]


@router.get("/statistics")
def show(
    request: Request, app: App, sign_in: FigureReader, now: Now, query: FigureQueryParam
) -> HTMLResponse:
    """The table, with fields for the numbers that people type."""
    return _page(request, app, sign_in, now, query)


@router.post("/statistics", dependencies=[CheckedForm])
def keep(
    request: Request, app: App, sign_in: FigureKeeper, now: Now, query: FigureQueryParam, form: Typed
) -> Response:
    """Keep the typed numbers. With a fault nothing is kept, and each is shown at its field."""
    typed: dict[tuple[str, str], str] = {}
    try:
        with transaction(app.engine) as session:
            typed = {
                (row.title, column.title): str(form.get(f"cell-{at}-{place}", "")).strip()
                for at, row in enumerate(read_rows(session, ROWS))
                for place, column in enumerate(read_rows(session, COLUMNS))
                if column.by_hand
            }
            by = session.get_one(User, sign_in.user_id)
            keep_hand_numbers(session, query.period, query.district or "", typed, by=by, now=now)
    except TableRefused as refused:
        filled = [cell for cell, value in typed.items() if value]
        faults = {filled[row]: words for (row, _), words in refused.faults.items() if row < len(filled)}
        return _page(request, app, sign_in, now, query, typed, faults)
    return RedirectResponse(f"/figures/statistics?{query.address}&saved=1", 303)


@router.get("/statistics.xlsx")
def as_workbook(app: App, sign_in: FigureReader, now: Now, query: FigureQueryParam) -> Response:
    """The table as a workbook."""
    found = _exported(app, sign_in, now, query, TITLE)
    content = statistics_workbook(found, query.period, query.place, query.period.end)
    return attached(content, XLSX, f"统计表（{query.place}，{query.period.title}）.xlsx")


@router.get("/statistics.docx")
def as_document(app: App, sign_in: FigureReader, now: Now, query: FigureQueryParam) -> Response:
    """The table as a document."""
    found = _exported(app, sign_in, now, query, TITLE)
    content = statistics_document(found, query.period, query.place, query.period.end)
    return attached(content, DOCX, f"统计表（{query.place}，{query.period.title}）.docx")


@router.get("/ledger.xlsx")
def ledger(app: App, sign_in: FigureReader, now: Now, query: FigureQueryParam) -> Response:
    """The ledger of the period's cases."""
    with transaction(app.engine) as session:
        names = find_display_names(session)
        rows = list_ledger(session, query.period, query.district)
        title = f"{query.place}　{query.period.title}"
        content = case_ledger(rows, lambda actor: audit.actor_label(actor, names), title, query.period.end)
        _log(session, sign_in, now, query, "案件台账")
    return attached(content, XLSX, f"案件台账（{query.place}，{query.period.title}）.xlsx")


def _page(
    request: Request,
    app: AppState,
    sign_in: SignIn,
    now: Now,
    query: FigureQuery,
    typed: dict[tuple[str, str], str] | None = None,
    faults: dict[tuple[str, str], str] | None = None,
) -> HTMLResponse:
    with reading(app.engine) as session:
        return page(
            request,
            "statistics.html",
            422 if faults else 200,
            sign_in=sign_in,
            figure_query=query,
            districts=list_districts_of(session, sign_in.user),
            presets=presets(local_day(now)),
            found=_count(session, app, query),
            typed=typed or {},
            faults=faults or {},
            saved="saved" in request.query_params,
            address=lambda wanted: f"/cases?{QueueFilter(**wanted).address()}",
        )


def _exported(app: AppState, sign_in: SignIn, now: Now, query: FigureQuery, title: str) -> Statistics:
    with transaction(app.engine) as session:
        _log(session, sign_in, now, query, title)
        return _count(session, app, query)


def _count(session: Session, app: AppState, query: FigureQuery) -> Statistics:
    sources = source_coverage(session, query.period.begin, query.period.end, query.district)
    return count_statistics(
        read_rows(session, ROWS),
        read_rows(session, COLUMNS),
        list_case_facts(session, query.period, query.district),
        level_coverage(session, sources, query.district),
        app.lists.rules().family_titles,
        read_hand_numbers(session, query.period, query.district or ""),
        query.wanted(),
    )


def _log(session: Session, sign_in: SignIn, now: Now, query: FigureQuery, title: str) -> None:
    subject = f"{title} {query.period.title} {query.place}"
    audit.append(session, sign_in.user, "report_exported", now, subject)
