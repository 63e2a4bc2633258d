"""A rule in a form, next to the YAML: it is checked and its examples run before it is saved; and the pages that a term
would find, before it is saved."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated, Any

import yaml
from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import FormData

from api.context import Analyst, App, AppState, CheckedForm, ListReader, Now, RecordId, UploadedTable, page
from api.lists.draft_files import draft_or_404, draft_text
from api.lists.rule_form import MEDIA_LABELS, STATUS_LABELS, cite_key, rule_of_form
from classifiers.examples import failing_examples_of
from classifiers.lists.faults import ListFault, ListsRefused
from classifiers.lists.references import with_words, words_of_groups
from classifiers.lists.rules import load_rules
from classifiers.matching.terms import TermFault
from records.database import reading, transaction
from records.lists import drafts
from records.lists.rule_edits import NEW, RuleRefused, add_rule, count_above, find_rule, save_rule
from records.lists.term_hits import find_term_pages
from records.lists.term_import import take_terms
from records.local_time import local_day
from records.models import DraftState, ListDraft, SignIn, User

router = APIRouter(prefix="/lists/drafts/{draft_id}", include_in_schema=False)


async def _typed_form(request: Request) -> FormData:
    return await request.form()


# A form with fields of its own, read here: the routes that take it compile lists, and so are not coroutines.
Typed = Annotated[FormData, Depends(_typed_form)]
_LACKING = "缺少字段："
_MOST_TERMS, _LONGEST = 20, 20_000


@router.get("/rules/{file}/{rule_id}")
def show_rule(
    request: Request, app: App, sign_in: ListReader, draft_id: RecordId, file: str, rule_id: str
) -> HTMLResponse:
    """A rule of the draft in a form; `new` for one that does not exist yet."""
    with reading(app.engine) as session:
        draft = draft_or_404(session, draft_id)
        text = _text(app, draft, file)
    found = (
        find_rule(text, rule_id) if rule_id != NEW else {"status": "draft", "severity": "medium", "terms": []}
    )
    if found is None:
        raise HTTPException(404)
    return _page(request, app, sign_in, draft, file, rule_id, found)


@router.post("/rules/{file}/{rule_id}", dependencies=[CheckedForm])
def save(
    request: Request,
    app: App,
    sign_in: Analyst,
    now: Now,
    form: Typed,
    draft_id: RecordId,
    file: str,
    rule_id: str,
) -> Response:
    """Save the rule in the draft's file. With a fault nothing is saved, and the form shows each fault at its field."""
    typed, new_id = rule_of_form(form), str(form.get("id", "")).strip()
    version = str(form.get("version", ""))
    try:
        with transaction(app.engine) as session:
            draft, author = draft_or_404(session, draft_id), session.get_one(User, sign_in.user_id)
            text = _text(app, draft, file)
            changed = add_rule(text, new_id, typed) if rule_id == NEW else save_rule(text, rule_id, typed)
            name = new_id if rule_id == NEW else rule_id
            if faults := _faults_of(app, draft, file, changed, name):
                return _page(request, app, sign_in, draft, file, rule_id, typed, faults, new_id)
            row_version = int(version) if version.isdecimal() else None
            drafts.save_file(
                session, app.lists.folders, draft, file, changed.encode(), author, now, version=row_version
            )
    except RuleRefused as refused:
        with reading(app.engine) as session:
            draft, faults = draft_or_404(session, draft_id), {"id": [str(refused)]}
            return _page(request, app, sign_in, draft, file, rule_id, typed, faults, new_id)
    return RedirectResponse(f"/lists/drafts/{draft_id}/rules/{file}/{name}?saved=1", 303)


@router.post("/rules/{file}/{rule_id}/check", dependencies=[CheckedForm])
def check(
    app: App, _: Analyst, now: Now, form: Typed, draft_id: RecordId, file: str, rule_id: str
) -> dict[str, object]:
    """The faults of the rule as it is typed, by field, and the examples that fail, as if it were in force."""
    typed, name = rule_of_form(form), str(form.get("id", "")).strip() if rule_id == NEW else rule_id
    with reading(app.engine) as session:
        draft = draft_or_404(session, draft_id)
        text = _text(app, draft, file)
        try:
            typed["status"] = "live"
            changed = add_rule(text, name, typed) if rule_id == NEW else save_rule(text, name, typed)
        except RuleRefused as refused:
            return {"faults": {"id": [str(refused)]}, "examples": []}
        if faults := _faults_of(app, draft, file, changed, name):
            return {"faults": faults, "examples": []}
        with drafts.whole(app.lists.folders, draft, {file: changed.encode()}) as folder:
            rules = load_rules(folder)
    failing = list(failing_examples_of(rules, rules.by_id[name], local_day(now)))
    return {"faults": {}, "examples": [{"text": one.text, "reason": one.reason} for one in failing]}


