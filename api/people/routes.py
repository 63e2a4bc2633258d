"""Users, for the administrator."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.context import Administrator, App, CheckedForm, Now, RecordId, page
from records.database import reading, transaction
from records.models import Role, User
from records.people import users
from records.people.attempts import locked_until
from records.people.offices import list_offices
from records.people.users import Person
from records.workflow import actor_of

router = APIRouter(prefix="/people", include_in_schema=False)


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
def show(request: Request, app: App, sign_in: Administrator, now: Now) -> HTMLResponse:
    """All users, each in a form of its own, and one to add another."""
    with reading(app.engine) as session:
        found = users.list_users(session)
        return page(
            request,
            "people.html",
            sign_in=sign_in,
            people=found,
            locked={person.name: locked_until(session, person.name, now) for person in found},
            roles=list(Role),
            offices=list_offices(session),
            districts=users.list_districts(session),
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
    return RedirectResponse("/people", 303)


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
    return RedirectResponse("/people", 303)
