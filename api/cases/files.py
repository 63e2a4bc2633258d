"""A case's files to view or download in addition to its page: versions, pictures, evidence, documents."""

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, Response

from api import downloads
from api.attached import DOCX, attached
from api.cases.case import found
from api.context import App, CaseReader, Now, RecordId, Reviewer, page
from api.sandboxed import sandboxed
from classifiers.similar import differences
from records import audit
from records.cases import page_versions, review
from records.database import reading, transaction
from records.models import OfficeKind
from records.people.offices import list_offices
from records.snapshots.snapshots import decoded_html
from records.workflow import actor_of
from reports.police_papers import PAPERS, PoliceCase

router = APIRouter(prefix="/cases", include_in_schema=False)


@router.get("/{case_id}/compare/{other_id}")
def compare(
    request: Request, app: App, sign_in: CaseReader, case_id: RecordId, other_id: RecordId
) -> HTMLResponse:
    """Two cases' pages side by side, sentence by sentence."""
    with reading(app.engine) as session:
        case = found(review.find_case(session, case_id), sign_in)
        other = found(review.find_case(session, other_id), sign_in)
        rows = differences(case.judgement.page_text, other.judgement.page_text)
        return page(request, "compare.html", sign_in=sign_in, case=case, other=other, rows=rows)


@router.get("/{case_id}/versions")
def versions(request: Request, app: App, sign_in: CaseReader, case_id: RecordId) -> HTMLResponse:
    """The texts of the case's page over time, by visitor: each version next to the previous one."""
    with reading(app.engine) as session:
        case = found(review.find_case(session, case_id), sign_in)
        shown = page_versions.list_page_versions(session, app.store, case)
        captured = downloads.capture_shown(session, app.store, case)
        return page(request, "versions.html", sign_in=sign_in, case=case, versions=shown, captured=captured)


@router.get("/{case_id}/text")
def text(app: App, sign_in: CaseReader, case_id: RecordId) -> Response:
    """The page's text as it was judged, as plain text."""
    with reading(app.engine) as session:
        case = found(review.find_case(session, case_id), sign_in)
        return PlainTextResponse(case.judgement.page_text)


@router.get("/{case_id}/raw")
def raw(request: Request, app: App, sign_in: CaseReader, case_id: RecordId) -> Response:
    """The stored page as it looked, for the case page's frame, with everything active removed."""
    with reading(app.engine) as session:
        case = found(review.find_case(session, case_id), sign_in)
        return sandboxed(request, decoded_html(app.store, case.judgement.snapshot))


@router.get("/{case_id}/screenshot")
def screenshot(app: App, sign_in: CaseReader, case_id: RecordId) -> Response:
    """The screenshot of the case's page."""
    with reading(app.engine) as session:
        return downloads.screenshot(session, app.store, found(review.find_case(session, case_id), sign_in))


@router.get("/{case_id}/screenshot-monitor")
def monitors_view(app: App, sign_in: CaseReader, case_id: RecordId) -> Response:
    """The screenshot of what a cloaking site shows the monitor."""
    with reading(app.engine) as session:
        return downloads.monitors_view(session, app.store, found(review.find_case(session, case_id), sign_in))


@router.get("/{case_id}/verifications/{verification_id}/{visitor}.png")
def seen_by(
    app: App, sign_in: CaseReader, case_id: RecordId, verification_id: RecordId, visitor: str
) -> Response:
    """The screenshot of a re-check's view that was unclear."""
    with reading(app.engine) as session:
        case = found(review.find_case(session, case_id), sign_in)
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
            session, app.store, found(review.find_case(session, case_id), sign_in), sha256
        )


@router.get("/{case_id}/package")
def package(app: App, sign_in: CaseReader, now: Now, case_id: RecordId) -> Response:
    """The evidence package of the case, as a download."""
    with transaction(app.engine) as session:
        case = found(review.find_case(session, case_id), sign_in)
        download = downloads.Download(actor_of(sign_in.user), now)
        return downloads.package(session, app.store, case, download)


@router.get("/{case_id}/police/{paper}.docx")
def police_paper(app: App, sign_in: Reviewer, now: Now, case_id: RecordId, paper: str) -> Response:
    """One of the papers with which a case goes to the police."""
    if paper not in PAPERS:
        raise HTTPException(404)
    title, made = PAPERS[paper]
    with transaction(app.engine) as session:
        case = found(review.find_case(session, case_id), sign_in)
        captured = downloads.capture_shown(session, app.store, case)
        police = [one.office.name for one in case.transfers if one.office.kind is OfficeKind.POLICE]
        offices = [one.name for one in list_offices(session) if one.kind is OfficeKind.POLICE]
        settings = app.settings
        told = PoliceCase(
            case=case,
            sender=settings.commission_name,
            code=settings.letter_code,
            contact=settings.letter_contact,
            to=(police or offices or [""])[-1],
            files=captured.files if captured else (),
            made=now,
        )
        audit.append(session, sign_in.user, "report_exported", now, f"案件 {case_id} {title}")
        content = made(told)
    return attached(content, DOCX, f"{title}（案件 {case_id}）.docx")


@router.get("/{case_id}/attachments/{attachment_id}")
def attachment(app: App, sign_in: CaseReader, case_id: RecordId, attachment_id: RecordId) -> Response:
    """A document that an office added to a transfer of the case, as a download."""
    with reading(app.engine) as session:
        case = found(review.find_case(session, case_id), sign_in)
        known = [one for transfer in case.transfers for one in transfer.attachments]
        chosen = next((one for one in known if one.id == attachment_id), None)
        if chosen is None:
            raise HTTPException(404)
        return downloads.attachment_download(app.store, chosen)


@router.get("/{case_id}/evidence")
def evidence(app: App, sign_in: CaseReader, now: Now, case_id: RecordId) -> Response:
    """The raw bytes of the page that was judged, as a download."""
    with transaction(app.engine) as session:
        case = found(review.find_case(session, case_id), sign_in)
        download = downloads.Download(actor_of(sign_in.user), now)
        return downloads.as_download(session, app.store, case, download)
