"""Contacts and names on a page, tied to the registry."""

from datetime import date

import pytest

from classifiers.judge import judge
from classifiers.lists.rules import RuleSet
from classifiers.page.identity import KnownInstitution, KnownInstitutions, find_contacts
from classifiers.text.normalise import normalise
from classifiers.values import Block, Facts, PageText, Region
from crawler.pages.extract import extract

REGISTER = KnownInstitutions(
    (
        KnownInstitution("云溪市人民医院", ("云溪医学院附属医院",), ("0571-86000001",)),
        KnownInstitution("云岭男科医院", ("云岭男科",), ("400-800-0001",)),
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
        ("总机：(0591) 8600 0021", [("phone", "(0591) 8600 0021", None)]),
        ("0371-6600 0017转8", [("phone", "0371-6600 0017", None)]),
        ("客服QQ：800070011", [("qq", "800070011", None)]),
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
    page = PageText.of_plain("武警医院云溪分院，值得信赖。")
    own = Facts(date(2026, 11, 24), ("武警医院云溪分院",))
    assert judge(page, rules, own).findings == ()
    assert [f.rule for f in judge(page, rules, Facts(date(2026, 11, 24))).findings] == ["military-name"]


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("每周三有专家坐诊", []),
        ("每周三有老军医坐诊", ["military-name"]),
        ("隶属武警部队总医院", ["military-name"]),
    ],
)
def test_its_name_spares_nothing_that_is_said_behind_it(rules: RuleSet, said: str, found: list[str]) -> None:
    page = PageText.of_plain(f"武警医院云溪分院{said}，欢迎来电咨询。")
    own = Facts(date(2026, 11, 24), ("武警医院云溪分院",))
    assert [finding.rule for finding in judge(page, rules, own).findings] == found


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("复制视频地址 复制当前时间的页面地址 复制调试信息", None),
        ("交通地址 来院路线 楼层分布 停车说明", None),
        ("下载地址：点击右侧按钮获取安装包", None),
        ("邮箱地址：请填写常用邮箱以便接收", None),
        ("图片地址 转发到朋友圈 收藏本页", None),
        ("本院地址：河东路8号", "河东路8号"),
        ("就诊地点：城东区人民路与解放路口", "城东区人民路与解放路口"),
        ("地址：云岭镇东街（汽车站旁）", "云岭镇东街（汽车站旁）"),
        ("院址 文昌大道一百二十号", "文昌大道一百二十号"),
        ("地址：新城广场2栋3层", "新城广场2栋3层"),
    ],
)
def test_an_address_is_told_by_a_place(text: str, address: str | None) -> None:
    assert [quote for kind, quote, _ in contacts(text) if kind == "address"] == ([address] if address else [])


@pytest.mark.parametrize("region", ["frame", "beside", "hidden", "unshown"])
def test_only_what_stands_in_the_main_part_is_a_contact(region: Region) -> None:
    own, other = "热线400-800-0001", "热线0571-86000001"
    text = f"{own}\n{other}"
    blocks = (Block(0, len(own), "main"), Block(len(own) + 1, len(text), region))
    found = find_contacts(PageText(text, "", blocks), normalise(text), REGISTER)
    assert [contact.quote for contact in found] == ["400-800-0001"]


def test_the_entry_of_a_menu_only_names_what_it_leads_to(rules: RuleSet) -> None:
    text = "康复案例\n我院设内科、外科。"
    entry, body = (0, 4), (5, len(text))
    menu = PageText(text, "", (Block(*entry, "frame", origin="menu"), Block(*body, "main")))
    assert judge(menu, rules, Facts(date(2026, 11, 28))).findings == ()
    plain = PageText(text, "", (Block(*entry, "main"), Block(*body, "main")))
    assert {finding.rule for finding in judge(plain, rules, Facts(date(2026, 11, 28))).findings} == {
        "patient-witness"
    }


def test_a_promise_in_a_menu_is_a_promise(rules: RuleSet) -> None:
    page = PageText(
        "治愈率99%\n我院设内科。", "", (Block(0, 6, "frame", origin="menu"), Block(7, 13, "main"))
    )
    assert judge(page, rules, Facts(date(2026, 11, 28))).unlawful


def test_a_finding_says_where_the_words_stood(rules: RuleSet) -> None:
    page = PageText(
        "我院设内科。\n治愈率99%", "", (Block(0, 6, "main"), Block(7, 13, "beside", origin="title"))
    )
    (finding,) = judge(page, rules, Facts(date(2026, 11, 28))).findings
    assert "位于网页标题" in finding.why


@pytest.mark.parametrize(
    ("body", "widget"),
    [
        ('<a href="javascript:openZoosUrl(1);">医生在线</a>', "商务通"),
        ('<a href="#" onclick="openZoosUrl();return false">问一问</a>', "商务通"),
        ("<script>var t=document.createElement('script');t.src='//chat.meiqia.com/k.js';</script>", "美洽"),
        ('<a href="#swt" onclick="openZoosUrl(\'chatwin\')"><img src="/kf.gif"></a>', "商务通"),
        ('<a href="javascript:history.back()">返回</a><a href="javascript:void(0)">展开</a>', None),
    ],
)
def test_a_chat_that_a_script_opens_is_a_contact(rules: RuleSet, body: str, widget: str | None) -> None:
    page = extract(f"<html><body><p>云溪口腔门诊部，设牙体牙髓科。</p>{body}</body></html>")
    contacts = judge(page, rules, Facts(date(2026, 11, 24))).contacts
    assert [contact.quote for contact in contacts if contact.kind == "widget"] == ([widget] if widget else [])
