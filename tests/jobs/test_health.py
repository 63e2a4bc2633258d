"""The system's requirements are checked; faults are reported in words."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine

from jobs.health import check_all, check_vital, clock_check
from jobs.schedule import ensure_jobs, scheduler
from records.database import open_engine, reading
from records.figures.work_status import ClockJob, list_clock_jobs
from records.settings import Settings
from records.store.bucket_store import Bucket, BucketStore
from records.store.folder_store import FolderStore
from tests.servers.s3 import S3Server


def test_a_whole_system_passes(engine: Engine, tmp_path) -> None:
    clock = scheduler(engine)
    clock.start(paused=True)
    ensure_jobs(clock)
    with reading(engine) as session:
        jobs = list_clock_jobs(session)
    clock.shutdown()
    assert {"crawl", "recheck", "tips", "webhooks"} <= {job.name for job in jobs}
    beat = next(job.next_at for job in jobs if job.name == "webhooks")
    checks = check_all(engine, FolderStore(tmp_path / "evidence"), Settings(), beat)
    assert {check.name: check.is_good for check in checks} == dict.fromkeys(
        ("database", "evidence", "disk", "clock", "browser", "ocr"), True
    )


@pytest.mark.parametrize(("late", "good"), [(0, True), (60, True), (600, False), (900_000, False)])
def test_a_clock_that_stopped_is_told(now: datetime, late: int, good: bool) -> None:
    check = clock_check([ClockJob("webhooks", now - timedelta(seconds=late))], now)
    assert (check.is_good, "停止" in check.words) == (good, not good)


def test_a_clock_that_never_ran_is_told(now: datetime) -> None:
    assert not clock_check([], now).is_good


@pytest.mark.databases("sqlite")
def test_what_is_missing_is_named(engine: Engine, tmp_path, now: datetime) -> None:
    (tmp_path / "file").write_text("no folder")
    settings = Settings(chromium=tmp_path / "no-browser")
    store = FolderStore(tmp_path / "file")
    bad = {one.name: one.words for one in check_all(engine, store, settings, now) if not one.is_good}
    assert set(bad) == {"evidence", "clock", "browser"}
    assert "no-browser" in bad["browser"]


def test_a_database_without_tables_is_not_ready(tmp_path) -> None:
    empty = open_engine(f"sqlite:///{tmp_path / 'empty.db'}")
    checks = {check.name: check for check in check_vital(empty, FolderStore(tmp_path))}
    assert "qingyi database upgrade" in checks["database"].words
    assert not checks["database"].is_good
    empty.dispose()


@pytest.mark.databases("postgresql")
def test_a_bucket_is_looked_at_instead_of_a_disk(engine: Engine, s3: S3Server) -> None:
    url = engine.url.render_as_string(hide_password=False)
    checks = {check.name: check for check in check_vital(engine, BucketStore(s3.new_bucket(), url))}
    assert checks.keys() == {"database", "evidence"}
    assert all(check.is_good for check in checks.values())
    assert checks["evidence"].words.startswith("s3://evidence-")
    gone = BucketStore(Bucket("s3://nobodys", s3.address, "us-east-1", "key", "secret"), url)
    assert [check.is_good for check in check_vital(engine, gone)] == [True, False]
