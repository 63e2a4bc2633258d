"""Wiring only: parts, routes, errors, headers."""

from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import RedirectResponse
from fastapi.staticfiles import StaticFiles
from sqlalchemy import Engine

from api.admin.offices import router as offices_router
from api.admin.people import router as people_router
from api.admin.registry import router as registry_router
from api.admin.settings import router as settings_router
from api.admin.status import router as status_router
from api.answering import Answering
from api.audit.routes import router as audit_router
from api.cases.case import router as review_router
from api.cases.decisions import router as decisions_router
from api.cases.files import router as case_files_router
from api.cases.queue import router as reviewers_queue_router
from api.cases.transfers import router as case_transfers_router
from api.context import MENU, Administrator, AppState, Signed
from api.error_responses import HANDLED, answer
from api.figures.monitoring import router as monitoring_router
from api.figures.routes import router as figures_router
from api.figures.statistics import router as statistics_router
from api.help.routes import router as help_router
from api.institutions.listings import router as listings_router
from api.institutions.routes import router as institutions_router
from api.letters.routes import router as letters_router
from api.limits import Limits
from api.lists.routes import router as lists_router
from api.lists.rules import router as rules_router
from api.lists.thresholds import router as thresholds_router
from api.lists.trials import router as trials_router
from api.machines import router as machines_router
from api.office.queue import router as office_queue_router
from api.office.transfer import router as takedown_router
from api.public.rate import CallsByAddress
from api.public.routes import router as public_router
from api.quality.routes import router as quality_router
from api.self_check.routes import router as self_check_router
from api.signin.oidc import router as oidc_router
from api.signin.password import router as password_router
from api.signin.routes import router as signin_router
from api.signin.second_factor import router as second_factor_router
from api.tables.routes import router as tables_router
from api.tips.routes import router as tips_router
from api.v1.attachments import router as attachments_router
from api.v1.caller import RateLimiter
from api.v1.leases import router as leases_router
from api.v1.matters import router as matters_router
from api.v1.messages import router as messages_router
from api.v1.transfers import router as queue_router
from api.webhooks.routes import router as webhooks_router
from classifiers.lists.rules import RuleSet
from records.lists.drafts import ListFolders
from records.lists.live_rules import LiveRules
from records.models import Role
from records.people.permissions import PERMISSIONS
from records.settings import Settings
from records.store.content_store import EvidenceStore

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; frame-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}


# Where a role begins, if not at the first page of the menu that it may open.
_HOMES = {
    Role.ANALYST: "/lists",
    Role.LEADER: "/figures",
    Role.AUDITOR: "/audit",
}


def make_app(engine: Engine, store: EvidenceStore, rules: RuleSet, settings: Settings) -> FastAPI:
    """The application over these parts."""
    app = FastAPI(
        title="清医接口",
        version="1",
        description="供处置部门领取转送件、签收和反馈处置结果。以令牌（Bearer）访问，只见本部门的转送件。",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    set_state(app, engine, store, rules, settings)
    # Routers are tried in this order: programs call more often than people.
    for router in (
        queue_router,
        leases_router,
        matters_router,
        messages_router,
        attachments_router,
        signin_router,
        oidc_router,
        case_transfers_router,
        reviewers_queue_router,
        review_router,
        decisions_router,
        case_files_router,
        office_queue_router,
        takedown_router,
        webhooks_router,
        tips_router,
        self_check_router,
        figures_router,
        institutions_router,
        listings_router,
        monitoring_router,
        statistics_router,
        quality_router,
        public_router,
        trials_router,
        rules_router,
        lists_router,
        thresholds_router,
        letters_router,
        people_router,
        offices_router,
        status_router,
        machines_router,
        registry_router,
        settings_router,
        password_router,
        second_factor_router,
        tables_router,
        audit_router,
        help_router,
    ):
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    for error in HANDLED:
        app.add_exception_handler(error, answer)
    app.add_middleware(Answering, headers=_HEADERS)
    app.add_middleware(Limits)
    app.get("/admin", include_in_schema=False)(_admin)
    app.get("/", include_in_schema=False)(_home)
    return app


def set_state(app: FastAPI, engine: Engine, store: EvidenceStore, rules: RuleSet, settings: Settings) -> None:
    """Have the application serve these parts from now on."""
    lists = LiveRules(rules, ListFolders(settings.lists_dir, settings.lists_kept_dir))
    app.state.calls = RateLimiter(engine, settings.api_calls_per_minute)
    app.state.lookups = CallsByAddress(settings.public_lookups_per_minute)
    app.state.app_state = AppState(engine, store, lists, settings)


def home_of(role: Role) -> str:
    """The address where a role begins: always a page that it may open."""
    allowed = (address for permission, address, _ in MENU if permission in PERMISSIONS[role])
    return _HOMES.get(role) or next(allowed, "/help")


def _home(sign_in: Signed) -> RedirectResponse:
    """Each to their own queue."""
    return RedirectResponse(home_of(sign_in.user.role), 303)


def _admin(_: Administrator) -> RedirectResponse:
    """The administrator's pages begin at the status."""
    return RedirectResponse("/admin/status", 303)
