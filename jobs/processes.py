"""Steps that the schedule or a page starts: `qingyi` in a process of its own, since a crawl's reactor runs once a process,
and neither its memory nor its crash may touch the server."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from jobs import step_logs
from telemetry.logs import logs_json

_ENDS_WITH = "QINGYI_ENDS_WITH"
_GRACE_SECONDS = 20.0
# Nobody writes to this pipe: it closes for its readers when this process ends, in whatever way.
_alive: list[tuple[int, int]] = []
_is_step = False


def end_steps() -> None:
    """Tell all running steps to end, without waiting."""
    for _, write_end in _alive:
        os.close(write_end)
    _alive.clear()


def is_step() -> bool:
    """Whether this process was started as a step."""
    return _is_step


def end_with_parent() -> None:
    """In a step: end when the process that started it has ended, cleanly if there is time."""
    global _is_step  # noqa: PLW0603 - one a process
    read_end = os.environ.pop(_ENDS_WITH, "")  # this step's own children are not steps
    if read_end:
        _is_step = True
        threading.Thread(target=_wait_for_end, args=(int(read_end),), name="parent", daemon=True).start()


def _wait_for_end(read_end: int) -> None:
    os.read(read_end, 1)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_GRACE_SECONDS)
    os._exit(1)


def run_step(
    *arguments: str,
    environment: Mapping[str, str] | None = None,
    seconds: float | None = None,
    is_unattended: bool = False,
) -> subprocess.CompletedProcess[str]:
    """Run `qingyi` with `arguments`, and return its output and exit code. `environment` is added to this
    process's own. Raises subprocess.TimeoutExpired after `seconds`. A step ends when this process does. Where
    this process logs as JSON, what an unattended step logs goes where its own log goes."""
    read_end = _end_of_this()
    return subprocess.run(  # noqa: S603 - our own program; user input comes after "--"
        _command(arguments),
        env={**os.environ, **(environment or {}), _ENDS_WITH: str(read_end)},
        pass_fds=(read_end,),
        stdout=subprocess.PIPE,
        stderr=None if is_unattended and logs_json() else subprocess.PIPE,
        text=True,
        check=False,
        timeout=seconds,
    )


def run_logged_step(
    folder: Path,
    *arguments: str,
    environment: Mapping[str, str] | None = None,
    seconds: float | None = None,
) -> subprocess.CompletedProcess[str]:
    """As `run_step`, unattended; its output can be read in `folder` while it runs and after."""
    file = step_logs.new_log(folder, arguments, datetime.now(UTC))
    begun, read_end = file.stat().st_size, _end_of_this()
    with file.open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 - as above
            _command(arguments),
            env={
                **os.environ,
                "PYTHONUNBUFFERED": "1",
                **(environment or {}),
                _ENDS_WITH: str(read_end),
            },
            pass_fds=(read_end,),
            stdout=log,
            stderr=None if logs_json() else subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )
    step_logs.note_process(file, process.pid)
    try:
        code = process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        code = process.wait()
        step_logs.note(file, f"超过 {seconds:.0f} 秒，已终止")
        raise
    finally:
        step_logs.note_end(file, process.returncode if process.returncode is not None else -1)
    output = file.read_bytes()[begun:].decode("utf-8", "replace")
    return subprocess.CompletedProcess(process.args, code, output, output)


def _end_of_this() -> int:
    """The end of the pipe by which a step notices that this process has ended."""
    if not _alive:
        _alive.append(os.pipe())
    return _alive[0][0]


def _command(arguments: tuple[str, ...]) -> list[str]:
    return [sys.executable, "-m", "qingyi", *arguments]
