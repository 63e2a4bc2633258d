"""Tables that people keep 参数表: shown, changed, imported and exported by those who may."""

from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.attached import attached
from api.context import App, AppState, CheckedForm, Now, Signed, UploadedTable, page
from records.database import reading, transaction
from records.lists.reasons_by_rule import count_reasons
from records.models import SignIn, User
from records.people.permissions import may
from records.reference.kept import KEPT_TABLES
from records.reference.tables import KeptTable, TableRefused, read_rows, replace_rows, rows_of_file
from reports.workbook import Column, workbook

router = APIRouter(prefix="/tables", include_in_schema=False)

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_EMPTY_ROWS = 3


@router.get("")
def show_all(request: Request, sign_in: Signed) -> HTMLResponse:
    """The tables that this person may change."""
    tables = [table for table in KEPT_TABLES.values() if may(sign_in.user, table.permission)]
    if not tables:
        raise HTTPException(404)
    return page(request, "tables.html", sign_in=sign_in, tables=tables)


@router.get("/{name}.xlsx")
def export(app: App, sign_in: Signed, name: str) -> Response:
    """A table as a workbook, which can be changed and imported again."""
    table = _table(sign_in, name)
    with reading(app.engine) as session:
        rows = [row.labels() for row in read_rows(session, table)]
    columns = [Column(heading, 24) for heading in table.row.headings()]
    return attached(workbook(table.title, columns, rows), _XLSX, f"{table.title}.xlsx")


@router.get("/{name}")
def show(request: Request, app: App, sign_in: Signed, name: str) -> HTMLResponse:
    """A table in a form: a row of fields each, and empty ones for more."""
    table = _table(sign_in, name)
    with reading(app.engine) as session:
        typed = [row.typed() for row in read_rows(session, table)]
    return _page(request, app, sign_in, table, typed)


@router.post("/{name}", dependencies=[CheckedForm])
async def change(request: Request, app: App, sign_in: Signed, now: Now, name: str) -> Response:
    """Keep the table as typed; each fault is shown next to its field, and no input is lost."""
    table = _table(sign_in, name)
    form = await request.form()
    columns = [[str(value) for value in form.getlist(field)] for field in table.row.model_fields]
    if len({len(column) for column in columns}) != 1:
        raise HTTPException(400)
    typed = [dict(zip(table.row.model_fields, row, strict=True)) for row in zip(*columns, strict=True)]
    typed = [
        row
        for row in typed
        if any(value.strip() for name, value in row.items() if name not in table.row.choices())
    ]
    return _kept(request, app, sign_in, now, table, typed)


@router.post("/{name}/import", dependencies=[CheckedForm])
def import_file(
    request: Request, app: App, sign_in: Signed, now: Now, name: str, file: UploadedTable
) -> Response:
    """Keep the rows of a file in the table's place."""
    table = _table(sign_in, name)
    return _kept(request, app, sign_in, now, table, rows_of_file(table, file))


def _kept(
    request: Request,
    app: AppState,
    sign_in: SignIn,
    now: Now,
    table: KeptTable[Any],
    typed: list[dict[str, str]],
) -> Response:
    try:
        with transaction(app.engine) as session:
            by = session.get_one(User, sign_in.user_id)
            replace_rows(session, table, typed, by=by, now=now)
    except TableRefused as refused:
        return _page(request, app, sign_in, table, typed, refused.faults, 422)
    return RedirectResponse(f"/tables/{table.name}?saved=1", 303)


def _page(
    request: Request,
    app: AppState,
    sign_in: SignIn,
    table: KeptTable[Any],
    typed: list[dict[str, str]],
    faults: object = None,
    status: int = 200,
) -> HTMLResponse:
    counts = {}
    if table.name == "reasons":
        with reading(app.engine) as session:
            counts = count_reasons(session)
    return page(
        request,
        "table.html",
        status,
        sign_in=sign_in,
        table=table,
        rows=[*typed, *({} for _ in range(_EMPTY_ROWS))],
        faults=faults or {},
        counts=counts,
        saved="saved" in request.query_params,
    )


def _table(sign_in: SignIn, name: str) -> KeptTable[Any]:
    table = KEPT_TABLES.get(name)
    if table is None or not may(sign_in.user, table.permission):
        raise HTTPException(404)
    return table
