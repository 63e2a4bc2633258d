"""Steps that a page starts are forked from a process that has imported everything: the tests of `jobs.processes`
start the program itself."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests import commands


@pytest.fixture(autouse=True)
def _steps_are_forked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.self_check.routes.run_step", forked)
    monkeypatch.setattr("api.steps.run_logged_step", forked_without_log)


def forked(
    *arguments: str, environment: Mapping[str, str] | None = None, seconds: float | None = None
) -> commands.Done:
    return commands.run(*arguments, environment={**os.environ, **(environment or {})}, timeout=seconds or 120)


def forked_without_log(
    _folder: Path,
    *arguments: str,
    environment: Mapping[str, str] | None = None,
    seconds: float | None = None,
) -> commands.Done:
    return forked(*arguments, environment=environment, seconds=seconds)
