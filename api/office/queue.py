"""The office's queue, by matter, and its actions on many transfers at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, File, Form, Query, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session

from api.cases.queue import Done
from api.context import App, AppState, CheckedForm, Now, Officer, TypedDay, chosen_file, page
from records.database import reading, transaction
from records.local_time import local_day
from records.models import SignIn, Transfer, TransferState
from records.reference.disposals import counted_as, list_measures
from records.transfers import answers, office_queue
from records.transfers.attachments import AttachmentRefused, attach
from records.transfers.matters import list_matters_of
from records.transfers.messages import count_awaited
from records.transfers.receipts import take_many
from records.workflow import StepRefused, actor_of

router = APIRouter(prefix="/takedown", include_in_schema=False)

_PAGE_SIZE = 200
# The states in the office's own view, in its tabs, rows and pages alike.
STATE_TITLES = {
    TransferState.TRANSFERRED: "待签收",
    TransferState.RECEIVED: "已签收",
    TransferState.DISPOSED: "已反馈",
    TransferState.RETURNED: "已退回",
}
Step = Literal["take", "report", "return"]
_DONE: Mapping[Step, str] = {"take": "已签收", "report": "已反馈", "return": "已退回"}
Refused = tuple[answers.BulkResult, ...]


@dataclass(frozen=True)
class Shown:
    """The part of the queue that is shown."""

    state: TransferState | None = None
    matter: int | None = None
    after: int = 0
    awaited: bool = False


@router.get("")
def queue(
    request: Request,
    app: App,
    sign_in: Officer,
    now: Now,
    state: TransferState | None = None,
    matter: Annotated[int | None, Query(ge=1, le=2**53 - 1)] = None,
    after: Annotated[int, Query(ge=0, le=2**53 - 1)] = 0,
    done: Done = None,
    awaited: Annotated[bool, Query()] = False,
    count: Annotated[int, Query(ge=0, le=_PAGE_SIZE)] = 0,
    step: Step | None = None,
) -> HTMLResponse:
    """The office's transfers by matter: those that it has not answered, those in a state, or those with news. `done` was
    answered just before, or `count` at once, by the step."""
    shown = Shown(state, matter, after, awaited)
    return _queue(
        request, app, sign_in, now, shown, done=done, told=f"{count} 件{_DONE[step]}" if step else ""
    )


def _queue(
    request: Request,
    app: AppState,
    sign_in: SignIn,
    now: datetime,
    shown: Shown,
    refused: Refused = (),
    done: int | None = None,
    told: str = "",
) -> HTMLResponse:
    with reading(app.engine) as session:
        office_id = own_office(sign_in)
        queued = office_queue.Queued(
            office_id, shown.after, _PAGE_SIZE + 1, shown.state, shown.matter, shown.awaited
        )
        found = office_queue.list_queued(session, queued)
        transfers = found[:_PAGE_SIZE]
        return page(
            request,
            "takedown.html",
            409 if refused else 200,
            sign_in=sign_in,
            shown=shown,
            refused=refused,
            transfers=transfers,
            more=transfers[-1].id if len(found) > _PAGE_SIZE else None,
            matters={one.matter.id: one for one in list_matters_of(session, transfers)},
            counts=office_queue.count_by_state(session, office_id),
            states=list(TransferState),
            state_titles=STATE_TITLES,
            measures=list_measures(session, sign_in.user.office.kind) if sign_in.user.office else [],
            news=count_awaited(session, office_id),
            done=done,
            told=told,
            today=local_day(now),
        )


@router.post("/together", dependencies=[CheckedForm])
def act_together(
    request: Request,
    app: App,
    sign_in: Officer,
    now: Now,
    action: Annotated[Step, Form()],
    transfer: Annotated[list[int] | None, Form()] = None,
    measure: Annotated[str, Form(max_length=40)] = "",
    disposed_on: Annotated[TypedDay | None, Form()] = None,
    document_number: Annotated[str, Form(max_length=100)] = "",
    note: Annotated[str, Form(max_length=2000)] = "",
    attachment: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """Acknowledge, report or return the chosen transfers; reporting or returning also acknowledges. Each by
    itself: failures are named, the others done."""
    actor, after = actor_of(sign_in.user), timedelta(hours=app.settings.recheck_after_hours)
    file = chosen_file(attachment)
    if not transfer:
        raise StepRefused("请先选择转送件")
    if action == "report" and not (measure and disposed_on):
        raise StepRefused("请填写处置结果和日期")

    def one(session: Session, transfer_id: int) -> Transfer:
        found = office_queue.find_office_transfer(session, own_office(sign_in), transfer_id, to_change=True)
        if found.state is TransferState.TRANSFERRED:
            answers.take(session, found, actor=actor, now=now)
        if action == "return":
            answers.give_back(session, found, note, actor=actor, now=now, recheck_after=after)
        elif disposed_on:
            result, words = counted_as(session, found.office.kind, None, measure)
            disposal = answers.Disposal(result, disposed_on, document_number.strip(), note.strip(), words)
            answers.report_disposed(session, found, disposal, actor=actor, now=now, recheck_after=after)
            if file:
                attach(session, app.store, found, file, actor=actor, now=now)
        return found

    with transaction(app.engine) as session:
        ids = transfer[:_PAGE_SIZE]
        if action == "take":
            outcomes = take_many(session, own_office(sign_in), ids, None, actor=actor, now=now)
        else:
            asked = [(number, number) for number in ids]
            outcomes = answers.each(session, asked, one, (AttachmentRefused,))
    if refused := tuple(outcome for outcome in outcomes if not outcome.done):
        return _queue(request, app, sign_in, now, Shown(), refused)
    return RedirectResponse(f"/takedown?count={len(outcomes)}&step={action}", 303)


def own_office(sign_in: SignIn) -> int:
    """The office of the officer who is signed in."""
    office_id = sign_in.user.office_id
    assert office_id is not None, "the dependency lets only officers of an office through"
    return office_id
