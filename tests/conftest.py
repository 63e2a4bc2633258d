"""What all tests share: each test that takes `engine` runs on SQLite and on a real PostgreSQL."""

import itertools
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import pytest
from sqlalchemy import Engine

from classifiers.lists import RuleSet, load_rules
from records.database import open_engine
from records.evidence import EvidenceStore
from records.migrations import upgrade
from records.settings import PROJECT
from tests.servers.postgresql import fresh_database, running_server

# A slow machine is no fault of the code under test.
hypothesis.settings.register_profile("qingyi", deadline=None)
hypothesis.settings.load_profile("qingyi")

_numbers = itertools.count()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    with running_server() as server:
        yield server.address


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql: str) -> Iterator[str]:
    """The name of a migrated database that others are copied from."""
    with fresh_database(postgresql, "migrated") as url:
        engine = open_engine(url)
        upgrade(engine)
        engine.dispose()
        yield "migrated"


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    engine = open_engine(f"sqlite:///{file}")
    upgrade(engine)
    engine.dispose()
    return file


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated, empty database, on each of the two."""
    if request.param == "sqlite":
        file = tmp_path / "qingyi.db"
        shutil.copy(request.getfixturevalue("migrated_sqlite"), file)
        yield f"sqlite:///{file}"
        return
    template = request.getfixturevalue("migrated_postgresql")
    server = request.getfixturevalue("postgresql")
    with fresh_database(server, f"test{next(_numbers)}", template) as url:
        yield url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = open_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def store(tmp_path: Path) -> EvidenceStore:
    return EvidenceStore(tmp_path / "evidence")


@pytest.fixture(scope="session")
def rules() -> RuleSet:
    return load_rules(PROJECT / "keyword_lists")


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
