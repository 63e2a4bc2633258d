"""`qingyi judge --explain` shows the lists' notes on each rule that found something, once."""

from classifiers.lists.rules import RuleSet
from tests.qingyi.test_command import qingyi


def test_each_rule_is_explained_once(rules: RuleSet) -> None:
    said = qingyi("judge", "-", "--explain", stdin="我院治愈率98%，永不复发，根治顽疾。").stdout
    for rule in map(rules.by_id.__getitem__, ("cure-promise", "cure-rate-percent")):
        assert said.count(f"合法的写法（{rule.title}）：{rule.advice}") == 1
        assert said.count(f"已知误报（{rule.title}）：{rule.known_false_alarms}") == 1


def test_without_it_the_answer_stays_short() -> None:
    assert "合法的写法" not in qingyi("judge", "-", stdin="我院治愈率98%，永不复发。").stdout
