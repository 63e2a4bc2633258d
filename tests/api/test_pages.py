"""The pages over HTTP: who may see what, forms that cannot be forged, nothing of a page runs."""

import re
from datetime import UTC, datetime

import pytest

from tests.api.pages import decide, hidden, sign_in, transfer
from tests.records import registered


def test_who_is_not_signed_in_is_sent_to_sign_in_and_back(served) -> None:
    with served.client() as client:
        sent = client.get("/cases")
        assert (sent.status_code, sent.headers["location"]) == (303, "/signin?next=/cases")
        page = client.get(sent.headers["location"])
        assert hidden(page.text, "wanted") == "/cases"


@pytest.mark.parametrize(
    "wanted", ["http://elsewhere.test/", "//elsewhere.test/", "/\\elsewhere.test", "x", "/\r\nX: 1"]
)
def test_signing_in_leads_nowhere_else(served, wanted: str) -> None:
    with served.client() as client:
        done = client.post(
            "/signin", data={"name": "reviewer", "password": "a-long-password", "wanted": wanted}
        )
    assert (done.status_code, done.headers["location"]) == (303, "/")


def test_a_wrong_password_is_told_without_saying_which_part(served) -> None:
    with served.client() as client:
        for name in ("reviewer", "nobody"):
            page = client.post("/signin", data={"name": name, "password": "wrong"})
            assert page.status_code == 401
            assert "用户名或密码不正确" in page.text


def test_each_role_has_its_own_pages(served, case_id) -> None:
    with served.client() as client:
        sign_in(client, "reviewer")
        assert client.get("/").headers["location"] == "/cases"
        assert client.get("/cases").status_code == 200
        assert client.get("/takedown").status_code == 403
    with served.client() as client:
        sign_in(client, "officer")
        assert client.get("/").headers["location"] == "/takedown"
        assert client.get("/takedown").status_code == 200
        for path in ("/cases", f"/cases/{case_id}", f"/cases/{case_id}/evidence"):
            assert client.get(path).status_code == 403


def test_signing_out_ends_the_session(served) -> None:
    with served.client() as client:
        sign_in(client, "reviewer")
        cookies = dict(client.cookies)
        csrf = hidden(client.get("/cases").text, "csrf")
        assert client.post("/signout", data={"csrf": csrf}).status_code == 303
    with served.client(cookies=cookies) as client:
        assert client.get("/cases").status_code == 303


def test_a_forged_form_changes_nothing(served, case_id) -> None:
    with served.client() as client:
        sign_in(client, "reviewer")
        for csrf in ("", "guess"):
            done = client.post(f"/cases/{case_id}", data={"action": "confirm", "version": 1, "csrf": csrf})
            assert done.status_code == 403
    assert registered.state(served.engine, case_id) == "待研判"


def test_the_queue_shows_the_case_with_its_reasons(served, case_id) -> None:
    with served.client() as client:
        sign_in(client, "reviewer")
        page = client.get("/cases").text
    assert f'href="/cases/{case_id}"' in page
    assert "宣称治愈率或有效率" in page
    assert "云溪第1医院" in page


def test_the_queue_is_filtered_counted_and_kept_as_a_view(served, case_id) -> None:
    with served.client() as client:
        sign_in(client, "reviewer")
        assert f"/cases/{case_id}?words=" in client.get("/cases", params={"words": "治愈率"}).text
        assert "没有案件" in client.get("/cases", params={"words": "手术预约"}).text
        assert client.get("/cases/counts", params={"district": "城东区"}).json()["pending"] == 1
        assert client.get("/cases/counts", params={"district": "城西区"}).json()["pending"] == 0
        csrf = hidden(client.get("/cases").text, "csrf")
        saved = {"csrf": csrf, "name": "<b>城东</b>", "view": "district=城东区&nonsense=1"}
        kept = client.post("/cases/views", data=saved)
        assert kept.headers["location"] == "/cases?district=%E5%9F%8E%E4%B8%9C%E5%8C%BA"
        html = client.get("/cases").text
        assert "&lt;b&gt;城东&lt;/b&gt;" in html
        assert client.post("/cases/views/1/forget", data={"csrf": csrf}).status_code == 303
        assert "城东&lt;" not in client.get("/cases").text


