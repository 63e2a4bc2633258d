"""Every page for everybody: axe finds nothing by WCAG 2.2 AA, nothing runs off a narrow screen, and Tab reaches
everything that can be pressed."""

from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from records.database import transaction
from records.models import Role
from records.people.sign_in import add_user
from tests.api.conftest import PASSWORD
from tests.api.pages import transfer
from tests.records import registered

pytestmark = pytest.mark.databases("sqlite")
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SIZES = [(1366, 768), (390, 844)]
PAGES = [
    *(
        "/cases",
        "/cases?state=all&words=治愈率",
        "/cases?state=all&reached=overdue",
        "/cases/1",
        "/cases/1/versions",
        "/cases/1/compare/2",
    ),
    *(
        "/figures",
        "/figures/coverage",
        "/help/reviewer",
        "/figures/monitoring",
        "/figures/quality",
        "/figures/statistics",
        "/tables/calendar",
        "/quality",
        "/institutions/1",
        "/listings",
        "/lists",
        "/lists/terms",
        "/lists/thresholds",
        "/lists/drafts/1",
        "/lists/versions/1",
    ),
    *(
        "/lists/drafts/1/files/cure_rate.yaml",
        "/lists/drafts/1/rules/cure_rate.yaml/cure-rate-percent",
        "/tips",
        "/letters",
        "/self-check",
        "/admin/people",
        "/admin/registry/institutions",
        "/admin/registry/sites",
        "/admin/registry/sites/1",
        "/admin/offices",
        "/admin/settings",
        "/admin/status",
        "/password",
        "/audit",
        "/audit/verify",
    ),
    "/nothing-here",
]


@pytest.fixture
def filled(served, store, rules) -> None:
    for number in range(1, 4):
        found = registered.case(served.engine, store, rules, datetime.now(UTC), number)
    transfer(served, found)
    with transaction(served.engine) as session:
        add_user(session, "admin", PASSWORD, Role.ADMINISTRATOR, display_name="管理员")


def signed_in(chromium: Browser, url: str, name: str, size: tuple[int, int]) -> Page:
    page = chromium.new_context(locale="zh-CN", viewport={"width": size[0], "height": size[1]}).new_page()
    page.goto(f"{url}/signin")
    page.fill("input[name=name]", name)
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "signin" not in address)
    return page


# What a mouse can press and Tab does not reach. Marks are walked through by `n` and `j`, a picture has its button.
_ONLY_BY_MOUSE = """() => [...document.querySelectorAll("main *, header *")]
  .filter((it) => it.checkVisibility() && getComputedStyle(it).cursor === "pointer" && !it.closest("mark"))
  .filter((it) => !it.closest("a[href], button, input, select, textarea, summary, label, [tabindex='0']"))
  .concat([...document.querySelectorAll("a, button, input, select, textarea, summary")]
    .filter((it) => it.checkVisibility() && !it.disabled && it.tabIndex < 0))
  .map((it) => it.outerHTML.slice(0, 120))"""


# Two buttons or links with the same key: only the first has it.
_KEYS_TWICE = """() => [...document.querySelectorAll("a[data-key], button[data-key]")]
  .filter((it) => it.checkVisibility()).map((it) => it.dataset.key)
  .filter((key, at, all) => all.indexOf(key) !== at)"""


def faults(page: Page) -> list[str]:
    found = (
        Axe()
        .run(page, options={"runOnly": {"type": "tag", "values": STANDARDS}, "resultTypes": ["violations"]})
        .response["violations"]
    )
    said = [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]
    said += [f"only by mouse: {it}" for it in page.evaluate(_ONLY_BY_MOUSE)]
    said += [f"two have this key: {key}" for key in page.evaluate(_KEYS_TWICE)]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth + 1"):
        said.append(f"runs off the screen: {page.evaluate('document.documentElement.scrollWidth')}")
    return said


@pytest.mark.parametrize("size", SIZES, ids=["desk", "phone"])
@pytest.mark.slow
def test_every_page_of_the_commission(served, filled, chromium: Browser, size: tuple[int, int]) -> None:
    page = signed_in(chromium, served.url, "admin", size)
    page.goto(f"{served.url}/lists")
    page.fill("form[action='/lists/drafts'] input[name=reason]", "试")
    page.click("form[action='/lists/drafts'] button")
    page.wait_for_url("**/lists/drafts/1")
    found = {}
    for path in PAGES:
        page.goto(served.url + path)
        if said := faults(page):
            found[path] = said
    for tab in ("1", "3", "5"):
        page.goto(f"{served.url}/cases/1")
        page.keyboard.press(tab)
        if said := faults(page):
            found[f"/cases/1 tab {tab}"] = said
    page.context.close()
    assert found == {}


@pytest.mark.parametrize("size", SIZES, ids=["desk", "phone"])
def test_every_page_of_the_office_and_before_sign_in(
    served, filled, chromium: Browser, size: tuple[int, int]
) -> None:
    page = signed_in(chromium, served.url, "officer", size)
    found = {}
    for path in ("/takedown", "/takedown/1", "/webhooks"):
        page.goto(served.url + path)
        if said := faults(page):
            found[path] = said
    page.context.clear_cookies()
    page.goto(f"{served.url}/signin")
    found |= {"/signin": said} if (said := faults(page)) else {}
    page.context.close()
    assert found == {}
