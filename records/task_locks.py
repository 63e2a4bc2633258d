"""Leases: a long task runs once at a time, whoever starts it, by hand or by the schedule."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

from sqlalchemy import ColumnElement, Engine, delete, select, update
from sqlalchemy.exc import IntegrityError

from records.database import transaction
from records.models import Lease

LEASE_SECONDS = 120
RENEW_SECONDS = 30


class TaskRunning(Exception):
    """The task is running already; the message says where."""


@contextmanager
def hold(engine: Engine, task: str) -> Iterator[None]:
    """Hold the lease of `task` while the block runs; raises TaskRunning when somebody else does.

    A lease is renewed from a thread of its own. It is free at once when its holder was a process of this
    machine that has died, and after LEASE_SECONDS of silence when it was one of another machine.
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
        with transaction(engine) as session:
            session.execute(delete(Lease).where(Lease.task == task, *_ours()))


def _take(engine: Engine, task: str) -> None:
    now = datetime.now(UTC)
    try:
        with transaction(engine) as session:
            held = session.scalar(select(Lease).where(Lease.task == task).with_for_update())
            if held and held.expires_at > now and not _holder_died(held):
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
        expires_at = datetime.now(UTC) + timedelta(seconds=LEASE_SECONDS)
        with transaction(engine) as session:
            session.execute(update(Lease).where(Lease.task == task, *_ours()).values(expires_at=expires_at))


def _ours() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Lease.host == socket.gethostname(), Lease.process_id == os.getpid()


def _holder_died(lease: Lease) -> bool:
    return lease.host == socket.gethostname() and _started(lease.process_id) != lease.process_started


def _started(process_id: int) -> str:
    """When the process began, in the kernel's clock ticks; empty when there is no such process."""
    try:
        stat = Path(f"/proc/{process_id}/stat").read_text()
    except OSError:
        return ""
    return stat.rsplit(")", 1)[1].split()[19]
