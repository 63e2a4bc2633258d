"""The keyword lists for analysts: the version in force, statistics of each term, drafts up to their
publication, history and rollback."""

import io
import zipfile
from typing import Annotated

from fastapi import APIRouter, File, Form, HTTPException, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session

from api.context import Analyst, App, AppState, CheckedForm, ListReader, Now, RecordId, page
from api.lists.draft_files import draft_or_404, draft_text
from api.lists.trials import begin
from records.cases.review_queue import QueueFilter
from records.database import reading, transaction
from records.lists import drafts, publications, rejudgings, trials
from records.lists.in_force import list_files
from records.lists.reasons_by_rule import ReasonCount, list_reasons_by_rule
from records.lists.rule_edits import RuleRefused, list_rules
from records.lists.term_edits import add_term, remove_term
from records.lists.term_statistics import list_term_statistics, suggest_terms
from records.models import DraftState, ListDraft, Rejudging, User
from records.workflow import actor_of

router = APIRouter(prefix="/lists", include_in_schema=False)


@router.get("")
def show(request: Request, app: App, sign_in: ListReader, now: Now) -> HTMLResponse:
    """The version in force: families, rules and terms with their statistics; drafts; history."""
    with transaction(app.engine) as session:
        rules = app.lists.published(session, now)
        records = list_term_statistics(session, now)
        return page(
            request,
            "lists.html",
            sign_in=sign_in,
            rules=rules,
            files={name: f"{name}.yaml" for name in rules.families},
            records=records,
            drafts=drafts.list_drafts(session),
            publications=publications.list_publications(session),
            rejudgings=rejudgings.list_rejudgings(session),
        )


@router.get("/terms")
def terms(request: Request, app: App, sign_in: ListReader, now: Now) -> HTMLResponse:
    """Terms by their outcomes: those that only produce dismissals first; and words that no list has."""
    rules = app.lists.rules()
    with reading(app.engine) as session:
        records = list_term_statistics(session, now)
        suggested = suggest_terms(session, app.store, rules)
    shown = sorted(
        records.values(),
        key=lambda one: (not one.only_dismissed, -one.dismissed, -one.hits, one.rule, one.term),
    )
    titles = {rule.id: rule.title for rule in rules.rules}
    return page(
        request, "list_terms.html", sign_in=sign_in, records=shown, titles=titles, suggested=suggested
    )


@router.get("/reasons")
def reasons(request: Request, app: App, sign_in: ListReader) -> HTMLResponse:
    """Why reviewers dismissed what each rule found, each number with its cases."""
    with reading(app.engine) as session:
        rows = list_reasons_by_rule(session)
    titles = {rule.id: rule.title for rule in app.lists.rules().rules}

    def address(one: ReasonCount) -> str:
        return QueueFilter(state="dismissed", rule=one.rule, reason=one.reason).address()

    return page(request, "list_reasons.html", sign_in=sign_in, rows=rows, titles=titles, address=address)


@router.get("/export.zip")
def export(app: App, _: ListReader) -> Response:
    """The lists in force as files."""
    return _zipped(list_files(app.lists.folders.folder), f"lists-{app.lists.rules().version[:12]}.zip")


@router.post("/drafts", dependencies=[CheckedForm])
def begin_draft(
    app: App, sign_in: Analyst, now: Now, reason: Annotated[str, Form(max_length=500)] = ""
) -> RedirectResponse:
    """Begin a draft of the lists in force."""
    with transaction(app.engine) as session:
        rules = app.lists.published(session, now)
        author = session.get_one(User, sign_in.user_id)
        draft = drafts.begin_draft(session, author, reason, rules.version, now)
    return RedirectResponse(f"/lists/drafts/{draft.id}", 303)


@router.get("/drafts/{draft_id}")
def show_draft(request: Request, app: App, sign_in: ListReader, now: Now, draft_id: RecordId) -> HTMLResponse:
    """A draft: its changes, its faults, its trials, and its publication."""
    with transaction(app.engine) as session:
        draft = draft_or_404(session, draft_id)
        return page(
            request,
            "list_draft.html",
            sign_in=sign_in,
            draft=draft,
            is_open=draft.state is DraftState.EDITING,
            is_behind=draft.base_version != app.lists.rules().version,
            changes=drafts.changes(app.lists.folders, draft),
            faults=drafts.faults_of(app.lists.folders, draft),
            names=[name for name in list_files(app.lists.folders.of(draft.base_version)) if _is_edited(name)],
            rules=[rule for rule in app.lists.rules().rules if rule.terms],
            rule_forms=app.lists.rules().rules,
            added=_count(request, "added"),
            removed=_count(request, "removed"),
            trials=trials.list_trials(session, draft_id, now),
        )


