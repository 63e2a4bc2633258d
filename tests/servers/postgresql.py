"""A PostgreSQL server for the tests: Debian's programs, a folder and a port of its own, gone afterwards."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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
        """Stop it in good order."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)


@contextmanager
def running_server(*, durable: bool = False) -> Iterator[Server]:
    """A running server; without `durable` it does not wait for the disk."""
    folder = Path(tempfile.mkdtemp(prefix="qingyi-postgresql-"))
    identity = _as_postgres()
    if identity:
        os.chown(folder, identity["user"], identity["group"])
    initdb = [programs() / "initdb", "-D", folder / "data", "-U", "qingyi", "-A", "trust", "-E", "UTF8"]
    subprocess.run([*initdb, "--no-locale", "-N"], check=True, **_quiet(folder), **identity)
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
