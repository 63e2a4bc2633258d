"""The database: damaged, locked, gone and back, replaced by a restored copy, half migrated."""

import sqlite3
import time
from contextlib import closing
from functools import partial
from pathlib import Path

import httpx
import psycopg
import pytest
from sqlalchemy import Engine

from records.database import open_engine, require_fitting
from records.migrations import check_models
from tests import commands
from tests.faults.deployment import Deployment, deployed
from tests.faults.test_processes import count_snapshots, is_answering, serve
from tests.servers.postgresql import free_port, fresh_database, running_server
from tests.waiting import wait_for

pytestmark = [pytest.mark.crawl, pytest.mark.slow]


def sqlite_file(engine: Engine) -> Path:
    """The file, with all commits in it and no journal next to it."""
    engine.dispose()
    place = Path(engine.url.database)
    with closing(sqlite3.connect(place)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA journal_mode=DELETE")
    return place


@pytest.fixture
def on_sqlite(engine: Engine) -> Engine:
    if engine.dialect.name != "sqlite":
        pytest.skip("a fault of SQLite's")
    return engine


@pytest.mark.soak
@pytest.mark.databases("sqlite")
def test_a_damaged_database_is_told_and_comes_back_from_its_backup(
    on_sqlite: Engine, tmp_path: Path, recovers, soak: bool
) -> None:
    with deployed(on_sqlite, tmp_path, captures=soak) as deployment:
        assert deployment.crawl().returncode == 0
        backup = str(tmp_path / "backup")
        assert deployment.run("backup", backup).returncode == 0
        place = sqlite_file(on_sqlite)
        with place.open("r+b") as file:  # all but the page that names the tables
            file.seek(4096)
            file.write(b"\xa5" * (place.stat().st_size - 4096))
        done = deployment.run("flag")
        assert (done.returncode, "数据库" in done.stderr) == (2, True), done.stderr
        assert "Traceback" not in done.stderr
        place.unlink()
        with recovers(deployment, "database damaged, restored"):
            back = deployment.run("restore", backup)
            assert back.returncode == 0, back.stderr
            assert deployment.run("flag").returncode == 0


@pytest.mark.soak(only=True)
@pytest.mark.databases("sqlite")
def test_a_crawl_waits_for_who_holds_the_database_and_ends_with_its_reason_if_that_is_for_ever(
    on_sqlite: Engine, tmp_path: Path, recovers
) -> None:
    with deployed(on_sqlite, tmp_path, delay=0.2, captures=True) as deployment:
        with closing(sqlite3.connect(on_sqlite.url.database, isolation_level=None)) as other:
            crawl = deployment.start("crawl")
            wait_for(lambda: count_snapshots(on_sqlite) > 0, "nothing is kept")
            other.execute("BEGIN IMMEDIATE")
            done = crawl.communicate(240)
            assert (done.returncode, "locked" in done.stderr, "Traceback" in done.stderr) == (2, True, False)
        with recovers(deployment, "database locked for a minute"):
            assert deployment.crawl().returncode == 0


@pytest.mark.soak(only=True)
@pytest.mark.databases("postgresql")
def test_a_crawl_waits_for_who_holds_a_table_and_goes_on(
    engine: Engine, postgresql: str, tmp_path: Path, recovers
) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("a fault of PostgreSQL's: the whole of SQLite is locked, not a table")
    address = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with deployed(engine, tmp_path, delay=0.2, captures=True) as deployment:
        crawl = deployment.start("crawl")
        wait_for(lambda: count_snapshots(engine) > 0, "nothing is kept")
        with psycopg.connect(address) as other, psycopg.connect(address, autocommit=True) as watching:
            other.execute("LOCK TABLE snapshots, judgements IN ACCESS EXCLUSIVE MODE")
            waiters = "SELECT count(*) FROM pg_locks WHERE NOT granted"
            wait_for(lambda: watching.execute(waiters).fetchone()[0] > 0, "nobody waits")
            other.rollback()
        with recovers(deployment, "table locked"):
            done = crawl.communicate(240)
            assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr


@pytest.mark.soak
@pytest.mark.postgresql
def test_pages_say_that_the_database_is_gone_and_go_on_when_it_is_back(
    tmp_path: Path, postgresql_data: Path, recovers, soak: bool
) -> None:
    with running_server(postgresql_data, durable=True) as server:
        url = server.make("qingyi", "migrated")
        engine = open_engine(url)
        environment = commands.environment_of(url, tmp_path / "evidence")
        port = free_port()
        served = {**environment, "QINGYI_WEBHOOKS_EVERY_SECONDS": "5"}
        asked = f"http://127.0.0.1:{port}/api/v1/transfers"
        headers = {"Authorization": "Bearer none"}
        with deployed(engine, tmp_path, delay=0.3, captures=soak) as deployment, serve(served, port) as pages:
            wait_for(lambda: is_answering(port), "nothing is served")
            crawl = deployment.start("crawl", *([] if soak else ["--no-capture"]))
            wait_for(lambda: count_snapshots(engine) > 0, "nothing is kept")
            engine.dispose()
            server.kill()
            answer = httpx.get(asked, headers=headers, timeout=20)
            assert (answer.status_code, "qingyi@" in answer.text) == (503, False), answer.text
            done = crawl.communicate(120)
            assert (done.returncode, "Traceback" in done.stderr) == (2, False), done.stderr
            time.sleep(30 if soak else 0)
            server.start()
            answer = httpx.get(asked, headers=headers, timeout=20)
            assert answer.status_code == 401, "it is asked who calls"
            with recovers(deployment, "PostgreSQL gone and back"):
                done = deployment.crawl()
                assert done.returncode == 0, done.stderr
            pages.terminate()
            pages.wait(30)
        engine.dispose()


@pytest.mark.soak(only=True)
def test_work_goes_on_upon_a_restored_copy(engine: Engine, tmp_path: Path, postgresql: str, recovers) -> None:
    with deployed(engine, tmp_path, delay=0.2, captures=True) as deployment:
        crawl = deployment.start("crawl")
        wait_for(lambda: count_snapshots(engine) > 2, "nothing is kept")
        taken = deployment.run("backup", str(tmp_path / "backup"))
        assert taken.returncode == 0, taken.stderr
        crawl.kill()
        crawl.wait(30)
        with fresh_database(postgresql, "standby") as standby:
            url = standby if engine.dialect.name == "postgresql" else f"sqlite:///{tmp_path / 'standby.db'}"
            environment = commands.environment_of(url, tmp_path / "evidence")
            back = commands.run("restore", str(tmp_path / "backup"), environment=environment)
            assert back.returncode == 0, back.stderr
            copy = open_engine(url)
            moved = Deployment(deployment.site, copy, deployment.store, environment, captures=True)
            with recovers(moved, "failover to a restored copy"):
                done = moved.crawl()
                assert done.returncode == 0, done.stderr
            copy.dispose()


@pytest.mark.soak
@pytest.mark.databases("sqlite")
def test_a_migration_killed_midway_is_done_whole_by_the_next(
    engine: Engine, tmp_path: Path, postgresql: str, soak: bool
) -> None:
    tries = [0.1 * number for number in range(15)] if soak else [0.3]
    for number, after in enumerate(tries):
        with fresh_database(postgresql, f"killed{number}") as fresh:
            url = fresh if engine.dialect.name == "postgresql" else f"sqlite:///{tmp_path / f'{number}.db'}"
            environment = commands.environment_of(url, tmp_path / "evidence")
            begun = commands.start("database", "upgrade", environment=environment)
            wait_for(partial(has_begun_or_ended, url, begun), "no migration begins")
            time.sleep(after)
            begun.kill()
            begun.wait(30)
            done = commands.run("database", "upgrade", environment=environment)
            assert done.returncode == 0, done.stderr
            made = open_engine(url)
            require_fitting(made)
            check_models(made)
            made.dispose()


def has_begun_or_ended(url: str, command: commands.RunningCommand) -> bool:
    """Whether somebody writes to the database, or the command has ended."""
    if command.poll() is not None:
        return True
    if url.startswith("sqlite"):
        place = Path(url.removeprefix("sqlite:///"))
        return place.exists() and place.stat().st_size > 0
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND xact_start IS NOT NULL"
        return connection.execute(f"{others} AND pid <> pg_backend_pid()").fetchone()[0] > 0
