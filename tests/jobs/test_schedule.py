"""The schedule: jobs live in the database, a missed run is caught up once, two never overlap."""

import pickle
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from apscheduler.events import EVENT_JOB_EXECUTED, EVENT_JOB_MAX_INSTANCES
from sqlalchemy import Engine, inspect, text

from jobs import schedule
from jobs.schedule import JOBS_TABLE, TITLES, ensure_jobs, scheduler
from records.settings import settings

ran: list[int] = []
overlaps: list[int] = []
running = threading.Semaphore(1)
refused = threading.Event()
ran_again = threading.Event()


def note_run() -> None:
    ran.append(1)


def run_until_another_was_refused() -> None:
    if not running.acquire(blocking=False):
        overlaps.append(1)
        return
    ran.append(1)
    refused.wait(10)
    running.release()
    if len(ran) > 1:
        ran_again.set()


@pytest.fixture(autouse=True)
def nothing_ran() -> None:
    ran.clear()
    overlaps.clear()
    refused.clear()
    ran_again.clear()


def test_the_standing_jobs_are_kept_in_the_database(engine: Engine) -> None:
    clock = scheduler(engine)
    clock.start(paused=True)
    ensure_jobs(clock)
    clock.shutdown()
    assert JOBS_TABLE in inspect(engine).get_table_names()
    again = scheduler(engine)
    again.start(paused=True)
    nightly = {"replay"} if settings().viewer_dir.is_dir() else set()
    assert {job.id for job in again.get_jobs()} == {
        "crawl",
        "visitors",
        "recheck",
        "quality",
        "tips",
        "webhooks",
        "rejudge",
    } | nightly
    again.shutdown()


@pytest.mark.databases("sqlite")
def test_each_standing_job_has_a_title_and_goes_when_its_setting_does(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    kept = {"heads_dir": tmp_path, "viewer_dir": tmp_path, "evidence_url": "s3://evidence"}
    monkeypatch.setattr(schedule, "settings", lambda: settings().model_copy(update=kept))
    clock = scheduler(engine)
    clock.start(paused=True)
    ensure_jobs(clock)
    assert {job.id for job in clock.get_jobs()} == set(TITLES)
    clock.modify_job("recheck", args=("recheck", "--as-it-was"))
    monkeypatch.setattr(schedule, "settings", lambda: settings().model_copy(update={"viewer_dir": tmp_path}))
    ensure_jobs(clock)
    assert set(TITLES) - {job.id for job in clock.get_jobs()} == {"gather", "heads"}
    assert tuple(clock.get_job("recheck").args) == ("recheck",), (
        "a changed command reaches a job that is kept"
    )
    clock.shutdown()


def test_a_restart_does_not_put_off_a_run_that_is_due(engine: Engine) -> None:
    clock = scheduler(engine)
    clock.start(paused=True)
    ensure_jobs(clock)
    due = datetime.now(UTC) - timedelta(hours=5)
    clock.modify_job("crawl", next_run_time=due)
    again = scheduler(engine)  # the first one does not end cleanly: it is as good as killed
    again.start(paused=True)
    ensure_jobs(again)
    assert abs(again.get_job("crawl").next_run_time - due) < timedelta(seconds=1)
    for ended in (clock, again):
        ended.shutdown()


def test_a_job_kept_by_a_version_that_named_its_function_otherwise_is_made_anew(engine: Engine) -> None:
    clock = scheduler(engine)
    clock.start(paused=True)
    ensure_jobs(clock)
    (state,) = (
        dict(job.__getstate__(), func="jobs.gone:run_step") for job in clock.get_jobs() if job.id == "crawl"
    )
    with engine.begin() as connection:
        written = text(f"UPDATE {JOBS_TABLE} SET job_state = :state WHERE id = 'crawl'")
        connection.execute(written, {"state": pickle.dumps(state)})
    clock.shutdown()
    again = scheduler(engine)
    again.start(paused=True)
    ensure_jobs(again)
    assert again.get_job("crawl").func is schedule.run_job
    again.shutdown()


def test_many_missed_runs_are_caught_up_once(engine: Engine) -> None:
    clock = scheduler(engine)
    caught_up = threading.Event()
    clock.add_listener(lambda _: caught_up.set(), EVENT_JOB_EXECUTED)
    clock.start(paused=True)
    clock.add_job(note_run, "interval", minutes=10, id="job")
    clock.modify_job("job", next_run_time=datetime.now(UTC) - timedelta(hours=5))
    clock.resume()
    assert caught_up.wait(10)
    clock.shutdown()  # when all jobs handed out have run
    assert len(ran) == 1


def test_two_runs_of_one_job_never_overlap(engine: Engine) -> None:
    clock = scheduler(engine)
    clock.add_listener(lambda _: refused.set(), EVENT_JOB_MAX_INSTANCES)
    clock.start(paused=True)
    clock.add_job(run_until_another_was_refused, "interval", seconds=0.05, id="job")
    clock.resume()
    assert refused.wait(10), "the second run was due while the first went on"
    assert ran_again.wait(10)
    clock.shutdown()
    assert overlaps == []


@pytest.mark.crawl
@pytest.mark.databases("sqlite")
def test_a_step_runs_as_the_command_does(environment, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert schedule.run_job("recheck") == 0
    assert schedule.run_job("crawl", "--site", "http://unknown.test/") == 2
