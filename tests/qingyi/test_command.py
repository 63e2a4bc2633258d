"""The command line: help everywhere, exit codes that mean something, no stack trace for a user's mistake."""

import io
import json
import socket
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from classifiers.lists.rules import RuleSet
from qingyi.batch import judge_lines
from tests import commands

COMMANDS = [
    (),
    ("database",),
    ("database", "upgrade"),
    ("database", "downgrade"),
    ("database", "check"),
    ("registry",),
    ("registry", "import"),
    ("registry", "export"),
    ("lists",),
    ("lists", "check"),
    ("user", "add"),
    ("user", "reset"),
    ("office", "add"),
    ("office", "token"),
    ("crawl",),
    ("flag",),
    ("recheck",),
    ("judge",),
    ("serve",),
]


ENVIRONMENT = {"PATH": "/usr/bin:/bin", "COLUMNS": "200", "LANG": "C.UTF-8"}


def qingyi(*arguments: str, stdin: str = "", **environment: str) -> commands.Done:
    return commands.run(*arguments, environment={**ENVIRONMENT, **environment}, stdin=stdin)


INSTALLED = (Path(sys.executable).with_name("qingyi"),)
MODULE = (sys.executable, "-m", "qingyi")


@pytest.mark.parametrize(
    ("program", "arguments"),
    [(INSTALLED, ("--help",)), (MODULE, ("lists", "check", "/no/such/folder"))],
    ids=["installed", "module"],
)
@pytest.mark.slow
def test_the_program_does_what_the_forked_command_does(program, arguments: tuple[str, ...]) -> None:
    """The other tests fork a command from a process that has imported it."""
    done = subprocess.run(
        [*program, *arguments], capture_output=True, text=True, check=False, env=ENVIRONMENT
    )
    forked = qingyi(*arguments)
    assert (done.returncode, done.stdout, done.stderr) == (forked.returncode, forked.stdout, forked.stderr)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_its_help(command: tuple[str, ...]) -> None:
    done = qingyi(*command, "--help")
    assert done.returncode == 0
    assert "Usage: " in done.stdout
    assert any("\u4e00" <= character <= "\u9fff" for character in done.stdout), "help is in Chinese"


@pytest.fixture
def database(tmp_path: Path) -> dict[str, str]:
    return {
        "QINGYI_DATABASE_URL": f"sqlite:///{tmp_path}/q.db",
        "QINGYI_EVIDENCE_DIR": str(tmp_path / "evidence"),
    }


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("registry", "import", "none.csv"), "请先运行 qingyi database upgrade"),
        (("crawl",), "请先运行 qingyi database upgrade"),
        (("serve",), "请先运行 qingyi database upgrade"),
        (("judge", "/no/such/file"), "无法读取 /no/such/file"),
        (("lists", "check", "/no/such/folder"), "/no/such/folder:0: -: 没有这个文件夹"),
        (("database", "upgrade", "no-such-revision"), "no-such-revision"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(database, arguments: tuple[str, ...], words: str) -> None:
    done = qingyi(*arguments, **database)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("QINGYI_ALLOW_NETWORKS", "127.0.0.0/8,not-a-network"),
        ("QINGYI_SESSION_HOURS", "-1"),
        ("QINGYI_DATABASE_URL", "nonsense"),
    ],
)
def test_a_bad_setting_is_named(database, name: str, value: str) -> None:
    done = qingyi("flag", **{**database, name: value})
    assert done.returncode == 2
    assert name in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_that_cannot_be_reached_is_told() -> None:
    done = qingyi("flag", QINGYI_DATABASE_URL="postgresql+psycopg://nobody@127.0.0.1:1/none")
    assert done.returncode == 2
    assert "数据库无法使用" in done.stderr


def test_users_and_offices_are_added_once(database) -> None:
    qingyi("database", "upgrade", **database)
    assert qingyi("office", "add", "网信办", **database).returncode == 0
    assert qingyi("office", "add", "网信办", **database).returncode == 2
    secret = {"QINGYI_NEW_PASSWORD": "a-long-password"}
    assert qingyi("user", "add", "a", "--role", "reviewer", **database, **secret).returncode == 0
    again = qingyi("user", "add", "a", "--role", "reviewer", **database, **secret)
    assert (again.returncode, "已存在" in again.stderr) == (2, True)
    homeless = qingyi("user", "add", "b", "--role", "officer", **database, **secret)
    assert (homeless.returncode, "必须用 --office" in homeless.stderr) == (2, True)
    short = qingyi("user", "add", "c", "--role", "reviewer", **database, QINGYI_NEW_PASSWORD="short")
    assert (short.returncode, "至少 10 个字符" in short.stderr) == (2, True)
    for name, words in (("a", "没有启用动态码"), ("nobody", "没有名为“nobody”的用户")):
        nothing = qingyi("user", "reset", name, **database)
        assert (nothing.returncode, words in nothing.stderr) == (2, True)
    assert qingyi("office", "token", "网信办", **database).stdout.startswith("qy_")


