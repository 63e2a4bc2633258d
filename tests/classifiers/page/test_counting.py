"""Text that is worded like publicity is named by the rules that it most likely breaks, next to hits of others, too."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from classifiers.judge import judge
from classifiers.lists.rules import RuleSet
from classifiers.lists.wording import Naming
from classifiers.text.grams import SLOTS, grams
from classifiers.values import Facts, PageText

FACTS = Facts(seen_on=date(2026, 11, 29))
HIT = "我院治疗鼻炎治愈率高达98%"
WORDED = "全程陪诊还送体检套餐，到院即享"


def slot_of(word: str) -> int:
    return int(grams(word).slots[len(word) - 1][0])


def naming(words: dict[str, str], otherwise: float = 2.0) -> Naming:
    """Names each rule by one word, and `touts` where there is none; the higher `otherwise`, the less sure are the words."""
    slots = np.array(sorted(slot_of(word) for word in words.values()), np.int64)
    weights = np.zeros((len(slots), len(words) + 1), np.float32)
    for column, word in enumerate(words.values()):
        weights[np.searchsorted(slots, slot_of(word)), column] = 60
    biases = np.array([0.0] * len(words) + [otherwise], np.float32)
    return Naming((*words, "touts"), slots, weights, biases, 0.15, 0.2)


@pytest.fixture
def suspicious(rules: RuleSet) -> RuleSet:
    """Lists to whose wording everything is publicity, and that know one rule by a word."""
    wording = replace(rules.wording, weights=np.zeros(SLOTS, np.float32), signs={}, bias=4.0)
    return replace(rules, wording=wording, naming=naming({"free-treatment": "体检"}))


def found(rules: RuleSet, *lines: str) -> Sequence[str]:
    return [finding.rule for finding in judge(PageText.of_plain("\n".join(lines)), rules, FACTS).findings]


def test_a_passage_without_a_hit_is_named_by_its_words(suspicious: RuleSet) -> None:
    assert "free-treatment" in found(suspicious, WORDED.replace("送", "有"))


def test_a_passage_with_a_hit_is_named_by_what_else_it_surely_breaks(suspicious: RuleSet) -> None:
    text = f"{HIT}，另有体检等项目。"
    assert {"cure-rate-percent", "free-treatment"} <= set(found(suspicious, text))
    unsure = replace(suspicious, naming=naming({"free-treatment": "体检"}, 14.0))
    assert "free-treatment" not in found(unsure, text)


def test_the_same_rule_is_not_named_again_where_it_has_a_hit(suspicious: RuleSet) -> None:
    of_rates = replace(suspicious, naming=naming({"cure-rate-percent": "治愈"}))
    assert found(of_rates, f"{HIT}。").count("cure-rate-percent") == 1


def test_a_sentence_is_named_by_its_short_paragraph(suspicious: RuleSet) -> None:
    sentences = "前面说的是体检安排与时间地点。", "后面这一句说的是别的什么事情。"
    alone = [one for one in found(suspicious, *sentences) if one == "free-treatment"]
    together = [one for one in found(suspicious, "".join(sentences)) if one == "free-treatment"]
    assert (len(alone), len(together)) == (1, 2)
