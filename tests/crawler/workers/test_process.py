"""A process in parallel with the crawl: it starts again after a kill, a hanging task ends in time, and it
ends with the process that started it."""

import asyncio
import multiprocessing
import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from multiprocessing.connection import Connection

import psutil
import pytest

from crawler.workers.process import TaskTimedOut, WorkerProcess, working_within

_processes_set_up: list[int] = []


@pytest.fixture
def worker() -> Iterator[WorkerProcess]:
    process = WorkerProcess(set_up, seconds=1.0)
    process.run(abs, -1)  # it has begun: on a busy machine that takes longer than a task may
    yield process
    process.close()


def hang_with_the_interpreter_held() -> None:
    """As in a library's own code that never returns."""
    import ctypes

    ctypes.PyDLL(None).sleep(60)


def set_up() -> None:
    _processes_set_up.append(os.getpid())


def processes_set_up() -> list[int]:
    return _processes_set_up


def kill_own_process() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def refuse(words: str) -> None:
    raise ValueError(words)


def test_tasks_are_done_by_one_process_that_is_not_this_one(worker: WorkerProcess) -> None:
    assert worker.run(os.getpid) == worker.run(os.getpid) != os.getpid()


def test_what_a_task_raises_is_raised_and_the_next_one_is_done(worker: WorkerProcess) -> None:
    with pytest.raises(ValueError, match="no such thing"):
        worker.run(refuse, "no such thing")
    assert worker.run(abs, -1) == 1


@pytest.mark.parametrize("hang", [partial(time.sleep, 60), hang_with_the_interpreter_held])
def test_a_task_that_hangs_ends_in_time_and_the_next_one_is_done(worker: WorkerProcess, hang) -> None:
    first = worker.run(os.getpid)
    begun = time.monotonic()
    with pytest.raises(TaskTimedOut, match="1 秒内没有完成"):
        worker.run(hang)
    assert time.monotonic() - begun < 30
    assert worker.run(os.getpid) != first
    assert not psutil.pid_exists(first)


def test_the_time_is_that_of_one_task_not_of_the_process(worker: WorkerProcess) -> None:
    first = worker.run(os.getpid)
    for _ in range(6):
        worker.run(time.sleep, 0.2)
    time.sleep(1.2)
    assert worker.run(os.getpid) == first


def work_without_end() -> None:
    while True:
        pass


def test_the_processors_time_ends_what_works_and_spares_what_waits() -> None:
    process = WorkerProcess()
    process.run(working_within, 0.1, time.sleep, 0.3)
    with pytest.raises(BrokenProcessPool):
        process.run(working_within, 0.1, work_without_end)
    with pytest.raises(BrokenProcessPool):
        process.run(working_within, 0.1, time.sleep, 20)
    process.close()


def test_a_process_that_is_killed_is_told_and_begins_again_set_up(worker: WorkerProcess) -> None:
    with pytest.raises(BrokenProcessPool):
        worker.run(kill_own_process)
    assert worker.run(processes_set_up) == [worker.run(os.getpid)]


def test_a_kill_between_two_tasks_is_not_blamed_on_the_next_one(worker: WorkerProcess) -> None:
    killed = worker.run(os.getpid)
    os.kill(killed, signal.SIGKILL)
    while not worker._pool._broken:  # the executor notices it in a thread of its own
        time.sleep(0.01)
    assert worker.run(os.getpid) != killed


def test_an_event_loop_is_told_the_same(worker: WorkerProcess) -> None:
    async def work() -> int:
        with pytest.raises(TaskTimedOut):
            await worker.run_async(time.sleep, 60)
        with pytest.raises(BrokenProcessPool):
            await worker.run_async(kill_own_process)
        return await worker.run_async(abs, -1)

    with ThreadPoolExecutor(1) as thread:  # the browser of other tests has a loop in this one
        assert thread.submit(asyncio.run, work()).result() == 1


def begin_and_tell(pipe: Connection) -> None:
    worker = WorkerProcess()
    pipe.send(worker.run(os.getpid))
    time.sleep(60)


def test_it_ends_when_the_process_that_began_it_is_killed() -> None:
    ours, theirs = multiprocessing.Pipe()
    parent = multiprocessing.get_context("spawn").Process(target=begin_and_tell, args=(theirs,))
    parent.start()
    worker = psutil.Process(ours.recv())
    parent.kill()
    parent.join()
    assert psutil.wait_procs([worker], timeout=10)[1] == []
