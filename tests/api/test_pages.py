"""The pages over HTTP: who may see what, forms that cannot be forged, nothing of a page runs."""

import html
import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlalchemy import select

from records.cases.review_queue import QueueFilter
from records.database import reading, transaction
from records.models import Case, Role, User
from records.people.sign_in import add_user
from records.settings import Settings
from tests.api.conftest import running
from tests.api.pages import decide, hidden, sign_in, transfer
from tests.records import registered


def test_who_is_not_signed_in_is_sent_to_sign_in_and_back(served) -> None:
    with served.client() as client:
        sent = client.get("/cases?words=治愈率&severity=high")
        page = client.get(sent.headers["location"])
        wanted = html.unescape(hidden(page.text, "wanted"))
        assert wanted == "/cases?words=%E6%B2%BB%E6%84%88%E7%8E%87&severity=high", (
            "with all that was asked for"
        )


def test_what_was_typed_when_the_sign_in_had_ended_is_given_back(served, case_id) -> None:
    with served.client() as client:
        form = {"action": "dismiss", "version": 1, "csrf": "gone", "reason": "病人教育，<b>不是</b>广告"}
        page = client.post(f"/cases/{case_id}", data=form)
    assert (page.status_code, "操作未完成" in page.text) == (401, True)
    assert "病人教育，&lt;b&gt;不是&lt;/b&gt;广告" in page.text
    assert hidden(page.text, "wanted") == f"/cases/{case_id}"
    assert registered.state(served.engine, case_id) == "待研判"


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
            assert "用户名、密码或动态码不正确" in page.text


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
    assert '<q class="high">治愈率98%</q>' in page
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
        for _ in range(2):  # one's own case again, until it is done
            taken = client.post("/cases/next", data=form).headers["location"]
            assert taken == f"/cases/{case_id}?source=site"
        after = client.post("/cases/next", data={**form, "after": case_id})
        assert after.headers["location"] == "/cases?source=site"
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
    assert re.search(r'<mark class="high" data-findings="[\d ]+"[^>]*>治愈率98%', page)
    assert "《中华人民共和国广告法》第十六条第一款第（二）项" in page
    assert "医疗广告不得说明治愈率或者有效率" in page


def test_nothing_of_a_hostile_page_runs(served, store, rules, now) -> None:
    hostile = '<script>alert(1)</script>\n我院治愈率98%，永不复发，欢迎咨询。\n"><img src=x onerror=alert(2)>{{7*7}}'
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
        typed = {"action": "dismiss", "reason": "写了很久的理由"}
        late = client.post(f"/cases/{case_id}", data={**fields, **typed})
    assert late.status_code == 409
    assert "案件已被他人更新" in late.text
    assert "写了很久的理由" in late.text, "what was typed is given back"
    assert 'value="dismiss"' in late.text, "and can be sent again"


def test_a_decision_leads_to_the_next_case_of_the_view_and_a_passed_one_stays_passed(
    served, case_id, store, rules
) -> None:
    others = [registered.case(served.engine, store, rules, datetime.now(UTC), number) for number in (2, 3)]
    with transaction(served.engine) as session:
        for case in session.query(Case):
            case.score = 100 - case.id
    with served.client() as client:
        sign_in(client, "reviewer")
        view = {"view": "source=site"}
        skipped = decide(client, case_id, "skip", **view)
        assert skipped.headers["location"] == f"/cases/{others[0]}?source=site&done={case_id}"
        ahead = client.post("/cases/next", data={"csrf": csrf_of(client), "after": others[0], **view})
        assert ahead.headers["location"] == f"/cases/{others[1]}?source=site"
        shown = client.get(f"/cases/{others[0]}").text
        fields = {"csrf": hidden(shown, "csrf"), "version": hidden(shown, "version"), **view}
        done = client.post(
            f"/cases/{others[0]}",
            data={**fields, "action": "confirm"},
            headers={"X-Ahead": str(others[1])},
        )
        assert (done.status_code, done.headers["x-next"]) == (200, f"/cases/{others[1]}")
        assert f"案件 {others[0]}：认定违法" in done.text
        last = decide(client, others[1], "confirm", **view)
        assert last.headers["location"] == f"/cases?source=site&done={others[1]}", (
            "nothing but what was passed"
        )
        assert "跳过了 1 件" in client.get("/cases?source=site").text


