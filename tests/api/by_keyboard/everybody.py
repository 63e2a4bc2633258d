"""The tasks of everybody: one's own sign-in, the self-check, the tables that one keeps."""

import re
from datetime import UTC, datetime

import pyotp
from playwright.sync_api import expect

from records.models import SecondFactor, SignIn
from records.people.attempts import find_last_sign_ins
from tests.api.by_keyboard.desk import Desk, Tasks, person
from tests.api.conftest import PASSWORD

first = Tasks()
last = Tasks()
keeping = Tasks()
FACTOR = "/second-factor"
NEW_PASSWORD = "云溪河畔三十二棵老柳树"


@first("登录，走遍主导航")
def sign_in(desk: Desk) -> None:
    desk.keys.open("/signin")
    expect(desk.keys.page.locator("input[name=name]")).to_be_focused()  # by the page, with its first frame
    desk.keys.type(desk.name)
    desk.keys.press("Tab")
    desk.keys.type(PASSWORD)
    desk.keys.press("Enter")
    desk.keys.page.wait_for_url(lambda address: "signin" not in address)
    links = desk.keys.page.locator("header nav a").evaluate_all(
        "all => all.map((it) => it.getAttribute('href'))"
    )
    for path in links:
        desk.keys.to(f"header nav a[href='{path}']")
        desk.keys.press("Enter")
        desk.keys.page.wait_for_url(re.compile(re.escape(path)))
        expect(desk.keys.page.locator("h1").first).to_be_visible()
    assert desk.look(lambda session: find_last_sign_ins(session, [desk.name]))


@first("自查一段文字，取报告和台账", "/self-check", "/self-check/report.docx", "/self-check/ledger.xlsx")
def self_check(desk: Desk) -> None:
    desk.keys.open("/self-check")
    desk.keys.press("c")
    desk.keys.type("我院治愈率98%，永不复发。")
    desk.keys.send("/self-check", "Control+Enter")
    expect(desk.keys.page.locator("main [role=status]")).to_contain_text("会命中")
    for name in ("report.docx", "ledger.xlsx"):
        route = f"/self-check/{name}"
        assert desk.keys.take(on=f"[formaction='{route}']").endswith(name[-5:])
        desk.keys.sent.append((route, ""))


@first("看快捷键，关掉单键，再打开")
def switch_letters(desk: Desk) -> None:
    desk.keys.open("/password")
    for is_on in (False, True):
        desk.keys.to("#keys-open")
        desk.keys.press("Enter")
        desk.keys.switch("#letters")
        expect(desk.keys.page.locator("#letters")).to_be_checked(checked=is_on)
        desk.keys.press("Escape")
        expect(desk.keys.page.locator("dialog[open]")).to_have_count(0)


@keeping("改参数表", "/tables/{name}")
def change_table(desk: Desk) -> None:
    desk.keys.open("/tables")
    desk.keys.to("main h2 a")
    desk.keys.press("Enter")
    desk.keys.page.wait_for_url("**/tables/*")
    field = desk.keys.page.locator("table.kept input").first
    before = field.input_value()
    desk.keys.to("table.kept input")
    desk.keys.press("Control+a", "Control+c", "Control+v", "Escape")
    desk.keys.page.once("dialog", lambda question: question.dismiss())
    with desk.keys.page.expect_event("dialog") as asked:
        desk.keys.press("q")  # the browser asks, and the person stays
    assert asked.value.type == "beforeunload"
    desk.keys.to("table.kept input")
    desk.keys.send("/tables/{name}", "Control+Enter")
    expect(desk.keys.page.locator(".done[role=status]")).to_have_text("已保存。")
    expect(field).to_have_value(before)


@keeping("导入参数表", "/tables/{name}/import")
def import_table(desk: Desk) -> None:
    desk.keys.open("/tables")
    desk.keys.to("main h2 a")
    desk.keys.press("Enter")
    desk.keys.page.wait_for_url("**/tables/*")
    with desk.keys.page.expect_download() as came:
        desk.keys.to("a[href$='.xlsx']")
        desk.keys.press("Enter")
    content = came.value.path().read_bytes()
    desk.keys.attach("form[action$=import] [type=file]", "表.xlsx", content)
    desk.keys.send("/tables/{name}/import", on="form[action$=import] button")


@last("启用动态码，换恢复码，停用", *(f"{FACTOR}/{step}" for step in ("begin", "confirm", "recovery", "end")))
def second_factor(desk: Desk) -> None:
    desk.keys.open(FACTOR)
    desk.keys.send(f"{FACTOR}/begin", on="form[action$=begin] button")
    desk.keys.put("input[name=present]", PASSWORD)
    secret = desk.look(lambda session: session.query(SecondFactor).one().secret)
    desk.keys.put("input[name=code]", pyotp.TOTP(secret).at(datetime.now(UTC)))
    desk.keys.send(f"{FACTOR}/confirm")
    codes = recovery_codes(desk)
    desk.keys.open(FACTOR)
    desk.keys.put("form[action$=recovery] [name=present]", PASSWORD)
    desk.keys.put("form[action$=recovery] [name=code]", codes[0])
    desk.keys.send(f"{FACTOR}/recovery")
    newer = recovery_codes(desk)
    desk.keys.open(FACTOR)
    desk.keys.put("form[action$=end] [name=present]", PASSWORD)
    desk.keys.put("form[action$=end] [name=code]", newer[0])
    desk.keys.send(f"{FACTOR}/end")
    assert desk.count(SecondFactor) == 0


def recovery_codes(desk: Desk) -> list[str]:
    """The codes that the page shows in place of the form, a moment after the answer."""
    shown = desk.keys.page.locator(".codes code")
    expect(shown).to_have_count(10)
    return shown.all_inner_texts()


@last("修改密码，退出", "/password", "/signout")
def change_password(desk: Desk) -> None:
    sign_in_again(desk, PASSWORD)
    desk.keys.open("/password")
    for name, words in (("present", PASSWORD), ("new", NEW_PASSWORD), ("again", NEW_PASSWORD)):
        desk.keys.put(f"input[name={name}]", words)
    desk.keys.send("/password")
    desk.keys.send("/signout", on=".who button")
    mine = desk.look(lambda session: person(session, desk.name).id)
    assert desk.look(lambda session: session.query(SignIn).filter_by(user_id=mine).count()) == 0
    sign_in_again(desk, NEW_PASSWORD)


def sign_in_again(desk: Desk, password: str) -> None:
    """Sign in with a password."""
    desk.keys.open("/signin")
    desk.keys.put("input[name=name]", desk.name)
    desk.keys.put("input[name=password]", password)
    desk.keys.press("Enter")
    desk.keys.page.wait_for_url(lambda address: "signin" not in address)
