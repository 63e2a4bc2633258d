"""A rule is saved in its file: only changed fields are written, and every other byte stays."""

from difflib import unified_diff

import pytest
import yaml

from records.lists.rule_edits import FIELDS, RuleRefused, add_rule, find_rule, list_rules, save_rule
from records.settings import PROJECT

LISTS = PROJECT / "keyword_lists"
TEXT = (LISTS / "cure_rate.yaml").read_bytes().decode()
RULE = "cure-rate-percent"
WRITTEN = """# 本院自用
rules:
  - id: a-rule   # 编号不改
    title: 旧名称  # 见会议纪要
    # 条款按新法
    law: [{law: 甲法, article: 1}]
    severity: high
    terms:
      - 根治  # 第一条
      # 下面的慎用
      - "包好"
      - 断根
    examples:
      match:
        - 一句   # 甲
        - 两句
      spare: [三句]
    # 完
  - id: b-rule
    title: 另一条
"""


@pytest.mark.parametrize("file", ["certificate.yaml", "military.yaml", "overall_wording.yaml"])
def test_a_rule_saved_as_it_is_changes_no_byte(file: str) -> None:
    text = (LISTS / file).read_bytes().decode()
    for rule_id, _ in list_rules(text)[:2]:
        rule = find_rule(text, rule_id)
        assert rule is not None
        assert save_rule(text, rule_id, {name: rule.get(name) for name in FIELDS}) == text


def test_only_the_changed_lines_change_and_comments_stay() -> None:
    wanted = {
        "title": "新名称：#1",
        "law": [{"law": "甲法", "article": 1}, {"law": "乙法", "article": 2, "item": 3}],
        "advice": "如实写",
        "terms": ["根治", "包治", "断根", "{gap:3}永不复发"],
        "examples": {"match": ["一句", "新的: 一句"]},
    }
    assert save_rule(WRITTEN, "a-rule", wanted) == (
        WRITTEN.replace("旧名称", '"新名称：#1"')
        .replace(
            "[{law: 甲法, article: 1}]",
            "[{law: 甲法, article: 1}, {law: 乙法, article: 2, item: 3}]\n    advice: 如实写",
        )
        .replace('- "包好"\n', "- 包治\n")
        .replace("- 断根\n", '- 断根\n      - "{gap:3}永不复发"\n')
        .replace("- 两句\n", '- "新的: 一句"\n')
    )


def test_what_is_emptied_goes_and_the_comments_around_it_stay() -> None:
    saved = save_rule(TEXT, RULE, {"known_false_alarms": "", "promise": False, "unless": []})
    left = list(unified_diff(TEXT.splitlines(), saved.splitlines(), n=0, lineterm=""))[2:]
    assert [line.split(":")[0] for line in left if not line.startswith("@@")] == [
        *("-    promise", "-    unless", "-    known_false_alarms")
    ]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_new_rule_stands_at_the_end_and_can_be_taken_up_again(newline: str) -> None:
    text = TEXT.rstrip("\n").replace("\n", newline)
    rule = {"title": "名称", "status": "draft", "terms": ["根{gap}治"], "examples": {"match": ["- 一", "二"]}}
    saved = add_rule(text, "my-own-rule", rule)
    assert saved.startswith(text)
    assert yaml.safe_load(saved)["rules"][-1] == {"id": "my-own-rule", **rule}
    assert saved.count("\n") == saved.count(newline)
    again = save_rule(saved, "my-own-rule", {"title": "改名"})
    assert find_rule(again, "my-own-rule") == {"id": "my-own-rule", **rule, "title": "改名"}


@pytest.mark.parametrize(
    "words", ["true", "1", "null", "- a", "a: b", "'", '"', "2026-01-01", "#", "{a}", "[", "好。", "~"]
)
def test_whatever_is_typed_is_what_the_file_says(words: str) -> None:
    saved = save_rule(WRITTEN, "a-rule", {"title": words, "terms": [words], "unless": [words]})
    rule = find_rule(saved, "a-rule")
    assert rule is not None
    assert (rule["title"], rule["terms"], rule["unless"]) == (words, [words], [words])


@pytest.mark.parametrize(
    ("text", "rule", "reason"),
    [
        (WRITTEN, "c-rule", "没有规则"),
        ("rules:\n  - {id: a-rule, title: x}\n", "a-rule", "写成了一行"),
        ("rules: [\n", "a-rule", "YAML 格式有误"),
        ("rules:\n  - id: a-rule\n    title: &t x\n    why: *t\n", "a-rule", "写法特别"),
    ],
)
def test_a_file_that_the_form_cannot_edit_is_refused_with_its_reason(text, rule, reason) -> None:
    with pytest.raises(RuleRefused, match=reason):
        save_rule(text, rule, {"title": "名称"})


@pytest.mark.parametrize("rule_id", ["new", "New", "a", "a b", RULE])
def test_ids_that_cannot_be_are_refused(rule_id: str) -> None:
    with pytest.raises(RuleRefused):
        add_rule(TEXT, rule_id, {"title": "名称"})
