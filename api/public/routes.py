"""Anybody looks up an institution, its sites and its certificates; nothing of cases is here. A setting
switches it on."""

import io
from typing import Annotated

import segno
from fastapi import APIRouter, Depends, HTTPException, Path, Query, Request
from fastapi.responses import HTMLResponse, Response
from markupsafe import Markup

from api.context import App, Now, page
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
    drawn = io.BytesIO()
    _code(app.settings.public_url, credit_code).save(drawn, kind="svg", scale=20, light="#fff")
    return Response(drawn.getvalue(), media_type="image/svg+xml")


def _code(public_url: str, credit_code: str) -> segno.QRCode:
    """The code: its address comes from the settings, for a request's own could be forged."""
    return segno.make(f"{public_url}/public/{credit_code}", error="m", micro=False)


def _picture(public_url: str, credit_code: str) -> Markup:
    """The code as SVG within a page; nothing where the pages' address is not known."""
    if not public_url:
        return Markup("")
    drawn = _code(public_url, credit_code).svg_inline(scale=5, light="#fff", omitsize=True)
    return Markup(drawn)  # noqa: S704 - drawn by segno
