"""What starts without a person logs without one."""

import re
from pathlib import Path

import pytest
import typer
from click import Command

from jobs import schedule
from jobs.queued.work import STEPS
from qingyi.command import command_line
from records.database import open_engine
from records.settings import PROJECT, Settings

# `qingyi serve`, as a line or as a list of words.
_STARTED = re.compile(r"qingyi\b[\s,\"']+([a-z]+)(?:[\s,\"']+([a-z]+))?")


def named(*words: str) -> Command:
    found: Command = typer.main.get_command(command_line())
    for word in words:
        if not hasattr(found, "commands"):
            break
        found = found.commands[word]
    return found


def is_unattended(command: Command) -> bool:
    return bool(getattr(command.callback, "is_unattended", False))


@pytest.mark.parametrize("words", STEPS.values(), ids=" ".join)
def test_what_the_queue_starts_goes_into_the_log(words: tuple[str, ...]) -> None:
    assert is_unattended(named(*words))


def test_what_the_clock_starts_goes_into_the_log(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    of = {"database_url": "postgresql+psycopg://x@127.0.0.1:1/x", "evidence_url": "s3://evidence"}
    all_of_it = Settings(**of, heads_dir=tmp_path, viewer_dir=tmp_path)
    monkeypatch.setattr(schedule, "settings", lambda: all_of_it)
    clock = schedule.scheduler(open_engine("sqlite://"))
    schedule.ensure_jobs(clock)
    started = [job.args for job in clock.get_jobs() if job.func is schedule.run_job]
    assert len(started) == 8
    assert [words for words in started if not is_unattended(named(*words))] == []
    assert is_unattended(named("lists", "rejudge")), "and the two that begin only where something waits"


def test_what_a_container_or_the_system_starts_goes_into_the_log() -> None:
    files = [path for path in (PROJECT / "docker").rglob("*") if path.suffix in {".yaml", ".service", ".sh"}]
    started = {
        words
        for path in files
        for line in path.read_text("utf-8").splitlines()
        if re.search("ExecStart|command:|exec ", line)
        for words in _STARTED.findall(line)
    }
    assert {("serve", ""), ("worker", ""), ("database", "upgrade")} <= {
        (a, b if a == "database" else "") for a, b in started
    }
    assert [words for words in started if not is_unattended(named(*filter(None, words)))] == []


def test_what_a_person_types_is_said_to_them() -> None:
    assert not is_unattended(named("evidence", "verify"))
