"""A reviewer's steps on a case, and the way to the next: the next case of their view is theirs at once."""

from datetime import datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Header, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from api.cases.case import Told, claim_lasts, found, is_renewable, show_case
from api.cases.queue import case_address, done_values, queue_address
from api.context import App, AppState, CheckedForm, Now, RecordId, Reviewer, page
from records.cases import merging, review, verification
from records.cases.claims import claim_case, find_claim, pass_over, take_over
from records.cases.next_case import keep_ahead, take_next
from records.cases.review import CaseChanged
from records.cases.review_queue import QueueFilter
from records.database import reading, transaction
from records.models import Case, SignIn, User
from records.workflow import StepRefused

# After these the reviewer stays with the case.
_STAYS = frozenset({"claim", "comment", "undo", "split", "take_over"})

router = APIRouter(prefix="/cases", include_in_schema=False)


@router.post("/{case_id}", dependencies=[CheckedForm])
def decide(
    request: Request,
    app: App,
    sign_in: Reviewer,
    now: Now,
    case_id: RecordId,
    action: Annotated[str, Form()],
    version: Annotated[int, Form()],
    reason: Annotated[str, Form(max_length=2000)] = "",
    office: Annotated[list[int] | None, Form()] = None,
    alike: Annotated[bool, Form()] = False,
    view: Annotated[str, Form(max_length=1000)] = "",
    x_ahead: Annotated[int, Header(ge=0, le=2**53 - 1)] = 0,
) -> Response:
    """Take a step, with `alike` for all cases that say the same; after a decision, on to the next case of the
    view. Where that is the one that the browser has fetched ahead and shows by now (`x_ahead`), the response makes
    sure of it, gives its version, and names the decision. A refused step returns the case as it is now, with the
    typed text."""
    within = timedelta(days=app.settings.answer_within_days)
    held = timedelta(seconds=app.settings.recall_seconds)
    decision = review.Decision(action, version, reason, tuple(office or ()), within, held)
    wanted = QueueFilter.of(view)
    following, version_ahead = None, None
    try:
        with transaction(app.engine) as session:
            case = found(review.find_case(session, case_id), sign_in)
            _act(session, app, case, sign_in, decision, now, alike=alike)
            if action not in _STAYS and x_ahead not in (0, case_id):
                version_ahead = keep_ahead(session, x_ahead, wanted, sign_in, now, claim_lasts(app))
            if action not in _STAYS and version_ahead is None:
                following = take_next(session, wanted, sign_in, now, case_id, claim_lasts(app))
    except (CaseChanged, StepRefused, StaleDataError) as refused:
        words = "案件已被他人更新，请核对后再操作" if isinstance(refused, StaleDataError) else str(refused)
        told = Told(refused=words, typed=reason)
        return show_case(request, app, sign_in, now, case_id, wanted, told, 409)
    if action in _STAYS:
        return RedirectResponse(case_address(case_id, view), 303)
    if version_ahead is not None:
        with reading(app.engine) as session:
            values = done_values(session, case_id, sign_in.user)
            answer = page(request, "_done.html", sign_in=sign_in, view=wanted.address(), **values)
        answer.headers["X-Next"] = f"/cases/{x_ahead}"
        answer.headers["X-Next-Version"] = str(version_ahead)
        return answer
    address = case_address(following, view) if following else queue_address(view)
    return RedirectResponse(f"{address}{'&' if '?' in address else '?'}done={case_id}", 303)


@router.post("/{case_id}/looking", dependencies=[CheckedForm])
def looking(app: App, sign_in: Reviewer, now: Now, case_id: RecordId) -> dict[str, object]:
    """Renew the claim of a user who is still looking. Returns who has the case, and its version."""
    with reading(app.engine) as session:
        case = found(review.find_case(session, case_id), sign_in)
        claim = find_claim(session, case_id, now)
    if is_renewable(case, claim, sign_in, now, app):
        with transaction(app.engine) as session:
            claim_case(session, case_id, sign_in.user_id, now, claim_lasts(app))
            claim = find_claim(session, case_id, now)
    holder = claim.user.display_name if claim and claim.user_id != sign_in.user_id else ""
    return {"version": case.row_version, "state": case.state.label, "holder": holder}


@router.post("/{case_id}/verification", dependencies=[CheckedForm])
def verify(
    app: App,
    sign_in: Reviewer,
    now: Now,
    case_id: RecordId,
    seen: Annotated[Literal["gone", "there"], Form()],
    reason: Annotated[str, Form(max_length=2000)],
    view: Annotated[str, Form(max_length=1000)] = "",
) -> RedirectResponse:
    """Conclude an unclear re-check: the content is gone, or still there."""
    with transaction(app.engine) as session:
        case = found(review.find_case(session, case_id), sign_in)
        user = session.get_one(User, sign_in.user_id)
        verification.conclude_by_person(session, case, user, seen == "gone", reason, now)
    return RedirectResponse(case_address(case_id, view), 303)


def _act(
    session: Session,
    app: AppState,
    case: Case,
    sign_in: SignIn,
    decision: review.Decision,
    now: datetime,
    *,
    alike: bool,
) -> None:
    """Take the step. Raises CaseChanged, StepRefused."""
    user = session.get_one(User, sign_in.user_id)
    if decision.action == "comment":
        review.comment(session, case, user, decision.reason, now)
    elif decision.action == "undo":
        review.undo(session, case, user, now)
    elif decision.action == "split":
        merging.split(session, case, user, now)
    elif decision.action == "take_over":
        take_over(session, case, user, now, claim_lasts(app))
    elif decision.action != "skip":
        take = review.decide_alike if alike else review.decide
        take(session, case, user, decision, now, needs_approval=app.settings.two_person)
    if decision.action in {"skip", "release", "needs_more"}:
        pass_over(session, case.id, sign_in)
