"""An explanation has one row a rule and word, with all its places."""

from datetime import date

from classifiers.found_words import gather_words
from classifiers.judge import judge
from classifiers.lists.rules import RuleSet
from classifiers.values import Facts, Finding, PageText


def found(rule: str, start: int, quote: str, severity: str = "medium") -> Finding:
    return Finding(rule, "family", rule, severity, (), start, start + len(quote), quote, f"因为“{quote}”")


def test_words_that_a_page_repeats_are_one_row_with_their_places() -> None:
    rows = gather_words([found("cure", 3, "根治"), found("cure", 40, "永不复发"), found("cure", 90, "根治")])
    assert [(row.quote, row.places, row.numbers) for row in rows] == [
        ("根治", ((3, 5), (90, 92)), (1, 3)),
        ("永不复发", ((40, 44),), (2,)),
    ]


def test_the_same_words_under_two_rules_are_two_rows_the_graver_first() -> None:
    rows = gather_words([found("absolute", 0, "根治率第一"), found("rate", 0, "根治率第一", "high")])
    assert [row.rule for row in rows] == ["rate", "absolute"]


def test_what_a_page_lacks_has_no_place() -> None:
    (row,) = gather_words([found("certificate-none", 7, "")])
    assert (row.quote, row.places) == ("", ())


def test_seventy_repeats_are_one_row(rules: RuleSet) -> None:
    page = PageText.of_plain("我院治愈率98%，详询电话 0512-6666888。\n" * 70)
    judgement = judge(page, rules, Facts(date(2026, 11, 24)))
    rows = [row for row in gather_words(judgement.findings) if row.rule == "cure-rate-percent"]
    assert len(rows) == 1
    assert len(rows[0].places) == sum(one.rule == "cure-rate-percent" for one in judgement.findings) == 70
    assert all(page.text[start:end] == rows[0].quote for start, end in rows[0].places)