@router.get("/drafts/{draft_id}/export.zip")
def export_draft(app: App, _: ListReader, draft_id: RecordId) -> Response:
    """The lists as the draft makes them, as files."""
    with reading(app.engine) as session:
        draft = draft_or_404(session, draft_id)
        with drafts.whole(app.lists.folders, draft) as folder:
            return _zipped(list_files(folder), f"lists-draft-{draft_id}.zip")


@router.get("/drafts/{draft_id}/files/{name}")
def edit(request: Request, app: App, sign_in: ListReader, draft_id: RecordId, name: str) -> HTMLResponse:
    """A file of a draft in an editor."""
    with reading(app.engine) as session:
        draft = draft_or_404(session, draft_id)
        text = draft_text(app, draft, name)
        return page(
            request,
            "list_file.html",
            sign_in=sign_in,
            draft=draft,
            file=name,
            text=text,
            rules=_rules_of(text),
            faults=[fault for fault in drafts.faults_of(app.lists.folders, draft) if fault.file == name],
        )


@router.post("/drafts/{draft_id}/files/{name}", dependencies=[CheckedForm])
def save(
    app: App,
    sign_in: Analyst,
    now: Now,
    draft_id: RecordId,
    name: str,
    version: Annotated[int, Form()],
    text: Annotated[str, Form()] = "",
) -> RedirectResponse:
    """Keep a file as edited, even with faults, which the draft's page names."""
    with transaction(app.engine) as session:
        draft, author = draft_or_404(session, draft_id), session.get_one(User, sign_in.user_id)
        content = _as_bytes(app, draft, name, text)
        drafts.save_file(session, app.lists.folders, draft, name, content, author, now, version=version)
    return RedirectResponse(f"/lists/drafts/{draft_id}", 303)


@router.post("/drafts/{draft_id}/check/{name}", dependencies=[CheckedForm])
def check(
    app: App, _: Analyst, draft_id: RecordId, name: str, text: Annotated[str, Form()] = ""
) -> dict[str, list[dict[str, object]]]:
    """The faults of the lists with this file: requested while it is being typed."""
    with reading(app.engine) as session:
        draft = draft_or_404(session, draft_id)
        changed = {name: _as_bytes(app, draft, name, text)}
        faults = drafts.faults_of(app.lists.folders, draft, changed)
    found = [{"file": one.file, "line": one.line, "field": one.field, "reason": one.reason} for one in faults]
    return {"faults": found}


@router.post("/drafts/{draft_id}/import", dependencies=[CheckedForm])
def import_file(
    app: App,
    sign_in: Analyst,
    now: Now,
    draft_id: RecordId,
    upload: Annotated[list[UploadFile], File()],
) -> RedirectResponse:
    """Take files into the draft, byte for byte."""
    with transaction(app.engine) as session:
        draft, author = draft_or_404(session, draft_id), session.get_one(User, sign_in.user_id)
        for one in upload:
            content = one.file.read(4_000_000)
            drafts.save_file(session, app.lists.folders, draft, one.filename or "", content, author, now)
    return RedirectResponse(f"/lists/drafts/{draft_id}", 303)


@router.post("/drafts/{draft_id}/terms", dependencies=[CheckedForm])
def change_term(
    app: App,
    sign_in: Analyst,
    now: Now,
    draft_id: RecordId,
    rule: Annotated[str, Form(max_length=80)],
    term: Annotated[str, Form(max_length=2000)],
    action: Annotated[str, Form(pattern="^(add|remove)$")],
) -> RedirectResponse:
    """Add a term to a rule, or take one out; nothing else of the file changes."""
    known = {each.id: each.family for each in app.lists.rules().rules}
    with transaction(app.engine) as session:
        draft, author = draft_or_404(session, draft_id), session.get_one(User, sign_in.user_id)
        name = f"{known.get(rule, '')}.yaml"
        change = add_term if action == "add" else remove_term
        content = change(draft_text(app, draft, name), rule, term).encode()
        drafts.save_file(session, app.lists.folders, draft, name, content, author, now)
    return RedirectResponse(f"/lists/drafts/{draft_id}", 303)


@router.post("/drafts/{draft_id}/trials", dependencies=[CheckedForm])
def try_draft(
    app: App,
    sign_in: Analyst,
    now: Now,
    draft_id: RecordId,
    sample: Annotated[str, Form(pattern=r"^\d{0,7}$")] = "",
) -> RedirectResponse:
    """Run the draft over the stored pages, in the background."""
    trial_id = begin(app, draft_id, sign_in.user_id, int(sample) if sample else None, now)
    return RedirectResponse(f"/lists/trials/{trial_id}", 303)


