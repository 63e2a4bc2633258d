"""Leases: a long task runs only once at a time, whether started by hand or by the schedule."""

import logging
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

from sqlalchemy import ColumnElement, Engine, delete, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from records.database import database_time, transaction
from records.models import Lease

_LOG = logging.getLogger(__name__)
LEASE_SECONDS = 120
RENEW_SECONDS = 30


class TaskRunning(Exception):
    """The task is running already; the message says where."""


class NotStoppable(Exception):
    """The task cannot be stopped from here; the message says why, in Chinese."""


def stop(session: Session, task: str, now: datetime) -> None:
    """Stop the process that holds a task cleanly, as Ctrl-C does; the next run resumes where it stopped.
    Raises NotStoppable where nobody holds it, or a process of another machine does."""
    held = session.get(Lease, task)
    if held is None or not _is_alive(held, now):
        raise NotStoppable(f"“{task}”没有在运行")
    if held.host != socket.gethostname():
        raise NotStoppable(f"“{task}”在 {held.host} 上运行，只能在那台机器上停止")
    os.kill(held.process_id, signal.SIGINT)


def is_running(process_id: int) -> bool:
    """Whether there is a process of that number on this machine."""
    return process_id > 0 and bool(_started(process_id))


@contextmanager
def hold(engine: Engine, task: str) -> Iterator[None]:
    """Hold the lease of `task` while the block runs; raises TaskRunning when somebody else does.

    A lease is renewed from a thread of its own. The machine, not its clock, which may jump, tells whether a
    process of its own still holds the lease; one of another machine has lost it after LEASE_SECONDS of
    silence, by the database's clock where it has one.
    """
    _take(engine, task)
    stop = Event()
    renewal = Thread(target=_renew, args=(engine, task, stop), daemon=True, name=f"lease-{task}")
    renewal.start()
    try:
        yield
    finally:
        stop.set()
        renewal.join()
        try:
            with transaction(engine) as session:
                session.execute(delete(Lease).where(Lease.task == task, *_ours()))
        except DBAPIError as error:  # it is free all the same when this process has ended
            _LOG.warning("the lease of %s was not given back: %s", task, error.orig)


def _take(engine: Engine, task: str) -> None:
    try:
        with transaction(engine) as session:
            held = session.scalar(select(Lease).where(Lease.task == task).with_for_update())
            now = database_time(session) or datetime.now(UTC)
            if held and _is_alive(held, now):
                raise TaskRunning(f"“{task}”正在 {held.host} 上运行（进程 {held.process_id}）")
            if held:
                session.delete(held)
                session.flush()
            session.add(
                Lease(
                    task=task,
                    host=socket.gethostname(),
                    process_id=os.getpid(),
                    process_started=_started(os.getpid()),
                    expires_at=now + timedelta(seconds=LEASE_SECONDS),
                )
            )
    except IntegrityError:
        raise TaskRunning(f"“{task}”刚刚由另一进程启动") from None


def _renew(engine: Engine, task: str, stop: Event) -> None:
    while not stop.wait(RENEW_SECONDS):
        try:
            _renew_once(engine, task)
        except DBAPIError as error:  # it is tried again; the task itself says that it cannot write
            _LOG.warning("the lease of %s was not renewed: %s", task, error.orig)


def _renew_once(engine: Engine, task: str) -> None:
    with transaction(engine) as session:
        expires_at = (database_time(session) or datetime.now(UTC)) + timedelta(seconds=LEASE_SECONDS)
        session.execute(update(Lease).where(Lease.task == task, *_ours()).values(expires_at=expires_at))


def _ours() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Lease.host == socket.gethostname(), Lease.process_id == os.getpid()


def _is_alive(lease: Lease, now: datetime) -> bool:
    if lease.host == socket.gethostname():
        return _started(lease.process_id) == lease.process_started
    return now < lease.expires_at <= now + timedelta(seconds=LEASE_SECONDS)


def _started(process_id: int) -> str:
    """When the process began, in the kernel's clock ticks; empty when there is no such process."""
    try:
        stat = Path(f"/proc/{process_id}/stat").read_text()
    except OSError:
        return ""
    return stat.rsplit(")", 1)[1].split()[19]
