"""A tip from the telephone to its case; the self-check, which stores nothing."""

import io
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime

import httpx
import pytest
from docx import Document
from openpyxl import Workbook, load_workbook
from sqlalchemy import func, select

from records import audit
from records.database import reading, transaction
from records.local_time import local_day
from records.models import AuditEntry, Case, Institution, Page, Role, Snapshot, Tip, TipChannel, TipState
from records.people.sign_in import add_user
from records.settings import Settings
from records.tips import NewTip, add_tip
from tests.api.conftest import PASSWORD, running
from tests.api.pages import hidden, sign_in
from tests.records import registered
from tests.servers.site import Answer, LoopbackSite, serving

UNLAWFUL = (
    "<title>特色疗法</title><p>我院治愈率98%，永不复发，欢迎来电咨询010-66668888。</p>" + "<p>门诊</p>" * 20
)
LAWFUL = "<title>门诊时间</title><p>" + "门诊时间为每日八时至十七时，节假日照常接诊。" * 10 + "</p>"


@pytest.fixture
def site() -> Iterator[LoopbackSite]:
    with serving({"/bad.html": Answer(UNLAWFUL), "/good.html": Answer(LAWFUL)}) as found:
        yield found


@pytest.fixture
def reviewer(served, store, rules) -> Iterator[httpx.Client]:
    settings = Settings(allow_networks="127.0.0.0/8")
    with (
        running(served.engine, store, rules, settings) as url,
        served.client(base_url=url) as client,
    ):
        sign_in(client, "reviewer")
        yield client


def send(client: httpx.Client, path: str, **fields: str) -> httpx.Response:
    return client.post(path, data={"csrf": hidden(client.get("/tips").text, "csrf"), **fields})


def followed(served, count: int) -> list[Tip]:
    for _ in range(600):
        with reading(served.engine) as session:
            tips = session.scalars(select(Tip).order_by(Tip.id)).all()
        if len(tips) == count and not any(tip.state is TipState.WAITING for tip in tips):
            return list(tips)
        time.sleep(0.2)
    raise AssertionError("the tips are not followed")


@pytest.mark.crawl
def test_a_tip_is_fetched_judged_and_follows_its_case(served, reviewer, site) -> None:
    sent = send(
        reviewer,
        "/tips",
        url=f"{site.url}/bad.html#top",
        content="说能治好",
        channel="hotline",
        reporter="王女士 13800138000",
    )
    assert sent.status_code == 303, sent.text
    (tip,) = followed(served, 1)
    assert tip.state is TipState.FLAGGED
    html = reviewer.get("/tips").text
    case_id = int(tip.reason.removeprefix("案件 "))
    assert f'href="/cases/{case_id}"' in html
    assert "（未登记机构）" in html
    page = reviewer.get(f"/cases/{case_id}").text
    assert "举报线索 1 件" in page
    assert "说能治好" in page
    assert f"收到线索 {tip.id}（热线" in page
    assert "13800138000" not in page, "who reported is for those who work on tips"
    with reading(served.engine) as session:
        assert not any(
            "13800138000" in entry.reason for entry in audit.list_entries(session, audit.AuditFilter(), 50)
        )


@pytest.mark.crawl
@pytest.mark.databases("sqlite")
def test_a_tip_about_a_registered_site_is_that_institutions(served, reviewer, site) -> None:
    with transaction(served.engine) as session:
        registered.site(session, f"{site.url}/")
    send(reviewer, "/tips", url=f"{site.url}/good.html", channel="web")
    (tip,) = followed(served, 1)
    assert (tip.state, tip.reason) == (TipState.NOTHING_FOUND, "页面已抓取并研判，没有命中")
    assert "云溪第1医院" in reviewer.get("/tips").text


@pytest.mark.crawl
@pytest.mark.databases("sqlite")
def test_what_cannot_be_fetched_says_why_and_can_be_tried_again(served, reviewer, site) -> None:
    send(reviewer, "/tips", url=f"{site.url}/later.html", channel="web")
    (tip,) = followed(served, 1)
    assert (tip.state, tip.reason) == (TipState.FAILED, "HTTP 404")
    site.pages["/later.html"] = Answer(UNLAWFUL)
    assert send(reviewer, f"/tips/{tip.id}/again").status_code == 303
    (tip,) = followed(served, 1)
    assert tip.state is TipState.FLAGGED


@pytest.mark.crawl
@pytest.mark.databases("sqlite")
def test_tips_are_imported_from_a_file_and_bad_rows_are_named(served, reviewer, site) -> None:
    book = Workbook()
    sheet = book.active
    sheet.append(["网址", "来源渠道", "收到日期", "举报内容", "机构"])
    sheet.append([f"{site.url}/bad.html", "热线", date(2026, 11, 20), "夸大疗效", None])
    sheet.append(["ftp://x.test/a", "热线", None, None, None])
    sheet.append([f"{site.url}/good.html", "电报", None, None, None])
    sheet.append([f"{site.url}/good.html", "网络举报", "2026-13-01", None, None])
    sheet.append([f"{site.url}/good.html", "网络举报", None, None, "没有的医院"])
    sheet.append([f"{site.url}/bad.html", "热线", date(2026, 11, 20), "夸大疗效", None])
    content = io.BytesIO()
    book.save(content)
    csrf = hidden(reviewer.get("/tips").text, "csrf")
    files = {"upload": ("tips.xlsx", content.getvalue())}
    page = reviewer.post("/tips/import", data={"csrf": csrf}, files=files).text
    assert "新收 1 件，已有 1 件，有误未收 4 行" in page
    for line, column in ((3, "网址"), (4, "来源渠道"), (5, "收到日期"), (6, "机构")):
        assert f"第 {line} 行“{column}”" in page
    (tip,) = followed(served, 1)
    assert (tip.state, tip.received_on) == (TipState.FLAGGED, date(2026, 11, 20))
    refused = reviewer.post("/tips/import", data={"csrf": csrf}, files={"upload": ("x.csv", "a,b\n1,2\n")})
    assert (refused.status_code, "缺少“网址”列" in refused.text) == (422, True)


