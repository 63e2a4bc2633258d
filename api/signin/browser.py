"""A browser that signs in: its cookie, and its destination."""

from collections.abc import Sequence
from datetime import datetime

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.orm import Session

from api.context import COOKIE, AppState, app_state, page
from records.models import User
from records.people.sign_in import open_sign_in


def signed_in_response(
    session: Session,
    app: AppState,
    user: User,
    wanted: str,
    now: datetime,
    *,
    require_second_factor: bool = False,
) -> RedirectResponse:
    """Sign the user's browser in, and send it to `wanted`."""
    hours = app.settings.session_hours
    token = open_sign_in(session, user, now, hours, require_second_factor=require_second_factor)
    response = RedirectResponse(wanted, 303)
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(hours * 3600),
        httponly=True,
        samesite="lax",
        secure=app.settings.secure_cookies,
    )
    return response


def sign_in_page(
    request: Request, status: int, wanted: str, refused: str, *, name: str = "", typed: Sequence[str] = ()
) -> HTMLResponse:
    """The page on which one signs in, and goes on to `wanted`; with the given name, and with other text typed
    before a sign-in expired."""
    settings = app_state(request).settings
    return page(
        request,
        "signin.html",
        status,
        wanted=wanted,
        refused=refused,
        oidc=bool(settings.oidc_issuer),
        codes=settings.second_factor != "off",
        typed_name=name,
        typed=typed,
    )


def own_path(wanted: str) -> str:
    """A path of this site only: a sign-in must not lead elsewhere."""
    is_path = wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    return wanted if is_path and not any(ord(character) < 32 for character in wanted) else "/"
