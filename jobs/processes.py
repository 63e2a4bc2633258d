"""Steps that the schedule or a page starts: `qingyi` in a process of its own, since a crawl's reactor runs once a process,
and neither its memory nor its crash may touch the server."""

import os
import subprocess
import sys
from collections.abc import Mapping


def run_step(
    *arguments: str, environment: Mapping[str, str] | None = None, seconds: float | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `qingyi` with `arguments`, and return what it said and how it ended. `environment` is added to this process's
    own. Raises subprocess.TimeoutExpired after `seconds`."""
    return subprocess.run(  # noqa: S603 - our own program; what a user typed comes after "--"
        [sys.executable, "-m", "qingyi", *arguments],
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds,
    )
