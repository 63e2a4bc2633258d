"""The tasks of the roles that have no queue of their own, in real Chromium, by keyboard alone; reviewer, officer and
analyst are in `test_in_the_browser` and `test_days_in_the_browser`."""

import re

import pytest
from playwright.sync_api import Page, expect

from records.database import reading, transaction
from records.models import CaseState, Demerit, Role, User
from records.people.sign_in import add_user
from records.settings import Settings
from tests.api.conftest import PASSWORD, running
from tests.api.pages import decide
from tests.api.pages import sign_in as sign_in_by_form
from tests.api.test_in_the_browser import browser_page
from tests.records import registered

__all__ = ["browser_page"]
pytestmark = pytest.mark.databases("sqlite")
_MOST_TABS = 120


def begin(served, page: Page, role: Role, url: str = "") -> None:
    """Add a person of the role, and sign in."""
    with transaction(served.engine) as session:
        add_user(session, role.value, PASSWORD, role, display_name=role.label)
    page.goto(f"{url or served.url}/signin")
    page.keyboard.type(role.value)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "signin" not in address)


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the element has the focus."""
    for _ in range(_MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
    raise AssertionError(f"Tab does not come to {selector}")


def test_a_leader_imposes_demerits_and_strikes_them_off(served, case_id, browser_page: Page) -> None:
    with served.client() as reviewer:
        sign_in_by_form(reviewer, "reviewer")
        decide(reviewer, case_id, "confirm")
    page = browser_page
    begin(served, page, Role.LEADER)
    page.goto(f"{served.url}/institutions/1")
    page.keyboard.press("m")
    expect(page.locator("select[name=case]")).to_be_focused()
    for field, words in (("words", "保证治愈"), ("points", "4"), ("reason", "屡次发布")):
        tab_to(page, f"form[action$=demerits] [name={field}]")
        page.keyboard.type(words)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".done[role=status]")).to_have_text("已记分。")
    tab_to(page, ".demerit summary")
    page.keyboard.press("Enter")
    tab_to(page, ".demerit [name=reason]")
    page.keyboard.type("复核后不成立")
    page.keyboard.press("Enter")
    expect(page.locator(".done[role=status]")).to_have_text("已撤销。")
    with reading(served.engine) as session:
        one = session.query(Demerit).one()
        assert (one.points, one.reason, one.struck_because) == (4, "屡次发布", "复核后不成立")


def test_an_approver_approves_and_goes_on(served, store, rules, browser_page: Page, now) -> None:
    cases = [registered.case(served.engine, store, rules, now, number) for number in (1, 2)]
    page = browser_page
    with running(served.engine, store, rules, Settings(two_person=True)) as url:
        with served.client(base_url=url) as reviewer:
            sign_in_by_form(reviewer, "reviewer")
            for one in cases:
                decide(reviewer, one, "confirm")
        begin(served, page, Role.APPROVER, url)
        page.goto(f"{url}/cases?state=proposed")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"/cases/\d+"))
        for left in (1, 0):
            page.wait_for_function("() => !sending && performance.now() - lastDecision.at > DOUBLE_PRESS")
            page.keyboard.press("y")
            if left:
                expect(page.locator(".done[role=status]")).to_contain_text("认定违法")
        page.wait_for_url(re.compile(r"/cases\?"))
    assert [registered.state(served.engine, one) for one in cases] == [CaseState.UNLAWFUL.label] * 2


def test_an_administrator_adds_a_person_and_an_auditor_finds_it_in_the_log(
    served, browser_page: Page
) -> None:
    page = browser_page
    begin(served, page, Role.ADMINISTRATOR)
    page.goto(f"{served.url}/admin/people")
    form = "form[aria-label=新增用户]"
    for field, words in (("name", "newcomer"), ("display_name", "新人"), ("password", PASSWORD)):
        tab_to(page, f"{form} [name={field}]")
        page.keyboard.type(words)
    page.keyboard.press("Enter")
    expect(page.locator(".done[role=status]")).to_contain_text("newcomer")
    with reading(served.engine) as session:
        assert session.query(User).filter_by(name="newcomer").one().display_name == "新人"
    page.context.clear_cookies()
    begin(served, page, Role.AUDITOR)
    expect(page.locator("h1")).to_have_text("日志")
    tab_to(page, "[name=subject]")
    page.keyboard.type("newcomer")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("subject=newcomer"))
    expect(page.locator("main tbody tr")).to_have_count(1)
    expect(page.locator("main tbody")).to_contain_text("用户变更")
