"""People label texts with a key each, at a terminal; nothing is lost, and two people's labels are compared."""

import json
import os
import pty
import selectors
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from tests.qingyi.test_command import qingyi

TEXTS = ("本院治愈率98%。", "门诊楼一层设有导诊台。", "专家与您一对一交流。", "药房按处方先后发药。")


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    file = tmp_path / "texts.jsonl"
    lines = [json.dumps({"id": f"t{number}", "text": text}) for number, text in enumerate(TEXTS)]
    file.write_text("\n".join(lines), "utf-8")
    return file


def at_a_terminal(file: Path, by: str, answers: list[tuple[str, str]]) -> str:
    """Run the command at a terminal of its own; each answer is typed once its words are shown. Returns the
    terminal's output."""
    main, side = pty.openpty()
    command = [sys.executable, "-m", "qingyi", "label", "texts", str(file), "--by", by]
    process = subprocess.Popen(
        command, stdin=side, stdout=side, stderr=side, env={**os.environ, "COLUMNS": "200"}
    )
    os.close(side)
    ready = selectors.DefaultSelector()
    ready.register(main, selectors.EVENT_READ)
    shown, seen = b"", 0
    waiting = list(answers)
    until = time.monotonic() + 90
    while time.monotonic() < until:
        if not ready.select(1):
            continue
        try:
            part = os.read(main, 65536)
        except OSError:  # the other side is closed
            break
        shown += part
        while waiting and (place := shown.find(waiting[0][0].encode(), seen)) >= 0:
            seen = place + 1
            answer = waiting.pop(0)[1]
            while not answer.endswith("\n") and termios.tcgetattr(main)[3] & termios.ICANON:
                assert time.monotonic() < until  # a key counts once the terminal gives single keys
                time.sleep(0.01)
            os.write(main, answer.encode())
    ready.close()
    os.close(main)
    assert process.wait(timeout=20) == 0, shown.decode()
    assert not waiting
    return shown.decode()


def labels(file: Path) -> list[tuple[str, str, str]]:
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    return [(line["id"], line["label"], line["rule"]) for line in lines]


def test_a_key_a_text_and_on_where_one_left_off(texts: Path) -> None:
    key = "改上一条"
    first = at_a_terminal(
        texts, "甲", [(key, "1"), ("违反的规则", "cure-rate-percent\n"), (key, "2"), (key, "q")]
    )
    assert "已标注 2 条，还有 2 条" in first
    kept = texts.with_name("texts.甲.jsonl")
    assert labels(kept) == [("t0", "unlawful", "cure-rate-percent"), ("t1", "lawful", "")]

    with kept.open("a", encoding="utf-8") as file:
        file.write('{"id": "t2", "lab')  # cut off by a power failure
    again = at_a_terminal(texts, "甲", [(key, "3"), (key, "b"), (key, "2"), (key, "\x03")])
    assert TEXTS[0] not in again
    assert "已标注 3 条，还有 1 条" in again
    written = [json.loads(line) for line in kept.read_text("utf-8").splitlines() if line.endswith("}")]
    assert [(one["id"], one["label"]) for one in written][2:] == [("t2", "unsure"), ("t2", "lawful")]
    assert "已标注 3 条" in at_a_terminal(texts, "甲", [(key, "q")])


def labelled(file: Path, by: str, said: list[tuple[str, str]]) -> None:
    lines = [
        json.dumps(
            {"id": f"t{number}", "label": label, "rule": rule, "by": by, "at": "2026-11-01T00:00:00+00:00"}
        )
        for number, (label, rule) in enumerate(said)
    ]
    file.with_name(f"{file.stem}.{by}.jsonl").write_text("\n".join(lines) + "\n", "utf-8")


def test_two_people_are_compared(texts: Path) -> None:
    unlawful, lawful = ("unlawful", "cure-rate-percent"), ("lawful", "")
    labelled(texts, "a", [unlawful, lawful, unlawful, lawful])
    labelled(texts, "b", [unlawful, lawful, lawful, lawful])
    said = qingyi("label", "compare", str(texts), "a", "b")
    assert said.returncode == 1
    assert "75%" in said.stdout
    assert "0.50" in said.stdout  # (0.75 - 0.5) / (1 - 0.5)
    assert "t2：a 违法（cure-rate-percent），b 合法" in said.stdout


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ('{"id": "a"}\n', "第 1 行：缺少 text"),
        ('{"text": "一"}\n[1]\n', "第 2 行：应为一个 JSON 对象"),
        ('{"text": "一"\n{"text": "二"}\n', "第 1 行：不是 JSON"),
        ('{"id": 1, "text": "一"}\n{"id": 1, "text": "二"}\n', "第 2 行：编号 1 已用于另一段文字"),
    ],
)
def test_a_bad_line_is_named(texts: Path, content: str, fault: str) -> None:
    texts.write_text(content, "utf-8")
    said = qingyi("label", "compare", str(texts), "a", "b")
    assert said.returncode == 2
    assert fault in said.stderr


def test_it_is_said_that_a_terminal_is_needed(texts: Path) -> None:
    said = qingyi("label", "texts", str(texts), "--by", "a", stdin="1")
    assert (said.returncode, "要在终端里运行" in said.stderr) == (2, True)
