"""Runs `qingyi` as a user would: a process for every command, forked from one that has imported everything.

The imports of a crawl take seconds, and the suite runs some hundreds of commands. `tests/qingyi/test_command.py` starts
the installed program itself; after its imports a command behaves the same here.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing import forkserver, get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import psutil

from records.settings import PROJECT
from records.store.bucket_store import Bucket

# The commands' imports, and the modules that Scrapy, SQLAlchemy and typer import by name on first use.
IMPORTED = [
    *(f"qingyi.commands.{path.stem}" for path in sorted((PROJECT / "qingyi/commands").glob("[a-z]*.py"))),
    *(f"crawler.{name}" for name in ("run", "single")),
    *(f"jobs.{name}" for name in ("judging", "capture", "cloaking", "flag", "recheck", "search")),
    *(f"crawler.downloading.{name}" for name in ("page_handler", "browser_handler", "throttle", "budget")),
    "crawler.workers.picture_reader",
    *(f"crawler.spiders.{name}" for name in ("site", "account", "recheck")),
    *(f"scrapy.downloadermiddlewares.{name}" for name in ("cookies", "defaultheaders", "downloadtimeout")),
    *(
        f"scrapy.downloadermiddlewares.{name}"
        for name in ("httpcompression", "httpproxy", "redirect", "retry")
    ),
    *(f"scrapy.downloadermiddlewares.{name}" for name in ("robotstxt", "useragent", "offsite", "httpauth")),
    *(f"scrapy.spidermiddlewares.{name}" for name in ("referer", "start", "depth", "urllength", "metacopy")),
    *(
        "scrapy.squeues",
        "scrapy.logformatter",
        "scrapy.dupefilters",
        "scrapy.statscollectors",
        "scrapy.robotstxt",
    ),
    *("sqlalchemy.dialects.sqlite", "sqlalchemy.dialects.postgresql.psycopg", "uvloop", "protego"),
    *("typer._adapters", "qingyi.command", "qingyi.rules", "records.lists.trial_run", "tests.commands"),
    "tests.preloaded",
]
Done = subprocess.CompletedProcess[str]
Qingyi = Callable[..., Done]
# Set once, before the parent process starts: the console is created during its imports.
os.environ["COLUMNS"] = "200"


@dataclass(eq=False)
class RunningCommand:
    """A command under way; `communicate` returns its output."""

    process: ForkServerProcess
    arguments: tuple[str, ...]
    folder: Path

    def __post_init__(self) -> None:
        weakref.finalize(self, shutil.rmtree, self.folder, True)

    @property
    def pid(self) -> int:
        """Its process."""
        assert self.process.pid is not None
        return self.process.pid

    def poll(self) -> int | None:
        """Its exit code; None while it runs."""
        return self.process.exitcode

    def wait(self, timeout: float) -> int:
        """Its exit code at its end; raises subprocess.TimeoutExpired."""
        self.process.join(timeout)
        if self.process.exitcode is None:
            raise subprocess.TimeoutExpired(self.arguments, timeout)
        return self.process.exitcode

    def kill(self) -> None:
        """SIGKILL to it alone, as when memory runs out."""
        self.process.kill()
        self.process.join()

    def communicate(self, timeout: float) -> Done:
        """Wait for its end and return its output. After `timeout` it is killed with all its children."""
        try:
            code = self.wait(timeout)
        except subprocess.TimeoutExpired as error:
            for process in [*psutil.Process(self.pid).children(recursive=True), psutil.Process(self.pid)]:
                process.kill()
            self.process.join()
            raise subprocess.TimeoutExpired(
                self.arguments, timeout, self._said("stdout"), self._said("stderr")
            ) from error
        return subprocess.CompletedProcess(self.arguments, code, self._said("stdout"), self._said("stderr"))

    def _said(self, where: str) -> str:
        return (self.folder / where).read_text("utf-8", errors="replace")


def prepare() -> None:
    """Begin the process that commands are forked from; it imports while the caller goes on."""
    get_context("forkserver").set_forkserver_preload(IMPORTED)
    forkserver.ensure_running()


def environment_of(database_url: str, evidence: Path) -> dict[str, str]:
    """The environment of a deployment that may reach loopback."""
    return {
        **os.environ,
        "QINGYI_DATABASE_URL": database_url,
        "QINGYI_EVIDENCE_DIR": str(evidence),
        "QINGYI_ALLOW_NETWORKS": "127.0.0.0/8",
        "QINGYI_RECHECK_AFTER_HOURS": "0",
    }


def environment_of_bucket(bucket: Bucket) -> dict[str, str]:
    """The environment in which a deployment keeps its evidence in `bucket`."""
    return {
        "QINGYI_EVIDENCE_URL": bucket.url,
        "QINGYI_EVIDENCE_ENDPOINT": bucket.endpoint,
        "QINGYI_EVIDENCE_REGION": bucket.region,
        "QINGYI_EVIDENCE_KEY": bucket.key,
        "QINGYI_EVIDENCE_SECRET": bucket.secret,
    }


def start(*arguments: str, environment: Mapping[str, str], stdin: str = "") -> RunningCommand:
    """Start `qingyi` with the arguments and with this environment, and no other."""
    prepare()
    folder = Path(tempfile.mkdtemp(prefix="qingyi-command-"))
    for name, content in (("stdin", stdin), ("stdout", ""), ("stderr", "")):
        (folder / name).write_text(content, "utf-8")
    process = get_context("forkserver").Process(
        target=_run,
        args=(arguments, dict(environment), folder, forkserver._forkserver._forkserver_address),
    )
    process.start()
    return RunningCommand(process, arguments, folder)


def run(*arguments: str, environment: Mapping[str, str], stdin: str = "", timeout: float = 120) -> Done:
    """Run `qingyi` to its end."""
    return start(*arguments, environment=environment, stdin=stdin).communicate(timeout)


def _run(arguments: tuple[str, ...], environment: dict[str, str], folder: Path, address: str) -> None:
    """The command's process."""
    for number, (name, mode) in enumerate((("stdin", "rb"), ("stdout", "wb"), ("stderr", "wb"))):
        with (folder / name).open(mode) as file:
            os.dup2(file.fileno(), number)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - it is the process's
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["qingyi", *arguments]
    _fork_from_the_same(address)
    from qingyi.command import main

    main()


def _fork_from_the_same(address: str) -> None:
    """Fork the command's own children from the process that it was forked from. Multiprocessing intends this,
    but starts another one, since only the process that started the first knows its id."""
    server = forkserver._forkserver
    server._forkserver_address = address
    server.ensure_running = lambda: None
    forkserver.ensure_running = server.ensure_running
