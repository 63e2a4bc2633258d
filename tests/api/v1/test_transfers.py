"""The takedown queue by token: list, acknowledge, report back; one error format."""

import hashlib
import re

import pytest

from evidence.verification import verify_package
from tests.api.pages import hidden, sign_in, transfer
from tests.records import registered

DISPOSAL = {"result": "deleted", "disposed_on": "2026-11-24", "document_number": "网信处〔2026〕1号"}


def assert_problem(response, status: int, words: str = "") -> None:
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert set(body) == {"type", "title", "status", "detail", "errors"}
    assert body["status"] == status
    assert words in body["detail"]


def test_an_item_says_what_where_why_and_with_what_evidence(served, case_id) -> None:
    transfer_id = transfer(served, case_id)
    with served.api() as office:
        item = office.get(f"/api/v1/transfers/{transfer_id}").json()
        evidence = office.get(item["evidence"]["download"])
    assert item["url"] == "http://127.0.0.1:1/page1.html"
    assert (item["state"], item["state_label"]) == ("transferred", "已转送")
    assert item["institution"] == "云溪第1医院"
    quotes = {finding["quote"] for finding in item["findings"]}
    assert quotes >= {"治愈率98%", "永不复发"}
    assert all(finding["law"] and finding["why"] for finding in item["findings"])
    rows = item["found_words"]
    assert {row["quote"] for row in rows} == quotes
    assert len(rows) == len({(row["rule"], row["quote"]) for row in rows})
    places = {(start, end) for row in rows for start, end in row["places"]}
    assert places == {(one["start"], one["end"]) for one in item["findings"] if one["start"] < one["end"]}
    assert hashlib.sha256(evidence.content).hexdigest() == item["evidence"]["body_sha256"]
    assert evidence.headers["content-disposition"].startswith("attachment")


def test_the_evidence_package_is_had_by_the_office_and_verifies(served, case_id, store, tmp_path) -> None:
    transfer_id = transfer(served, case_id)
    with served.api() as office:
        assert_problem(office.get(f"/api/v1/transfers/{transfer_id}/package"), 409, "尚未取证")
        registered.captured(served.engine, store, case_id)
        answer = office.get(f"/api/v1/transfers/{transfer_id}/package")
    assert answer.headers["content-type"] == "application/zip"
    (tmp_path / "package.zip").write_bytes(answer.content)
    manifest, faults = verify_package(tmp_path / "package.zip")
    assert faults == []
    assert manifest is not None
    assert manifest.page["institution"] == "云溪第1医院"


def test_take_and_report_back(served, case_id) -> None:
    transfer_id = transfer(served, case_id)
    with served.api() as office:
        assert office.post(f"/api/v1/transfers/{transfer_id}/take").json()["state"] == "received"
        assert (
            office.post(f"/api/v1/transfers/{transfer_id}/disposal", json=DISPOSAL).json()["state"]
            == "disposed"
        )
        assert office.get("/api/v1/transfers").json() == {"items": [], "next_after": None}
    assert registered.state(served.engine, case_id) == "已处置"


def test_the_same_call_again_changes_nothing(served, case_id) -> None:
    transfer_id = transfer(served, case_id)
    with served.api() as office:
        takes = [office.post(f"/api/v1/transfers/{transfer_id}/take") for _ in range(2)]
        reports = [office.post(f"/api/v1/transfers/{transfer_id}/disposal", json=DISPOSAL) for _ in range(2)]
    assert {response.status_code for response in (*takes, *reports)} == {200}
    assert takes[0].json() == takes[1].json()
    assert reports[0].json() == reports[1].json()


def test_return_with_a_reason(served, case_id) -> None:
    transfer_id = transfer(served, case_id)
    with served.api() as office:
        office.post(f"/api/v1/transfers/{transfer_id}/take")
        assert_problem(
            office.post(f"/api/v1/transfers/{transfer_id}/return", json={"reason": ""}), 422, "reason"
        )
        done = office.post(f"/api/v1/transfers/{transfer_id}/return", json={"reason": "不属本地"})
    assert done.json()["state"] == "returned"


