"""Disguises are undone, and every position maps back to the original."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.text.normalise import normalise


@pytest.mark.parametrize(
    ("disguised", "plain"),
    [
        ("治★愈★率", "治愈率"),
        ("治 愈 率", "治愈率"),
        ("治-愈-率", "治愈率"),
        ("治/愈/率", "治愈率"),
        ("治 - 愈 - 率", "治愈率"),
        ("【治】【愈】【率】", "治愈率"),
        ("治愈 率", "治愈 率"),
        ("根-治", "根治"),
        ("治 愈率", "治愈率"),
        ("治\u200b愈\u2060率", "治愈率"),
        ("９８％", "98%"),
        ("98﹪", "98%"),
        ("⑨⑧", "98"),
        ("𝟗𝟖", "98"),
        ("ＮＫ细胞", "nk细胞"),
        ("永不復發", "永不复发"),
        ("醫(yī)療(liáo)廣告", "医疗广告"),
        ("㎎", "mg"),
    ],
)
def test_a_disguise_is_undone(disguised: str, plain: str) -> None:
    assert normalise(disguised).text == plain


@pytest.mark.parametrize(
    "text",
    [
        "首页 科室介绍 专家团队",
        "水平 安全",
        "医保 证明",
        "北京-上海",
        "(云)(溪)医广",
        "内科/外科",
        "医保、新农合",
        "保证。治愈",
        "保证\n治愈",
        "保证|治愈",
        "保证、治愈",
    ],
)
def test_words_of_their_own_are_not_joined(text: str) -> None:
    assert normalise(text).text == text


@given(st.text())
def test_every_position_leads_back(text: str) -> None:
    normal = normalise(text)
    origin = range(len(text)) if normal.starts is None else normal.starts
    assert len(origin) == len(normal.text)
    assert all(0 <= position < len(text) for position in origin)
    assert all(before <= after for before, after in itertools.pairwise(origin))


tricky = st.text(alphabet="治愈率包好★*- ·\u200b(yī)９８％①㎎\n。，、|/永復", max_size=60)


@given(tricky)
def test_what_a_span_covers_normalises_to_what_matched(text: str) -> None:
    """Slicing the original by a span gives the characters that stood for the match."""
    normal = normalise(text)
    for start in range(len(normal.text)):
        end = min(start + 3, len(normal.text))
        low, high = normal.span(start, end)
        assert 0 <= low < high <= len(text)
        origin = range(len(text)) if normal.starts is None else normal.starts
        covered = [normal.text[i] for i in range(len(normal.text)) if low <= origin[i] < high]
        assert "".join(covered).startswith(normal.text[start:end]) or normal.text[start:end] in "".join(
            covered
        )


def test_normalising_twice_changes_nothing_more_for_plain_text() -> None:
    once = normalise("我院治愈率98%，欢迎咨询。").text
    assert normalise(once).text == once
