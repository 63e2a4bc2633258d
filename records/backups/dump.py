"""The database as one file, at one moment, and its restoration: SQLite by its own backup, PostgreSQL by
pg_dump."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Engine, create_engine, delete, inspect, text
from sqlalchemy.orm import Session

from records.database import transaction
from records.models import SignIn
from records.store.whole_files import flush_to_disk

NAMES = {"sqlite": "database.db", "postgresql": "database.pgdump"}


class BackupFailed(Exception):
    """A backup could not be made or restored; the message says why, in Chinese."""


@contextmanager
def dumped(engine: Engine, folder: Path) -> Iterator[Session]:
    """Write the database into `folder` while others go on writing to it. The session that it yields, for reading only,
    sees the file's contents, without later writes. Raises BackupFailed."""
    file = folder / NAMES[engine.dialect.name]
    if engine.dialect.name == "sqlite":
        _dump_sqlite(Path(engine.url.database or ""), file)
        copy = create_engine(f"sqlite:///{file}")
        try:
            with Session(copy) as session:
                yield session
        finally:
            copy.dispose()
        return
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        snapshot = connection.scalar(text("SELECT pg_export_snapshot()"))
        _run_client(engine, "pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={file}")
        with Session(connection) as session:
            yield session


def require_empty(engine: Engine) -> None:
    """Raises BackupFailed where the database has tables: nothing is overwritten."""
    if inspect(engine).get_table_names():
        where = engine.url.render_as_string(hide_password=True)
        raise BackupFailed(f"数据库 {where} 中已有数据，不予覆盖：请指定一个空的数据库")


def load(engine: Engine, folder: Path) -> None:
    """Fill an empty database from the file in `folder`, all of it or nothing. Raises BackupFailed."""
    require_empty(engine)
    file = folder / NAMES[engine.dialect.name]
    if engine.dialect.name == "postgresql":
        _run_client(engine, "pg_restore", "--single-transaction", "--exit-on-error", str(file))
        return
    place = Path(engine.url.database or "")
    engine.dispose()
    new = place.with_name(f".new-{place.name}")
    try:
        shutil.copyfile(file, new)
        _check_sqlite(new)
        for left in (f"{place}-wal", f"{place}-shm"):
            Path(left).unlink(missing_ok=True)
        new.replace(place)
    finally:
        new.unlink(missing_ok=True)
    flush_to_disk(place.parent)


def count_rows(session: Session) -> dict[str, int]:
    """How many rows each table has; except the search index, which is derived from the others."""
    names = (name for name in inspect(session.connection()).get_table_names() if "search" not in name)
    return {
        name: session.scalar(text(f'SELECT count(*) FROM "{name}"')) or 0  # noqa: S608 - a table's name
        for name in sorted(names)
    }


def end_sign_ins(engine: Engine) -> None:
    """End all sign-ins: those that were ended after the backup must not come back with it."""
    with transaction(engine) as session:
        session.execute(delete(SignIn))


def _dump_sqlite(place: Path, file: Path) -> None:
    try:
        with closing(sqlite3.connect(place, timeout=60)) as source, closing(sqlite3.connect(file)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, without a journal
    except sqlite3.Error as error:
        raise BackupFailed(f"数据库 {place} 无法备份：{error}") from error
    _check_sqlite(file)


def _check_sqlite(file: Path) -> None:
    """Raises BackupFailed where the copy is damaged, which means that the original is."""
    try:
        with closing(sqlite3.connect(file)) as copy:
            (message,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.Error as error:
        message = str(error)
    if message != "ok":
        raise BackupFailed(f"数据库已损坏，不能备份或恢复：{' '.join(message.split())[:200]}")


def _run_client(engine: Engine, program: str, *options: str) -> None:
    """Run a program of PostgreSQL's on the database. The password is passed in the environment, which others
    do not see."""
    if shutil.which(program) is None:
        raise BackupFailed(f"找不到 {program}：请安装 postgresql-client，版本不低于数据库的版本")
    address = engine.url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    password = {"PGPASSWORD": str(engine.url.password)} if engine.url.password else {}
    done = subprocess.run(  # noqa: S603 - PostgreSQL's own program
        [program, "--no-owner", "--no-privileges", f"--dbname={address}", *options],
        env={**os.environ, **password},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        message = (done.stderr.strip().splitlines() or ["没有说明"])[0]
        raise BackupFailed(f"{program} 失败：{message[:300]}")
