"""What a parser would take too long over is left out of a page, but no word of it."""

import pytest

from crawler.pages.bounded import bounded, is_ordinary
from crawler.pages.extract import extract
from crawler.pages.guarded import MOST_TEXT, read_guarded, words_alone
from crawler.pages.post import Post
from crawler.pages.sitemap import SiteMap, read_map
from crawler.platforms import read_post

WORDS = "我院治愈率98%，永不复发。"
CUT = "标签的属性超过 400 个，其余属性未读"


def many(count: int) -> str:
    return " ".join(f"a{number}=1" for number in range(count))


def test_the_words_of_a_page_of_endless_attributes_are_read_and_the_cut_is_said() -> None:
    post = read_post(f"<title>门诊</title><p {many(400_000)}>{WORDS}</p>")
    assert WORDS in post.text.text
    assert post.faults == (CUT,)


def test_a_long_tag_as_people_write_it_is_left_alone() -> None:
    for page in (f"<p {many(390)}>{WORDS}", f"<img src='data:image/png;base64,{'A' * 50_000}'>{WORDS}"):
        assert bounded(page).html == page
        assert bounded(page).cuts == ()


def test_attributes_that_readers_ask_for_are_kept_wherever_they_stand() -> None:
    tag = f'<a {many(2_000)} data-x="治愈" href="/next" href="/other">'
    kept = bounded(tag).html
    assert kept.endswith(' a399=1 data-x="治愈" href="/next">')


@pytest.mark.parametrize(
    "page",
    [
        f"<!-- <p {many(2_000)} --><p>{WORDS}</p>",
        f'<!-- <p {many(2_000)} x=" --><p>{WORDS}</p><p y=">',
        f"<p {many(2_000)} x='><style>'>{WORDS}</p>",
        f'<textarea><p {many(2_000)} x="{WORDS}"></textarea>',
        f"<script>if (a<b {many(2_000)} > 1) {{}}</script><p>{WORDS}</p>",
        f"<p {many(2_000)} hidden=&gt;>{WORDS}</p>",
    ],
)
def test_no_word_is_hidden_by_what_only_looks_like_a_long_tag(page: str) -> None:
    whole = extract(page.replace(many(2_000), many(5)))
    assert WORDS in read_post(page).text.text
    assert [block.region for block in read_post(page).text.blocks] == [block.region for block in whole.blocks]


def test_deep_nesting_is_said() -> None:
    post = read_post("<div>" * 30_000 + WORDS)
    assert WORDS in post.text.text
    assert post.faults == ("标签嵌套超过 2000 层，更深的标签未读（文字照读）",)


def test_a_large_page_within_a_small_one_is_read_as_words() -> None:
    nested = "&lt;b a=1>&lt;p>" * 5_000
    page = f"<p>门诊</p><iframe srcdoc='{nested}{WORDS}'></iframe>"
    assert is_ordinary(page)
    assert WORDS in extract(page).text


def test_the_text_beyond_a_million_characters_is_cut_and_the_cut_said() -> None:
    page = f"<p>{WORDS}</p>" + f"<p>{'门诊时间，' * (MOST_TEXT // 5)}</p>" + "<p hidden>看不见的文字</p>"
    for post in (
        read_guarded(page, lambda: Post(extract(page))),
        read_guarded(page, lambda: Post(words_alone(page))),
    ):
        assert WORDS in post.text.text
        assert len(post.text.text) == MOST_TEXT
        assert post.text.blocks[-1].end <= MOST_TEXT
        assert post.faults == ("页面文字超过 100 万字，其余未研判",)


def test_a_map_of_nothing_but_blanks_is_no_map() -> None:
    assert read_map("http://a.test/sitemap.xml", b" " * 2_000_000) == SiteMap()
