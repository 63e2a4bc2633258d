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

from benchmarks.accuracy.corpus import real_passages
from records.cases import review
from records.database import transaction
from tests.qingyi.test_command import qingyi as run
from tests.records import registered

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
    said = run("label", "compare", str(texts), "a", "b")
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
    said = run("label", "compare", str(texts), "a", "b")
    assert said.returncode == 2
    assert fault in said.stderr


def test_it_is_said_that_a_terminal_is_needed(texts: Path) -> None:
    said = run("label", "texts", str(texts), "--by", "a", stdin="1")
    assert (said.returncode, "要在终端里运行" in said.stderr) == (2, True)


@pytest.mark.databases("sqlite")
def test_decided_cases_become_passages_to_learn_from(engine, store, rules, qingyi, now, tmp_path) -> None:
    words = "我院张建国主任治愈率98%，永不复发，电话400-820-8820。"
    with transaction(engine) as session:
        source, person = registered.site(session), registered.reviewer(session)
    kept = registered.snapshot(engine, store, source, now, url="http://127.0.0.1:1/", text=words)
    case_id = registered.judged(engine, rules, kept, words, now)
    with transaction(engine) as session:
        case = review.find_case(session, case_id)
        review.decide(session, case, person, review.Decision("confirm", case.row_version), now)
    file = tmp_path / "decided.jsonl"
    done = qingyi("label", "export", str(file))
    assert "已写入 1 案：认定违法 1，不予认定 0；机构 1 家" in done.stdout
    assert json.loads(file.read_text("utf-8"))["text"] == "我院张某主任治愈率98%，永不复发，电话（电话略）。"
    (passage,) = real_passages(tmp_path, [file])
    assert (passage.unlawful, passage.source) == (True, "机构1")
    again = qingyi("label", "export", str(file))
    assert (again.returncode, "已存在" in again.stderr) == (2, True)
