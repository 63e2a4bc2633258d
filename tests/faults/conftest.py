"""The table of faults: written to `var/faults.md` by the long form."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from records.settings import PROJECT
from tests.faults.deployment import Damage, Deployment


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
def recovers(table: dict[str, Row], request: pytest.FixtureRequest) -> Callable[..., object]:
    """`with recovers(deployment, "fault"):` around what gets over a fault: afterwards nothing is lost nor doubled, and all
    that was kept verifies."""

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
