"""Letters to offices: issued, downloaded in each form, and their filled-in lists taken back."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.attached import DOCX, XLSX, attached
from api.context import App, AppState, CheckedForm, Now, RecordId, Reviewer, UploadedTable, page
from api.errors import NotAllowed
from records.database import reading, transaction
from records.local_time import local_day
from records.models import Office, SignIn, User
from records.reference.disposals import list_measures
from records.transfers import letters
from reports.transfer_letter import (
    TITLE,
    Sender,
    letter_docx,
    letter_pdf,
    letter_text,
    letter_workbook,
    text_of,
)

router = APIRouter(prefix="/letters", include_in_schema=False)

_KINDS = {
    "docx": DOCX,
    "xlsx": XLSX,
    "pdf": "application/pdf",
}


def writer(sign_in: Reviewer) -> SignIn:
    """A reviewer of the whole city: a letter lists the cases of all districts. Raises NotAllowed."""
    if sign_in.user.district:
        raise NotAllowed(f"移送函含全部辖区的案件，您限于{sign_in.user.district}")
    return sign_in


Writer = Annotated[SignIn, Depends(writer)]


@router.get("")
def show(request: Request, app: App, sign_in: Writer) -> HTMLResponse:
    """The offices with open transfers, and the letters so far."""
    with reading(app.engine) as session:
        return page(
            request,
            "letters.html",
            sign_in=sign_in,
            waiting=letters.list_waiting(session),
            letters=letters.list_letters(session),
        )


@router.get("/new/{office_id}")
def preview(request: Request, app: App, sign_in: Writer, now: Now, office_id: RecordId) -> HTMLResponse:
    """The letter as it would go out to an office, and the transfers to choose from."""
    with reading(app.engine) as session:
        office = session.get(Office, office_id)
        if office is None:
            raise HTTPException(404)
        waiting = letters.list_unwritten(session, office_id)
        sender = _sender(app)
        number = f"{sender.code}〔{local_day(now).year}〕　号"
        text = text_of(waiting, office.name, sender, number, now) if waiting else None
        return page(
            request, "letter_preview.html", sign_in=sign_in, office=office, waiting=waiting, text=text
        )


@router.post("", dependencies=[CheckedForm])
def issue(
    app: App,
    sign_in: Writer,
    now: Now,
    office: Annotated[int, Form(ge=1, le=2**31 - 1)],
    transfer: Annotated[list[int] | None, Form()] = None,
) -> RedirectResponse:
    """Issue a letter with the chosen ones of an office's open transfers that are on no letter, or all of
    them."""
    with transaction(app.engine) as session:
        letters.issue_letter(session, office, session.get_one(User, sign_in.user_id), now, transfer)
    return RedirectResponse("/letters", 303)


@router.get("/{letter_id}/letter.{kind}")
def download(app: App, _: Writer, letter_id: RecordId, kind: str) -> Response:
    """The letter as a document, for printing, or its list as a workbook."""
    with reading(app.engine) as session:
        found = letters.find_letter(session, letter_id)
        if found is None or kind not in _KINDS:
            raise HTTPException(404)
        text = letter_text(found, _sender(app))
        measures = [row.words for row in list_measures(session, found.office.kind)]
        if kind == "docx":
            content = letter_docx(text, found)
        elif kind == "xlsx":
            content = letter_workbook(text, found, measures)
        else:
            content = letter_pdf(text)
    title = "线索清单" if kind == "xlsx" else TITLE
    return attached(content, _KINDS[kind], f"{title}（{found.office.name}，{text.number}）.{kind}")


@router.post("/answers", dependencies=[CheckedForm])
def take_answers(
    request: Request,
    app: App,
    sign_in: Writer,
    now: Now,
    office: Annotated[int, Form(ge=1, le=2**53 - 1)],
    file: UploadedTable,
) -> HTMLResponse:
    """Read an office's filled-in list; shows the results, and the rows that could not be read."""
    after = timedelta(hours=app.settings.recheck_after_hours)
    with transaction(app.engine) as session:
        by = session.get_one(User, sign_in.user_id)
        result = letters.take_answers(session, file, office, by, now, after)
    return page(request, "letter_answers.html", sign_in=sign_in, result=result)


def _sender(app: AppState) -> Sender:
    return Sender(app.settings.commission_name, app.settings.letter_code, app.settings.letter_contact)
