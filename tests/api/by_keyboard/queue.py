"""The tasks in the queue: its views, and steps on several cases at once."""

import re

from playwright.sync_api import expect

from records.cases.claims import find_claim
from records.models import (
    Case,
    Message,
    SavedView,
)
from tests.api.by_keyboard.desk import NOW, Desk, Tasks

task = Tasks()
CASE = "/cases/{case_id}"
DECIDE = "/cases/decide"


@task("领取下一件", "/cases/next")
def take_next(desk: Desk) -> None:
    desk.case()
    desk.keys.open("/cases")
    desk.keys.send("/cases/next", "g")
    desk.keys.page.wait_for_url(re.compile(r"/cases/\d+"))
    number = int(desk.keys.page.url.split("/")[-1].split("?")[0])
    assert desk.look(lambda session: find_claim(session, number, NOW).user.name) == desk.name


@task("跳过，再从头看", "/cases/next")
def pass_over_and_begin_again(desk: Desk) -> None:
    desk.keys.open(f"/cases/{desk.case()}")
    desk.keys.send(CASE, "w")
    desk.keys.open("/cases")
    desk.keys.send("/cases/next", on="form:has([name=again]) button")
    desk.keys.open("/cases")
    expect(desk.keys.page.locator("[name=again]")).to_have_count(0)


def choose_rows(desk: Desk, view: str, *rows: int) -> None:
    """Open a view of the queue, and choose cases by their rows."""
    desk.keys.open(f"/cases?{view}")
    desk.keys.choose_rows(*rows)


@task("分派所选", "/cases/assign")
def assign(desk: Desk) -> None:
    one = desk.case()
    choose_rows(desk, "sort=newest", one)
    desk.keys.send("/cases/assign", "s")
    expect(desk.keys.page.locator(".done")).to_contain_text("已分派 1 件")
    assert desk.look(lambda session: session.get_one(Case, one).reviewer.name) == desk.name


@task("并案", "/cases/merge")
def merge_rows(desk: Desk) -> None:
    one, other = desk.case(), desk.case()
    choose_rows(desk, "sort=newest", other, one)
    desk.keys.send("/cases/merge", "b")
    into = desk.look(lambda session: {session.get_one(Case, each).merged_into_id for each in (one, other)})
    assert None in into
    assert into & {one, other}


def decide_rows(desk: Desk, action: str) -> list[str]:
    """Decide two rows by one of the bar's buttons, with a reason; their states."""
    own = [desk.case(), desk.case()]
    choose_rows(desk, "sort=newest", own[1], own[0])
    desk.keys.put(".bulk input[name=reason]", "批量办理的理由")
    desk.keys.send(DECIDE, on=f".bulk button[value={action}]")
    return [desk.state(one) for one in own]


@task("批量认定违法", DECIDE)
def confirm_rows(desk: Desk) -> None:
    assert decide_rows(desk, "confirm") == ["认定违法"] * 2


@task("批量待补充", DECIDE)
def ask_more_rows(desk: Desk) -> None:
    assert decide_rows(desk, "needs_more") == ["待补充"] * 2


@task("批量不予认定", DECIDE)
def dismiss_rows(desk: Desk) -> None:
    one = desk.case()
    choose_rows(desk, "sort=newest", one)
    desk.keys.press("x")
    expect(desk.keys.page.locator(".bulk input[name=reason]")).to_be_focused()
    desk.keys.type("患者教育")
    desk.keys.press("Escape")
    desk.keys.send(DECIDE, "x")
    assert desk.state(one) == "不予认定"


@task("同文合为一行，一并认定", DECIDE)
def confirm_same_texts(desk: Desk) -> None:
    own = [desk.case(), desk.case()]
    page = desk.keys.page
    desk.keys.open("/cases")
    desk.keys.tick("input[name=grouped]")
    desk.keys.press("Enter")
    page.wait_for_url(re.compile("grouped=1"))
    expect(page.locator("tr[data-row]")).to_have_count(1)
    expect(page.locator(".same")).to_be_in_viewport()
    desk.keys.press("j", "d", "d")  # without the others, and with them again
    expect(page.locator("input[name=alike]")).to_be_checked()
    desk.keys.send(DECIDE, "y")
    assert [desk.state(one) for one in own] == ["认定违法"] * 2
    expect(page.locator(".done")).to_contain_text("认定违法")


@task("批量转送", "/cases/transfer")
def transfer_rows(desk: Desk) -> None:
    one = desk.case("confirm")
    choose_rows(desk, "state=unlawful&sort=newest", one)
    desk.keys.tick(f".bulk input[name=office][value='{desk.office_id}']")
    desk.keys.send("/cases/transfer", "t")
    expect(desk.keys.page.locator(".done")).to_contain_text("已转送")
    assert desk.state(one) == "已转送"


@task("批量催办", "/cases/remind")
def remind_rows(desk: Desk) -> None:
    one = desk.transfer(overdue=True)
    choose_rows(desk, "state=all&reached=overdue&sort=newest", one.case_id)
    desk.keys.send("/cases/remind", "u")
    assert desk.newest(Message).transfer_id == one.id
    expect(desk.keys.page.locator(".done")).to_contain_text("已催办 1 件")


@task("筛选，保存为视图", "/cases/views")
def save_view(desk: Desk) -> None:
    desk.keys.open("/cases")
    desk.keys.press("/")
    desk.keys.type("治愈率")
    desk.keys.press("Enter")
    desk.keys.page.wait_for_url(re.compile("words="))
    desk.keys.put(".views input[name=name]", "治愈率的")
    desk.keys.send("/cases/views")
    assert desk.newest(SavedView).name == "治愈率的"


@task("删除视图", "/cases/views/{view_id}/forget")
def forget_view(desk: Desk) -> None:
    desk.keys.open("/cases")
    before = desk.count(SavedView)
    desk.keys.send("/cases/views/{view_id}/forget", on=".view button")
    assert desk.count(SavedView) == before - 1


SEEN_BY_READERS = Tasks(task[-2:])
