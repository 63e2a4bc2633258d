"""Misspelt words of the lists are put right before terms are matched; ordinary words are left alone."""

from datetime import date

import pytest

from classifiers.judge import judge, restored
from classifiers.lists.rules import RuleSet
from classifiers.values import Facts, PageText


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("我院zhi愈率98%", "我院治愈率98%"),
        ("治yu率98%", "治愈率98%"),
        ("zhiyulv98%", "治愈率98%"),
        ("永不复fa", "永不复发"),
        ("专家根冶牛皮癣", "专家根治牛皮癣"),
        ("治玉率达98%", "治愈率达98%"),
    ],
)
def test_a_misspelling_is_put_right(rules: RuleSet, written: str, meant: str) -> None:
    assert restored(written, rules).text == meant


@pytest.mark.parametrize(
    "text",
    [
        "护士为病人更换敷料。",
        "跟治疗师约好时间。",
        "请到一楼收费处办理。",
        "当事人应在十五日内缴纳。",
        "see https://example.org/zhiyulvse/page",
    ],
)
def test_ordinary_writing_is_left_as_it_is(rules: RuleSet, text: str) -> None:
    assert restored(text, rules).text == text


def test_a_finding_covers_the_misspelling_as_it_stands(rules: RuleSet) -> None:
    page = PageText.of_plain("欢迎。我院zhi愈率98%，好。")
    findings = judge(page, rules, Facts(date(2026, 11, 24))).findings
    assert [finding.quote for finding in findings if finding.family == "cure_rate"] == ["zhi愈率98%"]
