"""The words in a row of the queue: the telling words, and marked matches of a search; nothing of a page
becomes markup."""

import pytest

from api.row_words import mark_sought, telling_words
from records.models import FindingRecord


def finding(rule: str, quote: str, severity: str, family: str = "words", term: str = "term") -> FindingRecord:
    return FindingRecord(rule=rule, quote=quote, severity=severity, family=family, term=term)


def test_the_gravest_words_of_different_rules_come_first_and_each_once() -> None:
    found = [
        finding("number", "咨询热线", "high", "certificate"),
        finding("best", "全市最好", "medium"),
        finding("cure", "包治 \n 百病", "high"),
        finding("cure", "永不复发", "high"),
        finding("cure", "包治 \n 百病", "high"),
        finding("none", "", "high"),
    ]
    assert telling_words(found) == [("包治 百病", "high"), ("咨询热线", "high"), ("全市最好", "medium")]


def test_the_words_of_a_list_come_before_sentences_that_are_suspected() -> None:
    found = [
        finding("luring", "到院就送好礼，住院不花钱。", "high", term=""),
        finding("cure", "疗效看得见，好了不再犯。", "high", term=""),
        finding("cure", "永不复发", "high"),
        finding("best", "全市最好", "medium"),
    ]
    assert [words for words, _ in telling_words(found)] == [
        "永不复发",
        "到院就送好礼，住院不花钱。",
        "全市最好",
    ]


@pytest.mark.parametrize(
    ("text", "words", "markup"),
    [
        ("治愈率98%", "治愈", "<mark>治愈</mark>率98%"),
        ("Best治愈 best", "BEST 治愈", "<mark>Best</mark><mark>治愈</mark> <mark>best</mark>"),
        ("<b>治愈</b>", "治愈 <b>", "<mark>&lt;b&gt;</mark><mark>治愈</mark>&lt;/b&gt;"),
        ("a.c abc", "a.c", "<mark>a.c</mark> abc"),
        ("治愈", " ", "治愈"),
    ],
)
def test_what_was_searched_for_is_marked_and_nothing_else_is_markup(text, words, markup) -> None:
    assert mark_sought(text, words) == markup
