"""A PostgreSQL server for the tests: Debian's programs, a folder and a port of its own, gone afterwards."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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


@contextmanager
def running_server() -> Iterator[str]:
    """A running server; yields its address without a database's name."""
    folder = Path(tempfile.mkdtemp(prefix="qingyi-postgresql-"))
    identity = _as_postgres()
    if identity:
        os.chown(folder, identity["user"], identity["group"])
    port, data = free_port(), folder / "data"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
    initdb = [
        programs() / "initdb",
        "-D",
        data,
        "-U",
        "qingyi",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--no-locale",
        "-N",
    ]
    subprocess.run(initdb, check=True, **quiet, **identity)
    options = ["-p", port, "-h", "127.0.0.1", "-k", folder, "-F", "-c", "max_connections=200"]
    server = subprocess.Popen([programs() / "postgres", "-D", data, *map(str, options)], **quiet, **identity)
    try:
        _wait_until_ready(port)
        yield f"qingyi@127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


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