def test_many_are_decided_with_one_reason_from_the_queue(served, case_id, store, rules) -> None:
    other = registered.case(served.engine, store, rules, datetime.now(UTC), 2)
    with served.client() as client:
        sign_in(client, "reviewer")
        page = client.get("/cases?sort=oldest&words=治愈").text
        assert "<q" in page
        assert "治愈</mark>" in page
        assert "第 1 页，共 1 页、2 件" in page
        form = {"csrf": csrf_of(client), "action": "dismiss", "case": [case_id, other], "view": "sort=oldest"}
        assert client.post("/cases/decide", data=form).status_code == 409, "without its reason"
        done = client.post("/cases/decide", data={**form, "reason": "同一科普栏目"})
        assert done.headers["location"] == f"/cases?sort=oldest&done={case_id}&left=0"
        assert "等 2 件：不予认定" in client.get(done.headers["location"]).text
    assert registered.state(served.engine, other) == "不予认定"


def test_an_institutions_repeated_text_is_decided_and_transferred_as_one_row_by_choice(
    served, case_id, store, rules
) -> None:
    others = [registered.case(served.engine, store, rules, datetime.now(UTC), number) for number in (2, 3)]
    with served.client() as client:
        sign_in(client, "reviewer")
        shown = client.get("/cases?grouped=1").text
        assert shown.count("data-row") == 1
        assert "同文 3 件" in shown
        assert "共 1 页、1 行、3 件" in shown
        (row,) = re.findall(r'name="case" value="(\d+)"', shown)
        assert client.get("/cases").text.count("data-row") == 3, "by choice"
        form = {"csrf": csrf_of(client), "case": row, "view": "grouped=1", "office": served.office_id}
        alone = client.post("/cases/decide", data={**form, "action": "confirm"})
        assert alone.headers["location"] == f"/cases?grouped=1&done={row}&left=0"
        assert "同文 2 件" in client.get("/cases?grouped=1").text, "the next of them leads"
        left = next(each for each in (case_id, *others) if str(each) != row)
        both = client.post("/cases/decide", data={**form, "case": left, "action": "confirm", "alike": "true"})
        assert "等 2 件：认定违法" in client.get(both.headers["location"]).text
        assert "同文 3 件" in client.get("/cases?grouped=1&state=unlawful").text
        fields = {**form, "alike": "true", "view": "grouped=1&state=unlawful"}
        assert client.post("/cases/transfer", data=fields).status_code == 303
    assert {registered.state(served.engine, each) for each in (case_id, *others)} == {"已转送"}


def test_a_row_of_repeated_text_is_assigned_and_merged_with_all_its_cases(
    served, case_id, store, rules
) -> None:
    others = [registered.case(served.engine, store, rules, datetime.now(UTC), number) for number in (2, 3)]
    with served.client() as client:
        sign_in(client, "reviewer")
        form = {"csrf": csrf_of(client), "case": case_id, "view": "grouped=1", "alike": "true"}
        with reading(served.engine) as session:
            own = session.scalars(select(User.id).where(User.name == "reviewer")).one()
        assert client.post("/cases/assign", data={**form, "to": own}).status_code == 303
        assert {registered.state(served.engine, each) for each in (case_id, *others)} == {"研判中"}
        again = client.post("/cases/assign", data={**form, "to": own})
        assert (again.status_code, "没有可以分派的" in again.text) == (409, True), "it is not silent"
        assert client.post("/cases/merge", data=form).status_code == 303
    with reading(served.engine) as session:
        assert sum(session.get_one(Case, each).merged_into_id is None for each in (case_id, *others)) == 1


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("view", "steps"),
    [
        ("", {"confirm", "dismiss", "needs_more", "assign", "merge"}),
        ("state=unlawful", {"transfer"}),
        ("state=returned", {"transfer", "assign"}),
        ("state=disposed", set()),
    ],
)
def test_a_view_offers_the_steps_that_its_cases_can_take(served, case_id, view: str, steps: set[str]) -> None:
    with transaction(served.engine) as session:
        state = QueueFilter.of(view).states[0]
        session.get_one(Case, case_id).state = state
    with served.client() as client:
        sign_in(client, "reviewer")
        page = client.get(f"/cases?{view}").text
    known = {
        "transfer": 'formaction="/cases/transfer"',
        "merge": 'formaction="/cases/merge"',
        "assign": ">分派 <",
    }
    known |= {step: f'value="{step}"' for step in ("confirm", "dismiss", "needs_more")}
    assert {step for step, words in known.items() if words in page} == steps
    assert ('name="case"' in page) is bool(steps), "no box to tick where nothing can be done"


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("address", "status", "title"),
    [
        ("/cases/99999", 404, "没有找到"),
        ("/figures?since=2026-05-01&until=2026-01-01", 422, "请求内容有误"),
        ("/audit", 403, "没有权限"),
    ],
)
def test_a_refused_page_has_the_menu_and_says_each_thing_once(served, address, status, title) -> None:
    with served.client() as client:
        sign_in(client, "reviewer")
        page = client.get(address)
    assert page.status_code == status
    assert page.text.count(f"<h1>{title}</h1>") == 1
    assert f"<p>{title}</p>" not in page.text
    assert 'href="/cases"' in page.text.partition("<main")[0]


