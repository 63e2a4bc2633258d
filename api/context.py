"""The dependencies of every route: the state of the application, the clock, the caller."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

from fastapi import Depends, File, Form, Request, UploadFile
from fastapi import Path as PathValue
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates
from jinja2 import pass_context
from jinja2.runtime import Context
from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError
from sqlalchemy import Engine

from api.errors import FormExpired, NotAllowed, SecondFactorNeeded, SignInNeeded
from api.row_words import mark_sought, telling_words
from classifiers.values import (
    AGREEMENT_LABELS,
    CONTACT_LABELS,
    GRAVEST_FIRST,
    GRAVITY_LABELS,
    KIND_LABELS,
    SEVERITY_LABELS,
)
from crawler.browser.visitors import visitor_of
from records.audit import actor_label
from records.database import reading, transaction
from records.lists.live_rules import LiveRules
from records.local_time import local_moment, parse_day
from records.models import SignIn, User, VerificationOutcome, VisitorKind
from records.people.permissions import PERMISSIONS, Permission, may, roles_that_may
from records.people.sign_in import find_sign_in
from records.people.users import find_display_names
from records.settings import Settings
from records.sheets.read import ENDINGS
from records.sheets.table import MOST_BYTES, TableFile
from records.store.content_store import EvidenceStore
from records.transfers.attachments import LARGEST
from records.transfers.attachments import File as AttachedFile
from records.transfers.hand_over import any_held, release_held
from records.transfers.messages import Said
from telemetry.logs import bind

COOKIE = "qingyi_sign_in"
_WITHOUT_SECOND_FACTOR = re.compile(r"/signout|/second-factor(/begin|/confirm)?")


@dataclass(frozen=True)
class AppState:
    """The parts of the application."""

    engine: Engine
    store: EvidenceStore
    lists: LiveRules
    settings: Settings


def app_state(request: Request) -> AppState:
    """The state of the application that serves `request`."""
    found: AppState = request.app.state.app_state
    return found


# Coroutines: FastAPI has a thread call each plain function, which takes longer than these.
async def _app(request: Request) -> AppState:
    return app_state(request)


async def clock() -> datetime:
    """The time; tests put another in its place."""
    return datetime.now(UTC)


App = Annotated[AppState, Depends(_app)]
Now = Annotated[datetime, Depends(clock)]


def _sign_in_of(request: Request, app: AppState, now: datetime) -> SignIn | None:
    token = request.cookies.get(COOKIE)
    with reading(app.engine) as session:
        found = find_sign_in(session, token, now) if token else None
    if found:
        bind(user=found.user_id)
    request.state.sign_in = found  # a refusal is shown with the menu, too
    return found


def signed_in_or_nobody(request: Request, app: AppState, now: datetime) -> SignIn | None:
    """The sign-in of the browser, if there is a valid one."""
    found = _sign_in_of(request, app, now)
    return None if found is None or found.needs_second_factor else found


def signed_in(request: Request, app: App, now: Now) -> SignIn:
    """The sign-in of the browser; raises SignInNeeded, and SecondFactorNeeded anywhere but where one is set up."""
    found = _sign_in_of(request, app, now)
    if found is None:
        query = f"?{request.url.query}" if request.url.query else ""
        raise SignInNeeded(f"{request.url.path}{query}")
    if found.needs_second_factor and not _WITHOUT_SECOND_FACTOR.fullmatch(request.url.path):
        raise SecondFactorNeeded
    return found


Signed = Annotated[SignIn, Depends(signed_in)]


def allowed(permission: Permission) -> Callable[[SignIn], SignIn]:
    """A dependency: a sign-in whose role has `permission`; it raises NotAllowed."""

    def check(sign_in: Signed) -> SignIn:
        if not may(sign_in.user, permission):
            roles = "、".join(role.label for role in roles_that_may(permission))
            raise NotAllowed(f"您的角色是{sign_in.user.role.label}，这里供{roles}使用")
        return sign_in

    return check


def release_transfers(app: AppState, now: datetime) -> None:
    """Let offices have the transfers that can no longer be recalled, before one of them looks."""
    with reading(app.engine) as session:
        due = any_held(session, now)
    if due:
        release_due(app, now)


def release_due(app: AppState, now: datetime) -> None:
    """Let offices have the transfers whose time to be recalled is over."""
    with transaction(app.engine) as session:
        release_held(session, now)


def officer(app: App, now: Now, sign_in: Annotated[SignIn, Depends(allowed(Permission.DISPOSE))]) -> SignIn:
    """A sign-in of an office's officer; raises NotAllowed."""
    if sign_in.user.office_id is None:
        raise NotAllowed("本页供处置部门使用")
    release_transfers(app, now)
    return sign_in


def checked_form(sign_in: Signed, csrf: Annotated[str, Form()] = "") -> None:
    """Raises FormExpired unless the form was made for this sign-in."""
    if csrf != sign_in.csrf_token:
        raise FormExpired


