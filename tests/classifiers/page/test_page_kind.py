"""The kind of a page, with the evidence, and when it is an advert in disguise."""

from datetime import date

import pytest

from classifiers.judge import judge
from classifiers.lists.rules import RuleSet
from classifiers.values import Facts, Link, PageText

FACTS = Facts(date(2026, 11, 24))
EDUCATION = "什么是流感？常见症状是发热、咳嗽，如何预防：勤洗手、戴口罩。"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("当事人发布含有“治愈率98%”的广告，被处以罚款三万元。", "notice"),
        (EDUCATION, "education"),
        ("本报讯 记者从市卫生健康部门获悉，新院区日前开诊。", "news"),
        ("内科、外科、儿科，开放床位300张。", "introduction"),
        ("治愈率98%，永不复发。", "advert"),
        ("\n".join(f"第{number}条：通知标题" for number in range(20)), "directory"),
        ("热玛吉限时特价，立即预约。", "advert"),
    ],
)
def test_a_kind_is_decided_by_evidence(rules: RuleSet, text: str, kind: str) -> None:
    judgement = judge(PageText.of_plain(text), rules, FACTS)
    assert judgement.page_kind == kind
    assert judgement.page_kind_reasons


@pytest.mark.parametrize("contact", ["电话：400-000-1234", "微信：qingyi_demo01", "地址：云溪市河东路8号院"])
def test_education_with_a_contact_is_an_advert_in_disguise(rules: RuleSet, contact: str) -> None:
    judgement = judge(PageText.of_plain(f"{EDUCATION}\n{contact}"), rules, FACTS)
    assert "disguised-education" in {finding.rule for finding in judgement.findings}


@pytest.mark.parametrize(
    ("link", "reason"),
    [
        (Link("//tb.53kf.com/code/code/1/1"), "在线咨询工具"),
        (Link("https://pht.zoosnet.net/JS/LsJS.aspx"), "在线咨询工具"),
        (Link("HTTPS://TB.53KF.COM:443?x"), "在线咨询工具"),
        (Link("/kf#now"), "在线咨询工具"),
        (Link("/zi\nxun/"), "在线咨询工具"),
        (Link("/yuyue/index.html", 0, 6), "预约链接"),
    ],
)
def test_a_chat_widget_or_booking_link_counts_as_a_contact(rules: RuleSet, link: Link, reason: str) -> None:
    plain = PageText.of_plain(EDUCATION)
    judgement = judge(PageText(plain.text, "", plain.blocks, (link,)), rules, FACTS)
    assert [finding.rule for finding in judgement.findings] == ["disguised-education"]
    assert reason in "".join(judgement.page_kind_reasons)


def test_a_link_to_elsewhere_is_no_contact(rules: RuleSet) -> None:
    plain = PageText.of_plain(EDUCATION)
    page = PageText(
        plain.text, "", plain.blocks, (Link("/news/1.html", 0, 6), Link("https://cdn.example/jquery.js"))
    )
    assert judge(page, rules, FACTS).page_kind == "education"


def test_a_heading_of_news_excuses_no_advert_below_it(rules: RuleSet) -> None:
    heading = "行业新闻：卫健委通报虚假医疗广告典型案例"
    quoting = f"{heading}\n当事人在网站宣称“治愈率98%、永不复发”，被处以罚款三万元。"
    selling = f"{heading}\n本院专治银屑病，治愈率98%，永不复发，无效退款，三天见效。"
    assert judge(PageText.of_plain(quoting), rules, FACTS).page_kind == "notice"
    assert judge(PageText.of_plain(selling), rules, FACTS).page_kind == "advert"
    assert judge(PageText.of_plain(selling), rules, FACTS).unlawful


def test_the_entries_of_a_menu_are_not_worded_as_publicity(rules: RuleSet) -> None:
    menu = "云溪丽颜 鼻综合专场 肌肤年轻计划 机构简介"
    plain = PageText.of_plain(f"{menu}\n门诊时间为每日九时至十八时。")
    first, *others = plain.blocks
    page = PageText(plain.text, "", (first._replace(region="frame", origin="menu"), *others))
    assert judge(page, rules, FACTS).findings == ()


def test_clauses_on_lines_of_their_own_are_no_notice_under_a_heading_of_news(rules: RuleSet) -> None:
    heading = "行业新闻：卫健委通报虚假医疗广告典型案例\n来源：卫生报"
    clauses = "银屑病不吃药\n七天消斑\n终身不复发\n治愈率97%\n签约治疗"
    judgement = judge(PageText.of_plain(f"{heading}\n{clauses}"), rules, FACTS)
    assert (judgement.page_kind, judgement.unlawful) == ("advert", True)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("睡眠与血糖\n研究团队给六百名受试者戴上手环，发现晚睡的人血糖偏高。", "news"),
        ("门诊部开展心肺复苏演练\n全体职工参加，院领导到场。", "news"),
        ("急性胰腺炎\n治疗原则是禁食、补液、止痛；并发症包括假性囊肿。", "education"),
        ("城北区医院名录\n城北中心医院（三级乙等）\n城北中医院（二级甲等）\n柳河医院（二级）", "directory"),
        ("消化内科\n有医师六名，收治胃炎及其并发症，开展胃镜检查。", "introduction"),
        ("联系我们\n急诊热线：0371-6600 0018\n健康热线：0371-6600 0019", "introduction"),
    ],
)
def test_what_promises_nothing_is_known_by_its_words(rules: RuleSet, text: str, kind: str) -> None:
    judgement = judge(PageText.of_plain(text), rules, FACTS)
    assert (judgement.page_kind, judgement.findings) == (kind, ())
