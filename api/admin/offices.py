"""Offices 部门 with their tokens and webhooks, for the administrator."""

from collections import Counter, defaultdict
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.context import Administrator, App, AppState, CheckedForm, Now, RecordId, page
from records.database import reading, transaction
from records.models import Office, OfficeKind, OfficeToken, SignIn, Webhook
from records.people.office_tokens import list_tokens
from records.people.offices import OfficeRefused, add_office, end_token, give_token, list_offices
from records.people.users import count_by_office
from records.transfers import webhooks
from records.workflow import actor_of

router = APIRouter(prefix="/admin/offices", include_in_schema=False)

_MOST_DEAD = 1_000


@router.get("")
def show(request: Request, app: App, sign_in: Administrator, now: Now) -> HTMLResponse:
    """All offices, each with its tokens and webhooks."""
    return _page(request, app, sign_in, now)


@router.post("", dependencies=[CheckedForm])
def add(
    request: Request,
    app: App,
    sign_in: Administrator,
    now: Now,
    kind: Annotated[OfficeKind, Form()],
    name: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    """Add an office."""
    try:
        with transaction(app.engine) as session:
            add_office(session, name.strip(), kind, actor=str(actor_of(sign_in.user)), now=now)
    except OfficeRefused as refused:
        return _page(request, app, sign_in, now, status=422, fault=str(refused), typed=name)
    return RedirectResponse("/admin/offices", 303)


@router.post("/{office_id}/tokens", dependencies=[CheckedForm])
def issue(
    request: Request,
    app: App,
    sign_in: Administrator,
    now: Now,
    office_id: RecordId,
    days: Annotated[int, Form(ge=1, le=3650)] = 365,
    scope: Annotated[str, Form(pattern="^(read|write)$")] = "write",
) -> HTMLResponse:
    """Issue a token; it is shown this once."""
    with transaction(app.engine) as session:
        office = session.get(Office, office_id)
        if office is None:
            raise HTTPException(404)
        actor = str(actor_of(sign_in.user))
        token = give_token(session, office, days, read_only=scope == "read", actor=actor, now=now)
        issued = (office.name, token)
    return _page(request, app, sign_in, now, issued=issued)


@router.post("/tokens/{token_id}/revoke", dependencies=[CheckedForm])
def revoke(request: Request, app: App, sign_in: Administrator, now: Now, token_id: RecordId) -> Response:
    """End a token now."""
    try:
        with transaction(app.engine) as session:
            end_token(session, token_id, actor=str(actor_of(sign_in.user)), now=now)
    except OfficeRefused as refused:
        return _page(request, app, sign_in, now, status=409, fault=str(refused))
    return RedirectResponse("/admin/offices", 303)


@router.post("/webhooks/{webhook_id}/test", dependencies=[CheckedForm])
def test(app: App, sign_in: Administrator, now: Now, webhook_id: RecordId) -> RedirectResponse:
    """Send an office's webhook a test message."""
    with transaction(app.engine) as session:
        webhooks.send_test(session, webhooks.find_webhook(session, webhook_id), now)
    return RedirectResponse("/admin/offices", 303)


@router.post("/webhooks/{webhook_id}/resend", dependencies=[CheckedForm])
def resend(app: App, sign_in: Administrator, now: Now, webhook_id: RecordId) -> RedirectResponse:
    """Send a webhook's dead letters again."""
    with transaction(app.engine) as session:
        found = webhooks.find_webhook(session, webhook_id)
        dead = webhooks.list_deliveries(session, webhook_id=found.id, only_dead=True, limit=_MOST_DEAD)
        for one in dead:
            webhooks.send_again(session, one.id, now)
    return RedirectResponse("/admin/offices", 303)


@router.post("/webhooks/{webhook_id}/disable", dependencies=[CheckedForm])
def disable(
    app: App,
    sign_in: Administrator,
    now: Now,
    webhook_id: RecordId,
    reason: Annotated[str, Form(min_length=1, max_length=500)],
) -> RedirectResponse:
    """Send nothing more to a webhook."""
    with transaction(app.engine) as session:
        found = webhooks.find_webhook(session, webhook_id)
        webhooks.disable(session, found, reason, actor=str(actor_of(sign_in.user)), now=now)
    return RedirectResponse("/admin/offices", 303)


def _page(
    request: Request, app: AppState, sign_in: SignIn, now: Now, *, status: int = 200, **values: object
) -> HTMLResponse:
    tokens: dict[int, list[OfficeToken]] = defaultdict(list)
    hooks: dict[int, list[Webhook]] = defaultdict(list)
    with reading(app.engine) as session:
        for token in list_tokens(session):
            tokens[token.office_id].append(token)
        for hook in webhooks.list_webhooks(session):
            hooks[hook.office_id].append(hook)
        dead = webhooks.list_deliveries(session, only_dead=True, limit=_MOST_DEAD)
        return page(
            request,
            "offices.html",
            status,
            sign_in,
            offices=list_offices(session),
            people=count_by_office(session),
            tokens=tokens,
            webhooks=hooks,
            dead=Counter(one.webhook_id for one in dead),
            kinds=list(OfficeKind),
            now=now,
            **{"issued": None, "fault": "", "typed": "", **values},
        )
