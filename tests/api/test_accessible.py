"""Every page for everybody: axe finds nothing by WCAG 2.2 AA, nothing runs off a narrow screen, and Tab reaches
everything that can be pressed."""

from collections.abc import Sequence
from datetime import UTC, datetime
from inspect import signature
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute
from playwright.sync_api import Browser, Page, expect

from api.app import make_app
from records.database import transaction
from records.models import Role
from records.people.sign_in import add_user
from records.settings import Settings
from tests.api.by_keyboard.keys import fits
from tests.api.conftest import PASSWORD, running
from tests.api.pages import transfer
from tests.records import registered

pytestmark = pytest.mark.databases("sqlite")
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# Each page is looked at in light on a desk and in dark on a phone; with `--soak` in both on both.
SIZES = [(1366, 768), (390, 844)]
LOOKS = ("light", "dark")
STEP = "20261124T090000.000000Z-crawl.log"
PAGES = [
    *(
        "/cases",
        "/cases?state=all&words=治愈率",
        "/cases?state=all&reached=overdue",
        "/cases?grouped=1",
        "/cases/1",
        "/cases/1/versions",
        "/cases/1/compare/2",
    ),
    *(
        "/figures",
        "/figures/coverage",
        "/figures/monitoring",
        "/figures/quality",
        "/figures/statistics",
        "/help/reviewer",
        "/tables",
        "/tables/calendar",
        "/quality",
        "/institutions/1",
        "/listings",
    ),
    *(
        "/lists",
        "/lists/reasons",
        "/lists/terms",
        "/lists/thresholds",
        "/lists/drafts/1",
        "/lists/drafts/1/files/cure_rate.yaml",
        "/lists/drafts/1/rules/cure_rate.yaml/cure-rate-percent",
        "/lists/trials/1",
        "/lists/trials/1/pages/1",
        "/lists/versions/1",
    ),
    *("/tips", "/letters", "/letters/new/1", "/self-check", "/password", "/second-factor"),
    *(
        "/admin/people",
        "/admin/registry/institutions",
        "/admin/registry/institutions/new",
        "/admin/registry/sites",
        "/admin/registry/sites/1",
        "/admin/offices",
        "/admin/settings",
        "/admin/status",
        f"/admin/status/steps/{STEP}",
        "/audit",
        "/audit/verify",
    ),
    "/nothing-here",
]
OF_AN_OFFICE = ("/takedown", "/takedown/1", "/webhooks")
BEFORE_SIGN_IN = ("/signin", "/public", "/public/CODE00000000000001")


def test_every_page_is_looked_at(store, rules, tmp_path: Path) -> None:
    application = make_app(None, store, rules, Settings(lists_kept_dir=tmp_path))
    pages = {
        route.path
        for included in application.routes
        for route in getattr(included, "original_router", application).routes
        if isinstance(route, APIRoute)
        and signature(route.endpoint, eval_str=True).return_annotation is HTMLResponse
        and "GET" in route.methods
    }
    looked_at = [path.split("?")[0] for path in (*PAGES, *OF_AN_OFFICE, *BEFORE_SIGN_IN)]
    assert [one for one in pages if not any(fits(one, path) for path in looked_at)] == []


@pytest.fixture
def filled(served, store, rules) -> None:
    for number in range(1, 4):
        found = registered.case(served.engine, store, rules, datetime.now(UTC), number)
    transfer(served, found)
    with transaction(served.engine) as session:
        add_user(session, "admin", PASSWORD, Role.ADMINISTRATOR, display_name="管理员")


def signed_in(chromium: Browser, url: str, name: str, size: tuple[int, int]) -> Page:
    page = chromium.new_context(locale="zh-CN", viewport={"width": size[0], "height": size[1]}).new_page()
    page.emulate_media(color_scheme=LOOKS[SIZES.index(size)])
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


# A value of the program in place of words, as text or in a field.
_IN_NO_WORDS = """() => [document.body.innerText, ...[...document.querySelectorAll("[value]")].map((it) => it.outerHTML)]
  .flatMap((it) => it.match(/.{0,60}\\b(None|True|False|undefined|NaN)\\b.{0,20}/g) ?? [])"""


def faults(page: Page) -> list[str]:
    found = (
        Axe()
        .run(page, options={"runOnly": {"type": "tag", "values": STANDARDS}, "resultTypes": ["violations"]})
        .response["violations"]
    )
    said = [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]
    said += [f"only by mouse: {it}" for it in page.evaluate(_ONLY_BY_MOUSE)]
    said += [f"two have this key: {key}" for key in page.evaluate(_KEYS_TWICE)]
    said += [f"in no words: {it}" for it in page.evaluate(_IN_NO_WORDS)]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth + 1"):
        said.append(f"runs off the screen: {page.evaluate('document.documentElement.scrollWidth')}")
    return said


def look(page: Page, url: str, paths: Sequence[str], whole: bool) -> dict[str, list[str]]:
    """The faults of pages, by their paths; in both looks where the whole is asked for."""
    found = {}
    for path in paths:
        answer = page.goto(url + path)
        assert answer
        assert (answer.status == 404) is (path == "/nothing-here"), (path, answer.status)
        if said := in_looks(page, whole):
            found[path] = said
    return found


def in_looks(page: Page, whole: bool) -> list[str]:
    """The faults of the page as it is, and in the other look where the whole is asked for."""
    said = faults(page)
    if whole:
        looks = page.evaluate("document.documentElement.dataset.looks")
        other = next(each for each in LOOKS if each != looks)
        page.emulate_media(color_scheme=other)
        said += faults(page)
        page.emulate_media(color_scheme=looks)
    return said


@pytest.mark.parametrize("size", SIZES, ids=["desk", "phone"])
@pytest.mark.slow
@pytest.mark.soak
def test_every_page_of_the_commission(
    served, filled, chromium: Browser, store, size: tuple[int, int], soak: bool
) -> None:
    steps = store.folder.with_name("steps")
    steps.mkdir()
    (steps / STEP).write_text("已抓取 3 页\n", "utf-8")
    page = signed_in(chromium, served.url, "admin", size)
    page.goto(f"{served.url}/lists/thresholds")  # a draft, tried at once
    page.fill("input[name=site_spares]", "0.99")
    page.fill("form[method=post] input[name=reason]", "试")
    page.keyboard.press("Enter")
    expect(page.locator("a[href*='/lists/trials/1/pages/']").first).to_be_visible()
    found = look(page, served.url, PAGES, soak)
    for tab in ("1", "3", "5"):
        page.goto(f"{served.url}/cases/1")
        page.keyboard.press(tab)
        if said := in_looks(page, soak):
            found[f"/cases/1 tab {tab}"] = said
    page.context.close()
    assert found == {}


@pytest.mark.parametrize("size", SIZES, ids=["desk", "phone"])
def test_every_page_of_the_office_and_before_sign_in(
    served, filled, chromium: Browser, store, rules, size: tuple[int, int]
) -> None:
    page = signed_in(chromium, served.url, "officer", size)
    found = look(page, served.url, OF_AN_OFFICE, whole=False)
    page.context.clear_cookies()
    with running(served.engine, store, rules, Settings(public_lookup=True)) as url:
        found |= look(page, url, BEFORE_SIGN_IN, whole=False)
        page.context.close()
    assert found == {}
