"""A decision shows the next case without waiting for the server; what the server refuses comes back with all that
was typed. In real Chromium, with the response held as long as the test wants."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from sqlalchemy import Engine, select

from records.cases import claims, review
from records.database import reading, transaction
from records.models import AuditEntry, Case, CaseState, Role
from records.people.sign_in import add_user
from tests.api.conftest import PASSWORD
from tests.api.test_in_the_browser import browser_page, sign_in
from tests.records import registered

__all__ = ["browser_page"]
pytestmark = pytest.mark.databases("sqlite")
ONE_CASE = re.compile(r"/cases/\d+$")
REASON = "科普栏目，与本院业务无关"


@pytest.fixture
def cases(served, store, rules) -> list[int]:
    """Four alike, in the order of the queue."""
    made = [registered.case(served.engine, store, rules, datetime.now(UTC), number) for number in range(1, 5)]
    with transaction(served.engine) as session:
        for case in session.query(Case):
            case.score = 100 - case.id
    return made


class Held:
    """Decisions on their way to the server, until they are let go."""

    def __init__(self, page: Page) -> None:
        self.page, self.routes = page, list[Route]()

    def wait(self) -> Route:
        for _ in range(500):
            if self.routes:
                return self.routes.pop(0)
            self.page.wait_for_timeout(10)
        raise AssertionError("no decision was sent")


@contextmanager
def held(page: Page) -> Iterator[Held]:
    """Hold each decision that the page sends."""
    found = Held(page)

    def hold(route: Route) -> None:
        if route.request.method == "POST":
            found.routes.append(route)
        else:
            route.fallback()

    page.route(ONE_CASE, hold)
    yield found
    page.unroute(ONE_CASE)


def begin(page: Page, url: str, case_id: int) -> None:
    sign_in(page, url, "reviewer")
    page.goto(f"{url}/cases/{case_id}")
    ready(page)


def ready(page: Page) -> None:
    """The next case has been fetched ahead."""
    page.wait_for_function("() => ahead !== null")


def rested(page: Page) -> None:
    """So much later that another press is not the second of a double one."""
    page.wait_for_function("() => performance.now() - lastDecision.at > DOUBLE_PRESS")


def shown(page: Page, case_id: int) -> None:
    expect(page.locator("main h1")).to_contain_text(f"案件 {case_id}：")


def reason_of(page: Page):
    return page.locator(".decide textarea[name=reason]")


def changed_by_a_colleague(served, case_id: int) -> None:
    with transaction(served.engine) as session:
        other = registered.reviewer(session, "colleague")
        review.comment(session, session.get_one(Case, case_id), other, "已电话核实", datetime.now(UTC))


def dismiss(page: Page, reason: str = REASON) -> None:
    page.keyboard.press("r")
    page.keyboard.type(reason)
    page.keyboard.press("Control+Enter")


def let_a_colleague_take(engine: Engine, case_id: int) -> None:
    with transaction(engine) as session:
        other = registered.reviewer(session, "colleague")
        claims.take_over(session, session.get_one(Case, case_id), other, datetime.now(UTC))


def test_the_next_case_is_there_before_the_server_has_responded(served, cases, browser_page: Page) -> None:
    page = browser_page
    begin(page, served.url, cases[0])
    with held(page) as sent:
        page.keyboard.press("y")
        shown(page, cases[1])
        expect(page.locator(".done[role=status]")).to_have_text(f"案件 {cases[0]}：正在提交…")
        assert registered.state(served.engine, cases[0]) == "待研判"
        sent.wait().continue_()
        expect(page.locator(".done[role=status]")).to_contain_text(f"案件 {cases[0]}：认定违法")
    assert registered.state(served.engine, cases[0]) == "认定违法"
    ready(page)
    page.keyboard.press("z")
    shown(page, cases[0])
    expect(page.locator("main .state")).to_have_text("研判中")


def test_a_refused_decision_comes_back_with_what_was_typed(served, cases, browser_page: Page) -> None:
    page = browser_page
    begin(page, served.url, cases[0])
    with held(page) as sent:
        dismiss(page)
        shown(page, cases[1])
        changed_by_a_colleague(served, cases[0])
        sent.wait().continue_()
        shown(page, cases[0])
    expect(page.locator("[data-refused]")).to_contain_text("案件已被他人更新")
    expect(page.locator("[data-refused]")).to_be_focused()
    expect(reason_of(page)).to_have_value(REASON)
    assert page.url.endswith(f"/cases/{cases[0]}")
    assert registered.state(served.engine, cases[0]) == "待研判"
    rested(page)
    page.keyboard.press("r")
    page.keyboard.press("Control+Enter")
    shown(page, cases[1])
    expect(page.locator(".done[role=status]")).to_contain_text(f"案件 {cases[0]}：不予认定")
    assert registered.state(served.engine, cases[0]) == "不予认定"


def test_who_has_begun_with_the_next_case_is_led_back_when_they_want(
    served, cases, browser_page: Page
) -> None:
    page = browser_page
    begin(page, served.url, cases[0])
    with held(page) as sent:
        dismiss(page)
        shown(page, cases[1])
        page.keyboard.press("r")
        page.keyboard.type("先问")
        changed_by_a_colleague(served, cases[0])
        sent.wait().continue_()
        expect(page.locator(".returned[role=alert]")).to_contain_text(f"操作未完成：案件 {cases[0]}")
    shown(page, cases[1])
    expect(reason_of(page)).to_be_focused()
    page.keyboard.type("医院")
    page.keyboard.press("Escape")
    page.keyboard.press("b")
    shown(page, cases[0])
    expect(page.locator(".returned")).to_have_count(0)
    expect(reason_of(page)).to_have_value(REASON)
    rested(page)
    page.keyboard.press("r")
    page.keyboard.press("Control+Enter")
    shown(page, cases[1])
    expect(reason_of(page)).to_have_value("先问医院")
    expect(page.locator(".done[role=status]")).to_contain_text("不予认定")


def test_without_a_server_the_case_comes_back_and_can_be_decided_again(
    served, cases, chromium: Browser
) -> None:
    context = chromium.new_context()
    page = context.new_page()
    begin(page, served.url, cases[0])
    with held(page) as sent:
        dismiss(page)
        shown(page, cases[1])
        sent.wait().abort()
        shown(page, cases[0])
    expect(page.locator("[data-refused]")).to_contain_text("没有连上服务器")
    expect(reason_of(page)).to_have_value(REASON)
    rested(page)
    page.keyboard.press("r")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".done[role=status]")).to_contain_text(f"案件 {cases[0]}：不予认定")
    shown(page, cases[1])
    expect(page.locator("[data-refused]")).to_have_count(0)
    context.close()


def test_when_the_sign_in_has_ended_the_case_comes_back(served, cases, browser_page: Page) -> None:
    page = browser_page
    begin(page, served.url, cases[0])
    page.context.clear_cookies()
    dismiss(page)
    expect(page.locator("[data-ended]")).to_contain_text("登录已过期")
    shown(page, cases[0])
    page.click("[data-ended] a")
    page.fill("input[name=name]", "reviewer")
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{served.url}/cases/{cases[0]}")
    expect(reason_of(page)).to_have_value(REASON)


def test_a_key_pressed_twice_or_held_down_decides_one_case(served, cases, browser_page: Page) -> None:
    page = browser_page
    begin(page, served.url, cases[0])
    page.evaluate(
        """() => {
          const press = (repeat) => document.body.dispatchEvent(
            new KeyboardEvent("keydown", { key: "y", bubbles: true, cancelable: true, repeat }));
          press(false);
          return Promise.resolve().then(() => press(false));
        }"""
    )
    shown(page, cases[1])
    ready(page)
    rested(page)
    page.keyboard.down("y")
    for _ in range(5):
        page.keyboard.down("y")  # as the keyboard repeats it
    shown(page, cases[2])
    expect(page.locator(".done[role=status]")).to_contain_text(f"案件 {cases[1]}：认定违法")
    page.keyboard.up("y")
    states = [registered.state(served.engine, each) for each in cases]
    assert states == ["认定违法", "认定违法", "待研判", "待研判"]


def test_a_next_case_that_a_colleague_took_meanwhile_makes_way(served, cases, browser_page: Page) -> None:
    page = browser_page
    begin(page, served.url, cases[0])
    let_a_colleague_take(served.engine, cases[1])
    with held(page) as sent:
        page.keyboard.press("y")
        shown(page, cases[1])
        sent.wait().continue_()
        shown(page, cases[2])
    assert registered.state(served.engine, cases[0]) == "认定违法"


def test_a_sign_of_life_fetches_another_case_for_one_that_a_colleague_took(
    served, cases, browser_page: Page
) -> None:
    page = browser_page
    begin(page, served.url, cases[0])
    assert page.evaluate("ahead.id") == str(cases[1])
    let_a_colleague_take(served.engine, cases[1])
    page.evaluate("keep()")
    page.wait_for_function("id => ahead?.id === id", arg=str(cases[2]))


def test_a_next_case_that_changed_meanwhile_is_shown_as_it_is_now(served, cases, browser_page: Page) -> None:
    page = browser_page
    begin(page, served.url, cases[0])
    changed_by_a_colleague(served, cases[1])
    page.keyboard.press("y")
    shown(page, cases[1])
    expect(page.locator(".history")).to_contain_text("已电话核实")
    rested(page)
    page.keyboard.press("y")
    shown(page, cases[2])
    expect(page.locator(".done[role=status]")).to_contain_text(f"案件 {cases[1]}：认定违法")


def test_the_case_decided_before_is_transferred_without_leaving_this_one(
    served, cases, browser_page: Page
) -> None:
    page = browser_page
    begin(page, served.url, cases[0])
    page.keyboard.press("y")
    shown(page, cases[1])
    expect(page.locator(".done[role=status]")).to_contain_text("认定违法")
    page.keyboard.press("r")
    page.keyboard.type("先问")
    page.keyboard.press("Escape")
    page.keyboard.press("t")
    expect(page.locator(".done[role=status] [data-key=t]")).to_have_count(0)
    shown(page, cases[1])
    expect(reason_of(page)).to_have_value("先问")
    assert registered.state(served.engine, cases[0]) == "已转送"


def test_a_skipped_case_leaves_no_line_and_stays_undecided(served, cases, browser_page: Page) -> None:
    page = browser_page
    begin(page, served.url, cases[0])
    with held(page) as sent:
        page.keyboard.press("w")
        shown(page, cases[1])
        expect(page.locator(".done")).to_have_count(0)
        sent.wait().continue_()
    ready(page)
    expect(page.locator(".done")).to_have_count(0)
    assert registered.state(served.engine, cases[0]) == "待研判"
    rested(page)
    page.keyboard.press("w")
    shown(page, cases[2])


def test_nobody_leaves_while_a_decision_is_on_its_way(served, cases, browser_page: Page) -> None:
    page = browser_page
    begin(page, served.url, cases[0])
    with held(page) as sent:
        page.keyboard.press("y")
        shown(page, cases[1])
        route = sent.wait()
        page.keyboard.press("q")
        shown(page, cases[1])
        route.continue_()
        page.wait_for_url(re.compile(r"/cases$"))
    assert registered.state(served.engine, cases[0]) == "认定违法"


@pytest.mark.slow
@pytest.mark.soak
def test_two_reviewers_share_a_queue_and_nothing_is_decided_twice_or_lost(
    served, store, rules, chromium: Browser, soak: bool
) -> None:
    """Each in a browser of their own, at once; every second case is dismissed with words that were typed for it."""
    now = datetime.now(UTC)
    made = [registered.case(served.engine, store, rules, now, number) for number in range(50 if soak else 8)]
    with transaction(served.engine) as session:
        add_user(session, "second", PASSWORD, Role.REVIEWER, display_name="second")
    contexts = [chromium.new_context() for _ in range(2)]
    pages = [context.new_page() for context in contexts]
    for page, name in zip(pages, ("reviewer", "second"), strict=True):
        sign_in(page, served.url, name)
        page.keyboard.press("g")
        page.wait_for_url(re.compile(r"/cases/\d+"))
    working, typed = list(pages), dict[int, str]()
    while working:
        at = {page: int(page.evaluate("headOf().dataset.case")) for page in working}
        for page, case_id in at.items():
            typed[case_id] = f"看过第 {case_id} 件，是科普" if len(typed) % 2 else ""
            if typed[case_id]:
                dismiss(page, typed[case_id])
            else:
                page.keyboard.press("y")
        for page, case_id in at.items():
            page.wait_for_function(
                """decided => location.pathname === "/cases" || headOf() && headOf().dataset.case !== decided
                  && !sending && performance.now() - lastDecision.at > DOUBLE_PRESS""",
                arg=str(case_id),
            )
            if re.search(r"/cases(\?|$)", page.url):
                working.remove(page)
    for context in contexts:
        context.close()
    with reading(served.engine) as session:
        decided = select(AuditEntry.case_id, AuditEntry.to_state, AuditEntry.reason, AuditEntry.actor).where(
            AuditEntry.to_state.in_([CaseState.UNLAWFUL, CaseState.DISMISSED])
        )
        found = session.execute(decided.order_by(AuditEntry.case_id)).all()
    assert [row.case_id for row in found] == sorted(made), "each once"
    assert {row.case_id: row.reason for row in found} == typed
    assert [row.to_state for row in found] == [
        CaseState.DISMISSED if row.reason else CaseState.UNLAWFUL for row in found
    ]
    assert {row.actor for row in found} == {"user:reviewer", "user:second"}
