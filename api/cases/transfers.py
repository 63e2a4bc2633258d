"""The commission's messages to offices about a case's transfers: replies, letters, reminders."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, HTTPException
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from api.cases.case import found
from api.cases.chosen import ChosenCases
from api.cases.queue import queue_address
from api.context import App, CheckedForm, Now, RecordId, Reviewer, TypedMessage
from records.cases import review
from records.database import transaction
from records.models import Side, SignIn, Transfer, User
from records.transfers.messages import remind, remind_many, say, settle
from records.workflow import actor_of

router = APIRouter(prefix="/cases", include_in_schema=False)


@router.post("/{case_id}/transfers/{transfer_id}/messages", dependencies=[CheckedForm])
def write(
    app: App,
    sign_in: Reviewer,
    now: Now,
    case_id: RecordId,
    transfer_id: RecordId,
    said: TypedMessage,
) -> RedirectResponse:
    """Answer an office, or tell it something, with a document where there is one."""
    with transaction(app.engine) as session:
        transfer = _transfer(session, sign_in, case_id, transfer_id)
        say(session, app.store, transfer, said, actor=actor_of(sign_in.user), now=now)
    return _back(case_id, transfer_id)


@router.post("/{case_id}/transfers/{transfer_id}/settle", dependencies=[CheckedForm])
def settle_or_remind(
    app: App,
    sign_in: Reviewer,
    now: Now,
    case_id: RecordId,
    transfer_id: RecordId,
    action: Annotated[Literal["read", "remind"], Form()],
) -> RedirectResponse:
    """Say that an office's letter needs no answer, or remind the office 催办."""
    with transaction(app.engine) as session:
        transfer = _transfer(session, sign_in, case_id, transfer_id)
        if action == "read":
            settle(session, transfer, Side.COMMISSION)
        else:
            remind(session, transfer, actor=actor_of(sign_in.user), now=now)
    return _back(case_id, transfer_id)


@router.post("/remind", dependencies=[CheckedForm])
def remind_chosen(app: App, sign_in: Reviewer, now: Now, chosen: ChosenCases) -> RedirectResponse:
    """Remind the offices of the overdue transfers of the chosen cases."""
    with transaction(app.engine) as session:
        by = session.get_one(User, sign_in.user_id)
        reminded = remind_many(session, chosen.cases(session, by, now), by, now)
    return RedirectResponse(queue_address(chosen.view, reminded=reminded), 303)


def _transfer(session: Session, sign_in: SignIn, case_id: int, transfer_id: int) -> Transfer:
    case = found(review.find_case(session, case_id), sign_in)
    transfer = next((one for one in case.transfers if one.id == transfer_id), None)
    if transfer is None:
        raise HTTPException(404)
    return transfer


def _back(case_id: int, transfer_id: int) -> RedirectResponse:
    return RedirectResponse(f"/cases/{case_id}?talked={transfer_id}#transfers", 303)
