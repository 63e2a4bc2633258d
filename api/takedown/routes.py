"""The office's queue, accept, report disposed, return."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api import evidence as evidence_here
from api.context import CheckedForm, Now, Officer, PartsHere, RecordId, page
from api.review.highlight import lines
from records import takedown
from records.database import reading, transaction
from records.models import DisposalResult, SignIn
from records.period import local_day
from records.workflow import actor_of

router = APIRouter(prefix="/takedown", include_in_schema=False)


@router.get("")
def queue(request: Request, here: PartsHere, sign_in: Officer) -> HTMLResponse:
    """The office's open transfers."""
    with reading(here.engine) as session:
        transfers = takedown.office_queue(session, _office(sign_in))
    return page(request, "takedown.html", sign_in=sign_in, transfers=transfers)


@router.get("/{transfer_id}")
def show(
    request: Request, here: PartsHere, sign_in: Officer, now: Now, transfer_id: RecordId
) -> HTMLResponse:
    """One transfer: what is to be taken down, why, with its evidence."""
    with reading(here.engine) as session:
        transfer = takedown.office_transfer(session, _office(sign_in), transfer_id)
        findings = transfer.case.judgement.findings
        return page(
            request,
            "transfer.html",
            sign_in=sign_in,
            transfer=transfer,
            case=transfer.case,
            institution=transfer.case.page.source.institution,
            findings=findings,
            pictures=evidence_here.pictures_read(session, transfer.case),
            captured=evidence_here.capture_shown(session, here.store, transfer.case),
            lines=lines(transfer.case.judgement.page_text, findings),
            results=list(DisposalResult),
            today=local_day(now),
        )


@router.post("/{transfer_id}/take", dependencies=[CheckedForm])
def take(here: PartsHere, sign_in: Officer, now: Now, transfer_id: RecordId) -> RedirectResponse:
    """Accept 签收."""
    with transaction(here.engine) as session:
        transfer = takedown.office_transfer(session, _office(sign_in), transfer_id, to_change=True)
        takedown.take(session, transfer, actor=actor_of(sign_in.user), now=now)
    return RedirectResponse(f"/takedown/{transfer_id}", 303)


@router.post("/{transfer_id}/disposal", dependencies=[CheckedForm])
def report(
    here: PartsHere,
    sign_in: Officer,
    now: Now,
    transfer_id: RecordId,
    result: Annotated[DisposalResult, Form()],
    disposed_on: Annotated[date, Form()],
    document_number: Annotated[str, Form(max_length=100)] = "",
    note: Annotated[str, Form(max_length=2000)] = "",
) -> RedirectResponse:
    """Report a disposal 处置."""
    disposal = takedown.Disposal(result, disposed_on, document_number.strip(), note.strip())
    with transaction(here.engine) as session:
        transfer = takedown.office_transfer(session, _office(sign_in), transfer_id, to_change=True)
        takedown.report_disposed(
            session,
            transfer,
            disposal,
            actor=actor_of(sign_in.user),
            now=now,
            recheck_after=timedelta(hours=here.settings.recheck_after_hours),
        )
    return RedirectResponse("/takedown", 303)


@router.post("/{transfer_id}/return", dependencies=[CheckedForm])
def give_back(
    here: PartsHere,
    sign_in: Officer,
    now: Now,
    transfer_id: RecordId,
    reason: Annotated[str, Form(max_length=2000)] = "",
) -> RedirectResponse:
    """Return 退回, with the reason."""
    with transaction(here.engine) as session:
        transfer = takedown.office_transfer(session, _office(sign_in), transfer_id, to_change=True)
        after = timedelta(hours=here.settings.recheck_after_hours)
        takedown.give_back(
            session, transfer, reason, actor=actor_of(sign_in.user), now=now, recheck_after=after
        )
    return RedirectResponse("/takedown", 303)


@router.get("/{transfer_id}/evidence")
def evidence(here: PartsHere, sign_in: Officer, now: Now, transfer_id: RecordId) -> Response:
    """The raw bytes of the page, as a download."""
    with transaction(here.engine) as session:
        transfer = takedown.office_transfer(session, _office(sign_in), transfer_id)
        taker = evidence_here.Taker(actor_of(sign_in.user), now)
        return evidence_here.as_download(session, here.store, transfer.case, taker)


@router.get("/{transfer_id}/screenshot")
def screenshot(here: PartsHere, sign_in: Officer, transfer_id: RecordId) -> Response:
    """The screenshot of the page."""
    with reading(here.engine) as session:
        transfer = takedown.office_transfer(session, _office(sign_in), transfer_id)
        return evidence_here.screenshot(session, here.store, transfer.case)


@router.get("/{transfer_id}/pictures/{sha256}")
def picture(here: PartsHere, sign_in: Officer, transfer_id: RecordId, sha256: str) -> Response:
    """A picture of the page in which something was found."""
    with reading(here.engine) as session:
        transfer = takedown.office_transfer(session, _office(sign_in), transfer_id)
        return evidence_here.picture(session, here.store, transfer.case, sha256)


@router.get("/{transfer_id}/package")
def package(here: PartsHere, sign_in: Officer, now: Now, transfer_id: RecordId) -> Response:
    """The evidence package, as a download."""
    with transaction(here.engine) as session:
        transfer = takedown.office_transfer(session, _office(sign_in), transfer_id)
        taker = evidence_here.Taker(actor_of(sign_in.user), now)
        return evidence_here.package(session, here.store, transfer.case, taker)


def _office(sign_in: SignIn) -> int:
    office_id = sign_in.user.office_id
    assert office_id is not None, "the dependency lets only officers of an office through"
    return office_id