@router.post("/term-hits", dependencies=[CheckedForm])
def term_hits(
    app: App,
    sign_in: Analyst,
    draft_id: RecordId,
    term: Annotated[str, Form(max_length=_LONGEST)] = "",
) -> dict[str, Any]:
    """What terms (one a line) would find in the stored pages."""
    terms = [line for one in term.splitlines() if (line := one.strip())][:_MOST_TERMS]
    if not terms:
        return {"fault": "请先写词条"}
    with reading(app.engine) as session:
        draft = draft_or_404(session, draft_id)
        words = _text(app, draft, "words.yaml")
        try:
            groups = words_of_groups(yaml.load(words, yaml.CSafeLoader))
            found = find_term_pages(
                session, app.store, [with_words(one, groups) for one in terms], sign_in.user
            )
        except TermFault as fault:
            return {"fault": str(fault)}
        except (yaml.YAMLError, KeyError, TypeError):
            return {"fault": "草稿的 words.yaml 有误，请先改正"}
    return asdict(found)


@router.post("/terms/import", dependencies=[CheckedForm])
def import_terms(
    app: App, sign_in: Analyst, now: Now, draft_id: RecordId, file: UploadedTable
) -> RedirectResponse:
    """Take the terms of a spreadsheet into the draft."""
    rules = {rule.id: rule for rule in app.lists.rules().rules}
    with transaction(app.engine) as session:
        draft, author = draft_or_404(session, draft_id), session.get_one(User, sign_in.user_id)
        taken = take_terms(file, rules, lambda name: _text(app, draft, name))
        for name, text in taken.texts.items():
            drafts.save_file(session, app.lists.folders, draft, name, text.encode(), author, now)
    return RedirectResponse(f"/lists/drafts/{draft_id}?added={taken.added}&removed={taken.removed}", 303)


def _page(
    request: Request,
    app: AppState,
    sign_in: SignIn,
    draft: ListDraft,
    file: str,
    rule_id: str,
    rule: dict[str, Any],
    faults: dict[str, list[str]] | None = None,
    new_id: str = "",
) -> HTMLResponse:
    rules = app.lists.rules()
    cited = [cite_key(one) for one in rule.get("law", ())]
    articles = {cite_key(one.article): str(one.article) for law in rules.laws for one in law.provisions}
    return page(
        request,
        "list_rule.html",
        422 if faults else 200,
        sign_in=sign_in,
        draft=draft,
        file=file,
        rule_id=rule_id,
        new_id=new_id,
        rule=rule,
        faults=faults or {},
        cited=[*cited, *([""] * (3 if not cited else 2))],
        articles=articles,
        contexts=rules.contexts.values(),
        statuses=STATUS_LABELS,
        media=MEDIA_LABELS,
        can_save=draft.state is DraftState.EDITING,
        saved="saved" in request.query_params,
    )


def _faults_of(app: AppState, draft: ListDraft, file: str, text: str, rule_id: str) -> dict[str, list[str]]:
    """The faults of the draft with this text, by the form's field; those elsewhere under ""."""
    with drafts.whole(app.lists.folders, draft, {file: text.encode()}) as folder:
        try:
            load_rules(folder)
        except ListsRefused as refused:
            found = refused.faults
        else:
            return {}
    here = f"rules.{count_above(text, rule_id) + 1}"
    faults: dict[str, list[str]] = {}
    for fault in found:
        for field, words in _by_field(fault, file, here):
            faults.setdefault(field, []).append(words)
    return faults


def _by_field(fault: ListFault, file: str, here: str) -> Iterator[tuple[str, str]]:
    """The form's fields that a fault is about, with its words; "" for one elsewhere in the lists."""
    if fault.file != file or (fault.field != here and not fault.field.startswith(f"{here}.")):
        yield "", f"{fault.file} 第 {fault.line} 行 {fault.field}：{fault.reason}"
        return
    field, _, place = fault.field.removeprefix(here).strip(".").partition(".")
    if field == "examples" and place:
        field, _, place = place.partition(".")
    if fault.reason.startswith(_LACKING):
        yield from ((name, "没有填写") for name in fault.reason.removeprefix(_LACKING).split("、"))
    else:
        yield field, f"第 {place} 条：{fault.reason}" if place.isdecimal() else fault.reason


def _text(app: AppState, draft: ListDraft, name: str) -> str:
    """The text of a file with rules, or with the words that they share. Raises 404 and DraftRefused."""
    if not name.endswith(".yaml"):
        raise HTTPException(404)
    return draft_text(app, draft, name)
