"""`QINGYI_LOG_FORMAT=json`: each line that a process writes is an object, a step's too; people still read a step's words."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Engine

from jobs.processes import run_logged_step
from jobs.step_logs import list_runs
from records.database import transaction
from telemetry import logs
from tests.records import registered
from tests.servers.site import Answer, page, serving

ADVERT = "我院治愈率98%，永不复发，欢迎咨询。"


def objects(lines: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in lines.splitlines()]


@pytest.mark.crawl
@pytest.mark.databases("sqlite")
def test_a_crawl_and_its_worker_processes_write_objects_only(engine: Engine, environment) -> None:
    pages = {"/": Answer(page("/a", words=ADVERT)), "/a": Answer(page(words="内科门诊。" * 20))}
    with serving(pages) as site:
        with transaction(engine) as session:
            registered.site(session, f"{site.url}/")
        done = subprocess.run(
            [sys.executable, "-m", "qingyi", "crawl", "--no-capture"],
            env={**environment, "QINGYI_LOG_FORMAT": "json"},
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
    assert done.stdout == ""
    said = objects(done.stderr)
    assert all(list(one)[:5] == ["time", "level", "logger", "process", "event"] for one in said)
    by_event = {str(one["event"]): one for one in said}
    assert by_event["visit begins"]["url"] == f"{site.url}/"
    assert (by_event["visit ends"]["source"], by_event["visit ends"]["outcome"]) == (1, "完成")
    judged = [one for one in said if one["event"] == "judged"]
    assert (sum(one["judged"] for one in judged), sum(one["unlawful"] for one in judged)) == (2, 1)
    assert {one["process"] for one in judged} != {by_event["visit ends"]["process"]}
    assert "研判 2 个快照，其中 1 个有命中" in by_event


@pytest.mark.databases("sqlite")
def test_a_step_logs_where_its_starter_does_and_its_words_are_kept_for_people(
    environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for name, value in {**environment, "QINGYI_LOG_FORMAT": "json"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(logs, "_form", logs.LogForm(is_json=True))
    run_logged_step(tmp_path, "flag")
    (run,) = list_runs(tmp_path, 9)
    assert (run.code, run.said) == (0, "研判 0 个快照，其中 0 个有命中")
    assert [one["event"] for one in objects(capfd.readouterr().err)] == [run.said]


@pytest.mark.parametrize("arguments", [("crawl",), ("flag",), ("worker",), ("serve",)], ids=" ".join)
def test_a_command_that_cannot_go_on_says_so_in_an_object(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    from tests import commands

    environment = {
        "PATH": os.environ["PATH"],
        "QINGYI_LOG_FORMAT": "json",
        "QINGYI_QUEUE": "postgresql",
        "QINGYI_DATABASE_URL": "postgresql+psycopg://qingyi:s3cret-word@127.0.0.1:1/none",
    }
    done = commands.run(*arguments, environment=environment)
    assert (done.returncode, done.stdout) == (2, "")
    (said,) = objects(done.stderr)
    assert said["level"] == "error"
    assert "数据库无法使用" in str(said["event"])
    assert "s3cret-word" not in done.stderr


def test_a_format_that_is_none_is_named() -> None:
    from tests import commands

    done = commands.run("flag", environment={"PATH": os.environ["PATH"], "QINGYI_LOG_FORMAT": "xml"})
    assert (done.returncode, "QINGYI_LOG_FORMAT" in done.stderr) == (2, True)
