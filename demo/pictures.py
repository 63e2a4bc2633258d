"""Pictures of the pages, as people see them in Chromium: those of the documents (`make docs-screenshots`)."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from openpyxl import load_workbook
from playwright.sync_api import Error, FilePayload, Page, ViewportSize, sync_playwright

from crawler.browser.launch import launch_options
from demo.steps import Stage

DESKTOP, PHONE = ViewportSize(width=1366, height=768), ViewportSize(width=390, height=844)

# Pages shown as they are after the demo has run: the picture's name and the page's address.
_AS_THEY_STAND = {
    "figures": "/figures",
    "monitoring": "/figures/monitoring",
    "quality": "/quality",
    "quality-figures": "/figures/quality",
    "coverage": "/figures/coverage",
    "institution": "/institutions/2",
    "lists": "/lists",
    "terms": "/lists/terms",
    "thresholds": "/lists/thresholds?days=3650",
    "list-version": "/lists/versions/1",
    "tips": "/tips",
    "letters": "/letters",
    "versions": "/cases/1/versions",
    "status": "/admin/status",
    "registry": "/admin/registry/institutions",
    "offices": "/admin/offices",
    "people": "/admin/people",
    "settings": "/admin/settings",
    "audit": "/audit/verify",
}


@contextmanager
def signed_in(stage: Stage, name: str) -> Iterator[Page]:
    """A page in a separate browser in which `name`, one of the demo's people, is signed in."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_options())
        page = browser.new_context(locale="zh-CN", viewport=DESKTOP).new_page()
        page.set_default_timeout(120_000)  # a slow machine is no fault of the demo
        page.goto(f"{stage.url}/signin")
        page.fill("input[name=name]", name)
        page.fill("input[name=password]", stage.passwords[name])
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: not url.endswith("/signin"))
        yield page
        browser.close()


def picture(page: Page, file: Path) -> None:
    """Write what the page shows now into `file`. A page that reloads at that moment (one that waits for
    the crawler does) gives no picture: it is asked again. Raises Playwright's Error at the third refusal."""
    for is_last in (False, False, True):
        page.wait_for_load_state()
        try:
            page.screenshot(path=file)
            return
        except Error:
            if is_last:
                raise


def take_pictures(stage: Stage, reviewed_case: int, departing_case: int, folder: Path) -> None:
    """Pictures of the reviewer's pages into `folder`: sign-in, queue, a case (also on a phone), the keys, and
    an advert that departs from its approved sample."""
    folder.mkdir(parents=True, exist_ok=True)
    with signed_in(stage, "reviewer") as page:
        page.keyboard.press("j")
        picture(page, folder / "queue.png")
        page.goto(f"{stage.url}/cases/{reviewed_case}")
        page.keyboard.press("j")
        picture(page, folder / "case.png")
        page.keyboard.press("2")
        page.wait_for_load_state("networkidle")
        picture(page, folder / "case-screenshot.png")
        page.keyboard.press("5")
        picture(page, folder / "case-evidence.png")
        page.keyboard.press("1")
        page.keyboard.press("?")
        picture(page, folder / "keys.png")
        page.keyboard.press("Escape")
        page.goto(f"{stage.url}/cases/{departing_case}")
        page.keyboard.press("4")
        picture(page, folder / "departure.png")
        _take_a_phone(page, f"{stage.url}/cases/{reviewed_case}", folder / "case-phone.png")
        page.context.clear_cookies()
        page.goto(f"{stage.url}/signin")
        picture(page, folder / "signin.png")


def _take_a_phone(page: Page, address: str, file: Path) -> None:
    """The page at `address` as a phone shows it to the person who is signed in on `page`."""
    browser = page.context.browser
    assert browser is not None, "the page is of a launched browser"
    signed = page.context.storage_state()
    phone = browser.new_context(
        locale="zh-CN", viewport=PHONE, is_mobile=True, has_touch=True, storage_state=signed
    )
    shown = phone.new_page()
    shown.goto(address)
    picture(shown, file)
    phone.close()


def take_other_pictures(stage: Stage, alike: tuple[int, int], folder: Path) -> None:
    """Pictures of everybody else's pages into `folder`: figures, lists with a draft and its trial, tips, the self-check,
    the administrator's pages and the log, two cases `alike` side by side."""
    with signed_in(stage, "administrator") as page:
        _take_a_trial(page, stage, folder)
        for name, address in (*_AS_THEY_STAND.items(), ("compare", f"/cases/{alike[0]}/compare/{alike[1]}")):
            page.goto(stage.url + address)
            picture(page, folder / f"{name}.png")
        _import_tips(page, stage, folder)
        _answer_a_letter(page, stage, folder)
        page.goto(f"{stage.url}/self-check")
        page.fill("textarea", "我院引进新技术，治愈率98%，永不复发，欢迎来电咨询。")
        page.click("button.primary")
        page.wait_for_selector("mark")
        picture(page, folder / "self-check.png")


