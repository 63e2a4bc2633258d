"""An approver of two-person decisions works through the proposals, in real Chromium, by keyboard alone."""

import re

import pytest
from playwright.sync_api import Page, expect

from records.database import transaction
from records.models import CaseState, Role
from records.people.sign_in import add_user
from records.settings import Settings
from tests.api.conftest import PASSWORD, running
from tests.api.pages import decide
from tests.api.pages import sign_in as sign_in_by_form
from tests.api.test_in_the_browser import browser_page, sign_in
from tests.records import registered

__all__ = ["browser_page"]
pytestmark = pytest.mark.databases("sqlite")


def test_an_approver_approves_and_goes_on(served, store, rules, browser_page: Page, now) -> None:
    cases = [registered.case(served.engine, store, rules, now, number) for number in (1, 2)]
    page = browser_page
    with running(served.engine, store, rules, Settings(two_person=True)) as url:
        with served.client(base_url=url) as reviewer:
            sign_in_by_form(reviewer, "reviewer")
            for one in cases:
                decide(reviewer, one, "confirm")
        with transaction(served.engine) as session:
            add_user(session, "approver", PASSWORD, Role.APPROVER, display_name="审批员")
        sign_in(page, url, "approver")
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
