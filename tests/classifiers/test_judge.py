"""A judgement: kind, findings with exact positions, reasons for excused hits, a score to add up."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.judge import judge
from classifiers.lists.rules import RuleSet, load_rules
from classifiers.values import Facts, PageText
from records.settings import PROJECT

FACTS = Facts(seen_on=date(2026, 11, 24))
RULES = load_rules(PROJECT / "keyword_lists")


def test_a_finding_quotes_the_page_and_names_the_law(rules: RuleSet) -> None:
    page = PageText.of_plain("欢迎光临\n我院治★愈★率达９８％，包您满意。")
    (finding,) = judge(page, rules, FACTS).findings
    assert finding.quote == page.text[finding.start : finding.end] == "治★愈★率达９８％"
    assert finding.read_as == "治愈率达98%"
    assert finding.severity == "high"
    assert finding.why == (
        "页面写有“治★愈★率达９８％”，属“宣称治愈率或有效率”：用比率宣传疗效，患者无法核实（读作“治愈率达98%”），"
        "违反《中华人民共和国广告法》第十六条第一款第（二）项：医疗广告不得说明治愈率或者有效率。"
    )


def test_what_was_spared_is_told_with_its_reason(rules: RuleSet) -> None:
    judgement = judge(PageText.of_plain("高血压目前不能根治，需要长期服药。"), rules, FACTS)
    assert judgement.findings == ()
    assert [(spared.rule, spared.quote, spared.reason) for spared in judgement.spared][:1] == [
        ("cure-promise", "根治", "前面是否定：“不能”")
    ] or "前面是否定：“不能”" in {spared.reason for spared in judgement.spared}


def test_a_context_that_was_weighed_and_did_not_excuse_is_told(rules: RuleSet) -> None:
    (finding,) = judge(PageText.of_plain("早期患者在我院治愈率达98%。"), rules, FACTS).findings
    assert "已考虑一般的医学统计，不指向本机构：“早期”，因同句有“我院”不予排除" in finding.why


def test_the_score_adds_up_from_its_parts(rules: RuleSet) -> None:
    judgement = judge(PageText.of_plain("治愈率98%，永不复发，最权威。欢迎咨询。"), rules, FACTS)
    assert judgement.score == sum(part.points for part in judgement.score_parts) == 75


def test_contacts_in_the_frame_of_a_page_do_not_make_education_an_advert(rules: RuleSet) -> None:
    from crawler.pages.extract import extract

    body = "<p>什么是流感？常见症状是发热，如何预防：勤洗手。</p>"
    lawful = extract(f"<body><main>{body}</main><footer>电话：0571-00000000</footer></body>")
    disguised = extract(f"<body><main>{body}<p>电话：0571-00000000</p></main></body>")
    assert judge(lawful, rules, FACTS).page_kind == "education"
    assert [finding.rule for finding in judge(disguised, rules, FACTS).findings] == ["disguised-education"]


def test_a_disease_is_itself_with_the_word_for_disease_behind_it(rules: RuleSet) -> None:
    text = "我院癫痫病、白癜风专科，三个疗程告别发作，签约治疗，欢迎来电咨询。"
    assert "癫痫" in {finding.quote for finding in judge(PageText.of_plain(text), rules, FACTS).findings}


ANY = st.text(max_size=300) | st.lists(
    st.sampled_from(
        [
            "治愈率",
            "98%",
            "根治",
            "不能",
            "（云）医广【2026】第",
            "03-10-1号",
            "\n",
            "★",
            "什么是",
            "电话400-000-1234",
        ]
    )
).map("".join)


@given(ANY)
def test_any_text_is_judged_and_every_finding_quotes_it(text: str) -> None:
    facts = Facts(date(2026, 11, 24), ("某医院",), {})
    for finding in judge(PageText.of_plain(text), RULES, facts).findings:
        assert 0 <= finding.start <= finding.end <= len(text)
        assert finding.quote == text[finding.start : finding.end]


def test_a_page_is_judged_by_the_law_of_its_day(rules: RuleSet) -> None:
    page = PageText.of_plain("写五星好评晒图，返现五十元。")
    old, new = (
        next(
            finding
            for finding in judge(page, rules, Facts(seen_on=day)).findings
            if finding.rule == "bought-reviews"
        )
        for day in (date(2025, 10, 14), date(2025, 10, 15))
    )
    assert [str(article) for article in old.law] == ["《中华人民共和国反不正当竞争法（2019年修正）》第八条"]
    assert [str(article) for article in new.law] == ["《中华人民共和国反不正当竞争法》第九条"]
    assert "违反《中华人民共和国反不正当竞争法（2019年修正）》第八条" in old.why
    before = judge(page, rules, Facts(seen_on=date(2019, 4, 22))).findings
    assert "bought-reviews" not in {finding.rule for finding in before}


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("本院根★治银屑病，永不复发。", "读作“根治"),
        ("本院根治银屑病，永不复发。", ""),
        ("我院治玉率高达９８％，欢迎咨询。", "读作“治愈率高达98%”"),
        ("我院治愈率高达９８％，欢迎咨询。", ""),
    ],
)
def test_a_disguise_is_told_as_written_and_as_read(rules: RuleSet, text: str, read: str) -> None:
    whys = [finding.why for finding in judge(PageText.of_plain(text), rules, FACTS).findings]
    if read:
        assert any(read in why for why in whys), whys
    else:
        assert whys and not any("读作" in why for why in whys)
