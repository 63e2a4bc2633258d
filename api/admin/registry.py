"""The registry in the browser: listed, searched, edited, imported, exported, and when each source is visited."""

import tempfile
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.attached import XLSX, attached
from api.context import Administrator, App, AppState, CheckedForm, Now, RecordId, UploadedTable, page
from records import audit
from records.database import reading, transaction
from records.models import CertificateStatus, Institution, Level, SignIn, User
from records.registry import entries
from records.registry.entries import KINDS, EntryRefused, Plan
from records.registry.exchange import export_registry, import_registry
from records.registry.rows import Row

router = APIRouter(prefix="/admin/registry", include_in_schema=False)

PAGE_SIZE = 50
_LONG = frozenset({"成品样件", "诊疗科目", "地址", "其他域名", "其他名称"})
_YES_NO = ("是", "否")
_CHOICES: dict[str, tuple[str, ...]] = {
    "级别": tuple(level.label for level in Level),
    "状态": tuple(status.label for status in CertificateStatus),
    "启用": _YES_NO,
    "遵守robots": _YES_NO,
}


def entry_kind(kind: str) -> type[Row]:
    """The kind of entries that an address names; 404 for an unknown one."""
    if kind not in KINDS:
        raise HTTPException(404)
    return KINDS[kind]


Kind = Annotated[type[Row], Depends(entry_kind)]


async def typed_cells(request: Request) -> dict[str, str]:
    """The cells of an entry as the form sends them, by heading."""
    form = await request.form()
    return {name: value for name, value in form.items() if name != "csrf" and isinstance(value, str)}


TypedCells = Annotated[dict[str, str], Depends(typed_cells)]


@router.get("")
def show_all(_: Administrator) -> RedirectResponse:
    """The registry opens at the institutions."""
    return RedirectResponse("/admin/registry/institutions", 303)


