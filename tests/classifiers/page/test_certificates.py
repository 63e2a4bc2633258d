"""Certificate numbers in all their forms, and the faults of a certificate."""

from datetime import date

import pytest

from classifiers.judge import certificate_numbers, judge
from classifiers.lists.rules import RuleSet
from classifiers.page.certificates import canonical_number, find_numbers
from classifiers.text.normalise import normalise
from classifiers.values import Facts, KnownCertificate, PageText

APPROVED = "云溪眼科医院。诊疗科目：眼科。地址：云溪市湖滨路1号。欢迎咨询，咨询电话：400-000-3001。"
NUMBER = "（云）医广【2026】第03-10-0205号"
PAGE = (
    f"云溪眼科医院\n诊疗科目：眼科。\n地址：云溪市湖滨路1号。\n欢迎咨询，咨询电话：400-000-3001。\n{NUMBER}"
)
CANONICAL = "(云)医广[2026]第03-10-0205号"
KNOWN = KnownCertificate(CANONICAL, "云溪眼科医院", date(2026, 3, 10), date(2027, 3, 9), ("网络",), APPROVED)


def faults(
    rules: RuleSet, page: str, known: KnownCertificate | None = KNOWN, seen_on: date = date(2026, 11, 24)
) -> list[str]:
    certificates = {known.number: known} if known else {}
    facts = Facts(seen_on, ("云溪眼科医院",), certificates)
    found = judge(PageText.of_plain(page), rules, facts).findings
    return [finding.rule for finding in found if finding.family == "certificate"]


@pytest.mark.parametrize(
    ("written", "canonical", "approved_on"),
    [
        ("（京）医广【2016】第07-01-0355号", "(京)医广[2016]第07-01-0355号", date(2016, 7, 1)),
        ("(京) 医广【2018】第12-05-0977号", "(京)医广[2018]第12-05-0977号", date(2018, 12, 5)),
        ("沪医广【2020】第04-10-G124号", "(沪)医广[2020]第04-10-g124号", date(2020, 4, 10)),
        ("鲁医广【2013】第0902-001-3711号", "(鲁)医广[2013]第0902-001-3711号", date(2013, 9, 2)),
        (
            "（成青） 医广【2019】第03-12-510105020号",
            "(成青)医广[2019]第03-12-510105020号",
            date(2019, 3, 12),
        ),
        ("（渝）医广[2015]（网络）第189号", "(渝)医广[2015](网络)第189号", None),
        ("（京）中医广〔2007〕第01－30－10号", "(京)中医广[2007]第01-30-10号", date(2007, 1, 30)),
        (
            "广审号：（浙）医广［２０２５］第０６—０８—０１２号",
            "(浙)医广[2025]第06-08-012号",
            date(2025, 6, 8),
        ),
        ("（京）医广\n【2024】第05-\n17-0912号", "(京)医广[2024]第05-17-0912号", date(2024, 5, 17)),
        ("（桂）医广【2023】第09-14-303", "(桂)医广[2023]第09-14-303号", date(2023, 9, 14)),
        ("津（中）医广【2022】第11-02-0047号", "(津)中医广[2022]第11-02-0047号", date(2022, 11, 2)),
        ("苏(锡)医广【2021】第08-30-006号", "(苏锡)医广[2021]第08-30-006号", date(2021, 8, 30)),
        ("渝（医）广[2020]第07-09-115号", "(渝)医广[2020]第07-09-115号", date(2020, 7, 9)),
    ],
)
def test_a_number_is_read_in_every_form_in_use(
    written: str, canonical: str, approved_on: date | None
) -> None:
    (number,) = find_numbers(normalise(written))
    assert (number.canonical, number.approved_on) == (canonical, approved_on)


