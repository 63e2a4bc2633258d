"""A step's output can be read while it runs, its exit code after."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jobs import processes
from jobs.step_logs import find_run, list_runs, new_log
from tests.waiting import wait_for

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch):
    """A program run in place of `qingyi`: a step of any length."""

    def use(code: str) -> None:
        monkeypatch.setattr(processes, "_command", lambda _: [sys.executable, "-c", code])

    return use


def test_a_run_is_written_down_with_what_it_said_and_how_it_ended(tmp_path: Path, program) -> None:
    program("print('已抓取 3 页'); raise SystemExit('错误：磁盘已满')")
    done = processes.run_logged_step(tmp_path, "crawl", "--due")
    (run,) = list_runs(tmp_path, 9)
    assert (run.command, run.code, run.is_faulty) == ("qingyi crawl --due", 1, True)
    assert run.said == "已抓取 3 页\n错误：磁盘已满"
    assert (done.returncode, "磁盘已满" in done.stderr) == (1, True)


def test_that_the_same_step_runs_already_is_no_fault(tmp_path: Path, program) -> None:
    program("raise SystemExit(3)")
    processes.run_logged_step(tmp_path, "recheck")
    assert not list_runs(tmp_path, 9)[0].is_faulty


def test_a_run_can_be_read_while_it_goes_on(tmp_path: Path, program) -> None:
    import threading

    waits = tmp_path / "go"
    program(
        f"import pathlib,time\nprint('一半')\nwhile not pathlib.Path({str(waits)!r}).exists(): time.sleep(0.01)"
    )
    work = threading.Thread(target=processes.run_logged_step, args=(tmp_path, "crawl"))
    work.start()
    wait_for(lambda: any(run.said == "一半" for run in list_runs(tmp_path, 9)), "nothing is said")
    (run,) = list_runs(tmp_path, 9)
    assert (run.is_running, run.is_faulty, run.code) == (True, False, None)
    waits.touch()
    work.join(30)
    assert list_runs(tmp_path, 9)[0].code == 0


def test_a_step_past_its_time_is_ended_and_says_so(tmp_path: Path, program) -> None:
    import subprocess

    program("import time; time.sleep(60)")
    with pytest.raises(subprocess.TimeoutExpired):
        processes.run_logged_step(tmp_path, "tips", seconds=0.2)
    (run,) = list_runs(tmp_path, 9)
    assert (run.is_faulty, run.code) == (True, -9)


def test_a_run_whose_machine_went_down_is_a_fault(tmp_path: Path) -> None:
    new_log(tmp_path, ("crawl",), NOW)
    assert list_runs(tmp_path, 9)[0].is_faulty


def test_only_the_newest_are_kept(tmp_path: Path) -> None:
    for number in range(310):
        new_log(tmp_path, ("recheck",), NOW + timedelta(seconds=number))
    found = list_runs(tmp_path, 1_000)
    assert len(found) == 300
    assert found[0].started_at == NOW + timedelta(seconds=309)


@pytest.mark.parametrize(
    "name", ["../secret.log", "a.txt", "20261124T090000.000000Z-crawl.log", "/etc/passwd"]
)
def test_no_other_file_is_read(tmp_path: Path, name: str) -> None:
    (tmp_path.parent / "secret.log").write_text("geheim")
    assert find_run(tmp_path, name) is None