@pytest.mark.databases("sqlite")
def test_a_case_that_an_office_returned_tells_why_first_and_is_not_meant_for_it_again(
    served, case_id
) -> None:
    sent = transfer(served, case_id)
    with served.client() as officer, served.client() as client:
        sign_in(officer, "officer")
        csrf = hidden(officer.get("/takedown").text, "csrf")
        form = {"csrf": csrf, "action": "return", "transfer": sent, "note": "不属本部门管辖"}
        told = officer.post("/takedown/together", data=form, follow_redirects=True).text
        assert "1 件已退回。" in told
        sign_in(client, "reviewer")
        page = client.get(f"/cases/{case_id}").text
    assert page.index("不属本部门管辖") < page.index("条规则，")
    box = re.search(rf'<input[^>]*name="office" value="{served.office_id}"[^>]*>[^<]*', page)
    assert box
    assert "checked" not in box[0]
    assert "，已退回" in box[0]


def test_who_comes_second_sees_who_is_there_and_can_take_over(served, case_id) -> None:
    with transaction(served.engine) as session:
        add_user(session, "second", "a-long-password", Role.REVIEWER, display_name="乙")
    with served.client() as first, served.client() as second:
        sign_in(first, "reviewer")
        sign_in(second, "second")
        first.get(f"/cases/{case_id}")
        page = second.get(f"/cases/{case_id}").text
        assert "reviewer正在看" in page
        assert 'value="confirm"' not in page, "no button that would be refused"
        assert "reviewer正在看" in second.get("/cases").text
        assert decide(second, case_id, "take_over").status_code == 303
        told = first.post(f"/cases/{case_id}/looking", data={"csrf": csrf_of(first)}).json()
        assert told["holder"] == "乙"


def test_a_transfer_is_recalled_before_the_office_has_seen_it(engine, store, rules, now) -> None:
    clock = [now]
    case_id = registered.case(engine, store, rules, now)
    with transaction(engine) as session:
        office = registered.office(session)
        add_user(session, "reviewer", "a-long-password", Role.REVIEWER, display_name="甲")
        add_user(session, "officer", "a-long-password", Role.OFFICER, display_name="丙", office=office)
    settings = Settings(confirm_transfers=True, recall_seconds=30)
    with (
        running(engine, store, rules, settings, now=lambda: clock[0]) as url,
        httpx.Client(base_url=url) as client,
    ):
        sign_in(client, "reviewer")
        assert "认定违法并转送云溪市网信办" in client.get(f"/cases/{case_id}").text
        decide(client, case_id, "confirm_transfer", office=office.id)
        assert registered.state(engine, case_id) == "已转送"
        assert not office_sees(url, case_id)
        decide(client, case_id, "undo")
        assert registered.state(engine, case_id) == "研判中", "one key did it, one key takes it back"
        decide(client, case_id, "confirm_transfer", office=office.id)
        clock[0] += timedelta(seconds=31)
        assert office_sees(url, case_id)
        late = decide(client, case_id, "undo")
        assert (late.status_code, "不能再撤回" in late.text) == (409, True)


def office_sees(url: str, case_id: int) -> bool:
    with httpx.Client(base_url=url) as client:
        sign_in(client, "officer")
        return 'name="transfer"' in client.get("/takedown").text


def csrf_of(client: httpx.Client) -> str:
    return hidden(client.get("/cases").text, "csrf")


def test_an_officer_takes_returns_and_reports_on_the_pages(served, case_id) -> None:
    transfer_id = transfer(served, case_id)
    with served.client() as client:
        sign_in(client, "officer")
        page = client.get(f"/takedown/{transfer_id}").text
        csrf = {"csrf": hidden(page, "csrf")}
        assert client.post(f"/takedown/{transfer_id}/take", data=csrf).status_code == 303
        nothing = client.post(f"/takedown/{transfer_id}/return", data={**csrf, "reason": " "})
        assert nothing.status_code == 409
        disposal = {**csrf, "measure": "屏蔽", "disposed_on": "昨天"}
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