CaseReader = Annotated[SignIn, Depends(allowed(Permission.SEE_CASES))]
Reviewer = Annotated[SignIn, Depends(allowed(Permission.REVIEW))]
ListReader = Annotated[SignIn, Depends(allowed(Permission.SEE_LISTS))]
Analyst = Annotated[SignIn, Depends(allowed(Permission.EDIT_LISTS))]
FigureReader = Annotated[SignIn, Depends(allowed(Permission.SEE_FIGURES))]
FigureKeeper = Annotated[SignIn, Depends(allowed(Permission.KEEP_FIGURES))]
Sanctioner = Annotated[SignIn, Depends(allowed(Permission.SANCTION))]
TipTaker = Annotated[SignIn, Depends(allowed(Permission.ADD_TIPS))]
Administrator = Annotated[SignIn, Depends(allowed(Permission.ADMINISTER))]
AuditReader = Annotated[SignIn, Depends(allowed(Permission.SEE_AUDIT))]
Officer = Annotated[SignIn, Depends(officer)]
CheckedForm = Depends(checked_form)
# An integer that every reader of JSON takes exactly (RFC 7493, 2.2).
RecordId = Annotated[int, PathValue(ge=1, le=2**53 - 1)]


def uploaded_table(upload: Annotated[UploadFile, File()]) -> TableFile:
    """A table that is sent with a form, read no further than one byte past the largest that is taken."""
    return TableFile(upload.filename or "", upload.file.read(MOST_BYTES + 1))


def chosen_file(upload: UploadFile | None) -> AttachedFile | None:
    """The file chosen in a form's field; a browser sends an empty one where none was."""
    if upload is None or not upload.filename:
        return None
    return AttachedFile(upload.filename, upload.file.read(LARGEST + 1))


def typed_message(
    words: Annotated[str, Form(max_length=2000)] = "",
    attachment: Annotated[UploadFile | None, File()] = None,
) -> Said:
    """A message about a transfer, as each side's form sends it: words, and a document where one was chosen."""
    file = chosen_file(attachment)
    return Said(words, (file,) if file else ())


TypedMessage = Annotated[Said, Depends(typed_message)]
UploadedTable = Annotated[TableFile, Depends(uploaded_table)]


def _typed_day(written: object) -> date:
    """Pydantic puts "Value error" before the words of a ValueError, and people are to read the words alone."""
    try:
        return parse_day(written)
    except ValueError as fault:
        raise PydanticCustomError("day", "{words}", {"words": str(fault)}) from None


# A day in a form or an address of the pages; the API takes ISO days.
TypedDay = Annotated[date, BeforeValidator(_typed_day)]

# The colour of each tier: that of a severity.
_TIER_COLOURS = {
    "unpunished": "low",
    "lighter": "low",
    "ordinary": "medium",
    "heavier": "high",
    "police": "high",
}

# The links at the top of each page, by permission.
MENU = (
    (Permission.DISPOSE, "/takedown", "处置队列"),
    (Permission.DISPOSE, "/webhooks", "推送"),
    (Permission.SEE_CASES, "/cases", "研判队列"),
    (Permission.ADD_TIPS, "/tips", "线索"),
    (Permission.REVIEW, "/letters", "移送函"),
    (Permission.REVIEW, "/quality", "抽检"),
    (Permission.SEE_FIGURES, "/figures", "统计"),
    (Permission.SEE_LISTS, "/lists", "关键词表"),
    (Permission.ADMINISTER, "/admin", "管理"),
    (Permission.SEE_AUDIT, "/audit", "日志"),
)


@pass_context
def _actor_label(values: Context, actor: str) -> str:
    """The actor's display name; the names are read once for a page that shows any."""
    request: Request = values["request"]
    names: dict[str, str] | None = getattr(request.state, "display_names", None)
    if names is None:
        with reading(app_state(request).engine) as session:
            names = request.state.display_names = find_display_names(session)
    return actor_label(actor, names)


_TEMPLATES = Jinja2Templates(directory=Path(__file__).parent / "templates")
_TEMPLATES.env.filters["local"] = lambda moment: local_moment(moment) if moment else ""
_TEMPLATES.env.filters["visitor"] = lambda snapshot: visitor_of(snapshot.request_headers).name
_TEMPLATES.env.filters["actor"] = _actor_label
_TEMPLATES.env.filters["map_titles"] = lambda findings: sorted(
    dict.fromkeys((finding.title, finding.severity) for finding in findings),
    key=lambda told: GRAVEST_FIRST[told[1]],
)
_TEMPLATES.env.filters["telling_words"] = telling_words
_TEMPLATES.env.filters["sought"] = mark_sought
_TEMPLATES.env.globals.update(
    agreement_labels=AGREEMENT_LABELS,
    contact_labels=CONTACT_LABELS,
    gravity_labels=GRAVITY_LABELS,
    kind_labels=KIND_LABELS,
    severity_labels=SEVERITY_LABELS,
    table_endings=",".join(ENDINGS),
    tier_colours=_TIER_COLOURS,
    menu=MENU,
    verification_outcomes={outcome.value: outcome.label for outcome in VerificationOutcome},
    visitors={visitor.value: visitor.label for visitor in VisitorKind},
)


def page(
    request: Request, name: str, status: int = 200, sign_in: SignIn | None = None, **values: object
) -> HTMLResponse:
    """An HTML page from a template, with the signed-in user."""
    user: User | None = sign_in.user if sign_in else None
    csrf = sign_in.csrf_token if sign_in else ""
    allowed_here = PERMISSIONS[user.role] if user else frozenset()
    return _TEMPLATES.TemplateResponse(
        request, name, {**values, "user": user, "csrf": csrf, "may": allowed_here}, status_code=status
    )