@pytest.mark.parametrize(
    "text",
    [
        "云ICP备00000000号",
        "云公网安备 33010002000000号",
        "药广审（文）第250401000号",
        "云医械广审（文）第2026010001号",
        "执业许可证登记号 PDY00001133010017A1001",
        "卫医许字〔2019〕第12号",
    ],
)
def test_other_numbers_are_not_taken_for_one(text: str) -> None:
    assert find_numbers(normalise(text)) == ()


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("广审号：浙（A）广【2018】第04-11-209号", "浙(A)广[2018]第04-11-209号"),
        ("审查证明文号:2019年第0315号", "2019年第0315号"),
        ("医疗广告审查证明文号\n湘卫广字2020-118", "湘卫广字2020-118"),
    ],
)
def test_whatever_stands_behind_the_words_for_it_is_a_shown_number(
    rules: RuleSet, text: str, written: str
) -> None:
    (number,) = find_numbers(normalise(text))
    assert (number.canonical, number.written) == (None, written)
    judgement = judge(
        PageText.of_plain(f"{PAGE.replace(NUMBER, '')}{text}"), rules, Facts(date(2026, 11, 24), (), {})
    )
    assert judgement.certificates == (written,)
    assert [f.rule for f in judgement.findings if f.family == "certificate"] == ["certificate-malformed"]


def test_the_number_of_another_approval_is_none_of_these() -> None:
    assert find_numbers(normalise("药品广告批准文号：国药广审（文）第250401000号")) == ()


def test_a_number_with_a_day_that_does_not_exist_was_never_issued() -> None:
    with pytest.raises(ValueError, match="88-88"):
        canonical_number("（浙）（杭）医广【2018】第88-88-088号")


def test_an_advert_that_agrees_with_its_certificate_raises_nothing(rules: RuleSet) -> None:
    assert faults(rules, PAGE) == []


def test_leaving_something_out_is_no_departure(rules: RuleSet) -> None:
    assert faults(rules, PAGE.replace("诊疗科目：眼科。\n", "")) == []


def test_an_added_sentence_is_a_departure_with_its_words(rules: RuleSet) -> None:
    page = PageText.of_plain(PAGE + "\n本院配备新式验光设备。")
    facts = Facts(date(2026, 11, 24), ("云溪眼科医院",), {CANONICAL: KNOWN})
    (finding,) = judge(page, rules, facts).findings
    assert (finding.rule, finding.quote) == ("certificate-departure", "本院配备新式验光设备")
    assert "成品样件中没有这句话" in finding.why


def test_a_changed_sentence_is_shown_beside_the_approved_one(rules: RuleSet) -> None:
    page = PageText.of_plain(PAGE.replace("湖滨路1号", "湖滨路99号"))
    facts = Facts(date(2026, 11, 24), ("云溪眼科医院",), {CANONICAL: KNOWN})
    (finding,) = judge(page, rules, facts).findings
    assert "成品样件写的是“地址：云溪市湖滨路1号”" in finding.why


def test_an_advert_without_a_number(rules: RuleSet) -> None:
    assert faults(rules, PAGE.replace(NUMBER, "")) == ["certificate-none"]


@pytest.mark.parametrize(
    ("holds", "rule", "article"),
    [
        (None, "certificate-none", "《医疗广告管理办法》第十四条"),
        (True, "certificate-none", "《医疗广告管理办法》第十四条"),
        (False, "certificate-unobtained", "《医疗广告管理办法》第三条"),
    ],
)
def test_a_number_that_is_not_shown_is_not_a_certificate_that_was_never_obtained(
    rules: RuleSet, holds: bool | None, rule: str, article: str
) -> None:
    facts = Facts(date(2026, 11, 24), ("云溪眼科医院",), {}, holds_certificate=holds)
    (finding,) = judge(PageText.of_plain(PAGE.replace(NUMBER, "")), rules, facts).findings
    assert (finding.rule, str(finding.law[0])) == (rule, article)
    assert finding.why.startswith(f"由“{finding.quote}”可知页面是广告，属“{finding.title}”：")


OWN = ("400-000-3009", "云溪市滨河区湖滨路9号", "www.yunxi-eye.example")


