"""The reviewers' queue: filtered, searched, counted, taken from, given out."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.orm import Session

from api.cases.chosen import PAGE_SIZE, ChosenCases
from api.context import App, CaseReader, CheckedForm, Now, RecordId, Reviewer, page
from records.cases import merging, review
from records.cases import review_queue as queues
from records.cases.bulk_decision import decide_many
from records.cases.bulk_transfer import TRANSFERABLE, transfer_many
from records.cases.claims import forget_passed, list_lookers
from records.cases.next_case import count_passed, take_next
from records.cases.precedents import suggested_offices
from records.cases.review_queue import QueueFilter
from records.cases.stages import DECIDABLE
from records.database import reading, transaction
from records.local_time import local_day
from records.models import Case, CaseState, Office, SourceKind, User
from records.people.offices import list_offices
from records.people.permissions import Permission, is_in_reach, may
from records.reference.calendar import list_reminders
from records.reference.reasons import list_ready_reasons
from records.workflow import StepRefused

router = APIRouter(prefix="/cases", include_in_schema=False)


Done = Annotated[int | None, Query(ge=1, le=2**53 - 1)]


@router.get("")
def queue(
    request: Request,
    app: App,
    sign_in: CaseReader,
    now: Now,
    start: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    done: Done = None,
    left: Annotated[int, Query(ge=0, le=merging.MOST)] = 0,
    assigned: Annotated[int, Query(ge=0, le=merging.MOST)] = 0,
    reminded: Annotated[int, Query(ge=0, le=merging.MOST)] = 0,
) -> HTMLResponse:
    """The queue: the cases that wait for a reviewer, or those that the filters select. `done` is the case
    that was decided just before, alone or with others, of which `left` were left alone; `assigned` and `reminded` count
    the cases of such a step."""
    wanted = QueueFilter.of(request.url.query)
    with reading(app.engine) as session:
        user = session.get_one(User, sign_in.user_id)
        counts = _counts(session, wanted, user, now)
        total = sum(counts[state.value] for state in wanted.states)
        rows = queues.count_rows(session, wanted, user, now) if wanted.grouped else total
        start = min(start, max(rows - 1, 0) // PAGE_SIZE * PAGE_SIZE)  # a page that has emptied meanwhile
        cases = queues.list_cases(session, wanted, user, now, PAGE_SIZE + 1, start)
        return page(
            request,
            "queue.html",
            sign_in=sign_in,
            wanted=wanted,
            cases=cases[:PAGE_SIZE],
            start=start,
            page_size=PAGE_SIZE,
            more=start + PAGE_SIZE if len(cases) > PAGE_SIZE else None,
            total=total,
            rows=rows,
            left=left,
            assigned=assigned,
            reminded=reminded,
            counts=counts,
            notices=queues.NOTICES,
            choices=queues.list_choices(session),
            rules=[(rule.id, rule.title) for rule in app.lists.rules().rules],
            views=queues.list_saved_views(session, user),
            states=CaseState,
            tab_titles=queues.TAB_TITLES,
            offices=_offices_for(session, wanted),
            view=wanted.address(),
            lookers=list_lookers(session, [case.id for case in cases[:PAGE_SIZE]], now),
            passed=count_passed(session, wanted, sign_in, now),
            sorts=queues.SORTS,
            ready=list_ready_reasons(session),
            reminders=list_reminders(session, local_day(now)),
            same_texts=_same_texts(session, wanted, user, now, cases[:PAGE_SIZE]),
            decides=not DECIDABLE.isdisjoint(wanted.states),
            assigns=not queues.ASSIGNABLE.isdisjoint(wanted.states),
            approving=wanted.states == (CaseState.PROPOSED,) and may(user, Permission.APPROVE),
            **done_values(session, done, user),
        )


@router.get("/counts")
def counts(request: Request, app: App, sign_in: CaseReader, now: Now) -> dict[str, int]:
    """How many cases are in each state, for the tabs: requested repeatedly while the queue is open."""
    with reading(app.engine) as session:
        user = session.get_one(User, sign_in.user_id)
        return _counts(session, QueueFilter.of(request.url.query), user, now)


@router.post("/next", dependencies=[CheckedForm])
def go_on(
    app: App,
    sign_in: Reviewer,
    now: Now,
    view: Annotated[str, Form(max_length=1000)] = "",
    after: Annotated[int, Form(ge=0, le=2**53 - 1)] = 0,
    again: Annotated[bool, Form()] = False,
) -> RedirectResponse:
    """Go on with the next case of the view after the case `after`; `again` brings back the cases passed
    over."""
    lasts = timedelta(minutes=app.settings.claim_minutes)
    with transaction(app.engine) as session:
        if again:
            forget_passed(session, sign_in)
        taken = take_next(session, QueueFilter.of(view), sign_in, now, after, lasts)
    return RedirectResponse(case_address(taken, view) if taken else queue_address(view), 303)


@router.post("/assign", dependencies=[CheckedForm])
def assign(
    app: App, sign_in: Reviewer, now: Now, to: Annotated[int, Form()], chosen: ChosenCases
) -> RedirectResponse:
    """Give the chosen cases to a reviewer."""
    with transaction(app.engine) as session:
        reviewer = session.get(User, to)
        if reviewer is None or not may(reviewer, Permission.REVIEW):
            raise StepRefused("请选择研判员")
        by = session.get_one(User, sign_in.user_id)
        given = queues.assign(session, chosen.cases(session, by, now), reviewer, by, now)
        if not given:
            raise StepRefused("没有可以分派的：请选择待办的案件，已在其名下的除外")
    return RedirectResponse(queue_address(chosen.view, assigned=given), 303)


@router.post("/merge", dependencies=[CheckedForm])
def merge(app: App, sign_in: Reviewer, now: Now, chosen: ChosenCases) -> RedirectResponse:
    """Merge the chosen cases, to be decided as one."""
    with transaction(app.engine) as session:
        by = session.get_one(User, sign_in.user_id)
        lead = merging.merge(session, chosen.cases(session, by, now), by, now)
    return RedirectResponse(case_address(lead.id, chosen.view), 303)


@router.post("/decide", dependencies=[CheckedForm])
def decide_chosen(
    app: App,
    sign_in: Reviewer,
    now: Now,
    action: Annotated[str, Form()],
    chosen: ChosenCases,
    reason: Annotated[str, Form(max_length=2000)] = "",
) -> RedirectResponse:
    """Decide the chosen cases with one reason; those that others hold or have decided are left."""
    with transaction(app.engine) as session:
        by = session.get_one(User, sign_in.user_id)
        asked = review.Decision(action, 0, reason)
        needs_approval = app.settings.two_person
        cases = chosen.cases(session, by, now)
        came = decide_many(session, cases, by, asked, now, needs_approval=needs_approval)
    first = {"done": came.done[0]} if came.done else {}
    return RedirectResponse(queue_address(chosen.view, **first, left=len(came.left)), 303)


@router.post("/transfer", dependencies=[CheckedForm])
def transfer(
    app: App,
    sign_in: Reviewer,
    now: Now,
    chosen: ChosenCases,
    office: Annotated[list[int] | None, Form()] = None,
) -> RedirectResponse:
    """Hand the chosen cases over to the chosen offices: those of one site as one matter."""
    within = timedelta(days=app.settings.answer_within_days)
    with transaction(app.engine) as session:
        by = session.get_one(User, sign_in.user_id)
        held = timedelta(seconds=app.settings.recall_seconds)
        cases = chosen.cases(session, by, now)
        handed = transfer_many(session, cases, office or [], by, now, within, held)
    return RedirectResponse(queue_address(chosen.view, done=handed[0]), 303)


@router.post("/views", dependencies=[CheckedForm])
def save_view(
    app: App,
    sign_in: CaseReader,
    name: Annotated[str, Form(min_length=1, max_length=40)],
    view: Annotated[str, Form(max_length=1000)] = "",
) -> RedirectResponse:
    """Keep the view under a name."""
    wanted = QueueFilter.of(view)
    with transaction(app.engine) as session:
        queues.save_view(session, session.get_one(User, sign_in.user_id), name.strip(), wanted)
    return RedirectResponse(queue_address(view), 303)


@router.post("/views/{view_id}/forget", dependencies=[CheckedForm])
def forget_view(app: App, sign_in: CaseReader, view_id: RecordId) -> RedirectResponse:
    """Forget a view."""
    with transaction(app.engine) as session:
        queues.forget_view(session, session.get_one(User, sign_in.user_id), view_id)
    return RedirectResponse("/cases", 303)


def queue_address(view: str, **told: int) -> str:
    """The address of a view of the queue, with the result of a step."""
    address = "&".join(filter(None, (QueueFilter.of(view).address(), urlencode(told))))
    return f"/cases?{address}" if address else "/cases"


def case_address(case_id: int, view: str) -> str:
    """The address of a case opened from a view of the queue."""
    address = QueueFilter.of(view).address()
    return f"/cases/{case_id}?{address}" if address else f"/cases/{case_id}"


def done_values(session: Session, done: int | None, user: User) -> dict[str, Any]:
    """The values of `_done.html` for the case just decided: how many were decided with it, and where it could
    go."""
    case = session.get(Case, done) if done else None
    is_own = case is not None and case.reviewer_id == user.id
    if case is None or not (is_own or (may(user, Permission.APPROVE) and is_in_reach(user, case))):
        return {"done": None}
    if not is_own:
        return {"done": case}
    offices: list[Office] = []
    if case.state is CaseState.UNLAWFUL:
        known = list_offices(session)
        offices = [one for one in known if one.id in suggested_offices(case, known)]
    return {
        "done": case,
        "done_count": review.count_decided_together(session, case),
        "done_offices": offices,
        "done_recallable": case.state is CaseState.TRANSFERRED
        and any(one.held_until for one in case.transfers),
    }


def _offices_for(session: Session, wanted: QueueFilter) -> Sequence[Office]:
    """The offices that the cases shown can be handed to; empty where they are not yet confirmed."""
    if not TRANSFERABLE.issuperset(wanted.states):
        return ()
    return list_offices(session)


def _same_texts(
    session: Session, wanted: QueueFilter, user: User, now: Now, cases: Sequence[Case]
) -> Mapping[int, Mapping[SourceKind, int]]:
    """How many cases of the view each row stands for, by the kind of their source; empty where each has a row."""
    if not wanted.grouped:
        return {}
    return merging.count_same_texts(session, cases, queues.select_cases(session, wanted, user, now))


def _counts(session: Session, wanted: QueueFilter, user: User, now: Now) -> dict[str, int]:
    found = queues.count_by_state(session, wanted, user, now)
    waiting = sum(found[state] for state in queues.TO_REVIEW)
    noticed = {f"reached-{name}": count for name, count in queues.count_notices(session, user, now).items()}
    return {"": waiting, **{state.value: count for state, count in found.items()}, **noticed}
