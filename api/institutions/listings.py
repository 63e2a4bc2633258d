"""Credit lists: the proposals, who approved them, and the file that is pushed."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.attached import XLSX, attached
from api.context import App, CheckedForm, FigureReader, Now, RecordId, Sanctioner, page
from records import audit
from records.database import reading, transaction
from records.models import ListingKind, SignIn, User
from records.sanctions.listings import approve, end, list_listings
from records.sanctions.typed import SanctionRefused
from reports.credit_list import credit_list

router = APIRouter(prefix="/listings", include_in_schema=False)


@router.get("")
def show(request: Request, app: App, sign_in: FigureReader) -> HTMLResponse:
    """All listings, those that wait for approval first."""
    return _page(request, app, sign_in)


@router.get("/{kind}.xlsx")
def export(app: App, sign_in: FigureReader, now: Now, kind: ListingKind) -> Response:
    """The institutions in force on a list."""
    district = sign_in.user.district
    place = district or "全部辖区"
    with transaction(app.engine) as session:
        found = list_listings(session, district=district, kind=kind, only_in_force=True)
        audit.append(session, sign_in.user, "report_exported", now, f"{kind.label} {place}")
        content = credit_list(found, kind, place, now)
    return attached(content, XLSX, f"{kind.label}（{place}）.xlsx")


@router.post("/{listing_id}", dependencies=[CheckedForm])
def decide(
    request: Request,
    app: App,
    sign_in: Sanctioner,
    now: Now,
    listing_id: RecordId,
    action: Annotated[str, Form(pattern="^(approve|end)$")],
    reason: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Approve a proposal, refuse it, or take an institution off."""
    try:
        with transaction(app.engine) as session:
            by = session.get_one(User, sign_in.user_id)
            if action == "approve":
                approve(session, listing_id, by=by, now=now)
            else:
                end(session, listing_id, reason, by=by, now=now)
    except SanctionRefused as refused:
        return _page(request, app, sign_in, str(refused), at=listing_id, typed=reason)
    return RedirectResponse("/listings", 303)


def _page(
    request: Request, app: App, sign_in: SignIn, fault: str = "", at: int = 0, typed: str = ""
) -> HTMLResponse:
    with reading(app.engine) as session:
        found = list_listings(session, district=sign_in.user.district)
        return page(
            request,
            "listings.html",
            409 if fault else 200,
            sign_in=sign_in,
            listings=found,
            kinds=list(ListingKind),
            fault=fault,
            at=at,
            typed=typed,
        )
