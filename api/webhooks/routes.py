"""An office's webhooks: addresses, secrets, messages, dead letters."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.context import App, AppState, CheckedForm, Now, Officer, RecordId, page
from records.database import reading, transaction
from records.models import SignIn
from records.transfers import webhooks
from records.workflow import actor_of

router = APIRouter(prefix="/webhooks", include_in_schema=False)

_SHOWN = 100


@router.get("")
def show(request: Request, app: App, sign_in: Officer, only_dead: bool = False) -> HTMLResponse:
    """The office's webhooks, and the newest messages to them, or the dead letters."""
    return _page(request, app, sign_in, only_dead=only_dead)


@router.post("", dependencies=[CheckedForm])
def add(
    request: Request,
    app: App,
    sign_in: Officer,
    now: Now,
    url: Annotated[str, Form(min_length=1, max_length=500)],
) -> HTMLResponse:
    """A new webhook; its secret is shown this once."""
    with transaction(app.engine) as session:
        office = sign_in.user.office
        assert office is not None, "the dependency lets only officers of an office through"
        added = webhooks.add_webhook(session, office, url.strip(), actor=str(actor_of(sign_in.user)), now=now)
        secret = (added.id, added.secret)
    return _page(request, app, sign_in, secret=secret)


@router.post("/{webhook_id}/secret", dependencies=[CheckedForm])
def change_secret(
    request: Request, app: App, sign_in: Officer, now: Now, webhook_id: RecordId
) -> HTMLResponse:
    """A new secret, shown this once."""
    with transaction(app.engine) as session:
        found = webhooks.find_webhook(session, webhook_id, sign_in.user.office_id)
        new = webhooks.change_secret(session, found, actor=str(actor_of(sign_in.user)), now=now)
    return _page(request, app, sign_in, secret=(webhook_id, new))


@router.post("/{webhook_id}/test", dependencies=[CheckedForm])
def test(app: App, sign_in: Officer, now: Now, webhook_id: RecordId) -> RedirectResponse:
    """Send a test message."""
    with transaction(app.engine) as session:
        webhooks.send_test(session, webhooks.find_webhook(session, webhook_id, sign_in.user.office_id), now)
    return RedirectResponse("/webhooks", 303)


@router.post("/{webhook_id}/disable", dependencies=[CheckedForm])
def disable(
    app: App,
    sign_in: Officer,
    now: Now,
    webhook_id: RecordId,
    reason: Annotated[str, Form(min_length=1, max_length=500)],
) -> RedirectResponse:
    """Send nothing more."""
    with transaction(app.engine) as session:
        found = webhooks.find_webhook(session, webhook_id, sign_in.user.office_id)
        webhooks.disable(session, found, reason, actor=str(actor_of(sign_in.user)), now=now)
    return RedirectResponse("/webhooks", 303)


@router.post("/deliveries/{delivery_id}/again", dependencies=[CheckedForm])
def send_again(app: App, sign_in: Officer, now: Now, delivery_id: RecordId) -> RedirectResponse:
    """Send a dead letter again."""
    with transaction(app.engine) as session:
        webhooks.send_again(session, delivery_id, now, sign_in.user.office_id)
    return RedirectResponse("/webhooks", 303)


def _page(
    request: Request,
    app: AppState,
    sign_in: SignIn,
    *,
    only_dead: bool = False,
    secret: tuple[int, str] | None = None,
) -> HTMLResponse:
    with reading(app.engine) as session:
        office_id = sign_in.user.office_id
        return page(
            request,
            "webhooks.html",
            sign_in=sign_in,
            webhooks=webhooks.list_webhooks(session, office_id),
            deliveries=webhooks.list_deliveries(session, office_id, only_dead=only_dead, limit=_SHOWN),
            only_dead=only_dead,
            secret=secret,
            events=webhooks.EVENTS,
        )
