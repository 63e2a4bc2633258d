"""One transfer on the office's pages: acknowledge, report disposed, return, ask for more; its evidence and
documents."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session

from api import downloads
from api.cases.findings import gather_by_rule, marked
from api.cases.highlight import lines
from api.cases.queue import Done
from api.context import App, CheckedForm, Now, Officer, RecordId, TypedDay, TypedMessage, chosen_file, page
from api.office.queue import STATE_TITLES, own_office
from records.database import reading, transaction
from records.local_time import local_day
from records.models import MessageKind, Side, Transfer, TransferState
from records.reference.disposals import counted_as, list_measures
from records.snapshots.images import videos_of
from records.transfers import answers, office_queue
from records.transfers.attachments import LARGEST, attach, attachment_of
from records.transfers.attachments import File as AttachedFile
from records.transfers.messages import say, settle
from records.workflow import actor_of

router = APIRouter(prefix="/takedown", include_in_schema=False)


@router.get("/{transfer_id}")
def show(
    request: Request, app: App, sign_in: Officer, now: Now, transfer_id: RecordId, done: Done = None
) -> HTMLResponse:
    """One transfer: the content to take down, the reasons, and the evidence. `done` was answered just before.
    Viewing marks the commission's messages as read."""
    with reading(app.engine) as session:
        transfer = office_queue.find_office_transfer(session, own_office(sign_in), transfer_id)
        if transfer.awaited is Side.OFFICE:
            with transaction(app.engine) as writing:
                own = office_queue.find_office_transfer(
                    writing, own_office(sign_in), transfer_id, to_change=True
                )
                settle(writing, own, Side.OFFICE)
        findings, rules = transfer.case.judgement.findings, app.lists.rules().by_id
        return page(
            request,
            "transfer.html",
            sign_in=sign_in,
            transfer=transfer,
            done=done,
            state_titles=STATE_TITLES,
            case=transfer.case,
            institution=transfer.case.page.source.institution,
            findings=findings,
            gathered=gather_by_rule(findings, rules),
            pictures=downloads.pictures_read(session, transfer.case),
            videos=videos_of(session, transfer.case.judgement.snapshot_id),
            captured=downloads.capture_shown(session, app.store, transfer.case),
            lines=lines(transfer.case.judgement.page_text, marked(findings, rules)),
            measures=list_measures(session, transfer.office.kind),
            withdrawable=answers.is_withdrawable(transfer),
            reminders=sum(one.kind is MessageKind.REMINDER for one in transfer.messages),
            sides=Side,
            today=local_day(now),
        )


def _onward(session: Session, transfer: Transfer) -> RedirectResponse:
    """From a transfer that was answered to the next one that waits, or to the queue."""
    session.flush()
    for after in (transfer.id, 0):
        queued = office_queue.Queued(transfer.office_id, after, 1)
        if following := office_queue.list_queued_ids(session, queued):
            return RedirectResponse(f"/takedown/{following[0]}?done={transfer.id}", 303)
    return RedirectResponse(f"/takedown?done={transfer.id}", 303)


@router.post("/{transfer_id}/take", dependencies=[CheckedForm])
def take(app: App, sign_in: Officer, now: Now, transfer_id: RecordId) -> RedirectResponse:
    """Acknowledge 签收."""
    with transaction(app.engine) as session:
        transfer = office_queue.find_office_transfer(
            session, own_office(sign_in), transfer_id, to_change=True
        )
        answers.take(session, transfer, actor=actor_of(sign_in.user), now=now)
    return RedirectResponse(f"/takedown/{transfer_id}", 303)


@router.post("/{transfer_id}/disposal", dependencies=[CheckedForm])
def report(
    app: App,
    sign_in: Officer,
    now: Now,
    transfer_id: RecordId,
    measure: Annotated[str, Form(max_length=40)],
    disposed_on: Annotated[TypedDay, Form()],
    document_number: Annotated[str, Form(max_length=100)] = "",
    note: Annotated[str, Form(max_length=2000)] = "",
    attachment: Annotated[UploadFile | None, File()] = None,
) -> RedirectResponse:
    """Report a disposal 处置, with a document where there is one; it also acknowledges the transfer."""
    file = chosen_file(attachment)
    actor = actor_of(sign_in.user)
    with transaction(app.engine) as session:
        transfer = office_queue.find_office_transfer(
            session, own_office(sign_in), transfer_id, to_change=True
        )
        result, words = counted_as(session, transfer.office.kind, None, measure)
        disposal = answers.Disposal(result, disposed_on, document_number.strip(), note.strip(), words)
        if transfer.state is TransferState.TRANSFERRED:
            answers.take(session, transfer, actor=actor, now=now)
        answers.report_disposed(
            session,
            transfer,
            disposal,
            actor=actor,
            now=now,
            recheck_after=timedelta(hours=app.settings.recheck_after_hours),
        )
        if file:
            attach(session, app.store, transfer, file, actor=actor, now=now)
        return _onward(session, transfer)


