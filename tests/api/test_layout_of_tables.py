"""Tables as they are laid out: on paper they keep their rows, numbers stand on the right, and nothing grows without end."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from records.database import transaction
from records.models import Source
from tests.api.pages import transfer
from tests.api.test_accessible import signed_in
from tests.records import registered

pytestmark = pytest.mark.databases("sqlite")
DESK = (1366, 768)
# Cells whose words stand one below the other, a few characters a line.
_SQUEEZED = """() => [...document.querySelectorAll("table.list td, table.list th")]
  .filter((it) => it.checkVisibility() && it.innerText.length > 12)
  .filter((it) => it.getBoundingClientRect().width < 4 * parseFloat(getComputedStyle(it).fontSize))
  .map((it) => it.outerHTML.slice(0, 120))"""


@pytest.mark.parametrize(("name", "path"), [("reviewer", "/cases?state=all"), ("officer", "/takedown")])
def test_a_queue_on_paper_has_its_rows(served, case_id, chromium: Browser, name: str, path: str) -> None:
    transfer(served, case_id)
    page = signed_in(chromium, served.url, name, DESK)
    page.goto(served.url + path)
    page.set_viewport_size({"width": 780, "height": 1100})  # A4 upright
    page.emulate_media(media="print", color_scheme="light")
    expect(page.locator("tr[data-row]")).to_be_visible()
    assert page.locator("tr[data-row]").inner_text().strip()
    assert page.evaluate(_SQUEEZED) == []
    page.context.close()


def test_numbers_stand_on_the_right(served, case_id, chromium: Browser) -> None:
    page = signed_in(chromium, served.url, "reviewer", DESK)
    for path in ("/cases", "/figures"):
        page.goto(served.url + path)
        sides = page.locator(".list td.number").evaluate_all(
            "all => all.map((it) => getComputedStyle(it).textAlign)"
        )
        assert set(sides) == {"right"}, path
    page.context.close()


def test_a_long_address_does_not_stretch_its_row(served, case_id, store, rules, chromium: Browser) -> None:
    now = datetime.now(UTC)
    with transaction(served.engine) as session:
        source = session.scalars(select(Source)).one()
    url = f"http://127.0.0.1:1/{'very-long-name/' * 100}"
    kept = registered.snapshot(served.engine, store, source, now, url=url, text=registered.UNLAWFUL)
    found = registered.judged(served.engine, rules, kept, registered.UNLAWFUL, now)
    page = signed_in(chromium, served.url, "reviewer", DESK)
    page.goto(f"{served.url}/cases")
    short, long = (
        page.locator(f"tr[data-id='{one}']").evaluate("(it) => it.getBoundingClientRect().height")
        for one in (case_id, found)
    )
    assert long < short + 60
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.context.close()
