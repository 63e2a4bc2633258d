"""A PostgreSQL server for the tests: Debian's programs, a folder and a port of its own, gone afterwards."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def programs() -> Path:
    """The folder of the newest installed server's programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    assert found, "PostgreSQL is not installed: run `make test`, which installs it"
    return found[-1].parent


def _as_postgres() -> dict[str, object]:
    """PostgreSQL refuses to run as root: then it runs as Debian's user for it."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam("postgres")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


@dataclass
class Server:
    """A server on data of its own. `kill` is a crash; `start` after it is what an operator would do."""

    folder: Path
    port: int
    durable: bool
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """User, host and port, without a database's name."""
        return f"qingyi@127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = ["-p", self.port, "-h", "127.0.0.1", "-k", self.folder, "-c", "max_connections=200"]
        options += [] if self.durable else ["-F"]
        program = [programs() / "postgres", "-D", self.folder / "data", *map(str, options)]
        self.process = subprocess.Popen(program, **_quiet(self.folder), **_as_postgres())
        _wait_until_ready(self.port)

    def make(self, name: str, template: str = "template1") -> str:
        """Make a database; returns its SQLAlchemy URL."""
        with psycopg.connect(f"postgresql://{self.address}/postgres", autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return f"postgresql+psycopg://{self.address}/{name}"

    def kill(self) -> None:
        """SIGKILL to the server and all its workers at once."""
        assert self.process is not None
        workers = psutil.Process(self.process.pid).children(recursive=True)
        self.process.kill()
        for worker in workers:
            with suppress(psutil.Error):
                worker.kill()
        self.process.wait(30)
        psutil.wait_procs(workers, 30)

    def stop(self) -> None:
        """Stop it in good order, whoever is still connected."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(30)


@contextmanager
def running_server(data: Path | None = None, *, durable: bool = False) -> Iterator[Server]:
    """A running server, on a copy of another's `data` where given; without `durable` it does not wait for the disk."""
    folder = Path(tempfile.mkdtemp(prefix="qingyi-postgresql-"))
    identity = _as_postgres()
    if identity:
        os.chown(folder, identity["user"], identity["group"])
    if data is None:
        initdb = [programs() / "initdb", "-D", folder / "data", "-U", "qingyi", "-A", "trust", "-E", "UTF8"]
        subprocess.run([*initdb, "--no-locale", "-N"], check=True, **_quiet(folder), **identity)
    else:
        subprocess.run(["cp", "-a", data, folder / "data"], check=True)
    server = Server(folder, free_port(), durable)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _quiet(folder: Path) -> dict[str, object]:
    return {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}


def _wait_until_ready(port: int) -> None:
    for _ in range(200):
        try:
            psycopg.connect(f"postgresql://qingyi@127.0.0.1:{port}/postgres").close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("PostgreSQL did not start within 10 s")


@contextmanager
def fresh_database(server: str, name: str, template: str = "template1") -> Iterator[str]:
    """A new database on the server; yields its SQLAlchemy URL."""
    with psycopg.connect(f"postgresql://{server}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        yield f"postgresql+psycopg://{server}/{name}"
    finally:
        with psycopg.connect(f"postgresql://{server}/postgres", autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


_TABLES_AS_THEY_ARE = """SELECT
    (SELECT (count(*), max(oid)) FROM pg_class), (SELECT (count(*), max(oid)) FROM pg_trigger),
    (SELECT (count(*), max(oid)) FROM pg_constraint), (SELECT count(*) FROM pg_attribute WHERE NOT attisdropped),
    (SELECT max(version_num) FROM alembic_version)"""


class ReusedDatabase:
    """A migrated database that one test after the other takes, emptied in between: copying it each time would
    take as long as most tests do. It is made again where a test changed its tables."""

    def __init__(self, server: str, template: str) -> None:
        self._server, self._template = server, template
        self._made = 0
        self._database: AbstractContextManager[str] | None = None

    @contextmanager
    def taken(self) -> Iterator[str]:
        """The SQLAlchemy URL of the database, empty but for its tables."""
        if self._database is None:
            self._made += 1
            self._database = fresh_database(self._server, f"reused{self._made}", self._template)
            self._url = self._database.__enter__()
            with self._connect() as connection:
                self._tables = connection.execute(_TABLES_AS_THEY_ARE).fetchone()
        try:
            yield self._url
        finally:
            self._empty()

    def drop(self) -> None:
        """Give it up."""
        if self._database is not None:
            self._database.__exit__(None, None, None)
            self._database = None

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(self._url.replace("+psycopg", ""), autocommit=True)

    def _empty(self) -> None:
        with self._connect() as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            if connection.execute(_TABLES_AS_THEY_ARE).fetchone() == self._tables:
                names = connection.execute(
                    "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
                ).fetchall()
                deletions = ";".join(f'DELETE FROM "{name}"' for (name,) in names)
                # Without triggers: the log refuses to be emptied, and rows need no order.
                connection.execute(f"SET session_replication_role = replica; {deletions}")
                connection.execute("SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'")
                return
        self.drop()
