"""The table of faults: written to `var/faults.md` by the long form."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine

from records.database import open_engine
from records.settings import PROJECT
from tests.faults.deployment import Damage, Deployment
from tests.servers.postgresql import fresh_database

NewDatabase = Callable[[], AbstractContextManager[Engine]]


@dataclass
class Row:
    tries: int = 0
    lost: int = 0
    doubled: int = 0
    broken: int = 0
    seconds: list[float] = field(default_factory=list)


@pytest.fixture(scope="session")
def table(soak: bool) -> Iterator[dict[str, Row]]:
    rows: dict[str, Row] = {}
    yield rows
    lines = [
        "| fault | tries | lost | doubled | not verified | seconds to recover (most) |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| {name} | {row.tries} | {row.lost} | {row.doubled} | {row.broken} | {max(row.seconds, default=0):.1f} |"
        for name, row in sorted(rows.items())
    ]
    if soak and rows:
        (PROJECT / "var" / "faults.md").write_text("\n".join(lines) + "\n", "utf-8")


@pytest.fixture
def new_database(database_url: str, request: pytest.FixtureRequest, tmp_path: Path) -> NewDatabase:
    """`with new_database() as engine:` a migrated, empty database for one of many tries."""
    numbers = count(1)

    @contextmanager
    def opened(url: str) -> Iterator[Engine]:
        engine = open_engine(url)
        yield engine
        engine.dispose()

    @contextmanager
    def database() -> Iterator[Engine]:
        name = f"try{next(numbers)}"
        if database_url.startswith("sqlite"):
            file = shutil.copy(request.getfixturevalue("migrated_sqlite"), tmp_path / f"{name}.db")
            with opened(f"sqlite:///{file}") as engine:
                yield engine
            return
        server = request.getfixturevalue("postgresql")
        with fresh_database(server, name, "migrated") as url, opened(url) as engine:
            yield engine

    return database


@pytest.fixture
def recovers(table: dict[str, Row], request: pytest.FixtureRequest) -> Callable[..., object]:
    """`with recovers(deployment, "fault"):` around the recovery from a fault: afterwards nothing is lost or
    duplicated, and everything kept verifies."""

    @contextmanager
    def recovering(deployment: Deployment, fault: str) -> Iterator[None]:
        begun = time.monotonic()
        yield
        took = time.monotonic() - begun
        damage = deployment.damage()
        row = table.setdefault(f"{fault}, {deployment.engine.dialect.name}", Row())
        row.tries += 1
        row.seconds.append(took)
        row.lost += len(damage.lost)
        row.doubled += len(damage.doubled)
        row.broken += len(damage.broken)
        assert damage == Damage()

    return recovering
