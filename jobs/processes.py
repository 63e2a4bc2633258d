"""Steps that the schedule or a page starts: `qingyi` in a process of its own, since a crawl's reactor runs once a process,
and neither its memory nor its crash may touch the server."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping

_ENDS_WITH = "QINGYI_ENDS_WITH"
_GRACE_SECONDS = 20.0
# Nobody writes to this pipe: it ends, for all who read it, when this process does, however that comes about.
_alive: list[tuple[int, int]] = []


def end_steps() -> None:
    """Have all steps that run end, and wait for none."""
    for _, write_end in _alive:
        os.close(write_end)
    _alive.clear()


def end_with_parent() -> None:
    """In a step: end when who started it has ended, in good order if there is time for it."""
    read_end = os.environ.pop(_ENDS_WITH, "")
    if read_end:
        threading.Thread(target=_wait_for_end, args=(int(read_end),), name="parent", daemon=True).start()


def _wait_for_end(read_end: int) -> None:
    os.read(read_end, 1)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_GRACE_SECONDS)
    os._exit(1)


def run_step(
    *arguments: str, environment: Mapping[str, str] | None = None, seconds: float | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `qingyi` with `arguments`, and return what it said and how it ended. `environment` is added to this process's
    own. Raises subprocess.TimeoutExpired after `seconds`. A step ends when this process does."""
    if not _alive:
        _alive.append(os.pipe())
    read_end = _alive[0][0]
    return subprocess.run(  # noqa: S603 - our own program; what a user typed comes after "--"
        [sys.executable, "-m", "qingyi", *arguments],
        env={**os.environ, **(environment or {}), _ENDS_WITH: str(read_end)},
        pass_fds=(read_end,),
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds,
    )
