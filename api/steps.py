"""Steps that a page starts: `qingyi` in a process of its own, since a crawl's reactor runs once a process, and neither
its memory nor its crash may touch the server."""

import os
import subprocess
import sys
import threading

from api.context import Parts


def start_step(here: Parts, *arguments: str) -> None:
    """Run `qingyi` with `arguments` in the background, on this application's database and folders."""
    threading.Thread(target=run_step, args=(here, *arguments), daemon=True).start()


def run_step(here: Parts, *arguments: str, seconds: float = 3_600) -> subprocess.CompletedProcess[str]:
    """Run `qingyi` with `arguments`, and return what it said and how it ended. Raises subprocess.TimeoutExpired."""
    return subprocess.run(  # noqa: S603 - our own program; what a user typed comes after "--"
        [sys.executable, "-m", "qingyi", *arguments],
        env={**os.environ, **_environment(here)},
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds,
    )


def _environment(here: Parts) -> dict[str, str]:
    return {
        "QINGYI_DATABASE_URL": here.engine.url.render_as_string(hide_password=False),
        "QINGYI_EVIDENCE_DIR": str(here.store.folder),
        "QINGYI_LISTS_DIR": str(here.lists.here.folder),
        "QINGYI_LISTS_KEPT_DIR": str(here.lists.here.kept),
        "QINGYI_ALLOW_NETWORKS": ",".join(here.settings.allow_networks),
    }
