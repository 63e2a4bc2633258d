"""Style sheets change no verdict: a page that they arrange is taken to the browser, and read as it is laid out there."""

from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import Browser, Page

from classifiers.judge import judge
from classifiers.lists.rules import RuleSet
from classifiers.values import Facts
from crawler.downloading.arranged import is_arranged
from crawler.downloading.arrangement import ARRANGE
from crawler.downloading.page_scripts import MARK_UNSEEN
from crawler.downloading.script_built import needs_browser, taken_away
from crawler.platforms import read_post
from tests.evasions.arranged import ARRANGED
from tests.evasions.pages import PAGES

URL = "http://yx.example/"
FACTS = Facts(date(2026, 11, 24), ("云溪门诊部",))
SOME = PAGES[0::12]  # one of each shape is enough: other texts are read alike


@pytest.fixture(scope="module")
def window(shared_chromium: Browser) -> Iterator[Page]:
    with shared_chromium.new_context() as context:
        yield context.new_page()


@pytest.mark.parametrize("name", ARRANGED)
def test_what_a_visitor_reads_is_judged(name: str, window: Page, rules: RuleSet) -> None:
    for page in (*SOME, PAGES[1]):
        html = ARRANGED[name](page)
        plain = read_post(html, URL).text
        if not needs_browser(html, plain):
            assert judge(plain, rules, FACTS).unlawful, plain.text
            continue
        window.set_content(html)
        window.evaluate(MARK_UNSEEN)
        window.evaluate(ARRANGE)
        shown = window.content()
        seen = read_post(shown, URL).text
        if taken_away(seen, plain, URL, shown, read_post):
            seen = plain
        assert judge(seen, rules, FACTS).unlawful, seen.text


def test_the_names_of_departments_in_a_menu_are_whole_labels() -> None:
    names = [f"{letter}科" for letter in "内外儿骨眼妇产皮急检药麻放康" * 2]
    menu = "".join(f"<li><a href='/{number}'>{name}</a></li>" for number, name in enumerate(names))
    html = f"<ul>{menu}</ul><p>本院创建于1952年，开放床位五百张，设临床科室十六个。</p>"
    assert not is_arranged(html, html.lower())
