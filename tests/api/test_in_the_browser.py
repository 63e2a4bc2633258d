"""The pages in real Chromium, by keyboard alone."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from records.cases import review_queue as queues
from records.database import transaction
from records.models import Case, FindingRecord, User
from tests.api.conftest import PASSWORD
from tests.records import registered

# The browser's view does not depend on the database; its queries are tested on both by the tests of the
# pages.
pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def browser_page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(locale="zh-CN", viewport={"width": 1366, "height": 768})
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    # A refusal that the page answers by itself is written there, too.
    said = lambda message: message.type == "error" and "status of 4" not in message.text  # noqa: E731
    page.on("console", lambda message: faults.append(message.text) if said(message) else None)
    yield page
    context.close()
    assert faults == [], "nothing may fail in the browser, nor be refused by the policy"


def sign_in(page: Page, url: str, name: str) -> None:
    page.goto(f"{url}/")
    expect(page.locator("input[name=name]")).to_be_focused()
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/(cases|takedown)$"))


def test_a_case_goes_from_the_queue_to_disposed_by_keyboard(served, case_id, browser_page: Page) -> None:
    page = browser_page
    sign_in(page, served.url, "reviewer")
    expect(page.locator("h1")).to_have_text("研判队列")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("mark").first).to_be_visible()
    page.keyboard.press("j")
    expect(page.locator("mark.at").first).to_be_visible()
    page.keyboard.press("y")
    page.wait_for_url(re.compile(r"/cases\?done="))
    expect(page.locator(".done[role=status]")).to_contain_text("认定违法")
    page.keyboard.press("t")
    expect(page.locator(".done[role=status]")).to_contain_text("已转送")
    expect(page.locator("main")).to_contain_text("没有案件")
    assert registered.state(served.engine, case_id) == "已转送"
    page.context.clear_cookies()
    sign_in(page, served.url, "officer")
    expect(page.locator("h1")).to_contain_text("处置队列")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator(".state")).to_have_text("待签收")
    page.keyboard.press("t")
    expect(page.locator(".state")).to_have_text("已签收")
    page.keyboard.press("y")
    expect(page.locator("main")).to_contain_text("没有待处置的转送件")
    assert registered.state(served.engine, case_id) == "已处置"


def test_the_queue_is_searched_taken_from_and_given_out_by_keyboard(
    served, case_id, store, rules, now, browser_page: Page
) -> None:
    page = browser_page
    other = registered.case(served.engine, store, rules, now, number=2)
    sign_in(page, served.url, "reviewer")
    page.keyboard.press("/")
    expect(page.locator("input[name=words]")).to_be_focused()
    page.keyboard.type("治愈率")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("words="))
    expect(page.locator("tr[data-row]")).to_have_count(2)
    page.keyboard.press("j")
    page.keyboard.press("Space")
    expect(page.locator("tr.at input[type=checkbox]")).to_be_checked()
    page.keyboard.press("s")
    expect(page.locator("tr[data-row]").first).to_contain_text("研判中")
    page.keyboard.press("g")
    page.wait_for_url(re.compile(r"/cases/\d+\?words="))
    assert "研判中" in {registered.state(served.engine, each) for each in (case_id, other)}
    page.keyboard.press("q")
    page.wait_for_url(re.compile("/cases\\?words="))
    page.keyboard.press("0")
    expect(page.locator("input[name=words]")).to_have_value("")


def test_twenty_cases_are_cleared_by_keyboard_without_a_reload(
    served, store, rules, now, browser_page: Page
) -> None:
    page = browser_page
    cases = [registered.case(served.engine, store, rules, now, number) for number in range(1, 21)]
    sign_in(page, served.url, "reviewer")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/cases/\d+"))
    page.evaluate("window.stillHere = true")
    seen = []
    for number in range(len(cases)):
        expect(page.locator("main h1")).to_contain_text("案件")
        heading = page.locator("main h1").inner_text()
        seen.append(heading)
        if number % 2 == 0:
            page.keyboard.press("y")
        else:
            page.keyboard.press("x")
            page.keyboard.type("非本院发布")
            page.keyboard.press("Control+Enter")
        if number == len(cases) - 1:
            break
        page.wait_for_function(
            "before => document.querySelector('main h1').innerText !== before", arg=heading
        )
        if number == 3:
            assert page.evaluate("window.stillHere"), "the page was never loaded anew"
    assert len(set(seen)) == len(cases)
    page.wait_for_url(re.compile(r"/cases\?done="))
    expect(page.locator("main")).to_contain_text("没有案件")
    states = [registered.state(served.engine, case_id) for case_id in cases]
    assert (states.count("不予认定"), states.count("认定违法")) == (10, 10)


def test_a_long_title_leaves_room_for_the_words_found(served, store, rules, now, browser_page: Page) -> None:
    case = registered.case(served.engine, store, rules, now)
    with transaction(served.engine) as session:
        session.get_one(Case, case).judgement.snapshot.title = "特色诊疗技术与专家团队介绍" * 12
    page = browser_page
    sign_in(page, served.url, "reviewer")
    row = page.locator(".what").bounding_box()
    words = page.locator(".what q").first.bounding_box()
    assert words["x"] + words["width"] <= row["x"] + row["width"]


def test_the_decision_and_the_current_rule_stay_in_sight_on_the_way_through_many(
    served, store, rules, now, browser_page: Page
) -> None:
    case = registered.case(served.engine, store, rules, now)
    with transaction(served.engine) as session:
        record = session.get_one(Case, case).judgement
        (first, *_) = record.findings
        own = {
            name: getattr(first, name) for name in ("severity", "law", "start", "end", "quote", "why", "term")
        }
        record.findings += [
            FindingRecord(rule=f"rule-{number}", family="many", title=f"规则{number}", **own)
            for number in range(20)
        ]
    page = browser_page
    sign_in(page, served.url, "reviewer")
    page.goto(f"{served.url}/cases/{case}")
    within = """() => ["button[value=confirm]", ".findings li.at"].map((each) => {
      const it = document.querySelector(each), { left, top, bottom } = it.getBoundingClientRect();
      return top >= 0 && bottom <= innerHeight && it.contains(document.elementFromPoint(left + 3, top + 3));
    })"""
    for key in ("j",) * 20 + ("k",) * 12:
        page.keyboard.press(key)
        assert page.evaluate(within) == [True, True]


def test_a_slip_is_taken_back_with_one_key(served, case_id, browser_page: Page) -> None:
    page = browser_page
    sign_in(page, served.url, "reviewer")
    page.goto(f"{served.url}/cases/{case_id}")
    page.keyboard.press("o")
    page.keyboard.type("已电话核实")
    page.keyboard.press("Enter")
    expect(page.locator(".history")).to_contain_text("备注：已电话核实")
    page.keyboard.press("r")
    page.keyboard.type("误报")
    page.keyboard.press("Escape")
    page.keyboard.press("x")
    expect(page.locator(".done")).to_contain_text("不予认定")
    page.keyboard.press("z")
    expect(page.locator("main .state")).to_have_text("研判中")
    assert registered.state(served.engine, case_id) == "研判中"


def test_the_tabs_count_anew_while_the_queue_is_open(served, case_id, browser_page: Page) -> None:
    page = browser_page
    page.clock.install()
    sign_in(page, served.url, "reviewer")
    waiting = page.locator("[data-count=pending]")
    expect(waiting).to_have_text("1")
    with transaction(served.engine) as session:
        user = session.scalars(select(User).where(User.name == "reviewer")).one()
        queues.assign(session, [case_id], user, user, datetime.now(UTC))
    page.clock.run_for(20_000)
    expect(waiting).to_have_text("0")
    expect(page.locator("[data-count=reviewing]")).to_have_text("1")


def test_dismissing_asks_for_the_reason_first(served, case_id, browser_page: Page) -> None:
    page = browser_page
    sign_in(page, served.url, "reviewer")
    page.goto(f"{served.url}/cases/{case_id}")
    page.keyboard.press("x")
    expect(page.locator("textarea[name=reason]")).to_be_focused()
    page.keyboard.type("患者教育，未指向本机构")
    page.keyboard.press("Escape")
    page.keyboard.press("x")
    page.wait_for_url(re.compile(r"/cases\?done="))
    assert registered.state(served.engine, case_id) == "不予认定"


def test_the_keys_are_shown_and_none_is_taken_while_typing(served, case_id, browser_page: Page) -> None:
    page = browser_page
    sign_in(page, served.url, "reviewer")
    page.goto(f"{served.url}/cases/{case_id}")
    page.keyboard.press("?")
    expect(page.locator("#keys-help")).to_contain_text("认定违法")
    page.keyboard.press("y")
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    page.keyboard.type("yyxxt")
    assert registered.state(served.engine, case_id) == "待研判"


def test_pages_that_say_the_same_are_decided_at_once(
    served, case_id, store, rules, now, browser_page: Page
) -> None:
    other = registered.case(served.engine, store, rules, now, number=2)
    page = browser_page
    sign_in(page, served.url, "reviewer")
    page.goto(f"{served.url}/cases/{case_id}")
    expect(page.locator("label.check")).to_contain_text("另 1 件一并研判")
    page.keyboard.press("a")
    expect(page.locator("input[name=alike]")).to_be_checked()
    page.keyboard.press("y")
    expect(page.locator(".done[role=status]")).to_contain_text("等 2 件：认定违法")
    assert registered.state(served.engine, other) == "认定违法"
    page.keyboard.press("z")
    expect(page.locator(".state")).to_have_text("研判中")
    assert registered.state(served.engine, other) == "研判中"


def test_what_is_typed_outlives_a_reload_a_conflict_and_the_end_of_the_sign_in(
    served, case_id, store, rules, now, browser_page: Page
) -> None:
    page = browser_page
    sign_in(page, served.url, "reviewer")
    page.goto(f"{served.url}/cases/{case_id}?source=site")
    reason = page.locator("textarea[name=reason]")
    page.keyboard.press("r")
    page.keyboard.type("科普栏目，与本院业务无关")
    page.reload()
    expect(reason).to_have_value("科普栏目，与本院业务无关")
    page.context.clear_cookies()
    page.keyboard.press("x")
    expect(page.locator("[data-ended]")).to_contain_text("操作未完成")
    assert registered.state(served.engine, case_id) == "待研判"
    page.click("[data-ended] a")
    page.fill("input[name=name]", "reviewer")
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{served.url}/cases/{case_id}?source=site")
    expect(reason).to_have_value("科普栏目，与本院业务无关")
    expect(page.locator(".remark input[name=reason]")).to_have_value("")  # a remark is another text
    page.keyboard.press("x")
    page.wait_for_url(re.compile(r"/cases\?source=site&done="))
    assert registered.state(served.engine, case_id) == "不予认定"


def test_a_reason_is_chosen_by_its_number_and_the_last_one_by_nought(
    served, store, rules, case_id, browser_page: Page
) -> None:
    registered.case(served.engine, store, rules, datetime.now(UTC), 2)
    page = browser_page
    sign_in(page, served.url, "reviewer")
    page.keyboard.press("g")
    page.wait_for_url(re.compile(r"/cases/\d+"))
    page.keyboard.press("x")
    expect(page.locator("[data-reasons=dismiss]")).to_contain_text("属于执法公告")
    expect(page.locator("[data-reasons=needs_more]")).to_be_hidden()
    page.keyboard.press("2")
    expect(page.locator(".done[role=status]")).to_contain_text("不予认定")
    page.keyboard.press("x")
    expect(page.locator("[data-last]")).to_contain_text("上次：属于执法公告、警示或新闻报道")
    page.keyboard.press("0")
    page.wait_for_url(re.compile(r"/cases\?done="))
    with transaction(served.engine) as session:
        assert set(session.scalars(select(Case.reason))) == {"属于执法公告、警示或新闻报道"}


def test_a_form_that_is_refused_stays_with_its_fault_beside_the_field(
    served, case_id, browser_page: Page
) -> None:
    page = browser_page
    sign_in(page, served.url, "reviewer")
    page.goto(f"{served.url}/tips")
    page.fill("form[action='/tips'] [name=url]", "http://127.0.0.1:1/page1.html")
    page.fill("form[action='/tips'] [name=content]", "写了很久的一段话")
    day = page.locator("form[action='/tips'] [name=received_on]")
    day.evaluate("field => { field.type = 'text'; field.value = '昨天'; }")
    page.locator("form[action='/tips'] button").last.click()
    expect(page.locator(".field-fault")).to_contain_text("“昨天”不是日期，应写作 2026-07-01")
    expect(page.locator("form[action='/tips'] [name=content]")).to_have_value("写了很久的一段话")
    expect(day).to_be_focused()
    assert page.url.endswith("/tips")


def test_a_form_that_is_accepted_loads_the_page_that_follows_once(served, browser_page: Page) -> None:
    page = browser_page
    sign_in(page, served.url, "reviewer")
    page.goto(f"{served.url}/tips")
    page.fill("form[action='/tips'] [name=url]", "http://127.0.0.1:1/page1.html")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(f"{request.method} {urlsplit(request.url).path}"))
    page.locator("form[action='/tips'] button").last.click()
    expect(page.locator("tbody")).to_contain_text("page1.html")
    assert [each for each in asked if "/static/" not in each] == ["POST /tips", "GET /tips"]
