"""The case page: its findings, their reasons, its institution, the possible steps, and the files to view or
download."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import HTMLResponse

from api import downloads
from api.cases.findings import gather_by_rule, marked
from api.cases.highlight import lines
from api.cases.queue import Done, done_values
from api.context import App, AppState, CaseReader, Now, RecordId, page
from records.cases import merging, review
from records.cases.bulk_transfer import TRANSFERABLE
from records.cases.claims import claim_case, find_claim
from records.cases.precedents import count_institution_cases, find_precedents, suggested_offices
from records.cases.review_queue import QueueFilter
from records.cases.stages import DECIDABLE, STAGES
from records.database import reading, transaction
from records.judgements.clusters import list_cluster_cases
from records.local_time import local_day
from records.models import Case, CaseClaim, CaseState, OfficeKind, SignIn, User
from records.people.offices import list_offices
from records.people.permissions import Permission, is_in_reach, may
from records.reference.reasons import list_ready_reasons
from records.reference.working_days import find_calendar
from records.snapshots.images import videos_of
from records.tips import list_tips_of_page
from records.transfers.police import list_police_terms
from records.workflow import STEPS
from reports.police_papers import PAPERS

# The states in which a reviewer or an approver can act.
_WORKED_ON = DECIDABLE | {CaseState.PROPOSED, CaseState.UNLAWFUL, CaseState.RETURNED, CaseState.RECURRED}
_WITH_OFFICES = frozenset({CaseState.TRANSFERRED, CaseState.RECEIVED})
_SHOWN = 20  # of the cases with the same text

router = APIRouter(prefix="/cases", include_in_schema=False)


@dataclass(frozen=True)
class Told:
    """Messages of a case page in addition to the case: the previous decision, or why a step was refused, and
    the typed text."""

    done: int | None = None
    refused: str = ""
    typed: str = ""
    talked: int = 0  # the transfer about which something was said just before


@router.get("/{case_id}")
def show(
    request: Request,
    app: App,
    sign_in: CaseReader,
    now: Now,
    case_id: RecordId,
    done: Done = None,
    talked: Annotated[int, Query(ge=0, le=2**53 - 1)] = 0,
) -> HTMLResponse:
    """A case. `done` is the case that was decided just before, so that a slip can be undone; `talked` the
    transfer that was just discussed."""
    told = Told(done, talked=talked)
    return show_case(request, app, sign_in, now, case_id, QueueFilter.of(request.url.query), told)


def show_case(
    request: Request,
    app: AppState,
    sign_in: SignIn,
    now: datetime,
    case_id: int,
    wanted: QueueFilter,
    told: Told,
    status: int = 200,
) -> HTMLResponse:
    """A case page, opened from the view `wanted`. A user who may decide it claims it by looking."""
    rules = app.lists.rules()
    with reading(app.engine) as session:
        case = found(review.find_case(session, case_id), sign_in)
        claim = find_claim(session, case_id, now)
        if is_renewable(case, claim, sign_in, now, app):
            with transaction(app.engine) as writing:
                is_own = claim_case(writing, case_id, sign_in.user_id, now, claim_lasts(app))
                claim = None if is_own else find_claim(writing, case_id, now)
        findings = case.judgement.findings
        is_open = case.state in DECIDABLE
        confirms = app.settings.confirm_transfers and not app.settings.two_person
        offices = list_offices(session) if _is_transferable(case) or (is_open and confirms) else ()
        suggested = suggested_offices(case, offices)
        similar = list_cluster_cases(session, case, review.MOST_AT_ONCE, sign_in.user.district)
        return page(
            request,
            "case.html",
            status,
            sign_in=sign_in,
            case=case,
            institution=case.page.source.institution,
            lines=lines(case.judgement.page_text, marked(findings, rules.by_id)),
            findings=findings,
            gathered=gather_by_rule(findings, rules.by_id),
            possible={to for before, to in STEPS if before is case.state},
            holder=_holder(case, claim, sign_in.user),
            offices=offices if _is_transferable(case) else (),
            suggested=suggested,
            sends_to=[one for one in offices if one.id in suggested]
            if is_open and len(suggested) == 1
            else [],
            recallable=case.state in _WITH_OFFICES and any(one.held_until for one in case.transfers),
            history=review.list_history(session, case_id),
            verifications=case.verifications if case.transfers else (),
            members=merging.list_merged_cases(session, case),
            similar=similar[:_SHOWN],
            alike=len(review.same_as(session, case, sign_in.user, similar)),
            precedents=find_precedents(session, case, district=sign_in.user.district)
            if case.state in STAGES["is-open"].states
            else (),
            before=count_institution_cases(session, case.page.source.institution.id),
            stages=STAGES,
            laws=rules.forbidden,
            rules=rules.by_id,
            tips=list_tips_of_page(session, case.page_id),
            states=CaseState,
            pictures=downloads.pictures_read(session, case),
            videos=videos_of(session, case.judgement.snapshot_id),
            captured=downloads.capture_shown(session, app.store, case),
            view=wanted.address(),
            told=told,
            today=local_day(now),
            police_terms=list_police_terms(case, lambda day: find_calendar(session).first_from(day)),
            police_papers=PAPERS if _is_for_the_police(case) else {},
            ready=list_ready_reasons(session),
            talked=told.talked,
            claim_minutes=app.settings.claim_minutes,
            **done_values(session, told.done, sign_in.user),
        )


def claim_lasts(app: AppState) -> timedelta:
    """For how long a case belongs to the user who looks at it."""
    return timedelta(minutes=app.settings.claim_minutes)


def is_renewable(case: Case, claim: CaseClaim | None, sign_in: SignIn, now: datetime, app: AppState) -> bool:
    """Whether looking at the case claims it, and the claim has to be written: there is none, or it ends
    soon."""
    if not may(sign_in.user, Permission.REVIEW) or case.state not in _WORKED_ON or case.merged_into_id:
        return False
    if case.state is CaseState.REVIEWING and case.reviewer_id not in (None, sign_in.user_id):
        return False
    if case.state is CaseState.PROPOSED and not review.may_approve(case, sign_in.user):
        return False
    return claim is None or (claim.user_id == sign_in.user_id and claim.until < now + claim_lasts(app) / 2)


def found(case: Case | None, sign_in: SignIn) -> Case:
    """The case; one outside the user's district does not exist for them."""
    if case is None or not is_in_reach(sign_in.user, case):
        raise HTTPException(404)
    return case


def _holder(case: Case, claim: CaseClaim | None, user: User) -> User | None:
    """The other user who has the case: by taking it up, or by looking at it."""
    if case.state is CaseState.REVIEWING and case.reviewer_id not in (None, user.id):
        return case.reviewer
    return claim.user if claim is not None and claim.user_id != user.id else None


def _is_for_the_police(case: Case) -> bool:
    """Whether it was handed to the police, or is found unlawful and may be a crime."""
    if any(one.office.kind is OfficeKind.POLICE for one in case.transfers):
        return True
    return case.judgement.gravity == "police" and case.state in STAGES["is-confirmed"].states


def _is_transferable(case: Case) -> bool:
    """Whether it can be handed to an office, or to one in addition to those that have it."""
    return case.state in TRANSFERABLE | _WITH_OFFICES
