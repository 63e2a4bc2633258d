"""The case page: what waits for the reviewer comes first, the decision is in reach on any screen, marks leave the text
as it is, and a word counts one thing."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from records.database import reading, transaction
from records.models import Case, Office, Side, Transfer
from records.snapshots.images import VIDEO, ReadImage, keep_image, record_reading
from records.transfers.messages import Said, say
from records.workflow import actor_of_office
from tests.api.conftest import PASSWORD
from tests.api.pages import decide, sign_in, transfer

pytestmark = pytest.mark.databases("sqlite")
CARDS = re.compile(r'<(?:section|details) class="card([^"]*)"(?: aria-label="([^"]*)")?')
# A desk's screen at 200 %, a small one at 200 %, and a phone.
SMALL = {"desk": (720, 450), "laptop": (640, 360), "phone": (390, 844)}


def cards(html: str) -> dict[str, str]:
    """The cards of a page in their order, by name, with their kinds."""
    return {name: kind.strip() for kind, name in CARDS.findall(html) if name}


def page_of(served, case_id: int) -> str:
    with served.client() as client:
        sign_in(client, "reviewer")
        return client.get(f"/cases/{case_id}").text


def test_background_is_told_from_grounds_and_comes_after_them(served, case_id) -> None:
    found = cards(page_of(served, case_id))
    kinds = [
        kind for name, kind in found.items() if name in {"研判", "命中", "机构", "机构的历史", "办理记录"}
    ]
    assert kinds == ["decide", "", "background", "background", "background"]
    assert "urgent" not in found.values()


def test_the_evidence_says_which_parts_of_a_video_were_seen_and_heard(served, store, case_id) -> None:
    statement = (
        f"{VIDEO}全长 2 秒，识别了第 1 秒的画面，其余画面没有识别；有声音，没有安装语音识别模型，没有识别"
    )
    with transaction(served.engine) as session:
        snapshot_id = session.get_one(Case, case_id).judgement.snapshot_id
        sha256 = keep_image(session, store, snapshot_id, "http://127.0.0.1/film.mp4", b"film", (0, 0))
        record_reading(session, store, sha256, ReadImage((), None, statement), datetime.now(UTC))
    transfer_id = transfer(served, case_id)
    with served.client() as client:
        sign_in(client, "officer")
        pages = (page_of(served, case_id), client.get(f"/takedown/{transfer_id}").text)
    for html in pages:
        assert "http://127.0.0.1/film.mp4" in html
        assert statement.removeprefix(VIDEO) in html


def test_a_letter_that_awaits_an_answer_comes_before_the_findings(served, store, case_id) -> None:
    transfer_id = transfer(served, case_id)
    assert list(found := cards(page_of(served, case_id))).index("转送") > list(found).index("命中")
    assert found["转送"] == ""
    with transaction(served.engine) as session:
        one = session.get_one(Transfer, transfer_id)
        actor = actor_of_office(one.office)
        told = say(session, store, one, Said("请补充页面的截图"), actor=actor, now=datetime.now(UTC))
        assert told.side is Side.OFFICE
    found = cards(html := page_of(served, case_id))
    assert list(found).index("转送") < list(found).index("命中")
    assert found["转送"] == "urgent"
    assert '<h2>转送 <span class="tag medium">等待答复</span></h2>' in html


def test_an_overdue_transfer_comes_before_the_findings(served, case_id) -> None:
    transfer_id = transfer(served, case_id)
    with transaction(served.engine) as session:
        session.get_one(Transfer, transfer_id).due_on -= timedelta(days=90)
    found = cards(html := page_of(served, case_id))
    assert (list(found).index("转送"), found["转送"]) == (list(found).index("研判") + 1, "urgent")
    assert '<span class="tag high">已逾期</span></h2>' in html


def test_a_case_that_every_office_has_offers_no_further_transfer(served, case_id) -> None:
    with served.client() as client:
        sign_in(client, "reviewer")
        decide(client, case_id, "confirm")
        decide(client, case_id, "transfer", office=served.office_id)
        assert 'data-key="t"' in client.get(f"/cases/{case_id}").text, "to the other office"
        with reading(served.engine) as session:
            other = session.scalars(select(Office.id).where(Office.id != served.office_id)).one()
        decide(client, case_id, "transfer", office=other)
        html = client.get(f"/cases/{case_id}").text
        assert 'data-key="t"' not in html
        assert "转送到" not in html


def test_a_tab_and_a_figure_of_the_same_cases_have_different_words(served, case_id) -> None:
    with served.client() as client:
        sign_in(client, "reviewer")

        def tab() -> str:
            return re.findall(r'待转送 <b data-count="unlawful">(\d+)</b>', client.get("/cases").text)

        def history() -> str:
            return client.get(f"/cases/{case_id}").text

        assert tab() == ["0"]
        decide(client, case_id, "confirm")
        assert tab() == ["1"]
        assert 'state=is-confirmed">认定违法 1 件</a>' in history()
        decide(client, case_id, "transfer", office=served.office_id)
        assert tab() == ["0"], "it waits no more"
        assert 'state=is-confirmed">认定违法 1 件</a>' in history(), "it is still found unlawful"
        labels = re.findall(r'aria-label="按状态".*?</nav>', client.get("/cases").text, re.DOTALL)[0]
        assert ">认定违法 <" not in labels


def opened(chromium: Browser, served, path: str, **options: object) -> Page:
    page = chromium.new_context(locale="zh-CN", **options).new_page()
    page.goto(f"{served.url}/signin")
    page.fill("input[name=name]", "reviewer")
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases")
    page.goto(served.url + path)
    return page


def box(page: Page, selector: str) -> dict[str, float]:
    found = page.locator(selector).first.bounding_box()
    assert found is not None, selector
    return {"top": found["y"], "bottom": found["y"] + found["height"], "width": found["width"]}


def test_the_decision_is_on_the_first_screen_of_small_ones_and_never_covers_it(
    served, case_id, chromium: Browser
) -> None:
    with transaction(served.engine) as session:
        judgement = session.get_one(Case, case_id).judgement
        judgement.page_text += "\n就诊须知：请带身份证。" * 200
    for name, (width, height) in SMALL.items():
        phone = {"is_mobile": True, "has_touch": True} if name == "phone" else {}
        page = opened(
            chromium, served, f"/cases/{case_id}", viewport={"width": width, "height": height}, **phone
        )
        for key in ("y", "x", "m"):
            button = box(page, f".decide [data-key={key}]")
            assert button["top"] >= 0 and button["bottom"] <= height, (name, key, button)
        assert box(page, "h1")["top"] >= 0, (name, "the title is in sight")
        assert box(page, ".top")["bottom"] <= 100, (name, "the header is low")
        if name == "phone":
            assert page.locator("kbd:visible").count() == 0, "no keys without a keyboard"
        page.evaluate("scrollTo(0, document.body.scrollHeight / 2)")
        decision = box(page, ".decide")
        assert decision["bottom"] - decision["top"] <= height * 0.56, (name, "most of the text is in sight")
        assert decision["bottom"] <= height + 1, name
        page.context.close()


def test_a_phone_shows_the_queues_first_row_at_once_and_says_what_a_number_is(
    served, case_id, chromium: Browser
) -> None:
    width, height = SMALL["phone"]
    size = {"width": width, "height": height}
    page = opened(chromium, served, "/cases", viewport=size, is_mobile=True, has_touch=True)
    row = page.locator("tr[data-row]").first
    assert row.bounding_box()["y"] + 60 < box(page, ".bulk")["top"] < height
    assert row.locator("td.number").get_attribute("data-label") == "分值"
    assert page.locator("select[name=rule]:visible").count() == 0
    page.check(".more-filters input")
    assert page.locator("select[name=rule]:visible").count() == 1
    assert page.locator("[data-key=s]:visible").count() == 0, "nothing can be done with no case chosen"
    row.locator("input[type=checkbox]").check()
    assert page.locator("[data-key=s]:visible").count() == 1
    page.context.close()


def test_marks_put_no_gap_into_words(served, case_id, chromium: Browser) -> None:
    page = opened(chromium, served, f"/cases/{case_id}")
    with reading(served.engine) as session:
        written = session.get_one(Case, case_id).judgement.page_text.split()
    assert page.locator("mark").count() > 0
    shown = page.locator(".page-text p").all_text_contents()
    assert "".join("".join(shown).split()) == "".join(written)
    widths = page.evaluate(
        """() => [...document.querySelectorAll(".page-text p")].map((line) => {
          const range = document.createRange();
          const width = () => { range.selectNodeContents(line); return range.getBoundingClientRect().width; };
          const marked = width();
          line.textContent = line.textContent;
          return [marked, width()];
        })"""
    )
    assert all(abs(marked - plain) < 0.5 for marked, plain in widths), widths
    page.context.close()
