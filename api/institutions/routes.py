"""An institution: its identity, its findings, its demerits, its credit lists, and its record as a document."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session

from api.attached import DOCX, attached
from api.context import (
    App,
    AppState,
    CheckedForm,
    FigureReader,
    Now,
    RecordId,
    Reviewer,
    Sanctioner,
    TypedDay,
    UploadedTable,
    page,
)
from records import audit
from records.cases.review_queue import QueueFilter
from records.cases.stages import STAGES
from records.database import reading, transaction
from records.figures.institution_history import InstitutionHistory, find_institution_history, with_year
from records.local_time import local_day
from records.models import Institution, ListingKind, SignIn, User
from records.people.permissions import is_in_district
from records.sanctions.corrections import LedgerRefused, list_corrections, take_ledger
from records.sanctions.demerits import NewDemerit, impose, strike
from records.sanctions.listings import NewListing, list_listings, propose
from records.sanctions.typed import SanctionRefused
from records.sheets.table import RowFault
from reports.institution_record import institution_record

router = APIRouter(prefix="/institutions/{institution_id}", include_in_schema=False)


@dataclass(frozen=True)
class _Refused:
    """A form that could not be taken, as it was typed: at which field, and why."""

    form: str
    field: str
    words: str
    typed: NewDemerit | NewListing | str
    faults: Sequence[RowFault] = ()


def typed_demerit(
    case: Annotated[str, Form(max_length=20)] = "",
    words: Annotated[str, Form(max_length=200)] = "",
    points: Annotated[str, Form(max_length=20)] = "",
    imposed_on: Annotated[TypedDay | None, Form()] = None,
    document_number: Annotated[str, Form(max_length=80)] = "",
    reason: Annotated[str, Form(max_length=2000)] = "",
) -> NewDemerit:
    """Demerits as the form sends them."""
    return NewDemerit(case, words, points, imposed_on, document_number, reason)


def typed_listing(
    kind: Annotated[ListingKind, Form()],
    reason: Annotated[str, Form(max_length=2000)] = "",
    basis: Annotated[str, Form(max_length=200)] = "",
    case: Annotated[str, Form(max_length=20)] = "",
) -> NewListing:
    """A proposal as the form sends it."""
    return NewListing(kind, reason, basis, case)


TypedListing = Annotated[NewListing, Depends(typed_listing)]
TypedDemerit = Annotated[NewDemerit, Depends(typed_demerit)]


@router.get("")
def show(
    request: Request, app: App, sign_in: FigureReader, now: Now, institution_id: RecordId
) -> HTMLResponse:
    """An institution: its identity, certificates, sites and accounts, its findings and its demerits."""
    return _page(request, app, sign_in, institution_id, now)


@router.get("/record.docx")
def record(app: App, sign_in: FigureReader, now: Now, institution_id: RecordId) -> Response:
    """An institution's record, for its licence's renewal."""
    with transaction(app.engine) as session:
        history = _history(session, app, sign_in, institution_id, now)
        audit.append(session, sign_in.user, "report_exported", now, f"机构记录 {history.institution.name}")
        content = institution_record(history, now)
    return attached(content, DOCX, f"{history.institution.name}医疗广告记录.docx")


@router.post("/demerits", dependencies=[CheckedForm])
def add_demerit(
    request: Request, app: App, sign_in: Sanctioner, now: Now, institution_id: RecordId, new: TypedDemerit
) -> Response:
    """Impose demerits for a case. A refused form comes back as it was typed."""
    try:
        with _changed(app, sign_in, institution_id) as (session, owner, by):
            impose(session, owner, new, by=by, now=now)
    except SanctionRefused as refused:
        fault = _Refused("impose", refused.field, str(refused), new)
        return _page(request, app, sign_in, institution_id, now, fault)
    return RedirectResponse(f"/institutions/{institution_id}?done=imposed#demerits", 303)


@router.post("/demerits/{demerit_id}/strike", dependencies=[CheckedForm])
def strike_demerit(
    request: Request,
    app: App,
    sign_in: Sanctioner,
    now: Now,
    institution_id: RecordId,
    demerit_id: RecordId,
    reason: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Strike demerits off, with a reason."""
    try:
        with _changed(app, sign_in, institution_id) as (session, owner, by):
            strike(session, owner, demerit_id, reason, by=by, now=now)
    except SanctionRefused as refused:
        fault = _Refused(f"strike-{demerit_id}", refused.field, str(refused), reason)
        return _page(request, app, sign_in, institution_id, now, fault)
    return RedirectResponse(f"/institutions/{institution_id}?done=struck#demerits", 303)


