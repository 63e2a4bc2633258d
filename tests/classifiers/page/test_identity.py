"""Contacts and names on a page, tied to the registry."""

from datetime import date

import pytest

from classifiers.judge import judge
from classifiers.lists.rules import RuleSet
from classifiers.page.identity import Register, Registered, find_contacts
from classifiers.text.normalise import normalise
from classifiers.values import Facts, PageText

REGISTER = Register(
    (
        Registered("云溪市人民医院", ("云溪医学院附属医院",), ("0571-86000001",)),
        Registered("云岭男科医院", ("云岭男科",), ("400-800-0001",)),
    )
)


def contacts(text: str) -> list[tuple[str, str, str | None]]:
    page = PageText.of_plain(text)
    return [
        (found.kind, found.quote, found.whose) for found in find_contacts(page, normalise(text), REGISTER)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("热线400-800-0001", [("phone", "400-800-0001", "云岭男科医院")]),
        ("电话：０５７１－８６００００01", [("phone", "０５７１－８６００００01", "云溪市人民医院")]),
        ("手机13800000000。", [("phone", "13800000000", None)]),
        ("预约电话6666888", [("phone", "6666888", None)]),
        ("微信号：yunling_01", [("wechat", "yunling_01", None)]),
        ("QQ：8600001", [("qq", "8600001", None)]),
        ("地址：云溪市河东路8号", [("address", "云溪市河东路8号", None)]),
        ("请拨打120或12320", []),
        ("统一社会信用代码91330105MA0QY0005A", []),
        ("价格400元，2026年11月24日", []),
    ],
)
def test_contacts_are_found_as_they_are_written(
    text: str, expected: list[tuple[str, str, str | None]]
) -> None:
    assert contacts(text) == expected


def test_registered_names_are_found_and_the_longest_counts(rules: RuleSet) -> None:
    page = PageText.of_plain("雲嶺男科醫院与云溪医学院附属医院合作，云岭男科欢迎您。")
    mentions = judge(page, rules, Facts(date(2026, 11, 24)), REGISTER).mentions
    assert [(mention.quote, mention.institution) for mention in mentions] == [
        ("雲嶺男科醫院", "云岭男科医院"),
        ("云溪医学院附属医院", "云溪市人民医院"),
        ("云岭男科", "云岭男科医院"),
    ]


def test_a_military_hospital_may_say_its_own_name(rules: RuleSet) -> None:
    page = PageText.of_plain("武警医院云溪分院门诊时间：周一至周五。")
    own = Facts(date(2026, 11, 24), ("武警医院云溪分院",))
    assert judge(page, rules, own).findings == ()
    assert [f.rule for f in judge(page, rules, Facts(date(2026, 11, 24))).findings] == ["military-name"]
