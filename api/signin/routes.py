"""Sign-in page, signing in, signing out."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.context import COOKIE, CheckedForm, Now, PartsHere, Signed, page
from records import audit
from records.database import transaction
from records.sign_in import SignInRefused, check_password, close_sign_in, open_sign_in

router = APIRouter(include_in_schema=False)


@router.get("/signin")
def show(request: Request, next: str = "/") -> HTMLResponse:  # noqa: A002 - the query's own name
    """The sign-in page."""
    return page(request, "signin.html", wanted=_own_path(next), refused="")


@router.post("/signin")
def sign_in(
    request: Request,
    here: PartsHere,
    now: Now,
    name: Annotated[str, Form(max_length=60)] = "",
    password: Annotated[str, Form(max_length=200)] = "",
    wanted: Annotated[str, Form(max_length=500)] = "/",
) -> Response:
    """Sign in, and go where the browser wanted to."""
    hours = here.settings.session_hours
    with transaction(here.engine) as session:
        try:
            user = check_password(session, name.strip(), password, now)
        except SignInRefused as refused:
            return page(request, "signin.html", 401, wanted=_own_path(wanted), refused=str(refused))
        token = open_sign_in(session, user, now, hours)
    response = RedirectResponse(_own_path(wanted), 303)
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(hours * 3600),
        httponly=True,
        samesite="lax",
        secure=here.settings.secure_cookies,
    )
    return response


@router.post("/signout", dependencies=[CheckedForm])
def sign_out(request: Request, here: PartsHere, sign_in: Signed, now: Now) -> RedirectResponse:
    """Sign out."""
    with transaction(here.engine) as session:
        audit.append(session, actor=f"user:{sign_in.user.name}", action="sign_out", now=now)
        close_sign_in(session, request.cookies[COOKIE])
    response = RedirectResponse("/signin", 303)
    response.delete_cookie(COOKIE)
    return response


def _own_path(wanted: str) -> str:
    """A path of this site only: a sign-in must not lead elsewhere."""
    own = wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    return wanted if own and not any(ord(character) < 32 for character in wanted) else "/"