def test_illegal_steps_are_refused(served, case_id) -> None:
    transfer_id = transfer(served, case_id)
    with served.api() as office:
        early = office.post(f"/api/v1/transfers/{transfer_id}/disposal", json=DISPOSAL)
        assert_problem(early, 409, "“已转送”，不能改为“已处置”")
        office.post(f"/api/v1/transfers/{transfer_id}/take")
        office.post(f"/api/v1/transfers/{transfer_id}/disposal", json=DISPOSAL)
        other = {**DISPOSAL, "result": "blocked"}
        assert_problem(office.post(f"/api/v1/transfers/{transfer_id}/disposal", json=other), 409)
        assert_problem(office.post(f"/api/v1/transfers/{transfer_id}/take"), 409)


@pytest.mark.parametrize("authorization", [None, "Bearer wrong", "Bearer x y", "Basic eDp5"])
def test_without_a_token_nothing_is_shown(served, authorization: str | None) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    with served.client(headers=headers) as client:
        for method, path in (
            ("GET", ""),
            ("GET", "/1"),
            ("GET", "/1/evidence"),
            ("GET", "/1/package"),
            ("POST", "/1/take"),
        ):
            response = client.request(method, f"/api/v1/transfers{path}")
            assert_problem(response, 401)
            assert response.headers["www-authenticate"] == "Bearer"


def test_another_office_sees_none_of_it(served, case_id) -> None:
    transfer_id = transfer(served, case_id)
    with served.api(served.other_token) as other:
        assert other.get("/api/v1/transfers").json()["items"] == []
        for method, path, body in (
            ("GET", "", None),
            ("GET", "/evidence", None),
            ("GET", "/package", None),
            ("POST", "/take", None),
            ("POST", "/disposal", DISPOSAL),
            ("POST", "/return", {"reason": "x"}),
        ):
            response = other.request(method, f"/api/v1/transfers/{transfer_id}{path}", json=body)
            assert_problem(response, 404)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/transfers/0", 422),
        ("/api/v1/transfers/99999999999999999999", 422),
        ("/api/v1/transfers/x", 422),
        ("/api/v1/transfers/7", 404),
        ("/api/v1/nothing", 404),
        ("/api/v1/transfers?limit=0", 422),
        ("/api/v1/transfers?after=-1", 422),
    ],
)
def test_every_mistake_is_a_problem(served, path: str, status: int) -> None:
    with served.api() as office:
        assert_problem(office.get(path), status)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"result": "eaten", "disposed_on": "2026-11-24"},
        {"result": "deleted"},
        {**DISPOSAL, "extra": 1},
        [],
    ],
)
def test_a_report_that_does_not_fit_names_the_place(served, case_id, body) -> None:
    transfer_id = transfer(served, case_id)
    with served.api() as office:
        office.post(f"/api/v1/transfers/{transfer_id}/take")
        response = office.post(f"/api/v1/transfers/{transfer_id}/disposal", json=body)
    assert_problem(response, 422)
    assert response.json()["errors"][0]["loc"][0] == "body"


def test_the_queue_comes_in_parts(served, store, rules, now) -> None:
    ids = [
        transfer(served, registered.case(served.engine, store, rules, now, number)) for number in (1, 2, 3)
    ]
    assert len(set(ids)) <= 3
    with served.api() as office:
        first = office.get("/api/v1/transfers?limit=2").json()
        rest = office.get(f"/api/v1/transfers?limit=2&after={first['next_after']}").json()
    assert len(first["items"]) == 2
    assert len(rest["items"]) == 1
    assert rest["next_after"] is None


