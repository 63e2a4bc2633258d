"""Every task of every role by keyboard alone, in real Chromium: each form that a role may send is sent, and its effect
is looked for."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from api.app import make_app
from records.database import transaction
from records.models import Office, OfficeKind, Role
from records.people.permissions import PERMISSIONS
from records.people.sign_in import add_user
from records.reference.kept import KEPT_TABLES
from records.settings import PROJECT, Settings
from tests.api.by_keyboard import admin, everybody, figures, lists, offices, queue, reviewing, tips
from tests.api.by_keyboard.desk import COLLEAGUE, Desk, Task
from tests.api.by_keyboard.keys import Keyboard, most_fixed_first
from tests.api.conftest import PASSWORD, running
from tests.api.test_every_route import PUBLIC, roles_that_may, routes
from tests.records import registered

pytestmark = pytest.mark.databases("sqlite")

REVIEWING = (
    *queue.task,
    *reviewing.task,
    *tips.task,
    *figures.proposing,
)
APPROVING = (*reviewing.approving, *figures.keeping)
# The first that has a task walks it, and the others with `--soak`: the pages are the same.
TASKS: dict[str, tuple[Task, ...]] = {
    "reviewer": (*REVIEWING, *everybody.keeping),
    "officer": tuple(offices.task),
    "analyst": (*queue.SEEN_BY_READERS, *lists.task),
    "leader": (*queue.SEEN_BY_READERS, *figures.reading, *figures.keeping, *everybody.keeping),
    "auditor": (*queue.SEEN_BY_READERS, *figures.auditing),
    "approver": (*REVIEWING, *APPROVING, *everybody.keeping),
    "administrator": (*REVIEWING, *APPROVING, *lists.task, *admin.task, *everybody.keeping),
}
ORDER = tuple(TASKS)
# Routes that nobody presses: pages call them by themselves, while somebody looks at a case.
BY_THE_PAGE = {"/cases/{case_id}/looking"}
# These keep no table; the routes answer that there is none (tests/api/tables).
KEEPERS = {table.permission for table in KEPT_TABLES.values()}
WITHOUT_TABLES = {role.value for role in Role if not KEEPERS & PERMISSIONS[role]}
OF_APPROVERS = {"approve", "disapprove"}


def steps_of(role: str) -> set[str]:
    """The steps of forms with several buttons that this role is the first to press."""
    return {
        "reviewer": offered("queue", "case", "_done", "_case_transfers") - OF_APPROVERS,
        "officer": offered("takedown"),
        "analyst": offered("list_draft"),
        "leader": offered("listings"),
        "approver": OF_APPROVERS,
    }.get(role, set())


def offered(*pages: str) -> set[str]:
    """The steps that the forms of these pages have buttons for."""
    texts = [(PROJECT / "api" / "templates" / f"{page}.html").read_text() for page in pages]
    return {step for text in texts for step in re.findall(r'(?:name="action" value=|action\()"(\w+)"', text)}


def presses(role: str, posts: tuple[str, ...]) -> set[str]:
    """The routes of forms that this role may send."""
    allowed = {path for path in posts if role in roles_that_may(f"POST {path}")} - BY_THE_PAGE
    return {path for path in allowed if not (path.startswith("/tables") and role in WITHOUT_TABLES)}


@pytest.fixture
def posts(rules, store, tmp_path: Path) -> tuple[str, ...]:
    application = make_app(None, store, rules, Settings(lists_kept_dir=tmp_path / "other"))
    found = {
        path for method, path in routes(application) if method == "POST" and not path.startswith("/api/")
    }
    return most_fixed_first(path for path in found if not re.match(PUBLIC, f"POST {path}"))


@pytest.fixture
def desk(engine, store, rules, tmp_path: Path, posts, chromium: Browser, monkeypatch) -> Iterator[Desk]:
    """A browser before the sign-in, on a place with one office and a colleague."""
    started: list[tuple[str, ...]] = []
    # What a step does has tests of its own: here it matters that the keys start it.
    monkeypatch.setattr("api.steps.run_logged_step", lambda _, *words, **__: started.append(words))
    shutil.copytree(PROJECT / "keyword_lists", tmp_path / "lists")
    settings = Settings(
        lists_dir=tmp_path / "lists",
        lists_kept_dir=tmp_path / "kept",
        steps_dir=tmp_path / "steps",
        recall_seconds=3600,
        confirm_transfers=True,
        recheck_after_hours=0,
        allow_networks="127.0.0.0/8",
    )
    with transaction(engine) as session:
        registered.site(session)
        registered.office(session)  # the only one: a confirmed case can be handed over at once
        add_user(session, COLLEAGUE, PASSWORD, Role.ADMINISTRATOR, display_name="同事")
    context = chromium.new_context(locale="zh-CN", viewport={"width": 1366, "height": 768})
    page = context.new_page()
    page.set_default_timeout(60_000)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    with running(engine, store, rules, settings) as url:
        yield Desk(Keyboard(page, url, posts), engine, store, rules, "", 1, started)
        context.close()
    assert faults == []


def test_every_role_has_its_tasks() -> None:
    assert set(TASKS) == {role.value for role in Role}


@pytest.mark.parametrize("role", ORDER)
def test_the_tasks_are_all_forms_that_the_role_may_send(role: str, posts) -> None:
    whole = (*everybody.first, *TASKS[role], *everybody.last)
    assert {route for one in whole for route in one.routes} == presses(role, posts)


@pytest.mark.slow
@pytest.mark.soak
@pytest.mark.parametrize("role", ORDER)
def test_each_task_of_a_role(desk: Desk, role: str, soak: bool) -> None:
    before = () if soak else [one for earlier in ORDER[: ORDER.index(role)] for one in TASKS[earlier]]
    walk(desk, role, tuple(one for one in TASKS[role] if one not in before))
    assert {step for _, step in desk.keys.sent} >= steps_of(role)


# They differ by the words of their answers alone: one walk each time, the others in the long form.
@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(
            kind, id=kind.value, marks=() if kind is OfficeKind.POLICE else pytest.mark.soak(only=True)
        )
        for kind in list(OfficeKind)[1:]
    ],
)
def test_each_kind_of_office_takes_answers_and_returns(desk: Desk, kind: OfficeKind) -> None:
    with transaction(desk.engine) as session:
        office = Office(name=f"云溪市{kind.label}局", kind=kind)
        session.add(office)
        session.flush()
        desk = replace(desk, office_id=office.id)
    walk(desk, "officer", tuple(offices.TRANSFERS))


def walk(desk: Desk, role: str, tasks: tuple[Task, ...]) -> None:
    """Do the tasks as a person of the role, whose name is the role's."""
    desk.name = role
    with transaction(desk.engine) as session:
        office = session.get_one(Office, desk.office_id) if role == "officer" else None
        add_user(session, role, PASSWORD, Role(role), display_name=Role(role).label, office=office)
    faults = []
    for one in (*everybody.first, *tasks, *everybody.last):
        begun = len(desk.keys.sent)
        try:
            one.walk(desk)
            sent = {route for route, _ in desk.keys.sent[begun:]}
            assert sent >= set(one.routes), "the task sends each form that it names"
        except Exception as fault:
            fault.add_note(f"{role}: {one.title}, on {desk.keys.page.url}")
            faults.append(fault)
    if faults:
        raise ExceptionGroup(f"tasks of {role} that the keyboard does not do", faults)
