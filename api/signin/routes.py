"""Sign-in page, signing in, signing out."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.context import COOKIE, App, CheckedForm, Now, Signed
from api.signin.browser import own_path, sign_in_page, signed_in_response
from records import audit
from records.database import transaction
from records.people.attempts import Attempt
from records.people.sign_in import SignInRefused, check_password, close_sign_in

router = APIRouter(include_in_schema=False)


@router.get("/signin")
def show(request: Request, next: str = "/") -> HTMLResponse:  # noqa: A002 - the query's own name
    """The sign-in page."""
    return sign_in_page(request, 200, own_path(next), "")


@router.post("/signin")
def sign_in(
    request: Request,
    app: App,
    now: Now,
    name: Annotated[str, Form(max_length=60)] = "",
    password: Annotated[str, Form(max_length=200)] = "",
    code: Annotated[str, Form(max_length=40)] = "",
    wanted: Annotated[str, Form(max_length=500)] = "/",
) -> Response:
    """Sign in, and go where the browser wanted to."""
    with transaction(app.engine) as session:
        try:
            address = request.client.host if request.client else ""
            proof = None if app.settings.second_factor == "off" else code
            user = check_password(session, Attempt(name.strip(), address), password, now, proof)
        except SignInRefused as refused:
            return sign_in_page(request, 401, own_path(wanted), str(refused), name=name)
        required = app.settings.second_factor == "required"
        return signed_in_response(session, app, user, own_path(wanted), now, require_second_factor=required)


@router.post("/signout", dependencies=[CheckedForm])
def sign_out(request: Request, app: App, sign_in: Signed, now: Now) -> RedirectResponse:
    """Sign out."""
    with transaction(app.engine) as session:
        audit.append(session, sign_in.user, "sign_out", now)
        close_sign_in(session, request.cookies[COOKIE])
    response = RedirectResponse("/signin", 303)
    response.delete_cookie(COOKIE)
    return response