@router.post("/drafts/{draft_id}/{action}", dependencies=[CheckedForm])
def conclude(app: App, sign_in: Analyst, now: Now, draft_id: RecordId, action: str) -> RedirectResponse:
    """Publish the draft, discard it, resume it, or rebase it on the present lists."""
    lists = app.lists.folders
    with transaction(app.engine) as session:
        draft, user = draft_or_404(session, draft_id), session.get_one(User, sign_in.user_id)
        match action:
            case "publish":
                publications.publish_draft(session, lists, draft, user, now)
            case "discard":
                drafts.discard(session, draft, user, now)
            case "restore":
                drafts.take_up_again(session, draft, user, now)
            case "rebase":
                drafts.rebase(session, lists, draft, app.lists.rules().version, user, now)
            case _:
                raise HTTPException(404)
    return RedirectResponse(f"/lists/drafts/{draft_id}", 303)


@router.get("/versions/{publication_id}")
def show_version(request: Request, app: App, sign_in: ListReader, publication_id: RecordId) -> HTMLResponse:
    """The changes of a publication, and the rollback to it."""
    with reading(app.engine) as session:
        publication = publications.find_publication(session, publication_id)
        if publication is None:
            raise HTTPException(404)
        before, after = publication.previous_version, publication.version
        lists = app.lists.folders
        changes = publications.version_changes(session, lists, before, after) if before else []
    return page(
        request,
        "list_version.html",
        sign_in=sign_in,
        publication=publication,
        changes=changes,
        is_current=after == app.lists.rules().version,
    )


@router.post("/versions/{publication_id}/restore", dependencies=[CheckedForm])
def restore(
    app: App,
    sign_in: Analyst,
    now: Now,
    publication_id: RecordId,
    reason: Annotated[str, Form(max_length=500)] = "",
) -> RedirectResponse:
    """Bring the publication's version back into force."""
    with transaction(app.engine) as session:
        publication = publications.find_publication(session, publication_id)
        if publication is None:
            raise HTTPException(404)
        user = session.get_one(User, sign_in.user_id)
        publications.roll_back(session, app.lists.folders, publication.version, user, reason, now)
    return RedirectResponse("/lists", 303)


@router.get("/rejudgings/{rejudging_id}/progress")
def rejudging_progress(app: App, _: ListReader, rejudging_id: RecordId) -> dict[str, object]:
    """How far the stored pages are judged again."""
    with reading(app.engine) as session:
        found = _rejudging(session, rejudging_id)
        return {"state": found.state.value, "judged": found.judged + found.missing, "pages": found.pages}


@router.post("/rejudgings/{rejudging_id}/cancel", dependencies=[CheckedForm])
def cancel_rejudging(app: App, sign_in: Analyst, now: Now, rejudging_id: RecordId) -> RedirectResponse:
    """Judge no more stored pages by these lists."""
    with transaction(app.engine) as session:
        actor = str(actor_of(session.get_one(User, sign_in.user_id)))
        rejudgings.cancel_rejudging(session, _rejudging(session, rejudging_id), actor, now)
    return RedirectResponse("/lists", 303)


@router.post("/rejudgings", dependencies=[CheckedForm])
def ask_rejudging(app: App, sign_in: Analyst, now: Now) -> RedirectResponse:
    """Have all stored pages judged by the lists in force."""
    with transaction(app.engine) as session:
        actor = str(actor_of(session.get_one(User, sign_in.user_id)))
        rejudgings.ask_rejudging(session, app.lists.published(session, now).version, actor, now)
    return RedirectResponse("/lists", 303)


def _rejudging(session: Session, rejudging_id: int) -> Rejudging:
    found = session.get(Rejudging, rejudging_id)
    if found is None:
        raise HTTPException(404)
    return found


def _count(request: Request, name: str) -> int | None:
    """How many terms an import has changed, as its redirect says."""
    written = request.query_params.get(name, "")
    return int(written) if written.isdecimal() and len(written) < 7 else None


def _rules_of(text: str) -> list[tuple[str, str]]:
    """The rules of a file, by id and title; none of one that cannot be read."""
    try:
        return list_rules(text)
    except RuleRefused:
        return []


def _is_edited(name: str) -> bool:
    """Whether people edit the file: not the format, nor the learned weights."""
    return name.endswith(".yaml")


def _as_bytes(app: AppState, draft: ListDraft, name: str, text: str) -> bytes:
    """The typed text, with the file's own line ends: a browser sends all as CR LF."""
    text = text.replace("\r\n", "\n")
    return (text.replace("\n", "\r\n") if "\r\n" in draft_text(app, draft, name) else text).encode()


def _zipped(files: dict[str, bytes], name: str) -> Response:
    """Files in a ZIP that is the same each time."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for file, content in files.items():
            archive.writestr(zipfile.ZipInfo(file, (1980, 1, 1, 0, 0, 0)), content)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(whole.getvalue(), media_type="application/zip", headers=headers)
