"""The tasks of those who keep figures and impose sanctions."""

from datetime import date

from playwright.sync_api import expect
from sqlalchemy import select

from records.figures.hand_numbers import read_hand_numbers
from records.figures.period import Period
from records.models import CreditListing, Demerit, Institution, ListingKind
from records.sanctions import demerits, listings
from records.sanctions.corrections import list_corrections
from tests.api.by_keyboard.desk import COLLEAGUE, NOW, Desk, Tasks, person

reading = Tasks()
auditing = Tasks()
keeping = Tasks()
proposing = Tasks()
OWN = "/institutions/{institution_id}"


@reading("看统计和报告，导出每一种文件")
def take_files(desk: Desk) -> None:
    desk.case("confirm")
    for path, opened_by, files in (
        ("/figures", "", {"l": "案件台账", "e": "量化统计表", "d": "阶段", "t": "典型案例"}),
        ("/figures/monitoring", "r", {"d": "监测报告", "e": "监测报告"}),
        ("/figures/statistics", "s", {"e": "统计表", "d": "统计表"}),
        ("/figures/coverage", "c", {}),
        ("/figures/quality", "m", {}),
    ):
        desk.keys.open("/figures")
        if opened_by:
            desk.keys.press(opened_by)
            desk.keys.page.wait_for_url(f"**{path}?*")
        for key, name in files.items():
            assert name in desk.keys.take(key)
    desk.keys.open("/institutions/1")
    assert "记录" in desk.keys.take("e")
    desk.keys.open("/listings")
    assert desk.keys.take("1").endswith("xlsx")


@reading("选期间和辖区")
def choose_period(desk: Desk) -> None:
    desk.keys.open("/figures")
    desk.keys.press("p")
    desk.keys.page.wait_for_url("**since=*")
    desk.keys.choose("select[name=district]", "城东区")
    desk.keys.press("Control+Enter")
    desk.keys.page.wait_for_url("**district=*")
    expect(desk.keys.page.locator("h1")).to_contain_text("城东区")


@auditing("查日志，核验日志链，导出")
def look_into_the_log(desk: Desk) -> None:
    desk.keys.open("/audit")
    desk.keys.choose("[name=action]", "登录")
    desk.keys.press("Control+Enter")
    desk.keys.page.wait_for_url("**action=*")
    expect(desk.keys.page.locator("main tbody tr").first).to_contain_text("登录")
    assert desk.keys.take("e").endswith(".xlsx")
    desk.keys.press("v")
    expect(desk.keys.page.locator("main [role=status]")).to_contain_text("日志链完好")


@keeping("填统计表的手工数", "/figures/statistics")
def fill_statistics(desk: Desk) -> None:
    desk.keys.open("/figures/statistics?since=2026-10-01&until=2026-12-31")
    desk.keys.put("input[aria-label='合计，出动人次']", "128")
    desk.keys.send("/figures/statistics", "Control+Enter")
    quarter = Period.quarter(date(2026, 10, 1))
    kept = desk.look(lambda session: read_hand_numbers(session, quarter, ""))
    assert kept[("合计", "出动人次")] == "128"


@keeping("登记记分", f"{OWN}/demerits")
def impose(desk: Desk) -> None:
    desk.case("confirm")
    desk.keys.open("/institutions/1")
    desk.keys.press("m")
    for name, words in (("words", "保证治愈"), ("points", "4"), ("reason", "屡次发布")):
        desk.keys.put(f"form[action$=demerits] [name={name}]", words)
    desk.keys.send(f"{OWN}/demerits", "Control+Enter")
    one = desk.newest(Demerit)
    assert (one.points, one.words, one.reason) == (4, "保证治愈", "屡次发布")


@keeping("撤销记分", f"{OWN}/demerits/{{demerit_id}}/strike")
def strike(desk: Desk) -> None:
    case = str(desk.case("confirm"))
    new = demerits.NewDemerit(case, "夸大疗效", "2", None, "", "屡次发布")

    def has(session) -> int:
        owner = session.get_one(Institution, 1)
        return demerits.impose(session, owner, new, by=person(session, COLLEAGUE), now=NOW).id

    number = desk.change(has)
    desk.keys.open("/institutions/1")
    desk.keys.put(f"form[action='/institutions/1/demerits/{number}/strike'] [name=reason]", "复核后不成立")
    desk.keys.send(f"{OWN}/demerits/{{demerit_id}}/strike")
    assert desk.look(lambda session: session.get_one(Demerit, number).struck_because) == "复核后不成立"


def proposed(desk: Desk, kind: ListingKind) -> int:
    """A colleague's proposal for a list."""

    def propose(session) -> int:
        owner = session.get_one(Institution, 1)
        new = listings.NewListing(kind, "屡次发布")
        return listings.propose(session, owner, new, by=person(session, COLLEAGUE), now=NOW).id

    return desk.change(propose)


def end_all(desk: Desk) -> None:
    """End what earlier tasks left: an institution stands on a list once."""

    def end(session) -> None:
        for one in session.scalars(select(CreditListing).where(CreditListing.ended_at.is_(None))):
            listings.end(session, one.id, "了结", by=person(session, COLLEAGUE), now=NOW)

    desk.change(end)


@keeping("批准列入信用名单", "/listings/{listing_id}")
def approve_listing(desk: Desk) -> None:
    end_all(desk)
    number = proposed(desk, next(iter(ListingKind)))
    desk.keys.open("/listings")
    desk.keys.send("/listings/{listing_id}", on=f"#listing-{number} button[value=approve]")
    assert desk.look(lambda session: session.get_one(CreditListing, number).approved_by.name) == desk.name


@keeping("不批准、移出信用名单", "/listings/{listing_id}")
def end_listing(desk: Desk) -> None:
    end_all(desk)
    number = proposed(desk, next(iter(ListingKind)))
    desk.keys.open("/listings")
    desk.keys.put(f"#listing-{number} [name=reason]", "情节轻微")
    desk.keys.send("/listings/{listing_id}")
    assert desk.look(lambda session: session.get_one(CreditListing, number).ended_because) == "情节轻微"


@proposing("提请列入信用名单", f"{OWN}/listings")
def propose(desk: Desk) -> None:
    end_all(desk)
    desk.case("confirm")
    desk.keys.open("/institutions/1")
    desk.keys.press("l")
    desk.keys.put("form[aria-label=提请列入] [name=reason]", "屡教不改")
    desk.keys.send(f"{OWN}/listings", on="form[aria-label=提请列入] button")
    assert desk.newest(CreditListing).reason == "屡教不改"


@proposing("收整改台账", f"{OWN}/corrections")
def take_ledger(desk: Desk) -> None:
    desk.keys.open("/institutions/1")
    rows = "自查发现的内容,违法情形,整改措施,责任人,整改期限\n永不复发,保证治愈,删去,甲,2026-12-31\n"
    desk.keys.attach("form[aria-label=收整改台账] [type=file]", "台账.csv", rows.encode())
    desk.keys.send(f"{OWN}/corrections", on="form[aria-label=收整改台账] button")
    owner = desk.look(lambda session: session.get_one(Institution, 1))
    assert desk.look(lambda session: list_corrections(session, owner))[0].measure == "删去"
