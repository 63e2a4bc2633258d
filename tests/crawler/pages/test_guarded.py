"""A page that breaks its reader is reported, and its words are kept."""

import pytest

from crawler.pages.guarded import Attempts, read_guarded, words_alone
from crawler.pages.post import Post
from tests.hostile.shapes import SITE


def broken() -> Post:
    raise RuntimeError("nested\ntoo deep")


def test_a_page_that_breaks_its_reader_keeps_its_words_and_says_why() -> None:
    post = read_guarded(SITE, broken)
    assert "主任亲诊，治愈率98%，终身不复发。" in post.text.text
    assert post.faults == ("页面结构未能读取（RuntimeError nested too deep）",)
    assert all(post.text.text[block.start : block.end].strip() for block in post.text.blocks)


def test_each_part_that_fails_is_named_and_the_others_are_read() -> None:
    attempts = Attempts()
    assert attempts.read("链接", lambda: ["a"], list[str]) == ["a"]
    assert attempts.reason is None
    assert attempts.read("图片地址", lambda: [str(int("9" * 5_000))], list[str]) == []
    assert attempts.reason is not None
    assert attempts.reason.startswith("图片地址未能读取（ValueError")


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<p>一</p><P CLASS=x>二", "一\n二"),
        ("<script>一</script>二<style>三</style><!--四-->五", "二 五"),
        ("一<SCRIPT>二</script >三<script>四", "一 三"),
        ("&lt;b&gt; &amp; &#22235;&#xffffffff; &nbsp;", "<b> & 四\ufffd"),
        ("İ<script>x</script>治愈", "İ 治愈"),
        ("a < b", "a < b"),
        ("", ""),
    ],
)
def test_words_without_markup(html: str, words: str) -> None:
    assert words_alone(html).text == words
