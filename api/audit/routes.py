"""The audit log, for the auditor."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from api.context import App, AuditReader, page
from records import audit
from records.audit import AuditFilter
from records.database import reading

router = APIRouter(prefix="/audit", include_in_schema=False)

PAGE_SIZE = 100


@router.get("")
def show(
    request: Request,
    app: App,
    sign_in: AuditReader,
    actor: Annotated[str, Query(max_length=100)] = "",
    action: Annotated[str, Query(max_length=40)] = "",
    subject: Annotated[str, Query(max_length=100)] = "",
    case: Annotated[str, Query(max_length=9)] = "",
    before: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> HTMLResponse:
    """Everything that anyone did, newest first."""
    wanted = AuditFilter(actor, action, subject, case)
    with reading(app.engine) as session:
        found = audit.list_entries(session, wanted, PAGE_SIZE + 1, before)
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


@router.get("/verify")
def verify(request: Request, app: App, sign_in: AuditReader) -> HTMLResponse:
    """Whether the chain is whole."""
    with reading(app.engine) as session:
        verified = audit.verify(session)
        found = audit.list_entries(session, AuditFilter(), PAGE_SIZE)
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
