"""The office's queue, accept, report disposed, return."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, File, Form, Query, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session

from api import evidence as evidence_here
from api.context import CheckedForm, Now, Officer, Parts, PartsHere, RecordId, page
from api.review.highlight import lines
from records import takedown
from records.attachments import LARGEST, AttachmentRefused, attach, attachment_of
from records.attachments import File as AttachedFile
from records.database import reading, transaction
from records.matters import matters_of
from records.models import DisposalResult, SignIn, Transfer, TransferState
from records.period import local_day
from records.receipts import take_many
from records.workflow import StepRefused, actor_of

router = APIRouter(prefix="/takedown", include_in_schema=False)


_PAGE_SIZE = 200
Refused = tuple[takedown.Outcome, ...]


@router.get("")
def queue(
    request: Request,
    here: PartsHere,
    sign_in: Officer,
    now: Now,
    state: TransferState | None = None,
    matter: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
    after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> HTMLResponse:
    """The office's transfers by matter: those that it has not answered, or those in a state."""
    return _queue(request, here, sign_in, now, Shown(state, matter, after))


@dataclass(frozen=True)
class Shown:
    """Which part of the queue is looked at."""

    state: TransferState | None = None
    matter: int | None = None
    after: int = 0


def _queue(
    request: Request, here: Parts, sign_in: SignIn, now: datetime, shown: Shown, refused: Refused = ()
) -> HTMLResponse:
    with reading(here.engine) as session:
        office_id = _office(sign_in)
        found = takedown.office_queue(
            session, office_id, shown.after, _PAGE_SIZE + 1, shown.state, shown.matter
        )
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
            matters={one.matter.id: one for one in matters_of(session, transfers)},
            counts=takedown.counts(session, office_id),
            states=list(TransferState),
            results=list(DisposalResult),
            today=local_day(now),
        )


@router.post("/together", dependencies=[CheckedForm])
def act_together(
    request: Request,
    here: PartsHere,
    sign_in: Officer,
    now: Now,
    action: Annotated[Literal["take", "report", "return"], Form()],
    transfer: Annotated[list[int] | None, Form()] = None,
    result: Annotated[DisposalResult | None, Form()] = None,
    disposed_on: Annotated[date | None, Form()] = None,
    document_number: Annotated[str, Form(max_length=100)] = "",
    note: Annotated[str, Form(max_length=2000)] = "",
    attachment: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """Take, report or return the chosen transfers. Each by itself: those that cannot be are named, the others done."""
    actor, after = actor_of(sign_in.user), timedelta(hours=here.settings.recheck_after_hours)
    file = _file(attachment)
    if action == "report" and (result is None or disposed_on is None):
        raise StepRefused("请填写处置结果和日期")

    def one(session: Session, transfer_id: int) -> Transfer:
        found = takedown.office_transfer(session, _office(sign_in), transfer_id, to_change=True)
        if action == "return":
            takedown.give_back(session, found, note, actor=actor, now=now, recheck_after=after)
        elif result and disposed_on:
            disposal = takedown.Disposal(result, disposed_on, document_number.strip(), note.strip())
            takedown.report_disposed(session, found, disposal, actor=actor, now=now, recheck_after=after)
            if file:
                attach(session, here.store, found, file, actor=actor, now=now)
        return found

    with transaction(here.engine) as session:
        ids = (transfer or [])[:_PAGE_SIZE]
        if action == "take":
            outcomes = take_many(session, _office(sign_in), ids, None, actor=actor, now=now)
        else:
            asked = [(number, number) for number in ids]
            outcomes = takedown.each(session, asked, one, (AttachmentRefused,))
    if refused := tuple(outcome for outcome in outcomes if not outcome.done):
        return _queue(request, here, sign_in, now, Shown(), refused)
    return RedirectResponse("/takedown", 303)


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
    attachment: Annotated[UploadFile | None, File()] = None,
) -> RedirectResponse:
    """Report a disposal 处置, with a document where there is one."""
    file = _file(attachment)
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
        if file:
            attach(session, here.store, transfer, file, actor=actor_of(sign_in.user), now=now)
    return RedirectResponse("/takedown", 303)


@router.post("/{transfer_id}/attachments", dependencies=[CheckedForm])
def add_attachment(
    here: PartsHere,
    sign_in: Officer,
    now: Now,
    transfer_id: RecordId,
    attachment: Annotated[UploadFile, File()],
) -> RedirectResponse:
    """Add a document to a transfer that was received."""
    file = AttachedFile(attachment.filename or "", attachment.file.read(LARGEST + 1))
    with transaction(here.engine) as session:
        transfer = takedown.office_transfer(session, _office(sign_in), transfer_id, to_change=True)
        attach(session, here.store, transfer, file, actor=actor_of(sign_in.user), now=now)
    return RedirectResponse(f"/takedown/{transfer_id}", 303)


@router.get("/{transfer_id}/attachments/{attachment_id}")
def attachment(here: PartsHere, sign_in: Officer, transfer_id: RecordId, attachment_id: RecordId) -> Response:
    """A document of the transfer, as a download."""
    with reading(here.engine) as session:
        transfer = takedown.office_transfer(session, _office(sign_in), transfer_id)
        found = attachment_of(session, transfer, attachment_id)
        return evidence_here.attachment_download(here.store, found)


@router.post("/{transfer_id}/more-evidence", dependencies=[CheckedForm])
def ask_for_evidence(
    here: PartsHere,
    sign_in: Officer,
    now: Now,
    transfer_id: RecordId,
    what: Annotated[str, Form(min_length=1, max_length=2000)],
) -> RedirectResponse:
    """Ask the health commission for more; the transfer stays with the office."""
    with transaction(here.engine) as session:
        transfer = takedown.office_transfer(session, _office(sign_in), transfer_id, to_change=True)
        takedown.ask_for_evidence(session, transfer, what, actor=actor_of(sign_in.user), now=now)
    return RedirectResponse(f"/takedown/{transfer_id}", 303)


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


def _file(upload: UploadFile | None) -> AttachedFile | None:
    """What was chosen in a form's file field; a browser sends an empty one where nothing was."""
    if upload is None or not upload.filename:
        return None
    return AttachedFile(upload.filename, upload.file.read(LARGEST + 1))


def _office(sign_in: SignIn) -> int:
    office_id = sign_in.user.office_id
    assert office_id is not None, "the dependency lets only officers of an office through"
    return office_id
