"""Anybody looks up an institution, its sites and its certificates; nothing of cases is here. A setting
switches it on."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Path, Query, Request
from fastapi.responses import HTMLResponse, Response
from markupsafe import Markup

from api.context import App, Now, page
from api.qr_code import code_file, inline_code
from records.database import reading
from records.local_time import local_day
from records.registry.lookup import certificate_state, find_institution, find_institutions


def _let_in(request: Request, app: App, now: Now) -> None:
    """Raises 404 where the page is off, and TooManyCalls."""
    if not app.settings.public_lookup:
        raise HTTPException(404)
    request.app.state.lookups.take(request.client.host if request.client else "", now)


router = APIRouter(prefix="/public", include_in_schema=False, dependencies=[Depends(_let_in)])
CreditCode = Annotated[str, Path(pattern=r"^[0-9A-Z]{1,18}$")]


@router.get("")
def search(request: Request, app: App, q: Annotated[str, Query(max_length=60)] = "") -> HTMLResponse:
    """The search, and what it found."""
    with reading(app.engine) as session:
        found = find_institutions(session, q)
        name = app.settings.commission_name
        return page(request, "public_search.html", asked=q.strip(), found=found, commission=name)


@router.get("/{credit_code}")
def show(request: Request, app: App, now: Now, credit_code: CreditCode) -> HTMLResponse:
    """An institution as the registry has it, with its code."""
    with reading(app.engine) as session:
        found = find_institution(session, credit_code)
        if found is None:
            raise HTTPException(404)
        today = local_day(now)
        return page(
            request,
            "public_institution.html",
            institution=found,
            sources=[source for source in found.sources if source.enabled],
            certificates=[(one, certificate_state(one, today)) for one in found.certificates],
            picture=_picture(app.settings.public_url, credit_code),
            commission=app.settings.commission_name,
            today=today,
        )


@router.get("/{credit_code}/code.svg")
def code(app: App, credit_code: CreditCode) -> Response:
    """The QR code of an institution's page, to be printed."""
    with reading(app.engine) as session:
        if find_institution(session, credit_code) is None or not app.settings.public_url:
            raise HTTPException(404)
    drawn = code_file(_address(app.settings.public_url, credit_code))
    return Response(drawn, media_type="image/svg+xml")


def _address(public_url: str, credit_code: str) -> str:
    """The page that the code leads to: from the settings, for a request's own address could be forged."""
    return f"{public_url}/public/{credit_code}"


def _picture(public_url: str, credit_code: str) -> Markup:
    """The code within a page; nothing where the pages' address is not known."""
    return inline_code(_address(public_url, credit_code)) if public_url else Markup("")
