"""The case page, and the decisions."""

from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api import downloads
from api.cases.highlight import lines
from api.cases.queue import Done, case_address, queue_address
from api.context import App, CaseReader, CheckedForm, Now, RecordId, Reviewer, page
from api.sandboxed import sandboxed
from classifiers.similar import differences
from records.cases import merging, page_versions, review, verification
from records.cases.bulk_transfer import TRANSFERABLE
from records.cases.precedents import count_institution_cases, find_precedents, suggested_offices
from records.cases.review_queue import QueueFilter, find_next_case
from records.cases.stages import STAGES
from records.database import reading, transaction
from records.judgements.clusters import list_cluster_cases
from records.models import Case, CaseState, SignIn, User
from records.people.offices import list_offices
from records.people.permissions import is_in_reach
from records.snapshots.snapshots import decoded_html
from records.tips import list_tips_of_page
from records.workflow import STEPS, actor_of

# After these the reviewer has nothing more to do with a case.
_SENT_ON = frozenset({CaseState.DISMISSED, CaseState.NEEDS_MORE, CaseState.PROPOSED})

_SHOWN = 20  # of the cases that say the same

router = APIRouter(prefix="/cases", include_in_schema=False)


@router.get("/{case_id}")
def show(
    request: Request, app: App, sign_in: CaseReader, now: Now, case_id: RecordId, done: Done = None
) -> HTMLResponse:
    """A case: the page's text with its findings, why, whose, and what can be done. `done` is the case that was
    decided just before, to be taken back if it was a slip."""
    wanted = QueueFilter.of(request.url.query)
    with reading(app.engine) as session:
        case = _found(review.find_case(session, case_id), sign_in)
        findings = case.judgement.findings
        offices = list_offices(session) if _is_transferable(case) else ()
        possible = {to for before, to in STEPS if before is case.state}
        similar = list_cluster_cases(session, case, review.MOST_AT_ONCE)
        return page(
            request,
            "case.html",
            sign_in=sign_in,
            case=case,
            institution=case.page.source.institution,
            lines=lines(case.judgement.page_text, findings),
            findings=findings,
            possible=possible,
            offices=offices,
            suggested=suggested_offices(case, offices),
            history=review.list_history(session, case_id),
            verifications=case.verifications if case.transfers else (),
            members=merging.list_merged_cases(session, case),
            similar=similar[:_SHOWN],
            alike=len(review.same_as(session, case, similar)),
            precedents=find_precedents(session, case) if case.state in STAGES["is-open"].states else (),
            before=count_institution_cases(session, case.page.source.institution.id),
            stages=STAGES,
            laws=app.lists.rules().forbidden,
            rules=app.lists.rules().by_id,
            tips=list_tips_of_page(session, case.page_id),
            states=CaseState,
            pictures=downloads.pictures_read(session, case),
            captured=downloads.capture_shown(session, app.store, case),
            view=wanted.address(),
            done=session.get(Case, done) if done else None,
            following=find_next_case(session, wanted, sign_in.user, now, after=case_id),
        )


@router.get("/{case_id}/compare/{other_id}")
def compare(
    request: Request, app: App, sign_in: CaseReader, case_id: RecordId, other_id: RecordId
) -> HTMLResponse:
    """Two cases' pages side by side, sentence by sentence."""
    with reading(app.engine) as session:
        case = _found(review.find_case(session, case_id), sign_in)
        other = _found(review.find_case(session, other_id), sign_in)
        rows = differences(case.judgement.page_text, other.judgement.page_text)
        return page(request, "compare.html", sign_in=sign_in, case=case, other=other, rows=rows)


@router.get("/{case_id}/versions")
def versions(request: Request, app: App, sign_in: CaseReader, case_id: RecordId) -> HTMLResponse:
    """What the case's page said from time to time, and to whom: each version beside the one before."""
    with reading(app.engine) as session:
        case = _found(review.find_case(session, case_id), sign_in)
        shown = page_versions.list_page_versions(session, app.store, case)
        return page(request, "versions.html", sign_in=sign_in, case=case, versions=shown)


