"""Sign-in page, signing in, signing out."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.context import COOKIE, App, CheckedForm, Now, Signed, page
from api.signin.browser import own_path, signed_in_response
from records import audit
from records.database import transaction
from records.people.attempts import Attempt
from records.people.sign_in import SignInRefused, check_password, close_sign_in

router = APIRouter(include_in_schema=False)


@router.get("/signin")
def show(request: Request, app: App, next: str = "/") -> HTMLResponse:  # noqa: A002 - the query's own name
    """The sign-in page."""
    return page(
        request, "signin.html", wanted=own_path(next), refused="", oidc=bool(app.settings.oidc_issuer)
    )


@router.post("/signin")
def sign_in(
    request: Request,
    app: App,
    now: Now,
    name: Annotated[str, Form(max_length=60)] = "",
    password: Annotated[str, Form(max_length=200)] = "",
    wanted: Annotated[str, Form(max_length=500)] = "/",
) -> Response:
    """Sign in, and go where the browser wanted to."""
    with transaction(app.engine) as session:
        try:
            address = request.client.host if request.client else ""
            user = check_password(session, Attempt(name.strip(), address), password, now)
        except SignInRefused as refused:
            oidc = bool(app.settings.oidc_issuer)
            said = str(refused)
            return page(
                request, "signin.html", 401, wanted=own_path(wanted), refused=said, typed_name=name, oidc=oidc
            )
        return signed_in_response(session, app, user, own_path(wanted), now)


@router.post("/signout", dependencies=[CheckedForm])
def sign_out(request: Request, app: App, sign_in: Signed, now: Now) -> RedirectResponse:
    """Sign out."""
    with transaction(app.engine) as session:
        audit.append(session, sign_in.user, "sign_out", now)
        close_sign_in(session, request.cookies[COOKIE])
    response = RedirectResponse("/signin", 303)
    response.delete_cookie(COOKIE)
    return response
