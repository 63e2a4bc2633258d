"""Back from a case, the queue is as it was left: filter, order, page, scroll position, row; in real Chromium, by
keyboard."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from api.cases.queue import PAGE_SIZE
from tests.api.by_keyboard.keys import Keyboard
from tests.api.test_in_the_browser import browser_page, sign_in
from tests.records import registered

__all__ = ["browser_page"]
pytestmark = pytest.mark.databases("sqlite")
_AT = "() => [document.querySelector('tr.at').dataset.id, document.activeElement.closest('tr').dataset.id]"

_IS_SEEN = """() => document.querySelector("tr.at").getBoundingClientRect().bottom
  <= document.querySelector(".bulk").getBoundingClientRect().top"""


def where(page: Page) -> tuple[str, str, str, int]:
    """The filter, the order, the page of the queue, and how far it is scrolled."""
    words, sort = (page.locator(f"[name={name}]").input_value() for name in ("words", "sort"))
    return words, sort, page.locator(".pages span").inner_text(), page.evaluate("() => Math.round(scrollY)")


@pytest.mark.slow
def test_the_queue_is_found_as_it_was_left(served, store, rules, browser_page: Page) -> None:
    now = datetime.now(UTC)
    for number in range(PAGE_SIZE + 30):
        registered.case(served.engine, store, rules, now - timedelta(minutes=number), number)
    page = browser_page
    sign_in(page, served.url, "reviewer")
    keys = Keyboard(page, served.url, ("/cases/next", "/cases/{case_id}"))
    keys.press("/")
    keys.type("治愈率")
    keys.choose("[name=sort]", "最近发现")
    keys.press("Control+Enter")
    page.wait_for_url(re.compile("sort=newest"))
    keys.press("n")
    page.wait_for_url(re.compile(f"start={PAGE_SIZE}"))
    keys.press(*["j"] * 25)
    assert page.evaluate(_IS_SEEN), "the row is not behind the bar"
    before, (row, focused) = where(page), page.evaluate(_AT)
    assert (before[:3], before[3] > 300, row) == (
        ("治愈率", "newest", "第 2 页，共 2 页、80 件"),
        True,
        focused,
    )
    keys.press("Enter")
    page.wait_for_url(re.compile(r"/cases/\d+"))
    keys.press("q")
    page.wait_for_url(re.compile(f"start={PAGE_SIZE}"))
    assert (where(page), page.evaluate(_AT)) == (before, [row, row]), "a look changes nothing"

    after = page.evaluate("() => document.querySelector('tr.at').nextElementSibling.dataset.id")
    keys.press("Enter")
    page.wait_for_url(re.compile(r"/cases/\d+"))
    keys.send("/cases/{case_id}", "y")
    expect(page.locator(".done[role=status]")).to_contain_text("认定违法")
    keys.press("q")
    page.wait_for_url(re.compile(f"start={PAGE_SIZE}"))
    words, sort, shown, scrolled = where(page)
    assert (words, sort, shown) == ("治愈率", "newest", "第 2 页，共 2 页、79 件")
    assert abs(scrolled - before[3]) < 60
    assert page.evaluate(_AT) == [after, after], "the next row stands in the place of the decided one"
    page.go_back()
    page.go_forward()
    page.wait_for_url(re.compile(f"start={PAGE_SIZE}"))
    assert page.evaluate(_AT) == [after, after]
