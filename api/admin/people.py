"""Users, for the administrator."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.context import Administrator, App, CheckedForm, Now, RecordId, page
from records.database import reading, transaction
from records.models import Role, User
from records.people import users
from records.people.attempts import find_last_sign_ins, locked_until
from records.people.offices import list_offices
from records.people.second_factor import end_second_factor
from records.people.users import Person
from records.workflow import actor_of

router = APIRouter(prefix="/admin/people", include_in_schema=False)

_DONE = {"added": "已新增用户", "changed": "已保存", "unlocked": "已解锁", "reset": "已重置动态码"}


def typed_person(
    role: Annotated[Role, Form()],
    display_name: Annotated[str, Form(max_length=60)] = "",
    office_id: Annotated[str, Form(pattern=r"^\d{0,9}$")] = "",
    district: Annotated[str, Form(max_length=60)] = "",
    disabled: Annotated[bool, Form()] = False,
    password: Annotated[str, Form(max_length=200)] = "",
) -> Person:
    """A user as the form sends them."""
    office = int(office_id) if office_id else None
    return Person(role, display_name.strip(), office, district, disabled, password)


TypedPerson = Annotated[Person, Depends(typed_person)]


@router.get("")
def show(
    request: Request,
    app: App,
    sign_in: Administrator,
    now: Now,
    words: Annotated[str, Query(max_length=60)] = "",
    role: Annotated[str, Query(max_length=20)] = "",
    done: Annotated[str, Query(max_length=20)] = "",
    name: Annotated[str, Query(max_length=60)] = "",
) -> HTMLResponse:
    """The users found, one line each, and a form to add another."""
    wanted = next((one for one in Role if one.value == role), None)
    with reading(app.engine) as session:
        found = users.list_users(session, words, wanted)
        names = [person.name for person in found]
        return page(
            request,
            "people.html",
            sign_in=sign_in,
            people=found,
            locked={name: locked_until(session, name, now) for name in names},
            last=find_last_sign_ins(session, names),
            second_factors=users.find_second_factors(session),
            roles=list(Role),
            offices=list_offices(session),
            districts=users.list_districts(session),
            words=words,
            wanted_role=wanted.value if wanted else "",
            done=f"{_DONE[done]}：{name}" if done in _DONE else "",
        )


@router.post("", dependencies=[CheckedForm])
def add(
    app: App,
    sign_in: Administrator,
    now: Now,
    wanted: TypedPerson,
    name: Annotated[str, Form(max_length=60)] = "",
) -> RedirectResponse:
    """Add a user."""
    with transaction(app.engine) as session:
        users.add_person(session, name.strip(), wanted, actor=str(actor_of(sign_in.user)), now=now)
    return _back("added", name.strip())


@router.post("/{user_id}/unlock", dependencies=[CheckedForm])
def unlock(app: App, sign_in: Administrator, now: Now, user_id: RecordId) -> RedirectResponse:
    """Unlock a user who failed to sign in too often."""
    with transaction(app.engine) as session:
        user = session.get(User, user_id)
        if user is None:
            raise HTTPException(404)
        users.unlock_person(session, user, actor=str(actor_of(sign_in.user)), now=now)
        name = user.name
    return _back("unlocked", name)


@router.post("/{user_id}/reset", dependencies=[CheckedForm])
def reset(app: App, sign_in: Administrator, now: Now, user_id: RecordId) -> RedirectResponse:
    """Take away the second factor of a user who lost it."""
    with transaction(app.engine) as session:
        user = session.get(User, user_id)
        if user is None:
            raise HTTPException(404)
        end_second_factor(session, user, actor=str(actor_of(sign_in.user)), now=now)
        name = user.name
    return _back("reset", name)


@router.post("/{user_id}", dependencies=[CheckedForm])
def change(
    app: App, sign_in: Administrator, now: Now, user_id: RecordId, wanted: TypedPerson
) -> RedirectResponse:
    """Change a user."""
    with transaction(app.engine) as session:
        user = session.get(User, user_id)
        if user is None:
            raise HTTPException(404)
        users.change_person(session, user, wanted, actor=str(actor_of(sign_in.user)), now=now)
        name = user.name
    return _back("changed", name)


def _back(done: str, name: str) -> RedirectResponse:
    """Redirect to the users, with a notice of the change."""
    return RedirectResponse(f"/admin/people?{urlencode({'done': done, 'name': name})}", 303)
