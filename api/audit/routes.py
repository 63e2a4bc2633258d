"""The audit log, for the auditor."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, Response

from api.attached import XLSX, attached
from api.context import App, AuditReader, Now, page
from records import audit
from records.audit import AuditFilter
from records.database import reading, transaction
from records.local_time import parse_day
from records.people.users import find_display_names
from reports.audit_log import log_workbook

router = APIRouter(prefix="/audit", include_in_schema=False)

PAGE_SIZE = 100
_MOST_EXPORTED = 100_000


def audit_filter(
    actor: Annotated[str, Query(max_length=100)] = "",
    action: Annotated[str, Query(max_length=40)] = "",
    subject: Annotated[str, Query(max_length=100)] = "",
    case: Annotated[str, Query(max_length=9)] = "",
    since: Annotated[str, Query(max_length=20)] = "",
    until: Annotated[str, Query(max_length=20)] = "",
) -> AuditFilter:
    """The entries that an address asks for. Raises HTTPException for an invalid day."""
    try:
        first, last = (parse_day(day) if day else None for day in (since, until))
    except ValueError as fault:
        raise HTTPException(422, str(fault)) from None
    return AuditFilter(actor.strip(), action, subject, case, first, last)


Wanted = Annotated[AuditFilter, Depends(audit_filter)]


@router.get("")
def show(
    request: Request,
    app: App,
    sign_in: AuditReader,
    wanted: Wanted,
    before: Annotated[int, Query(ge=0, le=2**53 - 1)] = 0,
) -> HTMLResponse:
    """Everything that anyone did, newest first; to a user of a district, the acts on its cases."""
    with reading(app.engine) as session:
        found = audit.list_entries(session, wanted, PAGE_SIZE + 1, before, sign_in.user.district)
    more = found[PAGE_SIZE - 1].id if len(found) > PAGE_SIZE else None
    return page(
        request,
        "audit.html",
        sign_in=sign_in,
        entries=found[:PAGE_SIZE],
        wanted=wanted,
        more=more,
        actions=audit.ACTIONS,
        verified=None,
    )


@router.get("/export.xlsx")
def export(app: App, sign_in: AuditReader, now: Now, wanted: Wanted) -> Response:
    """The wanted entries, newest first, as a workbook; the export is logged, too."""
    with transaction(app.engine) as session:
        found = audit.list_entries(session, wanted, _MOST_EXPORTED, district=sign_in.user.district)
        names = find_display_names(session)
        content = log_workbook(found, names)
        words = f"导出日志 {len(found)} 条"
        audit.append(session, sign_in.user, "report_exported", now, "日志", reason=words)
    days = "至".join(str(day) for day in (wanted.since, wanted.until) if day)
    return attached(content, XLSX, f"日志{days}.xlsx")


@router.get("/verify")
def verify(request: Request, app: App, sign_in: AuditReader) -> HTMLResponse:
    """Whether the chain is whole."""
    with reading(app.engine) as session:
        verified = audit.verify(session)
        found = audit.list_entries(session, AuditFilter(), PAGE_SIZE, district=sign_in.user.district)
    return page(
        request,
        "audit.html",
        sign_in=sign_in,
        entries=found,
        wanted=AuditFilter(),
        more=None,
        actions=audit.ACTIONS,
        verified=verified,
    )
