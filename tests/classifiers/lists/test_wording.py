"""How a short text is worded as a whole, where no single term says anything."""

from datetime import date

import pytest

from classifiers.judge import judge
from classifiers.lists.rules import RuleSet
from classifiers.lists.wording import LONGEST, Wording, features, read_wording
from classifiers.values import Facts, PageText

FACTS = Facts(date(2026, 11, 24))
WORDING = read_wording("# remark\n(bias)\t-1\n(threshold)\t0.6\n神奇\t4\n检查\t-4\n")


def test_a_measure_can_be_added_up_by_hand() -> None:
    # 神, 奇, 神奇: one of three features has a weight; 4 / √3 - 1 through the logistic function
    assert WORDING.measure("神奇") == pytest.approx(1 / (1 + 2.718281828 ** -(4 / 3**0.5 - 1)))
    assert WORDING.measure("，。") == 0.0


def test_the_weightiest_clause_is_shown_with_its_words() -> None:
    assert WORDING.suspects("今天天气不错，神奇") is None, "diluted below the threshold"
    found = WORDING.suspects("好，神奇")
    assert found is not None
    assert (found.start, found.end, found.words) == (2, 4, ("神奇",))


def test_digits_and_marks_carry_nothing() -> None:
    assert features("9.9元，洗牙") == features("8-8 元洗牙")


@pytest.mark.parametrize("text", ["", "。", "a" * (LONGEST + 1), "\ud800"])
def test_what_cannot_be_weighed_is_not_suspected(text: str) -> None:
    assert Wording({"a": 9.0}, 9.0, 0.5).suspects(text) is None or text == "\ud800"


def test_a_bad_line_is_named() -> None:
    with pytest.raises(ValueError, match=r"^2: "):
        read_wording("(bias)\t1\n神奇\tmuch\n")
    with pytest.raises(ValueError, match="threshold"):
        read_wording("(bias)\t1\n")


def test_the_finding_says_what_was_weighed_and_what_excuses_it(rules: RuleSet) -> None:
    found = judge(PageText.of_plain("同行都治不了的病，到我们这里来。"), rules, FACTS)
    assert [finding.rule for finding in found.findings] == ["overall-wording"]
    assert "权重最高的是“" in found.findings[0].why
    assert found.page_kind == "advert"
    text = "警惕“同行都治不了的病，到我们这里来”的骗局。"
    assert judge(PageText.of_plain(text), rules, FACTS).findings == ()


def test_a_term_that_counts_leaves_nothing_to_the_wording(rules: RuleSet) -> None:
    found = judge(PageText.of_plain("我院治愈率98%，同行都治不了的病，到我们这里来。"), rules, FACTS)
    assert "overall-wording" not in {finding.rule for finding in found.findings}
