"""Steps that a page starts, on this application's database and folders."""

import threading

from api.context import AppState
from jobs.processes import run_step

_LONGEST_SECONDS = 3_600


def start_step(app: AppState, *arguments: str) -> None:
    """Run `qingyi` with `arguments` in the background, on this application's database and folders."""
    settings = {"environment": environment_of(app), "seconds": _LONGEST_SECONDS}
    work = threading.Thread(
        target=run_step, args=arguments, kwargs=settings, name=f"step-{arguments[0]}", daemon=True
    )
    work.start()


def environment_of(app: AppState) -> dict[str, str]:
    """What has a step work on this application's database and folders."""
    return {
        "QINGYI_DATABASE_URL": app.engine.url.render_as_string(hide_password=False),
        "QINGYI_EVIDENCE_DIR": str(app.store.folder),
        "QINGYI_LISTS_DIR": str(app.lists.folders.folder),
        "QINGYI_LISTS_KEPT_DIR": str(app.lists.folders.kept),
        "QINGYI_ALLOW_NETWORKS": ",".join(app.settings.allow_networks),
    }