@router.post("/{transfer_id}/attachments", dependencies=[CheckedForm])
def add_attachment(
    app: App,
    sign_in: Officer,
    now: Now,
    transfer_id: RecordId,
    attachment: Annotated[UploadFile, File()],
) -> RedirectResponse:
    """Add a document to an acknowledged transfer."""
    file = AttachedFile(attachment.filename or "", attachment.file.read(LARGEST + 1))
    with transaction(app.engine) as session:
        transfer = office_queue.find_office_transfer(
            session, own_office(sign_in), transfer_id, to_change=True
        )
        attach(session, app.store, transfer, file, actor=actor_of(sign_in.user), now=now)
    return RedirectResponse(f"/takedown/{transfer_id}", 303)


@router.get("/{transfer_id}/attachments/{attachment_id}")
def attachment(app: App, sign_in: Officer, transfer_id: RecordId, attachment_id: RecordId) -> Response:
    """A document of the transfer, as a download."""
    with reading(app.engine) as session:
        transfer = office_queue.find_office_transfer(session, own_office(sign_in), transfer_id)
        found = attachment_of(session, transfer, attachment_id)
        return downloads.attachment_download(app.store, found)


@router.post("/{transfer_id}/messages", dependencies=[CheckedForm])
def write(
    app: App,
    sign_in: Officer,
    now: Now,
    transfer_id: RecordId,
    said: TypedMessage,
) -> RedirectResponse:
    """Ask the health commission for more, answer it, or tell it something; the transfer stays with the office."""
    with transaction(app.engine) as session:
        transfer = office_queue.find_office_transfer(
            session, own_office(sign_in), transfer_id, to_change=True
        )
        say(session, app.store, transfer, said, actor=actor_of(sign_in.user), now=now)
    return RedirectResponse(f"/takedown/{transfer_id}#talk", 303)


@router.post("/{transfer_id}/withdraw", dependencies=[CheckedForm])
def withdraw(app: App, sign_in: Officer, now: Now, transfer_id: RecordId) -> RedirectResponse:
    """Withdraw the office's own reply 撤回反馈, before anybody has acted on it."""
    with transaction(app.engine) as session:
        transfer = office_queue.find_office_transfer(
            session, own_office(sign_in), transfer_id, to_change=True
        )
        answers.withdraw(session, transfer, actor=actor_of(sign_in.user), now=now)
    return RedirectResponse(f"/takedown/{transfer_id}", 303)


@router.post("/{transfer_id}/return", dependencies=[CheckedForm])
def give_back(
    app: App,
    sign_in: Officer,
    now: Now,
    transfer_id: RecordId,
    reason: Annotated[str, Form(max_length=2000)] = "",
) -> RedirectResponse:
    """Return 退回, with the reason."""
    with transaction(app.engine) as session:
        transfer = office_queue.find_office_transfer(
            session, own_office(sign_in), transfer_id, to_change=True
        )
        actor, after = actor_of(sign_in.user), timedelta(hours=app.settings.recheck_after_hours)
        if reason.strip() and transfer.state is TransferState.TRANSFERRED:
            answers.take(session, transfer, actor=actor, now=now)
        answers.give_back(session, transfer, reason, actor=actor, now=now, recheck_after=after)
        return _onward(session, transfer)


@router.get("/{transfer_id}/evidence")
def evidence(app: App, sign_in: Officer, now: Now, transfer_id: RecordId) -> Response:
    """The raw bytes of the page, as a download."""
    with transaction(app.engine) as session:
        transfer = office_queue.find_office_transfer(session, own_office(sign_in), transfer_id)
        download = downloads.Download(actor_of(sign_in.user), now)
        return downloads.as_download(session, app.store, transfer.case, download)


@router.get("/{transfer_id}/screenshot")
def screenshot(app: App, sign_in: Officer, transfer_id: RecordId) -> Response:
    """The screenshot of the page."""
    with reading(app.engine) as session:
        transfer = office_queue.find_office_transfer(session, own_office(sign_in), transfer_id)
        return downloads.screenshot(session, app.store, transfer.case)


@router.get("/{transfer_id}/pictures/{sha256}")
def picture(app: App, sign_in: Officer, transfer_id: RecordId, sha256: str) -> Response:
    """A picture of the page in which something was found."""
    with reading(app.engine) as session:
        transfer = office_queue.find_office_transfer(session, own_office(sign_in), transfer_id)
        return downloads.picture(session, app.store, transfer.case, sha256)


@router.get("/{transfer_id}/package")
def package(app: App, sign_in: Officer, now: Now, transfer_id: RecordId) -> Response:
    """The evidence package, as a download."""
    with transaction(app.engine) as session:
        transfer = office_queue.find_office_transfer(session, own_office(sign_in), transfer_id)
        download = downloads.Download(actor_of(sign_in.user), now)
        return downloads.package(session, app.store, transfer.case, download)