@router.post("/{case_id}", dependencies=[CheckedForm])
def decide(
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
) -> RedirectResponse:
    """Take a step, with `alike` for all cases that say the same; after a decision, on to the next one of the view."""
    with transaction(app.engine) as session:
        case = _found(review.find_case(session, case_id), sign_in)
        user = session.get_one(User, sign_in.user_id)
        if action in {"comment", "undo", "split"}:
            if action == "comment":
                review.comment(session, case, user, reason, now)
            elif action == "undo":
                review.undo(session, case, user, now)
            else:
                merging.split(session, case, user, now)
            return RedirectResponse(case_address(case_id, view), 303)
        take = review.decide_alike if alike else review.decide
        within = timedelta(days=app.settings.answer_within_days)
        decision = review.Decision(action, version, reason, tuple(office or ()), within)
        take(session, case, user, decision, now, needs_approval=app.settings.two_person)
        following: int | None = case_id
        if case.state in _SENT_ON:
            following = find_next_case(session, QueueFilter.of(view), user, now, after=case_id)
    if following == case_id:
        return RedirectResponse(case_address(case_id, view), 303)
    address = case_address(following, view) if following else queue_address(view)
    return RedirectResponse(f"{address}{'&' if '?' in address else '?'}done={case_id}", 303)


@router.get("/{case_id}/raw")
def raw(request: Request, app: App, sign_in: CaseReader, case_id: RecordId) -> Response:
    """The stored page as it looked, for the case page's frame: nothing of it can act."""
    with reading(app.engine) as session:
        case = _found(review.find_case(session, case_id), sign_in)
        return sandboxed(request, decoded_html(app.store, case.judgement.snapshot))


@router.get("/{case_id}/screenshot")
def screenshot(app: App, sign_in: CaseReader, case_id: RecordId) -> Response:
    """The screenshot of the case's page."""
    with reading(app.engine) as session:
        return downloads.screenshot(session, app.store, _found(review.find_case(session, case_id), sign_in))


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
    """Say what a re-check that was unclear shows: the content is gone, or there."""
    with transaction(app.engine) as session:
        case = _found(review.find_case(session, case_id), sign_in)
        user = session.get_one(User, sign_in.user_id)
        verification.conclude_by_person(session, case, user, seen == "gone", reason, now)
    return RedirectResponse(case_address(case_id, view), 303)


@router.get("/{case_id}/verifications/{verification_id}/{visitor}.png")
def seen_by(
    app: App, sign_in: CaseReader, case_id: RecordId, verification_id: RecordId, visitor: str
) -> Response:
    """The screenshot of what a visitor of a re-check saw, where it was unclear."""
    with reading(app.engine) as session:
        case = _found(review.find_case(session, case_id), sign_in)
        looks = [look for one in case.verifications if one.id == verification_id for look in one.observations]
        sha256 = next((look.get("screenshot") for look in looks if look["visitor"] == visitor), None)
        if not sha256:
            raise HTTPException(404)
        return downloads.as_picture(app.store.get(sha256))


@router.get("/{case_id}/pictures/{sha256}")
def picture(app: App, sign_in: CaseReader, case_id: RecordId, sha256: str) -> Response:
    """A picture of the case's page in which something was found."""
    with reading(app.engine) as session:
        return downloads.picture(
            session, app.store, _found(review.find_case(session, case_id), sign_in), sha256
        )


@router.get("/{case_id}/package")
def package(app: App, sign_in: CaseReader, now: Now, case_id: RecordId) -> Response:
    """The evidence package of the case, as a download."""
    with transaction(app.engine) as session:
        case = _found(review.find_case(session, case_id), sign_in)
        download = downloads.Download(actor_of(sign_in.user), now)
        return downloads.package(session, app.store, case, download)


@router.get("/{case_id}/attachments/{attachment_id}")
def attachment(app: App, sign_in: CaseReader, case_id: RecordId, attachment_id: RecordId) -> Response:
    """A document that an office added to a transfer of the case, as a download."""
    with reading(app.engine) as session:
        case = _found(review.find_case(session, case_id), sign_in)
        known = [one for transfer in case.transfers for one in transfer.attachments]
        found = next((one for one in known if one.id == attachment_id), None)
        if found is None:
            raise HTTPException(404)
        return downloads.attachment_download(app.store, found)


@router.get("/{case_id}/evidence")
def evidence(app: App, sign_in: CaseReader, now: Now, case_id: RecordId) -> Response:
    """The raw bytes of the page that was judged, as a download."""
    with transaction(app.engine) as session:
        case = _found(review.find_case(session, case_id), sign_in)
        download = downloads.Download(actor_of(sign_in.user), now)
        return downloads.as_download(session, app.store, case, download)


def _is_transferable(case: Case) -> bool:
    """Whether it can be handed to an office, or to another one beside those that have it."""
    return case.state in TRANSFERABLE | {CaseState.TRANSFERRED, CaseState.RECEIVED}


def _found(case: Case | None, sign_in: SignIn) -> Case:
    """The case; what is not in the user's district is not there for them."""
    if case is None or not is_in_reach(sign_in.user, case):
        raise HTTPException(404)
    return case
