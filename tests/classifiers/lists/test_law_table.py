"""The law with its rules: every prohibition has its rule, or a reason why it has none."""

from classifiers.lists.law_table import law_table, resting_on, unexplained
from classifiers.lists.rules import RuleSet
from records.settings import PROJECT


def test_every_prohibition_has_a_rule_or_a_word_why_it_has_none(rules: RuleSet) -> None:
    assert [str(article) for article in unexplained(rules)] == []


def test_the_document_is_what_the_lists_say(rules: RuleSet) -> None:
    document = (PROJECT / "docs" / "reference" / "law.md").read_text("utf-8")
    assert document == law_table(rules), "make it again: qingyi lists law > docs/reference/law.md"


def test_a_provision_is_told_with_its_rule_penalty_and_exemption(rules: RuleSet) -> None:
    line = next(line for line in law_table(rules).splitlines() if line.startswith("| 第十二条第一款 |"))
    assert "**`patent` 违法使用专利宣传**（一般、一般）" in line
    assert "广告法第五十九条" in line
    assert "已标明专利号和种类" in line


def test_a_provision_that_no_text_shows_says_why(rules: RuleSet) -> None:
    lines = [line for line in law_table(rules).splitlines() if "一键关闭" in line]
    assert len(lines) == 1
    assert "无：是窗口的行为" in lines[0]


def test_the_first_article_of_a_rule_is_the_one_it_is_for(rules: RuleSet) -> None:
    own = {
        "insurance-luring": "《医疗保障基金使用监督管理条例》第十五条第一款",
        "beauty-anxiety": "《中华人民共和国广告法》第九条第（七）项",
        "patient-witness": "《医疗广告管理办法》第七条第（六）项",
        "certificate-other-institution": "《中华人民共和国广告法》第四十八条",
        "certificate-none": "《医疗广告管理办法》第十四条",
        "free-treatment": "《医疗广告管理办法》第六条",
        "effect-implied": "《中华人民共和国广告法》第十六条第一款第（一）项",
        "absolute-words": "《中华人民共和国广告法》第九条第（三）项",
        "minors-cosmetic": "《中华人民共和国广告法》第十条",
        "department-advert": "《医疗广告管理办法》第五条",
        "organ-trade": "《人体器官捐献和移植条例》第六条",
    }
    assert {name: str(rules.live[name].law[0]) for name in own} == own


def test_luring_the_insured_rests_on_no_article_about_forged_papers(rules: RuleSet) -> None:
    cited = {(article.law, article.article) for article in rules.live["insurance-luring"].law}
    assert cited == {("医疗保障基金使用监督管理条例", number) for number in (15, 19, 38, 40)}
    (forged,) = [
        provision
        for law in rules.laws
        for provision in law.provisions
        if provision.article.law == "医疗保障基金使用监督管理条例" and provision.article.article == 20
    ]
    assert not resting_on(rules).get(forged.article)
    assert forged.no_rule
