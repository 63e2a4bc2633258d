"""The output of steps that the schedule or a page started: one file each, named by time and step, with the
exit code in its last line. The newest are kept."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from records.task_locks import is_running

_KEPT = 300
_TAIL = 20_000  # bytes
_TIME = "%Y%m%dT%H%M%S.%fZ"
_OURS, _PROCESS, _ENDED = "# ", "进程 ", "退出码 "
RUNNING_ALREADY = 3  # exit code: the same task runs already, which is not a fault


@dataclass(frozen=True)
class StepRun:
    """One run of a step. `code` is None while it runs; it is lost where the machine went down under it."""

    name: str  # of its file
    command: str
    started_at: datetime
    process_id: int
    code: int | None
    said: str  # the end of its output

    @property
    def is_faulty(self) -> bool:
        """Whether it failed, or was lost."""
        return self.code not in (0, RUNNING_ALREADY) if self.code is not None else not self.is_running

    @property
    def is_running(self) -> bool:
        """Whether its process lives."""
        return self.code is None and is_running(self.process_id)


def new_log(folder: Path, arguments: tuple[str, ...], now: datetime) -> Path:
    """An empty file for a run that begins; removes the oldest files beyond the limit."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in sorted(folder.glob("*.log"))[: -_KEPT + 1]:
        old.unlink(missing_ok=True)
    file = folder / f"{now.astimezone(UTC).strftime(_TIME)}-{arguments[0]}.log"
    note(file, f"qingyi {' '.join(arguments)}")
    return file


def note(file: Path, words: str) -> None:
    """Add our own line to a step's output."""
    with file.open("a", encoding="utf-8") as log:
        log.write(f"{_OURS}{words}\n")


def note_process(file: Path, process_id: int) -> None:
    """Write the step's process id."""
    note(file, f"{_PROCESS}{process_id}")


def note_end(file: Path, code: int) -> None:
    """Write the exit code."""
    note(file, f"{_ENDED}{code}")


def find_run(folder: Path, name: str) -> StepRun | None:
    """The run of that file's name; None where there is none."""
    return _read(folder / name) if re.fullmatch(r"[\w.]+-[a-z]+\.log", name, re.ASCII) else None


def list_runs(folder: Path, limit: int) -> list[StepRun]:
    """The newest runs, newest first."""
    return [run for file in sorted(folder.glob("*.log"), reverse=True)[:limit] if (run := _read(file))]


def _read(file: Path) -> StepRun | None:
    """None for a file that is gone, or not one of ours."""
    try:
        started = datetime.strptime(file.name.split("-")[0], _TIME).replace(tzinfo=UTC)
        with file.open("rb") as log:
            head = log.read(4_000).decode("utf-8", "replace")
            log.seek(max(0, file.stat().st_size - _TAIL))
            tail = log.read().decode("utf-8", "replace")
    except (OSError, ValueError):
        return None
    process = re.search(rf"^{_OURS}{_PROCESS}(\d+)$", head, re.M)
    ended = re.search(rf"^{_OURS}{_ENDED}(-?\d+)$", tail, re.M)
    words = "\n".join(line for line in tail.splitlines() if line and not line.startswith(_OURS))
    return StepRun(
        name=file.name,
        command=head.partition("\n")[0].removeprefix(_OURS),
        started_at=started,
        process_id=int(process[1]) if process else 0,
        code=int(ended[1]) if ended else None,
        said=words,
    )