def test_the_next_case_is_taken_and_cases_are_given_out(served, case_id) -> None:
    with served.client() as client:
        sign_in(client, "reviewer")
        form = {"csrf": hidden(client.get("/cases").text, "csrf"), "view": "source=site"}
        assert client.post("/cases/next", data=form).headers["location"] == f"/cases/{case_id}?source=site"
        assert client.post("/cases/next", data=form).headers["location"] == "/cases?source=site"
        given = client.post("/cases/assign", data={**form, "to": 1, "case": [case_id]})
        assert given.status_code == 303
        refused = client.post("/cases/assign", data={**form, "to": 2, "case": [case_id]})
        assert refused.status_code == 409
        assert "请选择研判员" in refused.text
    assert registered.state(served.engine, case_id) == "研判中"


def test_a_case_page_explains_each_finding(served, case_id) -> None:
    with served.client() as client:
        sign_in(client, "reviewer")
        page = client.get(f"/cases/{case_id}").text
    assert re.search(r'<mark class="high" data-findings="\d">治愈率98%', page)
    assert "《中华人民共和国广告法》第十六条第一款第（二）项" in page
    assert "医疗广告不得说明治愈率或者有效率" in page


def test_nothing_of_a_hostile_page_runs(served, store, rules, now) -> None:
    hostile = '<script>alert(1)</script>治愈率98%"><img src=x onerror=alert(2)>{{7*7}}'
    with registered.transaction(served.engine) as session:
        source = registered.site(session)
    kept = registered.snapshot(served.engine, store, source, now, url="http://127.0.0.1:1/x", text=hostile)
    case_id = registered.judged(served.engine, rules, kept, hostile, now)
    with served.client() as client:
        sign_in(client, "reviewer")
        page = client.get(f"/cases/{case_id}")
        raw = client.get(f"/cases/{case_id}/evidence")
    assert "<script>alert" not in page.text
    assert "<img" not in page.text
    assert "{{7*7}}" in page.text
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert "unsafe" not in page.headers["content-security-policy"]
    assert raw.headers["content-type"] == "application/octet-stream"
    assert raw.headers["content-disposition"].startswith("attachment")
    assert raw.headers["x-content-type-options"] == "nosniff"


def test_a_decision_on_a_page_that_is_no_longer_true_is_refused(served, case_id) -> None:
    with served.client() as client:
        sign_in(client, "reviewer")
        html = client.get(f"/cases/{case_id}").text
        fields = {"csrf": hidden(html, "csrf"), "version": hidden(html, "version")}
        assert decide(client, case_id, "claim").status_code == 303
        late = client.post(f"/cases/{case_id}", data={**fields, "action": "confirm"})
    assert late.status_code == 409
    assert "案件已被他人更新" in late.text


def test_an_officer_takes_returns_and_reports_on_the_pages(served, case_id) -> None:
    transfer_id = transfer(served, case_id)
    with served.client() as client:
        sign_in(client, "officer")
        page = client.get(f"/takedown/{transfer_id}").text
        csrf = {"csrf": hidden(page, "csrf")}
        assert client.post(f"/takedown/{transfer_id}/take", data=csrf).status_code == 303
        nothing = client.post(f"/takedown/{transfer_id}/return", data={**csrf, "reason": " "})
        assert nothing.status_code == 409
        disposal = {**csrf, "result": "blocked", "disposed_on": "昨天"}
        refused = client.post(f"/takedown/{transfer_id}/disposal", data=disposal)
        assert (refused.status_code, "“昨天”不是日期，应写作 2026-07-01" in refused.text) == (422, True)
        disposal["disposed_on"] = "2026年11月24日"
        assert client.post(f"/takedown/{transfer_id}/disposal", data=disposal).status_code == 303
        assert "没有待处置的转送件" in client.get("/takedown").text
    assert registered.state(served.engine, case_id) == "已处置"


def test_cases_that_say_the_same_are_shown_with_what_differs(served, store, rules) -> None:
    now = datetime.now(UTC)
    first, second = (registered.case(served.engine, store, rules, now, number) for number in (1, 2))
    with served.client() as client:
        sign_in(client, "reviewer")
        page = client.get(f"/cases/{first}").text
        assert f'href="/cases/{first}/compare/{second}"' in page
        assert "处理建议" in page
        compared = client.get(f"/cases/{first}/compare/{second}")
        assert compared.status_code == 200
        assert "一致" in compared.text
        assert client.get(f"/cases/{first}/compare/999").status_code == 404


def test_what_is_not_there_is_a_page_that_says_so(served) -> None:
    with served.client() as client:
        sign_in(client, "reviewer")
        for path in ("/cases/999", "/nothing"):
            page = client.get(path)
            assert page.status_code == 404
            assert "没有找到" in page.text
