"""A blind round: its counts, and how its files are read."""

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.accuracy.blind_round import measured, read_round
from classifiers.lists.rules import RuleSet

RATE = "我院治疗鼻炎治愈率高达98%，欢迎来院。"
PLAIN = "门诊时间为每日八时至十七时。"
ARTICLE = "中华人民共和国广告法第十六条第一款第（二）项"


def prohibited(text: str, rule: str, article: str) -> dict[str, Any]:
    return {"text": text, "rules": [rule], "articles": [article]}


def test_a_round_counts_each_of_its_results(rules: RuleSet) -> None:
    rows = {
        "prohibitions": [
            prohibited(RATE, "cure-rate-percent", ARTICLE),
            prohibited(RATE, "surrogacy", "人类辅助生殖技术管理办法第三条"),
            prohibited(PLAIN, "cure-rate-percent", ARTICLE),
        ],
        "excusing": [{"text": f"谨防假冒。{RATE}"}],
        "lawful": [{"text": PLAIN}, {"text": RATE}],
    }
    found = measured("first", rows, rules)
    assert (found.sentences, found.flagged, found.named, found.cited) == (3, 2, 1, 1)
    assert (found.excusing, found.seen_through, found.lawful, found.let_pass) == (1, 1, 2, 1)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("{", "prohibitions.jsonl:1: expected a JSON object"),
        ("[]", "prohibitions.jsonl:1: expected a JSON object"),
        (json.dumps({"text": RATE, "rules": ["a"]}), "prohibitions.jsonl:1: without articles"),
    ],
)
def test_a_line_that_is_no_sentence_is_named(tmp_path: Path, line: str, fault: str) -> None:
    for kind in ("prohibitions", "excusing", "lawful"):
        (tmp_path / f"{kind}.jsonl").write_text(f"{line}\n", "utf-8")
    with pytest.raises(ValueError, match=fault):
        read_round(tmp_path)