def test_the_description_is_openapi(served) -> None:
    with served.client() as client:
        description = client.get("/api/v1/openapi.json").json()
    assert description["openapi"].startswith("3.1")
    assert set(description["paths"]) == {
        "/api/v1/transfers",
        "/api/v1/transfers/{transfer_id}",
        "/api/v1/transfers/{transfer_id}/take",
        "/api/v1/transfers/{transfer_id}/disposal",
        "/api/v1/transfers/{transfer_id}/return",
        "/api/v1/transfers/{transfer_id}/more-evidence",
        "/api/v1/transfers/{transfer_id}/messages",
        "/api/v1/transfers/{transfer_id}/messages/read",
        "/api/v1/transfers/{transfer_id}/withdraw",
        "/api/v1/measures",
        "/api/v1/disposals",
        "/api/v1/receipts",
        "/api/v1/leases",
        "/api/v1/leases/{lease_id}/extend",
        "/api/v1/leases/{lease_id}/release",
        "/api/v1/transfers/{transfer_id}/evidence",
        "/api/v1/transfers/{transfer_id}/package",
        "/api/v1/transfers/{transfer_id}/attachments",
        "/api/v1/transfers/{transfer_id}/attachments/{attachment_id}",
        "/api/v1/matters",
    }


def test_the_office_talks_and_reports_in_its_own_words_and_takes_an_answer_back(served, case_id) -> None:
    transfer_id = transfer(served, case_id)
    own = f"/api/v1/transfers/{transfer_id}"
    with served.api() as office:
        asked = office.post(f"{own}/messages", json={"words": "请补充许可证"})
        assert (asked.status_code, asked.json()["side"]) == (201, "office")
        assert office.get(own).json()["awaited"] == "commission"
    with served.client() as client:
        sign_in(client, "reviewer")
        assert '来函待答复 <b data-count="reached-asked">1</b>' in client.get("/cases").text
        page = client.get(f"/cases/{case_id}").text
        heads = re.findall(r'<li class="other"><p class="muted">(.*?)</p>', page)
        assert [head.count("网信办") for head in heads] == [1], "an office is named once"
        form = {"csrf": hidden(page, "csrf"), "words": "已附上"}
        file = {"attachment": ("许可证.pdf", b"%PDF licence", "application/pdf")}
        sent = client.post(f"/cases/{case_id}/transfers/{transfer_id}/messages", data=form, files=file)
        assert sent.status_code == 303
        assert '来函待答复 <b data-count="reached-asked">0</b>' in client.get("/cases").text
    with served.api() as office:
        (news,) = office.get("/api/v1/transfers?awaited=true").json()["items"]
        assert (news["id"], news["awaited"]) == (transfer_id, "office")
        said = office.get(f"{own}/messages").json()["items"]
        assert [one["words"] for one in said] == ["请补充许可证", "已附上"]
        assert office.get(said[1]["attachments"][0]["download"]).content == b"%PDF licence"
        assert office.post(f"{own}/messages/read").json()["awaited"] is None
        words = [one["measure"] for one in office.get("/api/v1/measures").json()["items"]]
        assert "关闭账号" in words
        office.post(f"{own}/take")
        day = {"disposed_on": "2026-11-24"}
        assert_problem(office.post(f"{own}/disposal", json={**day, "measure": "罚款"}), 409, "可用：删除")
        assert_problem(office.post(f"{own}/disposal", json=day), 409, "请填写处置结果")
        wrong = {**day, "measure": "屏蔽", "result": "deleted"}
        assert_problem(office.post(f"{own}/disposal", json=wrong), 409, "归为屏蔽，与所填结果“删除”不符")
        done = office.post(f"{own}/disposal", json={**day, "measure": "约谈并责令整改"}).json()
        assert (done["result"], done["measure"], done["state"]) == ("ordered", "约谈并责令整改", "disposed")
        assert office.post(f"{own}/withdraw").json()["state"] == "received"
        assert_problem(office.post(f"{own}/withdraw"), 409, "还没有反馈")
    with served.api(served.other_token) as other:
        assert_problem(other.get(f"{own}/messages"), 404)
        assert_problem(other.post(f"{own}/messages", json={"words": "x"}), 404)