@pytest.mark.slow
def test_judging_a_text_by_hand() -> None:
    done = qingyi("judge", "-", "--json", stdin="我院治愈率98%，永不复发。")
    assert done.returncode == 1
    judgement = json.loads(done.stdout)
    assert judgement["unlawful"] is True
    assert {finding["rule"] for finding in judgement["findings"]} == {"cure-rate-percent", "cure-promise"}
    lawful = qingyi("judge", "-", stdin="我院设内科、外科。")
    assert (lawful.returncode, "没有命中" in lawful.stdout) == (0, True)


def test_the_projects_own_lists_are_good() -> None:
    done = qingyi("lists", "check")
    assert done.returncode == 0
    assert "合计" in done.stdout


def test_a_taken_port_is_told(database) -> None:
    qingyi("database", "upgrade", **database)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = qingyi("serve", "--port", str(taken.getsockname()[1]), **database)
    assert done.returncode == 2
    assert "无法监听" in done.stderr


def test_judging_in_batches_streams_in_order_and_goes_on_after_a_bad_line() -> None:
    lines = [
        {"id": "a", "text": "我院治愈率98%，永不复发。"},
        {
            "id": 2,
            "html": "<p>我院设<b>内科</b>、外科。</p>",
            "url": "http://x.test/",
            "fetched_at": "2026-11-24T08:00:00Z",
        },
        {"id": "c"},
    ]
    text = "\n".join(
        [*(json.dumps(line, ensure_ascii=False) for line in lines), "not json", "", '{"id": 5, "text": ""}']
    )
    done = qingyi("judge", "--jsonl", "-", stdin=text)
    assert done.returncode == 1
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer.get("id") for answer in answers] == ["a", 2, None, None, 5]
    assert [answer.get("unlawful") for answer in answers] == [True, False, None, None, False]
    assert [answer["error"]["line"] for answer in answers if "error" in answer] == [3, 4]
    finding = answers[0]["findings"][0]
    assert set(finding) == {"rule", "family", "law", "severity", "start", "end", "quote", "read_as", "why"}
    assert finding["quote"] == lines[0]["text"][finding["start"] : finding["end"]]


@pytest.mark.parametrize(
    ("fetched_at", "expected"),
    [
        ("2026-01-01", ["certificate-expired"]),
        ("2025-05-19T15:59:59Z", []),
        ("2025-05-19T16:00:00Z", ["certificate-expired"]),  # midnight in Beijing
        ("2025-05-19 23:59:59", []),
        ("2025年5月20日", ["certificate-expired"]),
        (1747670399, []),
        (1747670400, ["certificate-expired"]),
        (1747670400000, ["certificate-expired"]),
    ],
)
def test_a_certificate_given_with_a_page_is_judged_on_the_day_in_beijing(
    rules: RuleSet, fetched_at: str | int, expected: list[str]
) -> None:
    text = "云溪医院骨科门诊。欢迎咨询，咨询电话：400-000-1111。（云）医广【2024】第05-20-0101号"
    certificate = {
        "number": "(云)医广[2024]第05-20-0101号",
        "valid_from": "2024-05-20",
        "valid_to": "2025/5/19",
        "approved_text": text,
    }
    line = {"id": 1, "text": text, "fetched_at": fetched_at, "certificates": [certificate]}
    out = io.StringIO()
    assert judge_lines([json.dumps(line).encode()], out, rules, date(2026, 11, 24)) == 0
    assert [finding["rule"] for finding in json.loads(out.getvalue())["findings"]] == expected


@pytest.mark.parametrize("fetched_at", [True, "昨天", 7, 1e300, -1])
def test_a_moment_that_is_none_is_named(rules: RuleSet, fetched_at: object) -> None:
    out = io.StringIO()
    line = {"id": 1, "text": "我院设内科。", "fetched_at": fetched_at}
    assert judge_lines([json.dumps(line).encode()], out, rules, date(2026, 11, 24)) == 1
    assert "fetched_at" in json.loads(out.getvalue())["error"]["reason"]
