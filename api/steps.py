"""Steps that a page starts, on this application's database and folders."""

import subprocess
import threading
from contextlib import suppress
from pathlib import Path

from api.context import AppState
from jobs.processes import run_logged_step
from records.store.folder_store import FolderStore

_LONGEST_SECONDS = 3_600


def start_step(app: AppState, *arguments: str, seconds: float | None = _LONGEST_SECONDS) -> None:
    """Run `qingyi` with `arguments` in the background, on this application's database and folders; for at
    most `seconds`, if given."""
    settings = {"environment": environment_of(app), "seconds": seconds}
    arguments = (str(app.settings.steps_dir), *arguments)
    work = threading.Thread(
        target=_run, args=arguments, kwargs=settings, name=f"step-{arguments[1]}", daemon=True
    )
    work.start()


def _run(folder: str, *arguments: str, environment: dict[str, str], seconds: float | None) -> None:
    with suppress(subprocess.TimeoutExpired):  # the step's log says so
        run_logged_step(Path(folder), *arguments, environment=environment, seconds=seconds)


def environment_of(app: AppState) -> dict[str, str]:
    """The environment of a step on this application's database and folders."""
    return {
        "QINGYI_DATABASE_URL": app.engine.url.render_as_string(hide_password=False),
        **({"QINGYI_EVIDENCE_DIR": app.store.place} if isinstance(app.store, FolderStore) else {}),
        "QINGYI_LISTS_DIR": str(app.lists.folders.folder),
        "QINGYI_LISTS_KEPT_DIR": str(app.lists.folders.kept),
        "QINGYI_ALLOW_NETWORKS": ",".join(app.settings.allow_networks),
    }
