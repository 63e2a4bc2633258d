"""Misspelt words of the lists are corrected before terms are matched; ordinary words are left alone."""

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
        ("痔愈率达98%", "治愈率达98%"),  # a stand-in that is not an everyday character
        ("白垫风从此根治", "白癜风从此根治"),  # and a word that has such a character
        ("免费名额仅胜十个", "免费名额仅剩十个"),  # a word of two, in a term of four
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


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("本院包、治、百、病，来电详谈。", "本院包治百病"),
        ("一\n针\n见\n效", "一针见效"),
        (
            "请按序就诊。\n无\n效\n退\n款\n检查前请空腹。",
            "\n无效退款\n检查前",
        ),  # the rest is a separate line
        ("到院签约：无, 效, 退, 款", "无效退款"),
        ("永a不a复a发", "永不复发"),
        ("根¥治牛皮癣", "根治牛皮癣"),
        ("根'治，永'不'复'发", "永不复发"),
        ("治丨愈丨率98%", "治愈率98%"),
        ("疗効有保証", "疗效有保证"),
    ],
)
def test_words_held_apart_by_any_mark_are_put_together(rules: RuleSet, written: str, meant: str) -> None:
    assert meant in restored(written, rules).text


@pytest.mark.parametrize("text", ["设有内、外、妇、儿各科。", "一\n二\n三\n四", "红、黄、蓝、绿四色腕带"])
def test_lists_of_single_characters_are_left_apart(rules: RuleSet, text: str) -> None:
    assert restored(text, rules).text == text


@pytest.mark.parametrize(
    "text",
    ["一楼大厅设导医台。", "检查项目有肝功、肾功。", "去跟医生说一声。", "请家属去根部停车场取车。"],
)
def test_a_word_of_two_that_only_sounds_alike_is_left_alone(rules: RuleSet, text: str) -> None:
    assert restored(text, rules).text == text


@pytest.mark.parametrize("name", ["云溪医院骨科门诊", "青溪医院", "兰溪医院口腔科"])
def test_a_hospital_s_name_is_no_misspelling(rules: RuleSet, name: str) -> None:
    assert restored(name, rules).text == name
