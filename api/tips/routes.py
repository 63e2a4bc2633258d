"""Tips: typed in, imported, followed, answered."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session

from api.context import (
    App,
    AppState,
    CheckedForm,
    Now,
    RecordId,
    TipTaker,
    TypedDay,
    UploadedTable,
    page,
)
from api.errors import NotAllowed
from api.steps import start_step
from records import audit, tips
from records.database import reading, transaction
from records.local_time import local_day
from records.models import SignIn, Tip, TipChannel, TipState
from records.people.permissions import Permission, may
from records.people.users import list_districts
from records.reference.working_days import find_calendar
from records.tips import NewTip, TipRefused
from records.workflow import actor_of

router = APIRouter(include_in_schema=False)

PAGE_SIZE = 100


def typed_tip(
    url: Annotated[str, Form(max_length=3_000)] = "",
    content: Annotated[str, Form(max_length=5_000)] = "",
    channel: Annotated[str, Form(max_length=20)] = TipChannel.HOTLINE.value,
    received_on: Annotated[str, Form(max_length=20)] = "",
    reporter: Annotated[str, Form(max_length=200)] = "",
    institution: Annotated[str, Form(max_length=200)] = "",
    order_number: Annotated[str, Form(max_length=200)] = "",
) -> NewTip:
    """A tip as the form sends it."""
    return NewTip(url, content, channel, received_on, reporter, institution, order_number)


TypedTip = Annotated[NewTip, Depends(typed_tip)]


@router.get("/tips")
def show(
    request: Request,
    app: App,
    sign_in: TipTaker,
    now: Now,
    state: Annotated[str, Query(max_length=20)] = "",
    before: Annotated[int, Query(ge=0, le=2**53 - 1)] = 0,
) -> HTMLResponse:
    """The tips, newest first, each with its case; a form for another; an import."""
    return _page(request, app, sign_in, now, state, before)


@dataclass(frozen=True)
class _AtTip:
    """What a page shows at one tip: its reporter, or an answer that could not be kept, with the fault."""

    tip_id: int
    reporter: str = ""
    typed: str = ""
    fault: str = ""


def _page(
    request: Request,
    app: AppState,
    sign_in: SignIn,
    now: datetime,
    state: str = "",
    before: int = 0,
    at: _AtTip | None = None,
) -> HTMLResponse:
    with reading(app.engine) as session:
        found = tips.list_tips(session, sign_in.user.district, state, PAGE_SIZE + 1, before)
        calendar = find_calendar(session)
        return page(
            request,
            "tips.html",
            422 if at and at.fault else 200,
            sign_in=sign_in,
            at=at,
            may_see_reporter=lambda tip: _may_see_reporter(sign_in, tip),
            tips=found[:PAGE_SIZE],
            more=found[PAGE_SIZE - 1][0].id if len(found) > PAGE_SIZE else None,
            state=state,
            states=list(TipState),
            channels=list(TipChannel),
            today=local_day(now),
            due={tip.id: calendar.after(tip.received_on, tips.WORKING_DAYS) for tip, _ in found},
            columns=list(tips.COLUMNS),
            is_waiting=any(tip.state is TipState.WAITING for tip, _ in found),
            districts=list_districts(session),
        )


@router.post("/tips", dependencies=[CheckedForm])
def add(app: App, sign_in: TipTaker, now: Now, new: TypedTip) -> RedirectResponse:
    """Add a tip, and fetch its page at once."""
    with transaction(app.engine) as session:
        actor = str(actor_of(sign_in.user))
        tips.add_tip(session, new, actor=actor, today=local_day(now), now=now)
    start_step(app, "tips", "follow")
    return RedirectResponse("/tips", 303)


@router.post("/tips/import", dependencies=[CheckedForm])
def import_file(request: Request, app: App, sign_in: TipTaker, now: Now, file: UploadedTable) -> HTMLResponse:
    """Import the tips of a file; shows which rows were left out, and why."""
    with transaction(app.engine) as session:
        actor = str(actor_of(sign_in.user))
        result = tips.import_tips(session, file, actor=actor, today=local_day(now), now=now)
    start_step(app, "tips", "follow")
    return page(request, "tips_imported.html", sign_in=sign_in, result=result)


@router.post("/tips/{tip_id}/again", dependencies=[CheckedForm])
def again(app: App, sign_in: TipTaker, now: Now, tip_id: RecordId) -> RedirectResponse:
    """Fetch a tip's page again."""
    with transaction(app.engine) as session:
        tip = _tip(session, sign_in, tip_id)
        tips.try_again(session, tip, actor=str(actor_of(sign_in.user)), now=now)
    start_step(app, "tips", "follow")
    return RedirectResponse("/tips", 303)


@router.post("/tips/{tip_id}/answer", dependencies=[CheckedForm])
def answer(
    request: Request,
    app: App,
    sign_in: TipTaker,
    now: Now,
    tip_id: RecordId,
    words: Annotated[str, Form(max_length=5_000)] = "",
    answered_on: Annotated[TypedDay | None, Form()] = None,
) -> Response:
    """Keep the answer to the reporter. A refused answer comes back as it was typed."""
    try:
        with transaction(app.engine) as session:
            tip, actor = _tip(session, sign_in, tip_id), str(actor_of(sign_in.user))
            tips.answer_tip(session, tip, words, answered_on, actor=actor, today=local_day(now), now=now)
    except TipRefused as refused:
        # The tip's place in the list may be further down: its page begins with it.
        at = _AtTip(tip_id, typed=words, fault=str(refused))
        return _page(request, app, sign_in, now, before=tip_id + 1, at=at)
    return RedirectResponse(f"/tips?before={tip_id + 1}#tip-{tip_id}", 303)


@router.post("/tips/{tip_id}/reporter", dependencies=[CheckedForm])
def reporter(request: Request, app: App, sign_in: TipTaker, now: Now, tip_id: RecordId) -> HTMLResponse:
    """Who reported: for the person who took the tip and for approvers, and the log says who looked."""
    with transaction(app.engine) as session:
        tip = _tip(session, sign_in, tip_id)
        if not _may_see_reporter(sign_in, tip):
            raise NotAllowed("举报人只供登记这条线索的人和审批员、管理员查看")
        found = tips.show_reporter(session, tip, actor=str(actor_of(sign_in.user)), now=now)
    return _page(request, app, sign_in, now, before=tip_id + 1, at=_AtTip(tip_id, reporter=found))


def _may_see_reporter(sign_in: SignIn, tip: Tip) -> bool:
    took_it = tip.added_by in audit.names_of(sign_in.user.actor)
    return took_it or may(sign_in.user, Permission.APPROVE)


def _tip(session: Session, sign_in: SignIn, tip_id: int) -> Tip:
    tip = session.get(Tip, tip_id)
    if tip is None or not tips.is_in_reach(sign_in.user.district, tip):
        raise HTTPException(404)
    return tip
