"""A site's pages handed over together: one matter, acted on as a whole; documents that the office adds."""

import hashlib
from datetime import timedelta

import httpx
import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from records.cases.bulk_transfer import transfer_many
from records.database import reading, transaction
from records.models import Attachment, Matter, Transfer, User
from records.transfers.attachments import LARGEST
from records.workflow import StepRefused
from tests.api.pages import decide, hidden, sign_in
from tests.api.test_in_the_browser import browser_page  # noqa: F401 - a fixture
from tests.api.test_in_the_browser import sign_in as sign_in_by_keyboard
from tests.records import registered

LETTER = b"%PDF-1.4 made for a test"
FORM = {"measure": "删除", "disposed_on": "2026-11-24", "document_number": "网信处〔2026〕12号", "note": ""}


@pytest.fixture
def cases(served, store, rules, now) -> list[int]:
    """Five unlawful pages of one site."""
    found = [registered.case(served.engine, store, rules, now, number) for number in range(1, 6)]
    with served.client() as client:
        sign_in(client, "reviewer")
        for case_id in found:
            assert decide(client, case_id, "confirm").status_code == 303
    return found


@pytest.fixture
def matter(served, cases) -> list[int]:
    """Their transfers, handed over from the queue in one go."""
    with served.client() as client:
        sign_in(client, "reviewer")
        queue = client.get("/cases", params={"state": "unlawful"}).text
        form = {"csrf": hidden(queue, "csrf"), "case": cases, "office": [served.office_id]}
        assert client.post("/cases/transfer", data=form).status_code == 303
    with served.api() as office:
        return [item["id"] for item in office.get("/api/v1/transfers").json()["items"]]


def test_the_pages_of_a_site_are_one_matter(served, matter) -> None:
    assert len(matter) == 5
    with served.api() as office:
        (found,) = office.get("/api/v1/matters").json()["items"]
        assert (found["items"], found["open_items"]) == (5, 5)
        assert found["by_state"] == {"transferred": 5, "received": 0, "disposed": 0, "returned": 0}
        assert found["institution"] == "云溪第1医院"
        listed = office.get("/api/v1/transfers", params={"matter": found["id"]}).json()["items"]
        assert {item["matter_id"] for item in listed} == {found["id"]}
        assert office.get("/api/v1/transfers", params={"matter": 999}).json()["items"] == []
    with served.api(served.other_token) as other:
        assert other.get("/api/v1/matters").json()["items"] == []


def test_another_day_or_another_office_is_another_matter(served, cases, now) -> None:
    with transaction(served.engine) as session:
        user = session.scalars(select(User).where(User.name == "reviewer")).one()
        week = timedelta(days=7)
        transfer_many(session, cases[:1], [served.office_id, served.office_id + 1], user, now, week)
        transfer_many(session, cases[1:2], [served.office_id], user, now + timedelta(days=1), week)
        assert session.scalar(select(func.count()).select_from(Matter)) == 3
        with pytest.raises(StepRefused, match="请选择转送的部门"):
            transfer_many(session, cases, [], user, now, week)
        with pytest.raises(StepRefused, match="须先认定违法"):
            transfer_many(session, cases[:2], [served.office_id], user, now, week)


def test_an_office_acts_on_a_matter_as_a_whole(served, matter) -> None:
    with served.client() as client:
        sign_in(client, "officer")
        queue = client.get("/takedown").text
        assert "共 5 件，5 件待反馈" in queue
        form = {"csrf": hidden(queue, "csrf"), "transfer": matter}
        assert client.post("/takedown/together", data={**form, "action": "take"}).status_code == 303
        files = {"attachment": ("通知.pdf", LETTER, "application/pdf")}
        reported = client.post(
            "/takedown/together",
            data={**form, **FORM, "transfer": matter[:4], "action": "report"},
            files=files,
        )
        assert reported.status_code == 303
        assert "已反馈 <b>4</b>" in client.get("/takedown").text
        again = client.post("/takedown/together", data={**form, "action": "take"})
        assert again.status_code == 409
        assert f"转送件 {matter[0]}：" in again.text
        assert "待复查" in client.get("/takedown", params={"state": "disposed"}).text
        nothing = client.post("/takedown/together", data={**form, "action": "report"})
        assert "请填写处置结果和日期" in nothing.text
        unknown = {**form, **FORM, "transfer": matter[4:], "measure": "罚款", "action": "report"}
        told = client.post("/takedown/together", data=unknown)
        assert "网信办没有“罚款”这一措施，可用：删除、屏蔽" in told.text
    with reading(served.engine) as session:
        assert session.scalar(select(func.count()).select_from(Attachment)) == 4
        results = session.scalars(select(Transfer.result).order_by(Transfer.id)).all()
    assert [result.label if result else None for result in results] == ["删除"] * 4 + [None]


