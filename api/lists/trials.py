"""Trials of drafts: begun in the background, watched, cancelled, their differences page by page."""

import threading
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.orm import Session

from api.cases.highlight import Mark, lines
from api.context import Analyst, App, AppState, CheckedForm, ListReader, RecordId, page
from api.lists.draft_files import draft_or_404
from classifiers.lists.faults import ListsRefused
from classifiers.lists.rules import load_rules
from records.cases.flagging import find_latest_cases
from records.database import reading, transaction
from records.lists import trials
from records.lists.drafts import DraftRefused, whole
from records.lists.in_force import keep_files
from records.lists.trial_run import run_trial
from records.models import ListTrial, TrialState, User
from records.people.permissions import is_in_district
from records.snapshots.images import texts_with_images
from records.workflow import actor_of

router = APIRouter(prefix="/lists/trials", include_in_schema=False)

PAGE_SIZE = 50


def begin(app: AppState, draft_id: int, user_id: int, sample: int | None, now: datetime) -> int:
    """Begin a trial of the draft as it stands, in a thread of its own; its id. Raises DraftRefused."""
    lists = app.lists.folders
    with transaction(app.engine) as session:
        draft = draft_or_404(session, draft_id)
        if any(one.state is TrialState.RUNNING for one in trials.list_trials(session, draft_id, now)):
            raise DraftRefused("这份草稿正在试运行")
        with whole(lists, draft) as folder:
            try:
                version = load_rules(folder).version
            except ListsRefused as refused:
                raise DraftRefused(f"关键词表有误，改正后才能试运行：\n{refused}") from None
            keep_files(folder, lists.kept, version)
        pages = trials.pages_to_try(session, sample, seed=draft_id)
        actor = str(actor_of(session.get_one(User, user_id)))
        versions = (draft.base_version, version)
        trial_id = trials.begin_trial(session, draft_id, versions, pages, actor, now, sample).id
    work = (app.engine, app.store, lists, trial_id, pages)
    threading.Thread(target=run_trial, args=work, name=f"trial-{trial_id}", daemon=True).start()
    return trial_id


@router.get("/{trial_id}")
def show(
    request: Request,
    app: App,
    sign_in: ListReader,
    trial_id: RecordId,
    kind: Annotated[str, Query(max_length=10)] = "",
    after: Annotated[int, Query(ge=0, le=2**53 - 1)] = 0,
) -> HTMLResponse:
    """A trial: its progress, its results, and every page that would be judged differently."""
    with reading(app.engine) as session:
        trial = _trial(session, trial_id)
        found = trials.list_differences(session, trial_id, kind, PAGE_SIZE + 1, after, sign_in.user.district)
        cases = find_latest_cases(session, [row.snapshot.page_id for row in found])
    figures = trial.figures if trial.state is not TrialState.RUNNING else None
    return page(
        request,
        "list_trial.html",
        sign_in=sign_in,
        trial=trial,
        kind=kind,
        kinds=trials.KINDS,
        differences=found[:PAGE_SIZE],
        cases=cases,
        more=found[PAGE_SIZE - 1].id if len(found) > PAGE_SIZE else None,
        before=trials.precision(figures, "before") if figures else None,
        after=trials.precision(figures, "after") if figures else None,
    )


@router.get("/{trial_id}/pages/{snapshot_id}")
def show_page(
    request: Request, app: App, sign_in: ListReader, trial_id: RecordId, snapshot_id: RecordId
) -> HTMLResponse:
    """A page that is judged differently: its text, with the vanishing and the new findings."""
    with reading(app.engine) as session:
        row = trials.find_difference(session, trial_id, snapshot_id)
        if row is None or not is_in_district(sign_in.user, row.snapshot.page.source.institution):
            raise HTTPException(404)
        (text,) = texts_with_images(session, app.store, [row.snapshot])
        marks = [
            Mark(**{key: one[key] for key in ("start", "end", "severity")}) for one in row.before + row.after
        ]
        return page(
            request,
            "list_trial_page.html",
            sign_in=sign_in,
            row=row,
            kinds=trials.KINDS,
            lines=lines(text.text if text else "", marks),
        )


@router.get("/{trial_id}/progress")
def progress(app: App, _: ListReader, trial_id: RecordId) -> dict[str, object]:
    """The progress of a trial."""
    with reading(app.engine) as session:
        trial = _trial(session, trial_id)
        return {"state": trial.state.value, "judged": trial.judged, "pages": trial.pages}


@router.post("/{trial_id}/cancel", dependencies=[CheckedForm])
def cancel(app: App, _: Analyst, trial_id: RecordId) -> RedirectResponse:
    """Cancel a trial; it ends with the pages that are being judged."""
    with transaction(app.engine) as session:
        trial = _trial(session, trial_id)
        if trial.state is TrialState.RUNNING:
            trial.state = TrialState.CANCELLED
    return RedirectResponse(f"/lists/trials/{trial_id}", 303)


def _trial(session: Session, trial_id: int) -> ListTrial:
    trial = trials.find_trial(session, trial_id)
    if trial is None:
        raise HTTPException(404)
    return trial
