"""A user's own second factor: set up, renewed, removed."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.context import COOKIE, App, CheckedForm, Now, Signed, page
from api.qr_code import inline_code
from records.database import reading, transaction
from records.models import User
from records.people.attempts import Attempt
from records.people.second_factor import (
    NewSecret,
    SecondFactorRefused,
    begin_second_factor,
    begun_secret,
    confirm_second_factor,
    end_second_factor,
    find_second_factor,
    renew_recovery_codes,
)
from records.people.sign_in import PasswordWrong, prove_again


def _is_used(app: App) -> None:
    if app.settings.second_factor == "off":
        raise HTTPException(404)


router = APIRouter(prefix="/second-factor", include_in_schema=False, dependencies=[Depends(_is_used)])

Password = Annotated[str, Form(max_length=200)]
Code = Annotated[str, Form(max_length=40)]


@router.get("")
def show(request: Request, app: App, sign_in: Signed) -> HTMLResponse:
    """Whether there is one, and how to set one up."""
    return _page(request, app, sign_in)


@router.post("/begin", dependencies=[CheckedForm])
def begin(request: Request, app: App, sign_in: Signed) -> HTMLResponse:
    """A secret for the phone, as a picture and in letters."""
    with transaction(app.engine) as session:
        secret = begin_second_factor(session, session.get_one(User, sign_in.user_id))
    return _page(request, app, sign_in, new=secret)


@router.post("/confirm", dependencies=[CheckedForm])
def confirm(
    request: Request, app: App, sign_in: Signed, now: Now, present: Password = "", code: Code = ""
) -> HTMLResponse:
    """The phone's first code puts it in force; the recovery codes are shown, once. The password is asked for, so that
    nobody who sits down at another's browser binds a phone of their own."""
    with transaction(app.engine) as session:
        user = session.get_one(User, sign_in.user_id)
        begun = begun_secret(session, user)
        try:
            prove_again(session, user, present, "", _attempt(request, user), now)
            codes = confirm_second_factor(session, user, code, request.cookies[COOKIE], now)
        except (PasswordWrong, SecondFactorRefused) as refused:
            return _page(request, app, sign_in, 422, new=begun, fault=str(refused))
    return _page(request, app, sign_in, codes=codes)


@router.post("/recovery", dependencies=[CheckedForm])
def renew(
    request: Request, app: App, sign_in: Signed, now: Now, present: Password = "", code: Code = ""
) -> HTMLResponse:
    """New recovery codes."""
    with transaction(app.engine) as session:
        user = session.get_one(User, sign_in.user_id)
        try:
            prove_again(session, user, present, code, _attempt(request, user), now)
        except PasswordWrong as refused:
            return _page(request, app, sign_in, 422, fault=str(refused))
        codes = renew_recovery_codes(session, user, now)
    return _page(request, app, sign_in, codes=codes)


@router.post("/end", dependencies=[CheckedForm])
def end(
    request: Request, app: App, sign_in: Signed, now: Now, present: Password = "", code: Code = ""
) -> Response:
    """Remove it, where it is not required; the user signs in again."""
    if app.settings.second_factor == "required":
        raise SecondFactorRefused("本系统要求使用动态码；更换手机请联系管理员重置")
    with transaction(app.engine) as session:
        user = session.get_one(User, sign_in.user_id)
        try:
            prove_again(session, user, present, code, _attempt(request, user), now)
        except PasswordWrong as refused:
            return _page(request, app, sign_in, 422, fault=str(refused))
        end_second_factor(session, user, actor=user, now=now)
    return RedirectResponse("/signin", 303)


def _attempt(request: Request, user: User) -> Attempt:
    return Attempt(user.name, request.client.host if request.client else "")


def _page(
    request: Request,
    app: App,
    sign_in: Signed,
    status: int = 200,
    *,
    new: NewSecret | None = None,
    codes: tuple[str, ...] = (),
    fault: str = "",
) -> HTMLResponse:
    with reading(app.engine) as session:
        factor = find_second_factor(session, sign_in.user)
    return page(
        request,
        "second_factor.html",
        status,
        sign_in,
        factor=factor,
        new=new,
        picture=inline_code(new.address) if new else "",
        codes=codes,
        fault=fault,
        required=app.settings.second_factor == "required",
    )