@router.post("/listings", dependencies=[CheckedForm])
def propose_listing(
    request: Request, app: App, sign_in: Reviewer, now: Now, institution_id: RecordId, new: TypedListing
) -> Response:
    """Propose the institution for a credit list. A refused form comes back as it was typed."""
    try:
        with _changed(app, sign_in, institution_id) as (session, owner, by):
            propose(session, owner, new, by=by, now=now)
    except SanctionRefused as refused:
        fault = _Refused("propose", refused.field, str(refused), new)
        return _page(request, app, sign_in, institution_id, now, fault)
    return RedirectResponse(f"/institutions/{institution_id}?done=proposed#listings", 303)


@router.post("/corrections", dependencies=[CheckedForm])
def take_corrections(
    request: Request, app: App, sign_in: Reviewer, now: Now, institution_id: RecordId, file: UploadedTable
) -> Response:
    """Take the institution's ledger of corrections; with faults nothing is taken, and each is named."""
    try:
        with _changed(app, sign_in, institution_id) as (session, owner, by):
            take_ledger(session, owner, file, by=by, now=now)
    except LedgerRefused as refused:
        fault = _Refused("corrections", "upload", str(refused), "", refused.faults)
        return _page(request, app, sign_in, institution_id, now, fault)
    return RedirectResponse(f"/institutions/{institution_id}?done=corrected#corrections", 303)


@contextmanager
def _changed(
    app: AppState, sign_in: SignIn, institution_id: int
) -> Iterator[tuple[Session, Institution, User]]:
    """A transaction in which a user changes what an institution is charged with. Raises HTTPException 404."""
    with transaction(app.engine) as session:
        owner = session.get(Institution, institution_id)
        if owner is None or not is_in_district(sign_in.user, owner):
            raise HTTPException(404)
        yield session, owner, session.get_one(User, sign_in.user_id)


def _page(
    request: Request,
    app: AppState,
    sign_in: SignIn,
    institution_id: int,
    now: datetime,
    refused: _Refused | None = None,
) -> HTMLResponse:
    with reading(app.engine) as session:
        history = _history(session, app, sign_in, institution_id, now)
        return page(
            request,
            "institution.html",
            422 if refused else 200,
            sign_in=sign_in,
            history=history,
            stages=STAGES,
            address=lambda wanted, state: f"/cases?{QueueFilter(**{**wanted, 'state': state}).address()}",
            refused=refused,
            typed=refused.typed if refused and refused.form == "impose" else _empty(now),
            proposed=refused.typed if refused and refused.form == "propose" else None,
            today=local_day(now),
            listings=list_listings(session, institution_id=institution_id),
            listing_kinds=list(ListingKind),
            corrections=list_corrections(session, history.institution),
            done=_DONE.get(request.query_params.get("done", ""), ""),
        )


_DONE = {
    "imposed": "已记分。",
    "struck": "已撤销。",
    "proposed": "已提请，等另一人批准。",
    "corrected": "已收下。",
}


def _empty(now: datetime) -> NewDemerit:
    today: date = local_day(now)
    return NewDemerit("", "", "", today, "", "")


def _history(
    session: Session, app: AppState, sign_in: SignIn, institution_id: int, now: datetime
) -> InstitutionHistory:
    found = find_institution_history(session, institution_id)
    if found is None or not is_in_district(sign_in.user, found.institution):
        raise HTTPException(404)
    begins = app.settings.scoring_year_begins
    return with_year(session, found, app.lists.rules().family_titles, begins, now)