def _take_a_trial(page: Page, stage: Stage, folder: Path) -> None:
    """A draft with one more term, and its effect on the demo's pages; it is discarded afterwards."""
    page.goto(f"{stage.url}/lists")
    page.fill("form[action='/lists/drafts'] input[name=reason]", "补充招揽咨询的说法")
    page.click("form[action='/lists/drafts'] button")
    page.select_option("select[name=rule]", "cure-rate-percent")
    page.fill("input[name=term]", "{预约|咨询}{gap:4}{专家|电话}")
    page.click("button[value=add]")
    page.wait_for_selector("ins")
    picture(page, folder / "draft.png")
    page.locator("a[href*='/files/cure']").first.click()
    page.wait_for_selector("textarea")
    picture(page, folder / "list-file.png")
    page.go_back()
    page.click("form[action$='/trials'] button")
    page.wait_for_selector("text=已完成")
    picture(page, folder / "trial.png")
    page.locator("a[href*='/pages/']").first.click()
    page.wait_for_selector("mark")
    picture(page, folder / "trial-page.png")
    page.go_back()
    page.click("text=草稿")
    page.click("form[action$='/discard'] button")
    page.wait_for_selector("text=已放弃")


def _import_tips(page: Page, stage: Stage, folder: Path) -> None:
    """A table of tips with two rows that do not fit."""
    site = next(iter(stage.sites.values()))
    rows = (
        "网址,收到日期,渠道,内容",
        f"{site}/,2026-11-20,热线,夸大疗效",
        "无,2026-11-20,热线,",
        f"{site}/,昨天,热线,",
    )
    page.goto(f"{stage.url}/tips")
    content = "\n".join(rows).encode()
    page.set_input_files(
        "input[name=upload]", FilePayload(name="十一月热线.csv", mimeType="text/csv", buffer=content)
    )
    page.click("form[action='/tips/import'] button")
    page.wait_for_selector("text=行")
    picture(page, folder / "tips-imported.png")


def _answer_a_letter(page: Page, stage: Stage, folder: Path) -> None:
    """A letter to the office, and its list filled in: one valid row and one invalid row."""
    page.goto(f"{stage.url}/letters")
    page.locator("a[href^='/letters/new/']").first.click()
    picture(page, folder / "letter-preview.png")
    page.locator("form[action='/letters'] button.primary").click()
    page.wait_for_selector("a[href*='letter.xlsx']")
    address = page.locator("a[href*='letter.xlsx']").first.get_attribute("href")
    book = load_workbook(io.BytesIO(page.request.get(f"{stage.url}{address}").body()))
    sheet = book.worksheets[0]
    column = {str(cell.value): int(cell.column or 0) for cell in sheet[1]}
    sheet.cell(2, column["处置结果"], "删除")
    sheet.cell(2, column["处置日期"], "2026-11-26")
    sheet.cell(3, column["处置结果"], "删了")
    content = io.BytesIO()
    book.save(content)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    filled = FilePayload(name="线索清单.xlsx", mimeType=kind, buffer=content.getvalue())
    page.set_input_files("form[action='/letters/answers'] input[name=upload]", filled)
    page.locator("form[action='/letters/answers'] button").first.click()
    page.wait_for_selector("text=新录入")
    picture(page, folder / "letter-answers.png")


def take_office_pictures(stage: Stage, folder: Path) -> None:
    """Pictures of the office's pages into `folder`: its queue, one acknowledged transfer, the verified ones,
    and its webhook."""
    with signed_in(stage, "officer") as page:
        picture(page, folder / "takedown.png")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_url("**/takedown/*")
        page.keyboard.press("t")
        page.wait_for_selector(".state:has-text('已签收')")
        picture(page, folder / "transfer.png")
        page.goto(f"{stage.url}/takedown?state=disposed")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=内容已消失")
        picture(page, folder / "verified.png")
        page.goto(f"{stage.url}/webhooks")
        page.fill("input[name=url]", "https://hooks.wangxin.example.org/qingyi")
        page.click("button.primary")
        page.wait_for_selector("text=whsec_")
        page.goto(f"{stage.url}/webhooks")
        page.click("text=发送测试")
        page.wait_for_selector("td:has-text('测试')")
        picture(page, folder / "webhooks.png")
