"""SIGKILL of each process at points nobody chose: what it did stands, what it had not done is done by the next."""

import random
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime

import httpx
import psutil
import pytest
from sqlalchemy import Engine, func, select

from jobs.schedule import ensure_jobs, scheduler
from records.database import reading
from records.models import Base, Snapshot
from tests.faults.deployment import Deployment, deployed
from tests.servers.postgresql import free_port
from tests.waiting import wait_for

pytestmark = [pytest.mark.crawl, pytest.mark.slow]


def family(process: int) -> list[psutil.Process]:
    """Everything that a process has begun, and what that has."""
    with suppress(psutil.Error):
        return psutil.Process(process).children(recursive=True)
    return []


def count_snapshots(engine: Engine) -> int:
    with reading(engine) as session:
        return session.scalar(select(func.count(Snapshot.id)))


def serve(environment: Mapping[str, str], port: int) -> subprocess.Popen[bytes]:
    """The server, whose clock begins a crawl at once."""
    program = [sys.executable, "-m", "qingyi", "serve", "--port", str(port)]
    return subprocess.Popen(
        program, env=dict(environment), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


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
    engine: Engine, tmp_path, recovers, soak: bool
) -> None:
    for ending in [signal.SIGKILL, signal.SIGTERM] if soak else [signal.SIGKILL]:
        end_server(engine, tmp_path, recovers, ending)


def end_server(engine: Engine, tmp_path, recovers, ending: signal.Signals) -> None:
    with deployed_anew(engine, tmp_path / ending.name, pages=6, delay=0.5) as deployment:
        due_at_once(engine)
        port = free_port()
        server = serve(deployment.environment, port)
        wait_for(lambda: count_snapshots(engine) > 0, "the clock begins no crawl")
        begun = family(server.pid)
        assert begun
        server.send_signal(ending)
        server.wait(30)
        assert psutil.wait_procs(begun, timeout=30)[1] == [], "no process is left"
        with recovers(
            deployment, f"server {'killed' if ending is signal.SIGKILL else 'ended'} with a crawl under it"
        ):
            done = deployment.crawl()
            assert done.returncode == 0, done.stderr


@pytest.mark.soak(only=True)
@pytest.mark.parametrize("victim", ["crawl", "writer or judge", "serve", "step of the clock"])
def test_any_process_killed_at_random_points(engine: Engine, tmp_path, recovers, victim: str) -> None:
    chance = random.Random(f"20261128 {victim}")
    for number in range(15):
        with deployed_anew(engine, tmp_path / str(number), delay=0.1, captures=True) as deployment:
            strike(victim, deployment, chance.uniform(0.0, 4.0))
            with recovers(deployment, f"SIGKILL of {victim}"):
                done = deployment.crawl()
                assert done.returncode == 0, done.stderr


def deployed_anew(engine: Engine, folder, **options: object):
    """A deployment whose database holds nothing of the one before."""
    folder.mkdir()
    engine.dispose()
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        else:
            connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        for table in reversed(Base.metadata.sorted_tables):
            if table.name != "audit_entries":  # which refuses, as it should
                connection.execute(table.delete())
    return deployed(engine, folder, **options)


def strike(victim: str, deployment: Deployment, after: float) -> None:
    """Kill it a time after the first page was kept."""
    own = victim in {"serve", "step of the clock"}
    if own:
        due_at_once(deployment.engine)
        process = serve(deployment.environment, free_port())
    else:
        process = subprocess.Popen(
            [sys.executable, "-m", "qingyi", "crawl"], env=dict(deployment.environment), stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
    wait_for(lambda: count_snapshots(deployment.engine) > 0, "nothing is kept")
    with suppress(subprocess.TimeoutExpired):
        process.wait(after)
    struck = {
        "writer or judge": [one for one in family(process.pid) if "forkserver" in " ".join(one.cmdline())][
            -1:
        ],
        "step of the clock": [one for one in family(process.pid) if "crawl" in one.cmdline()],
    }.get(victim, [])
    begun = family(process.pid)
    for one in struck:
        with suppress(psutil.Error):
            one.kill()
    process.kill()
    process.wait(30)
    assert psutil.wait_procs(begun, timeout=40)[1] == [], "no process is left"