@router.get("/export.xlsx")
def export(app: App, sign_in: Administrator, now: Now) -> Response:
    """The whole registry, as it is imported."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "registry.xlsx"
        counts = export_registry(app.engine, file)
        content = file.read_bytes()
    words = "导出登记库：" + "，".join(f"{title} {count} 行" for title, count in counts.items())
    with transaction(app.engine) as session:
        audit.append(session, sign_in.user, "report_exported", now, "登记库", reason=words)
    return attached(content, XLSX, "登记库.xlsx")


@router.post("/import", dependencies=[CheckedForm])
def import_file(
    request: Request, app: App, sign_in: Administrator, now: Now, file: UploadedTable
) -> HTMLResponse:
    """Import a file; says which rows were left out, and why."""
    result = import_registry(app.engine, file)
    words = f"导入 {file.name}：新增 {result.added} 行，更新 {result.updated} 行"
    with transaction(app.engine) as session:
        audit.append(session, sign_in.user, "registry_changed", now, "登记库", reason=words)
    return page(request, "registry_imported.html", sign_in=sign_in, result=result)


@router.post("/plan", dependencies=[CheckedForm])
def plan(
    app: App,
    sign_in: Administrator,
    now: Now,
    source: Annotated[list[int] | None, Form()] = None,
    interval_hours: Annotated[str, Form(pattern=r"^(\d{1,4}(\.\d{1,2})?)?$")] = "",
    enabled: Annotated[str, Form(pattern="^(|true|false)$")] = "",
    back: Annotated[str, Form(pattern="^(sites|accounts)$")] = "sites",
) -> RedirectResponse:
    """Give chosen sources another interval, or switch them on or off."""
    hours = min(max(float(interval_hours), 0.5), 8760) if interval_hours else None
    wanted = Plan(hours, enabled == "true" if enabled else None)
    if source:
        with transaction(app.engine) as session:
            by = session.get_one(User, sign_in.user_id)
            entries.plan_sources(session, source[:PAGE_SIZE], wanted, by=by, now=now)
    return RedirectResponse(f"/admin/registry/{back}", 303)


@router.get("/{kind}")
def show(
    request: Request,
    app: App,
    sign_in: Administrator,
    kind: Kind,
    words: Annotated[str, Query(max_length=100)] = "",
    institution: Annotated[int | None, Query(ge=1, le=2**53 - 1)] = None,
    start: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> HTMLResponse:
    """The entries of a kind, with a search, and their actions."""
    with reading(app.engine) as session:
        owner = session.get(Institution, institution) if institution else None
        return page(
            request,
            "registry.html",
            sign_in=sign_in,
            kinds=KINDS.values(),
            kind=kind,
            found=entries.list_entries(session, kind, words, PAGE_SIZE, start, institution),
            total=entries.count_entries(session, kind, words, institution),
            counts={one.kind: entries.count_entries(session, one, "", institution) for one in KINDS.values()},
            words=words,
            owner=owner,
            start=start,
            size=PAGE_SIZE,
        )


@router.get("/{kind}/new")
def new(
    request: Request,
    sign_in: Administrator,
    kind: Kind,
    credit_code: Annotated[str, Query(max_length=18)] = "",
) -> HTMLResponse:
    """The form of a new entry, with its defaults filled in."""
    usual = {
        str(info.alias): ""
        if info.is_required()
        else entries.as_typed(info.get_default(call_default_factory=True))
        for info in kind.model_fields.values()
    }
    return _form(request, sign_in, kind, {**usual, "统一社会信用代码": credit_code})


@router.post("/{kind}/new", dependencies=[CheckedForm])
def add(
    request: Request, app: App, sign_in: Administrator, now: Now, kind: Kind, cells: TypedCells
) -> Response:
    """Add an entry, or show the fault next to each field."""
    return _save(request, app, sign_in, now, kind, cells, None)


@router.get("/{kind}/{entry_id}")
def edit(request: Request, app: App, sign_in: Administrator, kind: Kind, entry_id: RecordId) -> HTMLResponse:
    """The form of an entry."""
    with reading(app.engine) as session:
        found = entries.find_entry(session, kind, entry_id)
        if found is None:
            raise HTTPException(404)
        owner = found if isinstance(found, Institution) else found.institution
        return _form(
            request,
            sign_in,
            kind,
            entries.entry_cells(found, kind),
            entry_id=entry_id,
            owner=owner,
            found=found,
        )


@router.post("/{kind}/{entry_id}", dependencies=[CheckedForm])
def change(
    request: Request,
    app: App,
    sign_in: Administrator,
    now: Now,
    kind: Kind,
    entry_id: RecordId,
    cells: TypedCells,
) -> Response:
    """Change an entry, or show the fault next to each field."""
    return _save(request, app, sign_in, now, kind, cells, entry_id)


def _save(
    request: Request,
    app: AppState,
    sign_in: SignIn,
    now: Now,
    kind: type[Row],
    cells: dict[str, str],
    entry_id: int | None,
) -> Response:
    try:
        with transaction(app.engine) as session:
            entry = entries.find_entry(session, kind, entry_id) if entry_id else None
            if entry_id and entry is None:
                raise HTTPException(404)
            by = session.get_one(User, sign_in.user_id)
            saved = entries.save_entry(session, kind, cells, entry, by=by, now=now)
            owner_id = saved.id if isinstance(saved, Institution) else saved.institution_id
    except EntryRefused as refused:
        return _form(request, sign_in, kind, cells, entry_id=entry_id, faults=refused.faults, status=422)
    return RedirectResponse(f"/admin/registry/{kind.kind}?institution={owner_id}", 303)


def _form(
    request: Request,
    sign_in: SignIn,
    kind: type[Row],
    cells: dict[str, str],
    *,
    entry_id: int | None = None,
    status: int = 200,
    **values: object,
) -> HTMLResponse:
    return page(
        request,
        "registry_entry.html",
        status,
        sign_in,
        kind=kind,
        kinds=KINDS.values(),
        required=kind.required_headings(),
        cells={heading: cells.get(heading, "") for heading in kind.headings()},
        entry_id=entry_id,
        choices=_CHOICES,
        long=_LONG,
        **{"faults": {}, "owner": None, "found": None, **values},
    )
