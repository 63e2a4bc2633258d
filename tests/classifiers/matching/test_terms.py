"""The language of terms: the meaning of its placeholders, and its refusals."""

import pytest

from classifiers.matching.match import Matcher, compile_terms
from classifiers.matching.terms import TermFault, parse_term


def found(term: str, text: str) -> list[str]:
    hits = Matcher(compile_terms("context", "trial", [term])).scan(text).hits
    return [text[hit.start : hit.end] for hit in hits]


@pytest.mark.parametrize(
    ("term", "text", "expected"),
    [
        ("治愈率", "我院治愈率很高", ["治愈率"]),
        ("治愈率{gap}{percent}", "治愈率高达98%", ["治愈率高达98%"]),
        ("治愈率{gap}{percent}", "治愈率为百分之九十九点六。", ["治愈率为百分之九十九点六"]),
        ("治愈率{gap}{percent}", "治愈率。另有98%", []),
        ("{治愈|有效}率{percent}", "有效率95%，治愈率9成", ["有效率95%", "治愈率9成"]),
        ("{number}天{就|}见效", "三天就见效，7天见效", ["三天就见效", "7天见效"]),
        ("免费{gap:2}领取", "免费到院领取；免费到医院来领取", ["免费到院领取"]),
        ("{低至{number}折|全免}起步", "低至3折起步，全免起步", ["低至3折起步", "全免起步"]),
        ("比你{漂亮|年轻}", "她比你年轻", ["比你年轻"]),
    ],
)
def test_a_placeholder_stands_for_what_the_guide_says(term: str, text: str, expected: list[str]) -> None:
    assert found(term, text) == expected


def test_alternatives_without_a_gap_are_written_out() -> None:
    parsed = parse_term("{断|除}根")
    assert (parsed.anchors, parsed.pattern) == (("断根", "除根"), None)


def test_a_term_is_looked_for_by_its_rarest_words() -> None:
    assert parse_term("患者{gap}起死回生").anchors == ("起死回生",)


@pytest.mark.parametrize(
    ("term", "words"),
    [
        ("{number}天", "不足两个字"),
        ("好", "不足两个字"),
        ("治愈{gap:99}", "不认识的占位符"),
        ("治愈{rate}", "不认识的占位符"),
        ("治愈{率", "花括号不成对"),
        ("治愈}率", "花括号不成对"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_reason(term: str, words: str) -> None:
    with pytest.raises(TermFault, match=words):
        parse_term(term)


def test_a_gap_runs_over_no_mark_of_a_list() -> None:
    assert found("名医{gap}推荐", "名医一致推荐") == ["名医一致推荐"]
    assert found("名医{gap}推荐", "名医、百姓推荐") == []