@pytest.mark.parametrize("url", ["", "not an address", "javascript:alert(1)", "http://", "http://x:99999/"])
def test_what_is_no_address_is_refused(reviewer, url: str) -> None:
    refused = send(reviewer, "/tips", url=url)
    assert refused.status_code == 422
    assert "网址" in refused.text


def stored(served) -> tuple[int, ...]:
    with reading(served.engine) as session:
        kinds = (Page, Snapshot, Case, Tip, Institution)
        return tuple(session.scalar(select(func.count()).select_from(kind)) for kind in kinds)


@pytest.mark.crawl
@pytest.mark.databases("sqlite")
def test_a_self_check_shows_what_would_be_flagged_and_stores_nothing(served, reviewer, site) -> None:
    before = stored(served)
    page = reviewer.post("/self-check", data={"text": "我院治愈率98%，<b>永不复发</b>。"}).text
    assert "宣称治愈率或有效率" in page
    assert '<mark class="high"' in page
    assert "&lt;b&gt;" in page
    of_page = reviewer.post("/self-check", data={"url": f"{site.url}/bad.html"}).text
    assert "治愈率98%" in of_page
    assert "登记为线索并存档" in of_page
    assert "没有命中" in reviewer.post("/self-check", data={"text": "门诊时间为每日八时至十七时。"}).text
    assert "HTTP 404" in reviewer.post("/self-check", data={"url": f"{site.url}/none.html"}).text
    assert stored(served) == before


def test_the_self_check_is_open_to_all_only_where_it_is_set_so(served, store, rules, site) -> None:
    with served.client() as client:
        assert client.get("/self-check").status_code == 303
    with (
        running(served.engine, store, rules, Settings(public_self_check=True)) as url,
        served.client(base_url=url) as client,
    ):
        assert "宣称治愈率" in client.post("/self-check", data={"text": "我院治愈率98%。"}).text
        report = client.post("/self-check/report.docx", data={"text": "我院治愈率98%。"})
        rows = [
            [cell.text for cell in row.cells] for row in Document(io.BytesIO(report.content)).tables[1].rows
        ]
        assert rows[1][1:3] == ["治愈率98%", "宣称治愈率或有效率"]
        assert rows[1][4], "how to write it lawfully"
        ledger = client.post("/self-check/ledger.xlsx", data={"text": "我院治愈率98%。"})
        told = list(
            load_workbook(io.BytesIO(ledger.content)).worksheets[0].iter_rows(min_row=4, values_only=True)
        )
        assert [str(value) for value in told[0][:5]] == rows[1][:5]
        assert "请粘贴文字" in client.post("/self-check/report.docx", data={}).text
        refused = client.post("/self-check", data={"url": f"{site.url}/bad.html"}).text
        assert "检查网址请先登录" in refused
        assert site.requests == []


@pytest.mark.databases("sqlite")
def test_a_tip_is_to_be_taken_up_within_seven_working_days(served) -> None:
    with transaction(served.engine) as session:
        fields = {"channel": TipChannel.HOTLINE, "state": TipState.WAITING, "content": ""}
        day = date(2026, 2, 12)  # the spring festival lies between
        session.add(
            Tip(
                url="http://127.0.0.1:1/a",
                received_on=day,
                added_at=datetime.now(UTC),
                added_by="x",
                **fields,
            )
        )
    with served.client() as client:
        sign_in(client, "reviewer")
        assert '<div class="overdue">2026-02-28 前办理</div>' in client.get("/tips").text


def test_who_reported_is_shown_to_those_who_need_it_and_the_look_is_logged(served) -> None:
    """No crawler runs here: the tip waits. Another reviewer sees that there is a reporter, not who."""
    now = datetime.now(UTC)
    with transaction(served.engine) as session:
        add_user(session, "colleague", PASSWORD, Role.REVIEWER, display_name="同事")
        new = NewTip("http://x.test/", reporter="王女士", order_number="962223-0117")
        add_tip(session, new, actor="user:reviewer", today=local_day(now), now=now)
    with served.client() as client:
        sign_in(client, "colleague")
        html = client.get("/tips").text
        assert ("王女士" in html, "举报人保密" in html, "工单 962223-0117" in html) == (False, True, True)
        form = {"csrf": hidden(html, "csrf")}
        assert client.post("/tips/1/reporter", data=form).status_code == 403
    with served.client() as client:
        sign_in(client, "reviewer")
        html = client.get("/tips").text
        assert ("王女士" in html, "查看举报人" in html) == (False, True)
        form = {"csrf": hidden(html, "csrf")}
        assert "王女士" in client.post("/tips/1/reporter", data=form).text
        refused = client.post("/tips/1/answer", data={**form, "words": "查过", "answered_on": "2199-01-01"})
        assert (refused.status_code, ">查过</textarea>" in refused.text) == (422, True)
        assert client.post("/tips/1/answer", data={**form, "words": "查过"}).status_code == 303
        html = client.get("/tips").text
        assert ("已答复：查过" in html, "前办理" in html) == (True, False)
    with reading(served.engine) as session:
        looked = session.scalars(select(AuditEntry.actor).where(AuditEntry.action == "reporter_shown")).all()
        assert looked == ["user:reviewer"]
