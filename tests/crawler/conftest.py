import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine

from records.database import transaction
from records.evidence import EvidenceStore
from tests.records import registered

Qingyi = Callable[..., subprocess.CompletedProcess[str]]


def environment_of(database_url: str, evidence: Path) -> dict[str, str]:
    """The environment of a deployment that may reach loopback."""
    return {
        **os.environ,
        "QINGYI_DATABASE_URL": database_url,
        "QINGYI_EVIDENCE_DIR": str(evidence),
        "QINGYI_ALLOW_NETWORKS": "127.0.0.0/8",
        "QINGYI_RECHECK_AFTER_HOURS": "0",
        "COLUMNS": "200",
    }


@pytest.fixture
def environment(database_url: str, store: EvidenceStore) -> dict[str, str]:
    """The environment of a deployment on the test's database."""
    return environment_of(database_url, store.folder)


@pytest.fixture
def qingyi(environment: dict[str, str]) -> Qingyi:
    """Run the command `qingyi` as a user would."""

    def run(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "qingyi", *arguments],
            env={**environment, **more},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run


@pytest.fixture
def register_site(engine: Engine) -> Callable[..., None]:
    def register(url: str, **values: object) -> None:
        with transaction(engine) as session:
            registered.site(session, f"{url}/", **values)

    return register
