"""A running server on each database: real uvicorn, real HTTP."""

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, Playwright
from sqlalchemy import Engine

from api.app import make_app, set_state
from api.context import clock
from api.prompt_heads import PromptHeads
from classifiers.lists.rules import RuleSet
from crawler.browser.launch import launch_options
from records.database import transaction
from records.models import Office, Role
from records.people.office_tokens import issue_token
from records.people.sign_in import add_user
from records.settings import Settings
from records.store.content_store import EvidenceStore
from tests.records import registered
from tests.waiting import wait_for

PASSWORD = "a-long-password"
_TLS = ssl.create_default_context()  # read once: every client would read all authorities


@dataclass(frozen=True)
class Served:
    """A running application with its people."""

    url: str
    engine: Engine
    token: str
    other_token: str
    office_id: int

    def client(self, **options: object) -> httpx.Client:
        return httpx.Client(**{"base_url": self.url, "timeout": 60, "verify": _TLS, **options})

    def api(self, token: str | None = None) -> httpx.Client:
        return self.client(headers={"Authorization": f"Bearer {token or self.token}"})


@pytest.fixture(scope="session")
def shared_chromium(playwright: Playwright) -> Iterator[Browser]:
    """The same engine without windows and what belongs to them: our own pages need half the processor's time in it."""
    program = Path("/usr/bin/chromium-headless-shell")
    browser = playwright.chromium.launch(**{**launch_options(), "executable_path": program})
    yield browser
    browser.close()


@pytest.fixture
def served(engine: Engine, store: EvidenceStore, rules: RuleSet) -> Iterator[Served]:
    with transaction(engine) as session:
        office, other = registered.office(session), registered.office(session, "另一网信办")
        for name, role, of in (("reviewer", Role.REVIEWER, None), ("officer", Role.OFFICER, office)):
            add_user(session, name, PASSWORD, role, display_name=name, office=of)
        tokens = [issue_token(session, each, datetime.now(UTC), 30) for each in (office, other)]
        office_id = session.get_one(Office, office.id).id
    steps = store.folder.with_name("steps")
    settings = Settings(recheck_after_hours=0, recall_seconds=0, steps_dir=steps)
    with running(engine, store, rules, settings) as url:
        yield Served(url, engine, *tokens, office_id)


@dataclass
class _Server:
    """An application on a port of its own. Its routes are made once: that takes longer than most tests."""

    app: FastAPI
    server: uvicorn.Server
    thread: threading.Thread

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.servers[0].sockets[0].getsockname()[1]}"


_idle: list[_Server] = []


@contextmanager
def running(
    engine: Engine,
    store: EvidenceStore,
    rules: RuleSet,
    settings: Settings,
    now: Callable[[], datetime] | None = None,
) -> Iterator[str]:
    """The address of the application over these parts, with its own clock or the given one."""
    if _idle:
        found = _idle.pop()
        set_state(found.app, engine, store, rules, settings)
    else:
        found = _started(make_app(engine, store, rules, settings))
    if now is not None:
        found.app.dependency_overrides[clock] = now
    try:
        yield found.url
    finally:
        for thread in threading.enumerate():  # background work of pages continues, on this test's database
            if thread.name.startswith(("trial-", "step-")):
                thread.join(120)
        # A page that was closed may have asked for something just before; the next test takes the database away. The
        # server reads all earlier requests before it responds to this.
        httpx.get(f"{found.url}/static/icon.svg", verify=_TLS, timeout=60)
        wait_for(lambda: not found.server.server_state.tasks, "a request is still being answered")
        found.app.dependency_overrides.clear()
        _idle.append(found)


def _started(app: FastAPI) -> _Server:
    server = uvicorn.Server(uvicorn.Config(app, port=0, http=PromptHeads, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    return _Server(app, server, thread)


@pytest.fixture(scope="session", autouse=True)
def _servers_end() -> Iterator[None]:
    yield
    for one in _idle:
        one.server.should_exit = True
    for one in _idle:
        one.thread.join(10)


@pytest.fixture
def case_id(served: Served, store: EvidenceStore, rules: RuleSet) -> int:
    return registered.case(served.engine, store, rules, datetime.now(UTC))
