"""Hostile input: whatever the bytes, a judgement is reached and every finding quotes the page."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from classifiers.judge import judge
from classifiers.lists.rules import load_rules
from classifiers.similar import Signature
from classifiers.values import Facts, KnownCertificate, PageText
from crawler.platforms import read_post
from records.settings import PROJECT
from records.snapshots.encoding import decode_html

RULES = load_rules(PROJECT / "keyword_lists")
NUMBER = "(云)医广[2026]第03-10-1号"
KNOWN = KnownCertificate(NUMBER, "某医院", date(2026, 3, 10), date(2027, 3, 9), (), "某医院。欢迎咨询。")
FACTS = Facts(date(2026, 11, 24), ("某医院",), {NUMBER: KNOWN})

DISGUISES = ("zhiyulv", "治★愈★率", "治(zhì)愈(yù)", "氵台", "㎎", "👩", "\u200b", "\ud800", "\x00")
WORDS = (
    "治愈率",
    "98%",
    "百分之九十",
    "我院",
    "不能",
    "欢迎咨询",
    "电话400-000-1234",
    "什么是",
    "的症状",
    "病因",
)
MARKS = ("（云）医广【2026】第", "03-10-1号", "{", "。", "\n", "，", " ", "|")
MARKUP = ("<p>", "</div>", "<a href=//53kf.com>", "<!--", "&#x110000;")
PIECES = st.sampled_from((*DISGUISES, *WORDS, *MARKS, *MARKUP))
TEXTS = st.lists(PIECES, max_size=60).map("".join) | st.text(max_size=200)


def check(page: PageText) -> None:
    judgement = judge(page, RULES, FACTS)
    for found in (*judgement.findings, *judgement.spared):
        assert 0 <= found.start <= found.end <= len(page.text)
        assert found.quote == page.text[found.start : found.end]
    Signature.of(page)


@given(TEXTS)
def test_any_text_is_judged(text: str) -> None:
    check(PageText.of_plain(text))


@given(st.binary(max_size=400) | TEXTS.map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_read_and_judged(body: bytes) -> None:
    check(read_post(decode_html(body, "text/html")).text)
