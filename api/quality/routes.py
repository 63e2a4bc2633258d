"""Pages drawn at random, decided without marks; and the resulting figures."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.context import App, AppState, CheckedForm, FigureReader, Now, RecordId, Reviewer, page
from api.figures.routes import FigureQueryParam, presets
from records.cases.quality_checks import CheckRefused, count_waiting, decide_check, take_check
from records.database import reading, transaction
from records.figures.quality_figures import find_quality
from records.local_time import local_day
from records.models import CheckVerdict, QualityCheck, SignIn, User
from records.people.users import list_districts_of
from records.snapshots.images import texts_with_images

router = APIRouter(include_in_schema=False)


@router.get("/quality")
def show(
    request: Request,
    app: App,
    sign_in: Reviewer,
    now: Now,
    done: Annotated[bool, Query()] = False,
) -> HTMLResponse:
    """The next page to be decided: its words alone, without any findings."""
    return _page(request, app, sign_in, now, done=done)


@router.post("/quality/{check_id}", dependencies=[CheckedForm])
def decide(
    request: Request,
    app: App,
    sign_in: Reviewer,
    now: Now,
    check_id: RecordId,
    verdict: Annotated[CheckVerdict, Form()],
    family: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Decide whether a page is unlawful, and by which kinds of misconduct; then show the next."""
    known = [one for one in family or [] if one in app.lists.rules().families]
    if verdict is CheckVerdict.UNLAWFUL and not known:
        return _page(request, app, sign_in, now, 422, fault="认为违法的，请至少选择一种违法情形")
    try:
        with transaction(app.engine) as session:
            by, check = session.get_one(User, sign_in.user_id), session.get(QualityCheck, check_id)
            text = _text(app, check) if check else ""
            decide_check(session, check_id, verdict, known, text, by=by, now=now)
    except CheckRefused as refused:
        return _page(request, app, sign_in, now, 409, fault=str(refused))
    return RedirectResponse("/quality?done=true", 303)


@router.get("/figures/quality")
def figures(
    request: Request, app: App, sign_in: FigureReader, now: Now, query: FigureQueryParam
) -> HTMLResponse:
    """How much is missed, and how far people agree, for the whole city: the sample is drawn from all of
    it."""
    with reading(app.engine) as session:
        return page(
            request,
            "quality_figures.html",
            sign_in=sign_in,
            figure_query=query,
            presets=presets(local_day(now)),
            districts=list_districts_of(session, sign_in.user),
            figures=find_quality(session, query.period),
            families=app.lists.rules().family_titles,
        )


def _page(
    request: Request, app: AppState, sign_in: SignIn, now: Now, status: int = 200, **values: object
) -> HTMLResponse:
    with transaction(app.engine) as session:
        user = session.get_one(User, sign_in.user_id)
        check = take_check(session, user, now)
        return page(
            request,
            "quality.html",
            status,
            sign_in,
            check=check,
            text=_text(app, check) if check else "",
            waiting=count_waiting(session, user),
            families=app.lists.rules().family_titles,
            **{"fault": "", "done": False, **values},
        )


def _text(app: AppState, check: QualityCheck) -> str:
    """The page's words as they were judged."""
    if check.judgement.page_text:
        return check.judgement.page_text
    with reading(app.engine) as session:
        snapshot = session.merge(check.judgement.snapshot, load=False)
        (found,) = texts_with_images(session, app.store, [snapshot])
    return found.text if found else ""