@pytest.mark.parametrize(
    "page",
    [
        PAGE.replace("400-000-3001", "400-000-3009"),
        PAGE.replace("湖滨路1号", "湖滨路9号"),
        PAGE + "\n官网：www.yunxi-eye.example",
        PAGE + "\n预约电话 4000003009",
    ],
)
def test_a_true_phone_address_or_site_added_or_changed_is_no_departure(rules: RuleSet, page: str) -> None:
    facts = Facts(date(2026, 11, 24), ("云溪眼科医院",), {CANONICAL: KNOWN}, contacts=OWN)
    assert [finding.rule for finding in judge(PageText.of_plain(page), rules, facts).findings] == []
    unknown = Facts(date(2026, 11, 24), ("云溪眼科医院",), {CANONICAL: KNOWN})
    found = judge(PageText.of_plain(page), rules, unknown).findings
    assert [finding.rule for finding in found] == ["certificate-departure"]


def test_a_true_phone_excuses_nothing_that_stands_beside_it(rules: RuleSet) -> None:
    facts = Facts(date(2026, 11, 24), ("云溪眼科医院",), {CANONICAL: KNOWN}, contacts=OWN)
    page = PageText.of_plain(PAGE + "\n新增夜间门诊，电话400-000-3009")
    assert [finding.rule for finding in judge(page, rules, facts).findings] == ["certificate-departure"]


def test_a_number_that_the_registry_does_not_know(rules: RuleSet) -> None:
    assert faults(rules, PAGE, known=None) == ["certificate-unknown"]


def test_an_unknown_number_whose_own_date_is_too_old_has_run_out(rules: RuleSet) -> None:
    assert faults(rules, PAGE.replace("2026", "2021"), known=None) == ["certificate-expired"]


def test_a_malformed_number(rules: RuleSet) -> None:
    assert faults(rules, PAGE.replace("03-10", "88-88")) == ["certificate-malformed"]


def test_a_number_seen_after_its_year(rules: RuleSet) -> None:
    assert faults(rules, PAGE, seen_on=date(2027, 3, 10)) == ["certificate-expired"]


def test_a_number_on_its_last_day_is_valid(rules: RuleSet) -> None:
    assert faults(rules, PAGE, seen_on=date(2027, 3, 9)) == []


def test_a_number_seen_before_its_year(rules: RuleSet) -> None:
    assert faults(rules, PAGE, seen_on=date(2026, 3, 9)) == ["certificate-not-yet-valid"]


def test_another_institutions_number(rules: RuleSet) -> None:
    other = KnownCertificate(CANONICAL, "别家医院", KNOWN.valid_from, KNOWN.valid_to, ("网络",), APPROVED)
    assert faults(rules, PAGE, known=other) == ["certificate-other-institution"]


def test_a_certificate_for_other_media(rules: RuleSet) -> None:
    other = KnownCertificate(CANONICAL, "云溪眼科医院", KNOWN.valid_from, KNOWN.valid_to, ("户外",), APPROVED)
    assert faults(rules, PAGE, known=other) == ["certificate-other-medium"]


def test_a_revoked_certificate(rules: RuleSet) -> None:
    other = KnownCertificate(
        CANONICAL, "云溪眼科医院", KNOWN.valid_from, KNOWN.valid_to, ("网络",), APPROVED, "revoked"
    )
    assert faults(rules, PAGE, known=other) == ["certificate-revoked"]


def test_what_is_no_advert_needs_no_certificate(rules: RuleSet) -> None:
    assert faults(rules, "云溪眼科医院设眼科，床位60张。") == []


def test_without_a_registry_only_the_content_is_judged(rules: RuleSet) -> None:
    page = PageText.of_plain(PAGE.replace(NUMBER, ""))
    assert judge(page, rules, Facts(date(2026, 11, 24))).findings == ()


def test_the_numbers_to_look_up_are_named() -> None:
    assert certificate_numbers(PageText.of_plain(PAGE)) == (CANONICAL,)
