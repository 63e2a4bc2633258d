"""The thresholds of the learned wording: their precision and recall on decided cases, and a draft of others."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated

import yaml
from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.context import Analyst, App, AppState, CheckedForm, ListReader, Now, page
from api.lists.trials import begin
from classifiers.lists.rules import THRESHOLDS
from records.database import reading, transaction
from records.figures.threshold_figures import list_threshold_tables
from records.lists import drafts
from records.lists.drafts import DraftRefused
from records.lists.yaml_edits import NotEditable, composed, value_of, with_values
from records.models import ListDraft, SourceKind, User

router = APIRouter(prefix="/lists/thresholds", include_in_schema=False)

TITLES = {
    "suspects": "没有词条命中，凭违法程度列入研判",
    "spares": "有词条命中，凭违法程度排除",
}
_SETTINGS = {
    "suspects": "没有词条命中时，违法程度不低于此值即列入研判",
    "spares": "有词条命中时，违法程度低于此值即排除",
}
_DAYS = 180
Share = Annotated[float, Form(ge=0.01, le=0.99)]


@router.get("")
def show(
    request: Request,
    app: App,
    sign_in: ListReader,
    now: Now,
    days: Annotated[int, Query(ge=1, le=3650)] = _DAYS,
) -> HTMLResponse:
    """Precision and recall at each threshold, by the decisions of the last days."""
    with reading(app.engine) as session:
        tables = list_threshold_tables(session, now - timedelta(days=days))
    return page(
        request,
        "list_thresholds.html",
        sign_in=sign_in,
        tables=tables,
        titles=TITLES,
        settings=_SETTINGS,
        days=days,
        in_force=app.lists.rules().thresholds,
        sources=list(SourceKind),
    )


@router.post("", dependencies=[CheckedForm])
def draft_thresholds(
    app: App,
    sign_in: Analyst,
    now: Now,
    site_suspects: Share,
    site_spares: Share,
    account_suspects: Share,
    account_spares: Share,
    reason: Annotated[str, Form(max_length=500)] = "",
) -> RedirectResponse:
    """Draft other thresholds and try them over all stored pages at once; they come into force as the draft does."""
    wanted = {
        "site": {"spares": site_spares, "suspects": site_suspects},
        "account": {"spares": account_spares, "suspects": account_suspects},
    }
    with transaction(app.engine) as session:
        rules = app.lists.published(session, now)
        if wanted == {source: asdict(one) for source, one in rules.thresholds.items()}:
            raise DraftRefused("门槛没有改动，请至少改一个数")
        author = session.get_one(User, sign_in.user_id)
        draft = drafts.begin_draft(session, author, reason, rules.version, now)
        text = _with_thresholds(app, draft, wanted)
        drafts.save_file(session, app.lists.folders, draft, THRESHOLDS, text.encode(), author, now)
        draft_id = draft.id
    trial_id = begin(app, draft_id, sign_in.user_id, None, now)
    return RedirectResponse(f"/lists/trials/{trial_id}", 303)


def _with_thresholds(app: AppState, draft: ListDraft, wanted: Mapping[str, Mapping[str, float]]) -> str:
    """The draft's file with the wanted thresholds; lists of before have none. Raises DraftRefused."""
    content = drafts.draft_file(app.lists.folders, draft, THRESHOLDS)
    if content is None:
        return yaml.safe_dump({"thresholds": wanted}, sort_keys=False)
    try:
        text = content.decode("utf-8")
        return with_values(text, value_of(composed(text), "thresholds"), wanted)
    except (NotEditable, UnicodeDecodeError) as fault:
        raise DraftRefused(f"{THRESHOLDS} 无法修改，请直接改 YAML：{fault}") from None
