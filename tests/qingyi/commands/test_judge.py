"""`qingyi judge --explain` shows the lists' notes on each rule that found something, once."""

import json

from classifiers.lists.rules import RuleSet
from tests.qingyi.test_command import qingyi


def test_each_rule_is_explained_once(rules: RuleSet) -> None:
    said = qingyi("judge", "-", "--explain", stdin="我院治愈率98%，永不复发，根治顽疾。").stdout
    for rule in map(rules.by_id.__getitem__, ("cure-promise", "cure-rate-percent")):
        assert said.count(f"合法的写法（{rule.title}）：{rule.advice}") == 1
        assert said.count(f"已知误报（{rule.title}）：{rule.known_false_alarms}") == 1


def test_without_it_the_answer_stays_short() -> None:
    assert "合法的写法" not in qingyi("judge", "-", stdin="我院治愈率98%，永不复发。").stdout


def test_words_that_are_repeated_are_one_row() -> None:
    page = "我院治愈率98%，详询电话 0512-6666888。\n" * 9
    shown = qingyi("judge", "-", stdin=page).stdout
    assert shown.count("等 9 处") == 1
    answer = json.loads(qingyi("judge", "-", "--json", stdin=page).stdout)
    (row,) = (one for one in answer["found_words"] if one["rule"] == "cure-rate-percent")
    assert [answer["text"][start:end] for start, end in row["places"]] == [row["quote"]] * 9
