"""The analyst's and the leader's day in real Chromium."""

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, expect

from classifiers.lists.rules import load_rules
from records.database import transaction
from records.models import Role
from records.people.sign_in import add_user
from records.settings import PROJECT, Settings
from tests.api.conftest import PASSWORD, running
from tests.api.test_in_the_browser import browser_page
from tests.records import registered
from tests.servers.site import Answer, serving

__all__ = ["browser_page"]
pytestmark = pytest.mark.databases("sqlite")
TERM = "院内{gap:4}{取单机|取片机}"
PAGE = "选择我院体检中心，院内设有取单机，轻松拿结果。"


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    folder = tmp_path / "lists"
    shutil.copytree(PROJECT / "keyword_lists", folder)
    return folder


@pytest.fixture
def url(served, store, rules, lists: Path, tmp_path: Path) -> Iterator[str]:
    with transaction(served.engine) as session:
        for role in (Role.ANALYST, Role.LEADER):
            add_user(session, role.value, PASSWORD, role, display_name=role.label)
    settings = Settings(lists_dir=lists, lists_kept_dir=tmp_path / "kept", allow_networks="127.0.0.0/8")
    with running(served.engine, store, rules, settings) as address:
        yield address


def sign_in(page: Page, url: str, name: str) -> None:
    page.goto(f"{url}/")
    expect(page.locator("input[name=name]")).to_be_focused()
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "signin" not in address)


@pytest.mark.slow
def test_an_analyst_drafts_tries_publishes_and_rolls_back_a_term(
    served, url: str, lists: Path, store, rules, now, browser_page: Page
) -> None:
    with transaction(served.engine) as session:
        source = registered.site(session)
    kept = registered.snapshot(served.engine, store, source, now, url="http://127.0.0.1:1/a", text=PAGE)
    registered.judged(served.engine, rules, kept, PAGE, now)
    before = load_rules(lists).version
    page = browser_page
    sign_in(page, url, "analyst")
    expect(page.locator("h1")).to_have_text("关键词表")
    page.keyboard.press("c")
    page.keyboard.type("漏报自助设备的说法")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("草稿 1")

    page.click("text=cure_rate.yaml")
    field = page.locator("textarea[name=text]")
    good = field.input_value()
    field.fill(good.replace("severity: high", "severity: severe", 1))
    expect(page.locator("#check-state")).to_have_text("有误 1 处")
    page.locator("#faults button").click()
    assert "severe" in field.evaluate("it => it.value.slice(it.selectionStart, it.selectionEnd)")
    field.fill(good)
    expect(page.locator("#check-state")).to_have_text("没有发现问题")
    page.click("text=保存到草稿")
    expect(page.locator("main")).to_contain_text("还没有改动")

    page.select_option("select[name=rule]", "cure-rate-percent")
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("c")
    page.keyboard.type(TERM)
    page.keyboard.press("Enter")
    expect(page.locator("ins")).to_contain_text(TERM)
    page.keyboard.press("t")
    expect(page.locator(".state")).to_have_text("已完成", timeout=60_000)
    expect(page.locator("tr[data-row]")).to_contain_text("院内设有取单机")
    page.click("tr[data-row] a")
    expect(page.locator("mark")).to_contain_text("院内设有取单机")
    page.keyboard.press("q")
    expect(page.locator("h1")).to_contain_text("试运行 1")
    page.keyboard.press("q")
    expect(page.locator("h1")).to_contain_text("草稿 1")
    page.keyboard.press("p")
    expect(page.locator(".state")).to_have_text("已生效", timeout=60_000)
    assert TERM in load_rules(lists).live["cure-rate-percent"].written

    page.keyboard.press("q")
    page.locator("ol.history a").last.click()
    page.fill("input[name=reason]", "误报")
    page.click("text=回退到这个版本")
    expect(page.locator("ol.history li").first).to_contain_text("回退到")
    assert load_rules(lists).version == before


def test_a_leader_reads_the_quarter_and_takes_its_files(
    served, url: str, store, rules, browser_page: Page, tmp_path: Path
) -> None:
    for number in range(1, 4):
        registered.case(served.engine, store, rules, datetime.now(UTC), number)
    page = browser_page
    sign_in(page, url, "leader")
    expect(page.locator("h1")).to_contain_text("统计")
    expect(page.locator(".numbers .card").first).to_contain_text("3 线索")
    with page.expect_download() as started:
        page.keyboard.press("e")
    file = tmp_path / "quarter.xlsx"
    started.value.save_as(file)
    last = [sheet.cell(sheet.max_row - 1, 3).value for sheet in load_workbook(file).worksheets]
    assert last == [0, 3]
    with page.expect_download() as started:
        page.keyboard.press("d")
    assert started.value.suggested_filename.startswith("阶段工作报告")
    page.locator("svg.chart a").first.focus()
    page.locator("section[aria-label=按机构] svg a").click()
    page.wait_for_url(re.compile("/cases\\?"))
    expect(page.locator("tr[data-row]")).to_have_count(3)
    page.goto(f"{url}/figures")
    page.keyboard.press("p")
    page.wait_for_url(re.compile("since="))
    expect(page.locator(".numbers .card").first).to_contain_text("0 线索")


@pytest.fixture
def any_page(chromium: Browser) -> Iterator[Page]:
    """A page on which the browser may refuse things aloud."""
    context = chromium.new_context()
    yield context.new_page()
    context.close()


def test_nothing_of_a_stored_page_acts_in_the_frame_that_shows_it(
    served, url: str, store, rules, now, any_page: Page
) -> None:
    with serving({"/pixel.png": Answer(b""), "/next": Answer("<h1>elsewhere</h1>")}) as site:
        words = "我院治愈率98%，永不复发，欢迎咨询。"
        hostile = (
            f"<link rel=preconnect href='{site.url}'><meta http-equiv=refresh content='0;url={site.url}/next'>"
            f"<base href='{site.url}/'><script>parent.document.title='taken';alert(1)</script>"
            f"<img src='{site.url}/pixel.png' onerror='alert(2)'><iframe src='{site.url}/next'></iframe>"
            f"<form action='{site.url}/next'><button autofocus>x</button></form>"
            f"<svg onload='alert(3)'></svg><p>{words}</p>"
            f"<a href='{site.url}/next' target=_top>link</a>"
        )
        with transaction(served.engine) as session:
            source = registered.site(session)
        kept = registered.snapshot(
            served.engine, store, source, now, url="http://127.0.0.1:1/x", text=hostile
        )
        case_id = registered.judged(served.engine, rules, kept, words, now)
        page = any_page
        dialogs: list[str] = []
        page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
        sign_in(page, url, "leader")
        page.goto(f"{url}/cases/{case_id}")
        page.keyboard.press("3")
        frame = page.frame_locator("iframe.stored-page")
        expect(frame.locator("p")).to_contain_text("治愈率98%")
        page.wait_for_timeout(1_000)
        assert page.title().startswith("案件")
        assert frame.locator("script, link, meta[http-equiv], base, iframe").count() == 0
        assert dialogs == []
        assert site.requests == []
    with served.client(base_url=url) as client:
        client.post("/signin", data={"name": "leader", "password": PASSWORD, "wanted": "/"})
        raw = client.get(f"/cases/{case_id}/raw")
        assert raw.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
        outside = client.get(f"/cases/{case_id}/raw", headers={"Sec-Fetch-Dest": "document"})
        assert outside.status_code == 403
