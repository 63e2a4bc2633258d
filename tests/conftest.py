"""Shared by all tests: databases, the browser, and the marks for a test's needs.

A test that takes `engine` runs on SQLite and on a real PostgreSQL, unless `@pytest.mark.databases("sqlite")`
says that one of them is enough. The marks `postgresql` and `browser` follow from the fixtures that a test
takes; `crawl` and `slow` are written down.
"""

import gc
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import pytest
from argon2 import PasswordHasher
from filelock import FileLock
from playwright.sync_api import Browser, Playwright, expect, sync_playwright
from sqlalchemy import Engine

from classifiers.lists.rules import RuleSet, load_rules
from crawler.browser.launch import launch_options
from records.database import open_engine, transaction
from records.migrations import upgrade
from records.people import sign_in
from records.settings import PROJECT
from records.store.content_store import EvidenceStore
from records.store.folder_store import FolderStore
from tests import commands
from tests.records import registered
from tests.servers.postgresql import ReusedDatabase, running_server
from tests.servers.s3 import S3Server, running_s3

# A slow machine is not a fault of the code under test.
hypothesis.settings.register_profile("qingyi", deadline=None)
hypothesis.settings.load_profile("qingyi")
expect.set_options(timeout=30_000)

_DATABASES = ("sqlite", "postgresql")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--soak`: tests with a longer form run with their full counts."""
    parser.addoption("--soak", action="store_true", help="run what is marked `soak` with its full counts")


@pytest.fixture(scope="session")
def soak(request: pytest.FixtureRequest) -> bool:
    """Whether the full counts are asked for."""
    return bool(request.config.getoption("--soak"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that takes a database on both, or on those that its mark `databases` names; a long form
    always on both."""
    if "database_url" in metafunc.fixturenames:
        chosen = next(metafunc.definition.iter_markers("databases"), None)
        long = metafunc.config.getoption("--soak") and metafunc.definition.get_closest_marker("soak")
        names = chosen.args if chosen and not long else _DATABASES
        metafunc.parametrize("database_url", names, indirect=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark tests that need PostgreSQL or the browser, so that `-m` can leave them out; leave out tests that
    have a long form only."""
    if not config.getoption("--soak"):
        long = [item for item in items if any(mark.kwargs.get("only") for mark in item.iter_markers("soak"))]
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]
    for item in items:
        taken = getattr(item, "fixturenames", ())
        values = item.callspec.params.values() if hasattr(item, "callspec") else ()
        if "postgresql" in values or "postgresql" in taken:
            item.add_marker("postgresql")
        if "shared_chromium" in taken:
            item.add_marker("browser")
    items[:] = _slow_ones_first(items)


def _slow_ones_first(items: list[pytest.Item]) -> list[pytest.Item]:
    """The tests in an order in which the share of each worker begins with slow ones: the demo alone takes a minute, in which
    the others would wait for it at the end."""
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    slow = [item for item in items if item.get_closest_marker("slow")][::-1]
    quick = [item for item in items if not item.get_closest_marker("slow")]
    bounds = [len(quick) * worker // workers for worker in range(workers + 1)]
    return [
        item
        for worker in range(workers)
        for item in (*slow[worker::workers], *quick[bounds[worker] : bounds[worker + 1]])
    ]


@pytest.fixture(scope="session", autouse=True)
def _commands_are_forked() -> None:
    commands.prepare()


@pytest.fixture(scope="session", autouse=True)
def _passwords_cost_little() -> Iterator[None]:
    """Signing in takes a tenth of a second on purpose, and the suite signs in some thousand times; the tests
    of signing in assert the cost of the real hasher."""
    with pytest.MonkeyPatch.context() as patch:
        cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr(sign_in, "_HASHER", cheap)
        patch.setattr(sign_in, "_NOBODY", cheap.hash("nobody"))
        yield


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """What drives the browsers of a worker: a thread can have one of it."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def shared_chromium(playwright: Playwright) -> Iterator[Browser]:
    """One browser for all tests of a worker, as a crawl starts it."""
    browser = playwright.chromium.launch(**launch_options())
    yield browser
    browser.close()


@pytest.fixture
def chromium(shared_chromium: Browser) -> Iterator[Browser]:
    """The worker's browser; each test takes a context of its own. A page that a failed test leaves open would go on
    asking the server while the next test's database is made."""
    before = shared_chromium.contexts
    yield shared_chromium
    for context in shared_chromium.contexts:
        if context not in before:
            context.close()


@contextmanager
def made_once(factory: pytest.TempPathFactory, name: str) -> Iterator[tuple[Path, bool]]:
    """A folder that the first worker fills and the others use, and whether it is there already: the tables are migrated
    once, and not by each."""
    base = factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    with FileLock(f"{folder}.lock"):
        yield folder, folder.exists()


@pytest.fixture(scope="session")
def postgresql_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of a PostgreSQL server that has ended; its database `migrated` is empty but for its tables."""
    with made_once(tmp_path_factory, "postgresql") as (folder, is_there):
        if not is_there:
            with running_server() as server:
                engine = open_engine(server.make("migrated"))
                upgrade(engine)
                engine.dispose()
                server.stop()
                subprocess.run(["cp", "-a", server.folder / "data", folder], check=True)
    return folder


@pytest.fixture(scope="session")
def postgresql(postgresql_data: Path) -> Iterator[str]:
    with running_server(postgresql_data) as server:
        yield server.address


@pytest.fixture(scope="session")
def reused_postgresql(postgresql: str) -> Iterator[ReusedDatabase]:
    """The database that the tests of a worker take one after the other."""
    reused = ReusedDatabase(postgresql, "migrated")
    yield reused
    reused.drop()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with made_once(tmp_path_factory, "sqlite") as (folder, is_there):
        if not is_there:
            folder.mkdir()
            engine = open_engine(f"sqlite:///{folder / 'migrated.db'}")
            upgrade(engine)
            engine.dispose()
    copy: Path = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    shutil.copy(folder / copy.name, copy)
    return copy


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A migrated, empty database, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        migrated: Path = request.getfixturevalue("migrated_sqlite")
        file = migrated.with_name("qingyi.db")
        for left in migrated.parent.glob("qingyi.db*"):
            left.unlink()
        shutil.copy(migrated, file)
        yield f"sqlite:///{file}"
        return
    with request.getfixturevalue("reused_postgresql").taken() as url:
        yield url


@pytest.fixture(scope="session")
def engines() -> dict[str, Engine]:
    """The engines of a worker, by their addresses: each keeps the statements that it has compiled."""
    return {}


@pytest.fixture
def engine(database_url: str, engines: dict[str, Engine]) -> Iterator[Engine]:
    if database_url not in engines:
        engines[database_url] = open_engine(database_url)
    engine = engines[database_url]
    engine.dispose()  # whatever came late in the test before holds a connection to that test's file
    yield engine
    engine.dispose()


@pytest.fixture
def store(tmp_path: Path) -> EvidenceStore:
    return FolderStore(tmp_path / "evidence")


@pytest.fixture(scope="session")
def rules() -> RuleSet:
    rules = load_rules(PROJECT / "keyword_lists")
    gc.freeze()  # they stay, as all modules do: no collection walks through them again
    return rules


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
def environment(database_url: str, store: EvidenceStore) -> dict[str, str]:
    """The environment of a deployment on the test's database."""
    return commands.environment_of(database_url, store.folder)


@pytest.fixture
def qingyi(environment: dict[str, str], request: pytest.FixtureRequest) -> commands.Qingyi:
    """Run the command `qingyi` as a user would."""

    def run(*arguments: str, **more: str) -> commands.Done:
        needs_mark = arguments[0] in {"crawl", "recheck"} or arguments[:2] == ("evidence", "capture")
        assert not needs_mark or request.node.get_closest_marker("crawl"), "mark the test with `crawl`"
        return commands.run(*arguments, environment={**environment, **more})

    return run


@pytest.fixture
def register_site(engine: Engine) -> Callable[..., None]:
    def register(url: str, **values: object) -> None:
        with transaction(engine) as session:
            registered.site(session, f"{url}/", **values)

    return register


@pytest.fixture(scope="session")
def s3() -> Iterator[S3Server]:
    """A server of S3 for all tests of a worker; each takes a bucket of its own."""
    with running_s3() as server:
        yield server
