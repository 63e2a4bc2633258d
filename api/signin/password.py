"""A user's own password, changed by themselves."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response

from api.context import App, CheckedForm, Now, Signed, page
from api.signin.browser import signed_in_response
from records.database import transaction
from records.models import User
from records.people.attempts import Attempt
from records.people.sign_in import PasswordWeak, PasswordWrong, change_own_password

router = APIRouter(prefix="/password", include_in_schema=False)


@router.get("")
def show(request: Request, app: App, sign_in: Signed) -> HTMLResponse:
    """The form."""
    codes = app.settings.second_factor != "off"
    return page(request, "password.html", sign_in=sign_in, fault="", codes=codes)


@router.post("", dependencies=[CheckedForm])
def change(
    request: Request,
    app: App,
    sign_in: Signed,
    now: Now,
    present: Annotated[str, Form(max_length=200)] = "",
    new: Annotated[str, Form(max_length=200)] = "",
    again: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Change the password; this browser stays signed in, the user's others do not."""
    if new != again:
        return page(request, "password.html", 422, sign_in, fault="两次输入的新密码不同")
    address = request.client.host if request.client else ""
    with transaction(app.engine) as session:
        user = session.get_one(User, sign_in.user_id)
        try:
            change_own_password(session, user, present, new, Attempt(user.name, address), now)
        except (PasswordWrong, PasswordWeak) as refused:
            return page(request, "password.html", 422, sign_in, fault=str(refused))
        return signed_in_response(session, app, user, "/", now)