def test_what_does_not_fit_an_office_form_leaves_that_transfer_as_it_was(served, matter) -> None:
    with served.client() as client:
        sign_in(client, "officer")
        form = {"csrf": hidden(client.get("/takedown").text, "csrf"), "transfer": matter[:1]}
        client.post("/takedown/together", data={**form, "action": "take"})
        program = {"attachment": ("run.exe", b"MZ", "application/octet-stream")}
        refused = client.post("/takedown/together", data={**form, **FORM, "action": "report"}, files=program)
        assert (refused.status_code, "不是可接受的文件" in refused.text) == (409, True)
    with reading(served.engine) as session:
        assert session.get_one(Transfer, matter[0]).result is None


def upload(office: httpx.Client, transfer_id: int, name: str, content: bytes) -> httpx.Response:
    return office.post(f"/api/v1/transfers/{transfer_id}/attachments", params={"name": name}, content=content)


def test_an_attachment_comes_back_as_it_was_and_only_to_those_concerned(served, matter) -> None:
    transfer_id = matter[0]
    with served.api() as office:
        assert upload(office, transfer_id, "通知.pdf", LETTER).status_code == 409, "not received yet"
        office.post(f"/api/v1/transfers/{transfer_id}/take")
        added = upload(office, transfer_id, "通知.pdf", LETTER)
        assert added.status_code == 201
        assert added.json()["name"] == "通知.pdf"
        assert upload(office, transfer_id, "又一份.pdf", LETTER).json()["id"] == added.json()["id"]
        (kept,) = office.get(f"/api/v1/transfers/{transfer_id}").json()["attachments"]
        assert kept["sha256"] == hashlib.sha256(LETTER).hexdigest()
        answer = office.get(kept["download"])
        assert (answer.content, answer.headers["x-content-sha256"]) == (LETTER, kept["sha256"])
        assert answer.headers["content-disposition"].startswith("attachment")
        assert office.get(f"/api/v1/transfers/{matter[1]}/attachments/{kept['id']}").status_code == 404
        for name, content in (
            ("a.html", b"<script>"),
            ("b.pdf", b""),
            ("c.pdf", bytes(LARGEST + 1)),
            ("../d.pdf", b"x"),
        ):
            assert upload(office, transfer_id, name, content).status_code == 422, name
    with served.api(served.other_token) as other:
        assert other.get(kept["download"]).status_code == 404
    with served.client() as client:
        sign_in(client, "reviewer")
        with reading(served.engine) as session:
            case_id = session.get_one(Transfer, transfer_id).case_id
        assert "通知.pdf" in client.get(f"/cases/{case_id}").text
        assert client.get(f"/cases/{case_id}/attachments/{kept['id']}").content == LETTER
        assert client.get(f"/cases/{case_id + 1}/attachments/{kept['id']}").status_code == 404


def test_an_officer_asks_for_more_on_the_page(served, matter) -> None:
    with served.client() as client:
        sign_in(client, "officer")
        shown = client.get(f"/takedown/{matter[0]}")
        client.post(f"/takedown/{matter[0]}/take", data={"csrf": hidden(shown.text, "csrf")})
        form = {"csrf": hidden(shown.text, "csrf"), "words": "请补充备案主体信息"}
        assert client.post(f"/takedown/{matter[0]}/messages", data=form).status_code == 303
    with served.client() as client:
        sign_in(client, "reviewer")
        assert "请补充备案主体信息" in client.get("/cases/1").text
        assert "等待答复" in client.get("/cases/1").text


def test_a_matter_is_cleared_by_keyboard(served, matter, browser_page: Page) -> None:  # noqa: F811
    page = browser_page
    sign_in_by_keyboard(page, served.url, "officer")
    page.keyboard.press("a")
    page.keyboard.press("y")
    expect(page.locator("main")).to_contain_text("没有待处置的转送件")
    assert {registered.state(served.engine, number) for number in range(1, 6)} == {"已处置"}
