"""How grave a page is, by the tiers of the guide of 2025-05-09, and the parts of its score."""

from datetime import date

import pytest

from classifiers.judge import judge
from classifiers.lists.rules import RuleSet
from classifiers.page.score import with_similar_pages
from classifiers.values import Facts, Judgement, KnownCertificate, PageText

NUMBER = "（云）医广【2026】第03-10-0205号"
CANONICAL = "(云)医广[2026]第03-10-0205号"
APPROVED = "云溪眼科医院。诊疗科目：眼科。地址：云溪市湖滨路1号。欢迎咨询，咨询电话：400-000-3001。"
KNOWN = KnownCertificate(CANONICAL, "云溪眼科医院", date(2026, 3, 10), date(2027, 3, 9), ("网络",), APPROVED)


def judged(rules: RuleSet, text: str, seen_on: date = date(2026, 11, 24), **facts: int) -> Judgement:
    known = Facts(seen_on, ("云溪眼科医院",), {CANONICAL: KNOWN}, **facts)  # type: ignore[arg-type]
    return judge(PageText.of_plain(text), rules, known)


@pytest.mark.parametrize(
    ("text", "gravity"),
    [
        ("我院治愈率98%。", "ordinary"),
        ("我院肺癌治愈率98%。", "heavier"),
        ("孩子近视不用怕，康复训练一个月恢复视力。", "heavier"),
        ("某某艺人代言，医院肿瘤科热线400-000-3001，欢迎咨询。", "ordinary"),
        ("老军医坐诊，欢迎预约。", "police"),
        ("热玛吉限时特价，立即预约。", "ordinary"),
        ("云溪眼科医院。地址：云溪市湖滨路1号。欢迎咨询，咨询电话：400-000-3001。", "lighter"),
        ("云溪眼科医院门诊时间见导诊台。", "unpunished"),
    ],
)
def test_the_tier_follows_from_what_was_found(rules: RuleSet, text: str, gravity: str) -> None:
    judgement = judged(rules, text)
    assert judgement.gravity == gravity
    assert judgement.gravity_reasons


def test_a_grave_disease_is_named(rules: RuleSet) -> None:
    assert "肺癌" in "".join(judged(rules, "我院肺癌治愈率98%。").gravity_reasons)


def test_a_grave_disease_far_from_the_claim_makes_it_no_heavier(rules: RuleSet) -> None:
    claim = "我院治疗胃肠疾病，治愈率高达98%，无效退款。"
    between = "门诊楼共六层，设挂号、收费、检验、药房等窗口，电梯在大厅东侧。" * 5
    assert judged(rules, f"{claim}\n{between}\n肺癌患者请到三楼登记。").gravity == "ordinary"
    assert judged(rules, f"{claim}\n肺癌患者请到三楼登记。").gravity == "heavier"


def test_a_certificate_that_ran_out_while_the_advert_agrees_may_go_unpunished(rules: RuleSet) -> None:
    page = APPROVED.replace("。", "\n") + NUMBER
    judgement = judged(rules, page, date(2027, 6, 1))
    assert [finding.rule for finding in judgement.findings] == ["certificate-expired"]
    assert "内容仍与成品样件一致" in judgement.findings[0].why
    assert judgement.gravity == "unpunished"


def test_one_that_ran_out_while_the_advert_departs_may_not(rules: RuleSet) -> None:
    page = APPROVED.replace("。", "\n") + "本院新到验光设备三台\n" + NUMBER
    assert judged(rules, page, date(2027, 6, 1)).gravity == "lighter"


def test_only_the_eight_items_without_a_certificate_may_go_unpunished(rules: RuleSet) -> None:
    page = (
        "第一名称：云溪眼科医院\n地址：云溪市湖滨路1号\n诊疗科目：眼科\n咨询电话：欢迎来电，热线400-000-3001"
    )
    judgement = judged(rules, page)
    assert [finding.rule for finding in judgement.findings] == ["certificate-none"]
    assert judgement.gravity == "unpunished"


def test_earlier_cases_and_similar_pages_raise_the_score(rules: RuleSet) -> None:
    alone = judged(rules, "我院治愈率98%。").score
    assert judged(rules, "我院治愈率98%。", confirmed_before=2).score == alone + 20
    assert judged(rules, "我院治愈率98%。", confirmed_before=9).score == alone + 30
    judgement = judged(rules, "我院治愈率98%。")
    assert with_similar_pages(judgement, 3).score == alone + 6
    assert with_similar_pages(judgement, 0) == judgement


def test_every_summand_says_what_it_is_for(rules: RuleSet) -> None:
    judgement = judged(
        rules, "什么是青少年近视？常见症状有哪些。我院治愈率98%，热线400-000-3001", confirmed_before=1
    )
    words = "；".join(part.reason for part in judgement.score_parts)
    for expected in ("宣称治愈率", "从重", "变相发布", "眼科", "认定违法 1 件"):
        assert expected in words
