"""Two runs of one task never overlap; a dead holder holds nothing."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from records.database import transaction
from records.models import Lease
from records.task_locks import TaskRunning, hold

HOLD_FOREVER = """
import sys, time
from records.database import open_engine
from records.task_locks import hold
with hold(open_engine(sys.argv[1]), "crawl"):
    print("held", flush=True)
    time.sleep(600)
"""


def test_a_second_run_is_refused_while_the_first_holds(engine: Engine) -> None:
    with hold(engine, "crawl"), pytest.raises(TaskRunning), hold(engine, "crawl"):
        pass


def test_another_task_is_not_in_the_way(engine: Engine) -> None:
    with hold(engine, "crawl"), hold(engine, "recheck"):
        pass


def test_a_lease_is_free_after_use_even_after_an_error(engine: Engine) -> None:
    with pytest.raises(RuntimeError), hold(engine, "crawl"):
        raise RuntimeError
    with hold(engine, "crawl"):
        pass


def test_a_killed_holder_holds_nothing(engine: Engine, database_url: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD_FOREVER, database_url], stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(TaskRunning, match=str(holder.pid)), hold(engine, "crawl"):
            pass
        holder.kill()
        holder.wait()
        with hold(engine, "crawl"):
            pass


@pytest.mark.parametrize(("seconds", "free"), [(60, False), (-1, True)])
def test_a_holder_on_another_machine_holds_until_it_falls_silent(
    engine: Engine, seconds: int, free: bool
) -> None:
    expires_at = datetime.now(UTC) + timedelta(seconds=seconds)
    with transaction(engine) as session:
        session.add(
            Lease(task="crawl", host="elsewhere", process_id=1, process_started="1", expires_at=expires_at)
        )
    if free:
        with hold(engine, "crawl"):
            pass
    else:
        with pytest.raises(TaskRunning, match="elsewhere"), hold(engine, "crawl"):
            pass
