"""No page escapes by breaking its readers: whatever it holds, it is read, kept and judged in time.

The guard (`crawler.pages.guarded`) would catch any error; here it must never have to.
"""

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy.http import HtmlResponse

from classifiers.judge import judge
from classifiers.lists.rules import RuleSet
from classifiers.values import Facts
from crawler.downloading.responses import as_fetched
from crawler.downloading.script_built import needs_browser
from crawler.pages.guarded import words_alone
from crawler.pages.links import page_links
from crawler.pages.pictures import image_addresses
from crawler.pages.sitemap import SiteMap
from crawler.pages.urls import canonical, pattern_of, slot_of
from crawler.platforms import read_post
from crawler.platforms.feed import map_or_feed, post_urls
from crawler.spiders.site import SiteSpider
from records.models import VisitKind
from records.snapshots.encoding import decode_html
from records.snapshots.page_text import read_stored_text
from records.visits.targets import Target
from tests.hostile.mutation import mutated
from tests.hostile.shapes import LISTS, PAGES

URL = "http://yx.example/a/b.html"
TARGET = Target(1, VisitKind.SITE, 1, "http://yx.example/", frozenset(), 500, 20, 60.0, 0.0, True, False)
FACTS = Facts(date(2026, 11, 24), ("云溪口腔门诊部",))
SITE = SiteSpider.__new__(SiteSpider)
_BROKE_BEFORE = (352, 357, 6822)  # lists whose readers raised once
LONGEST = 15.0  # seconds for one page, on a busy machine


def read_all(body: bytes, rules: RuleSet) -> None:
    """Read a page's bytes as a crawl does, then judge it."""
    begun = time.monotonic()
    html = decode_html(body, "text/html")
    post = read_post(html, URL)
    assert [fault for fault in post.faults if "未能读取" in fault] == []
    pictures = image_addresses(html, URL)
    for url in (*pictures, *SITE.own(TARGET, page_links(html, URL, body))):
        slot_of(url), pattern_of(url), canonical(url)
    needs_browser(html, post.text)
    answer = HtmlResponse(URL, body=body, headers={"Content-Type": "text/html"})
    kept = as_fetched(URL, answer, post, pictures)
    assert kept.text is not None
    page = read_stored_text(kept.text.content)
    assert page == post.text
    judge(page, rules, FACTS)
    assert time.monotonic() - begun < LONGEST


def read_lists(body: bytes) -> None:
    """Read a list of pages as a crawl does."""
    begun = time.monotonic()
    for name in ("robots.txt", "sitemap.xml"):
        url = f"http://yx.example/{name}"
        assert isinstance(SITE.own_map(TARGET, map_or_feed(url, body), url), SiteMap)
    for url in post_urls(body):
        assert url.startswith(("http://", "https://"))
    assert time.monotonic() - begun < LONGEST


@pytest.mark.soak
def test_every_mutated_page_is_read_kept_and_judged(soak: bool, rules: RuleSet) -> None:
    for seed in range(20_000 if soak else 100):
        try:
            read_all(mutated(PAGES[seed % len(PAGES)], seed), rules)
        except Exception as error:
            raise AssertionError(
                f"page {seed % len(PAGES)} mutated by seed {seed}: {error!r:.300}"
            ) from error


@pytest.mark.soak
def test_every_mutated_list_is_read(soak: bool) -> None:
    for seed in (*_BROKE_BEFORE, *range(20_000 if soak else 200)):
        try:
            read_lists(mutated(LISTS[seed % len(LISTS)], seed))
        except Exception as error:
            raise AssertionError(
                f"list {seed % len(LISTS)} mutated by seed {seed}: {error!r:.300}"
            ) from error


@pytest.mark.parametrize(
    "unit",
    [
        *(
            "<!--<a",
            "<noscript><a",
            "<style>.a{",
            "<b><i>",
            "<a><table>",
            "<select><option>",
            "<form><div></form>",
        ),
        *(
            "<p id=js_content>var biz = ",
            "var nickname = ",
            "<item><link>",
            "[",
            '{"url":[',
            "<div style='display  :'>",
        ),
        *("&#9", "<", "9", "（云）医广[", "<img src=x>", "http://", "<frameset>", "\x00", "☆治", "(", "不能"),
    ],
)
def test_what_is_said_over_and_over_takes_no_longer_than_its_length(unit: str, rules: RuleSet) -> None:
    body = (unit * (100_000 // len(unit.encode()))).encode()
    read_all(body, rules)
    read_lists(body)


@given(
    st.binary(max_size=600) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass"))
)
def test_any_bytes_are_read_as_page_and_as_list(body: bytes) -> None:
    html = decode_html(body, "")
    assert read_post(html, URL).faults == ()
    words_alone(html)
    image_addresses(html, URL)
    list(SITE.own(TARGET, page_links(html, URL, body)))
    read_lists(body)
