"""When a page needs the browser: where a script writes it, or the plain page has almost no text."""

import pytest

from crawler.downloading.script_built import needs_browser
from crawler.pages.extract import extract

WORDS = "<p>" + "本院门诊时间为每日八时至十七时，节假日照常开诊。" * 4 + "</p>"


def asks(html: str, helps: bool | None = None) -> bool:
    return needs_browser(html, extract(html), helps)


@pytest.mark.parametrize(
    "written",
    [
        '<div id="app"></div><script src="a.js"></script>',
        "<div id=root></div><SCRIPT src=a.js></SCRIPT>",
        '<ul><li v-for="x in list"></li></ul><script></script>',
        "<script>window.__INITIAL_STATE__ = {}</script>",
        '<script>fetch("/news.json")</script>',
        '<script>window.fetch("/news.json")</script>',
        '<script>axios.get("/news")</script>',
        '<script>$.getJSON("/news", show)</script>',
        "<script>new XMLHttpRequest()</script>",
        '<script>box.innerHTML  = "a"</script>',
    ],
)
def test_a_page_with_words_is_tried_where_a_script_may_write_more(written: str) -> None:
    assert asks(WORDS + written)
    assert not asks(WORDS + written, helps=False)


@pytest.mark.parametrize(
    "written", ["", "<script>prefetch(1)</script>", '<script src="count.js"></script><i id="apple"></i>']
)
def test_a_page_with_words_and_no_such_script_is_read_as_it_came(written: str) -> None:
    assert not asks(WORDS + written)


def test_a_shell_is_asked_for_only_where_it_has_a_script() -> None:
    assert asks("<p>请稍候</p><script src=a.js></script>")
    assert not asks("<p>请稍候</p>")
