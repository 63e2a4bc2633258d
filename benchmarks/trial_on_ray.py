"""A trial of lists over many stored pages on Ray, with one worker and with two, against the two processes of the default.

Usage: python -m benchmarks.trial_on_ray [--pages N] [--characters N] [--folder F] [--runs loop,ray1,ray2,killed]

Each run judges all pages by both versions of the lists, in a process that this one watches: its time, the time of its
processors, its memory, its result as a hash. `killed` is two workers, killed with their driver at two fifths and begun
again. Fails where two results differ. Without Ray (`make ray`) it says so and ends. The pages stay in `--folder`, if one is
named.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, select

from benchmarks.trial import EVERYWHERE, NOW, _two_versions, fill
from jobs.on_ray import OnRay
from records import models
from records.database import open_engine, reading, transaction
from records.lists.drafts import ListFolders
from records.lists.spreading import in_processes
from records.lists.trial_run import run_trial
from records.lists.trials import begin_trial, pages_to_try
from records.migrations import upgrade
from records.settings import PROJECT
from records.store.folder_store import FolderStore

_EVERY = 0.25  # seconds between two looks
_KILLED_AT = 0.4


@dataclass
class Cost:
    """What a process and all that it begins have used, as it was seen from time to time."""

    seconds: float = 0.0
    peak: int = 0  # bytes, shared ones counted once for each process that shares them
    processors: dict[int, float] = field(default_factory=dict)

    def look(self, program: psutil.Process) -> None:
        """Add the present figures."""
        memory = 0
        for process in _with_descendants(program):
            with suppress(psutil.Error):
                used = process.cpu_times()
                self.processors[process.pid] = used.user + used.system
                memory += process.memory_full_info().pss
        self.peak = max(self.peak, memory)


def _with_descendants(program: psutil.Process) -> Iterator[psutil.Process]:
    with suppress(psutil.Error):
        yield program
        yield from program.children(recursive=True)


def opened(folder: Path) -> tuple[Engine, FolderStore, ListFolders]:
    """The pages of a folder, and the lists that they are judged by."""
    engine = open_engine(f"sqlite:///{folder / 'qingyi.db'}")
    return engine, FolderStore(folder / "evidence"), ListFolders(folder / "lists", folder / "kept")


def filled(folder: Path, pages: int, characters: int, console: Console) -> tuple[str, str]:
    """Fill a folder where that is not done, and return both versions of the lists."""
    done = folder / "filled.json"
    if not done.exists():
        engine, store, _ = opened(folder)
        upgrade(engine)
        _, versions = _two_versions(folder, EVERYWHERE)
        fill(engine, store, pages, characters, versions[0], console)
        done.write_text(json.dumps(versions), "utf-8")
    before, after = json.loads(done.read_text("utf-8"))
    return before, after


def run(folder: Path, trial_id: int, workers: int) -> None:
    """A trial, in this process: by Ray with that number of workers, or without Ray for 0."""
    engine, store, folders = opened(folder)
    with reading(engine) as session:
        ids = pages_to_try(session, None, 0)
    spread = OnRay(workers=workers) if workers else in_processes
    run_trial(engine, store, folders, trial_id, ids, spread=spread)


def watched(folder: Path, trial_id: int, workers: int, cost: Cost, until: int = 0) -> None:
    """Run a trial in a process of its own, and kill all of it once `until` pages are judged."""
    command = [sys.executable, "-m", "benchmarks.trial_on_ray", "--folder", str(folder)]
    began = time.monotonic()
    program = subprocess.Popen(
        [*command, "--trial", str(trial_id), "--workers", str(workers)], cwd=PROJECT, start_new_session=True
    )
    seen = psutil.Process(program.pid)
    while program.poll() is None:
        cost.look(seen)
        if until and judged(folder, trial_id) >= until:
            for process in [*_with_descendants(seen)]:
                with suppress(psutil.Error):
                    process.send_signal(signal.SIGKILL)
            program.wait(60)
            break
        time.sleep(_EVERY)
    cost.seconds += time.monotonic() - began
    if program.returncode and not until:
        sys.exit(f"the trial ended with {program.returncode}")


def judged(folder: Path, trial_id: int) -> int:
    """How many pages of a trial are judged."""
    engine, _, _ = opened(folder)
    with reading(engine) as session:
        found = session.get_one(models.ListTrial, trial_id).judged
    engine.dispose()
    return found


def outcome(folder: Path, trial_id: int) -> str:
    """A hash of a trial's figures and differences."""
    engine, _, _ = opened(folder)
    columns = [one for one in models.TrialDifference.__table__.columns if one.name not in {"id", "trial_id"}]
    told = sha256()
    with reading(engine) as session:
        trial = session.get_one(models.ListTrial, trial_id)
        told.update(json.dumps([trial.state.value, trial.judged, trial.figures], sort_keys=True).encode())
        rows = select(*columns).where(models.TrialDifference.trial_id == trial_id)
        for row in session.execute(rows.order_by(models.TrialDifference.snapshot_id)):
            told.update(repr(tuple(row)).encode())
    engine.dispose()
    return told.hexdigest()[:16]


def main() -> None:
    """Fill, run, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=4_000)
    parser.add_argument("--characters", type=int, default=2_000, help="of each page")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--runs", default="loop,ray1,ray2,killed")
    parser.add_argument("--trial", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--workers", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.trial:
        run(options.folder, options.trial, options.workers)
        return
    if find_spec("ray") is None:
        Console().print("Ray is not installed: make ray")
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder: Path = options.folder or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        table = Table("run", "seconds", "pages/s", "processors, ms a page", "memory, MB", "result")
        console = Console(width=110)
        versions = filled(folder, options.pages, options.characters, console)
        results = set()
        for name in options.runs.split(","):
            engine, _, _ = opened(folder)
            with transaction(engine) as session:
                ids = pages_to_try(session, None, 0)
                trial_id = begin_trial(session, None, versions, ids, "system:benchmark", NOW).id
            engine.dispose()
            cost, workers = Cost(), {"loop": 0, "ray1": 1}.get(name, 2)
            if name == "killed":
                watched(folder, trial_id, workers, cost, until=int(_KILLED_AT * len(ids)))
                console.print(f"killed at {judged(folder, trial_id):,} of {len(ids):,} pages")
            watched(folder, trial_id, workers, cost)
            results.add(found := outcome(folder, trial_id))
            used = 1000 * sum(cost.processors.values()) / len(ids)
            rate = f"{len(ids) / cost.seconds:.1f}"
            table.add_row(name, f"{cost.seconds:.0f}", rate, f"{used:.2f}", f"{cost.peak / 1e6:.0f}", found)
            load = os.getloadavg()[0]  # a later run may fail
            console.print(f"{name}: {cost.seconds:.0f} s, {used:.2f} ms a page, {found}; load {load:.1f}")
        console.print(table)
        if len(results) > 1:
            sys.exit("the results differ")


if __name__ == "__main__":
    main()
