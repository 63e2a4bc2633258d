"""SIGKILL of each process at points nobody chose: finished work stands, the next process does the rest."""

import random
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import httpx
import psutil
import pytest
from sqlalchemy import Engine, func, select

from jobs.schedule import ensure_jobs, scheduler
from records.database import reading
from records.models import Snapshot
from tests.faults.conftest import NewDatabase
from tests.faults.deployment import Deployment, deployed
from tests.servers.postgresql import free_port
from tests.waiting import wait_for

pytestmark = [pytest.mark.crawl, pytest.mark.slow]

KILLS = 15  # of each process
PATIENCE = 240  # seconds: a server, its step and a browser begin, on a machine that does other things


def family(process: int) -> list[psutil.Process]:
    """All descendants of a process."""
    with suppress(psutil.Error):
        return psutil.Process(process).children(recursive=True)
    return []


def count_snapshots(engine: Engine) -> int:
    with reading(engine) as session:
        return session.scalar(select(func.count(Snapshot.id)))


@contextmanager
def started(environment: Mapping[str, str], *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """`qingyi` as an operator starts it; ended with all its children, whatever the outcome of the test."""
    program = [sys.executable, "-m", "qingyi", *arguments]
    process = subprocess.Popen(
        program, env=dict(environment), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        left = [psutil.Process(process.pid), *family(process.pid)] if process.poll() is None else []
        for one in left:
            with suppress(psutil.Error):
                one.kill()
        process.wait(30)


@contextmanager
def serve(environment: Mapping[str, str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    """The server, whose scheduler starts due jobs at once."""
    with started(environment, "serve", "--port", str(port)) as process:
        yield process


def is_answering(port: int) -> bool:
    with suppress(httpx.HTTPError):
        return httpx.get(f"http://127.0.0.1:{port}/signin").status_code == 200
    return False


def due_at_once(engine: Engine) -> None:
    """The standing jobs' next run is now, as after a time in which nobody ran them."""
    clock = scheduler(engine)
    clock.start(paused=True)
    ensure_jobs(clock)
    clock.modify_job("crawl", next_run_time=datetime.now(UTC))
    clock.shutdown()


@pytest.mark.soak
@pytest.mark.databases("sqlite")
def test_what_the_server_has_begun_ends_with_it_and_is_taken_up_by_the_next(
    new_database: NewDatabase, tmp_path, recovers, soak: bool
) -> None:
    for ending in [signal.SIGKILL, signal.SIGTERM] if soak else [signal.SIGKILL]:
        with new_database() as engine:
            end_server(engine, tmp_path / ending.name, recovers, ending)


def end_server(engine: Engine, folder: Path, recovers, ending: signal.Signals) -> None:
    how = "killed" if ending is signal.SIGKILL else "ended"
    with deployed(engine, folder, pages=6, delay=0.5) as deployment:
        due_at_once(engine)
        with serve(deployment.environment, free_port()) as server:
            wait_for(lambda: count_snapshots(engine) > 0, "the clock begins no crawl")
            begun = family(server.pid)
            assert begun
            server.send_signal(ending)
            server.wait(30)
            assert psutil.wait_procs(begun, timeout=30)[1] == [], "no process is left"
        with recovers(deployment, f"server {how} with a crawl under it"):
            done = deployment.crawl()
            assert done.returncode == 0, done.stderr


@pytest.mark.soak(only=True)
@pytest.mark.parametrize("victim", ["crawl", "writer or judge", "serve", "step of the clock"])
def test_any_process_killed_at_random_points(
    new_database: NewDatabase, tmp_path, recovers, victim: str
) -> None:
    chance = random.Random(f"20261128 {victim}")
    for number in range(KILLS):
        with (
            new_database() as engine,
            deployed(engine, tmp_path / str(number), delay=0.1, captures=True) as deployment,
        ):
            strike(victim, deployment, chance.uniform(0.0, 4.0))
            with recovers(deployment, f"SIGKILL of {victim}"):
                done = deployment.crawl()
                assert done.returncode == 0, done.stderr


def strike(victim: str, deployment: Deployment, after: float) -> None:
    """Kill it some time after the first page was kept, and then its parent."""
    if victim in {"serve", "step of the clock"}:
        due_at_once(deployment.engine)
        running = serve(deployment.environment, free_port())
    else:
        running = started(deployment.environment, "crawl")
    with running as process:
        wait_for(lambda: count_snapshots(deployment.engine) > 0, "nothing is kept", PATIENCE)
        with suppress(subprocess.TimeoutExpired):
            process.wait(after)
        begun = family(process.pid)
        struck = {
            "writer or judge": [one for one in begun if "forkserver" in words(one)][-1:],
            "step of the clock": [one for one in begun if "crawl" in words(one).split()],
        }
        for one in struck.get(victim, []):
            with suppress(psutil.Error):
                one.kill()
        process.kill()
        process.wait(30)
        assert psutil.wait_procs(begun, timeout=40)[1] == [], "no process is left"


def words(process: psutil.Process) -> str:
    """The command line of a process; "" if it has ended meanwhile."""
    with suppress(psutil.Error):
        return " ".join(process.cmdline())
    return ""
