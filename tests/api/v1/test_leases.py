"""The queue as a broker: leases, calls made once, limits, and ten programs at once that die on the way."""

import random
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlalchemy import func, insert, select, update

from api.v1.leases import LeaseOut
from records.database import reading, transaction
from records.models import (
    AnsweredCall,
    AuditEntry,
    Case,
    CaseState,
    JudgementRecord,
    Matter,
    OfficeToken,
    Page,
    Snapshot,
    Transfer,
    Visit,
    VisitKind,
)
from records.people.office_tokens import issue_token
from records.settings import Settings
from tests.api.conftest import running
from tests.api.pages import transfer
from tests.records import registered

DISPOSAL = {"result": "deleted", "disposed_on": "2026-11-24"}


def pass_time(served, seconds: int) -> None:
    """Let this much time pass for all leases."""
    with transaction(served.engine) as session:
        for one in session.scalars(select(Transfer).where(Transfer.leased_until.is_not(None))):
            one.leased_until -= timedelta(seconds=seconds)


@pytest.fixture
def transfers(served, store, rules, now) -> list[int]:
    for number in (1, 2, 3):
        transfer(served, registered.case(served.engine, store, rules, now, number))
    return [1, 2, 3]


def lease(office: httpx.Client, limit: int = 2, **more: object) -> dict:
    answer = office.post("/api/v1/leases", json={"limit": limit, "seconds": 60, **more})
    assert answer.status_code == 201
    return answer.json()


def ids(found: dict) -> list[int]:
    return [item["id"] for item in found["items"]]


def test_nobody_is_leased_what_another_holds(served, transfers) -> None:
    with served.api() as office:
        first, second, third = (lease(office) for _ in range(3))
        assert (ids(first), ids(second), ids(third)) == ([1, 2], [3], [])
        assert LeaseOut.model_validate(first).model_dump(mode="json") == first
        other = office.post("/api/v1/transfers/1/take", params={"lease": second["id"]})
        assert (other.status_code, "不在这个租约中" in other.json()["detail"]) == (409, True)
        assert office.post("/api/v1/transfers/1/take").status_code == 409
        assert office.post("/api/v1/transfers/1/take", params={"lease": first["id"]}).status_code == 200
    with served.api(served.other_token) as stranger:
        assert ids(lease(stranger)) == []
        assert stranger.post(f"/api/v1/leases/{first['id']}/release").json() == {"released": 0}


def test_a_lease_that_runs_out_comes_back_and_is_lost_to_its_holder(served, transfers) -> None:
    with served.api() as office:
        first = lease(office, 3)
        pass_time(served, 30)
        assert office.post(f"/api/v1/leases/{first['id']}/extend", json={"seconds": 60}).status_code == 200
        pass_time(served, 45)
        assert ids(lease(office, 3)) == []
        pass_time(served, 30)
        late = office.post("/api/v1/transfers/1/take", params={"lease": first["id"]})
        assert (late.status_code, "租约已过期" in late.json()["detail"]) == (409, True)
        assert office.post(f"/api/v1/leases/{first['id']}/extend", json={"seconds": 60}).status_code == 409
        assert ids(lease(office, 3)) == [1, 2, 3]


def test_what_was_received_and_then_left_is_leased_again_when_asked_for(served, transfers) -> None:
    with served.api() as office:
        first = lease(office, 1)
        office.post("/api/v1/transfers/1/take", params={"lease": first["id"]})
        assert office.post(f"/api/v1/leases/{first['id']}/release").json() == {"released": 1}
        assert ids(lease(office, 1)) == [2]
        assert ids(lease(office, 1, with_received=True)) == [1]


def test_a_call_with_its_key_is_made_once(served, transfers) -> None:
    with served.api() as office:
        key = {"Idempotency-Key": "a-1"}
        body = {"limit": 2, "seconds": 60}
        answers = [office.post("/api/v1/leases", json=body, headers=key) for _ in range(2)]
        assert answers[0].json() == answers[1].json()
        assert ids(lease(office, 5)) == [3]
        other = office.post("/api/v1/leases", json={"limit": 1}, headers=key)
        assert (other.status_code, "已用于另一请求" in other.json()["detail"]) == (409, True)
        refused = office.post("/api/v1/transfers/9/take", headers={"Idempotency-Key": "a-2"})
        assert refused.status_code == 404
    with served.api(served.other_token) as stranger:
        assert stranger.post("/api/v1/leases", json=body, headers=key).json()["items"] == []


def test_what_a_key_was_answered_is_forgotten_after_a_week(served, transfers) -> None:
    calls = {"younger": timedelta(days=6), "older": timedelta(days=8)}
    with transaction(served.engine) as session:
        session.execute(update(OfficeToken).values(last_used_at=None))  # looked after once a minute
        for key, age in calls.items():
            old = {"key": key, "at": datetime.now(UTC) - age, "request_sha256": "0" * 64, "answer": ""}
            session.add(AnsweredCall(office_id=served.office_id, **old))
    with served.api() as office:
        assert ids(lease(office, 1)) == [1]
    with reading(served.engine) as session:
        assert session.scalars(select(AnsweredCall.key)).all() == ["younger"]


def test_many_are_received_at_once(served, transfers) -> None:
    with served.api() as office:
        found = lease(office, 2)
        body = {"lease": found["id"], "transfer_ids": [1, 2, 3]}
        done = office.post("/api/v1/receipts", json=body).json()["items"]
        assert [(one["transfer_id"], one["done"]) for one in done] == [(1, True), (2, True), (3, False)]
        received = office.get("/api/v1/transfers?state=received").json()["items"]
        assert [item["id"] for item in received] == [1, 2]


def test_many_are_reported_at_once_and_each_fault_is_named(served, transfers) -> None:
    with served.api() as office:
        for number in (1, 2):
            office.post(f"/api/v1/transfers/{number}/take")
        reports = [{"transfer_id": number, **DISPOSAL} for number in (1, 2, 3, 99)]
        done = office.post("/api/v1/disposals", json={"items": reports}).json()["items"]
        assert [one["done"] for one in done] == [True, True, False, False]
        assert "不能改为“已处置”" in done[2]["detail"]
        assert "没有编号为 99" in done[3]["detail"]
        assert [item["id"] for item in office.get("/api/v1/transfers").json()["items"]] == [3]
        closed = office.get("/api/v1/transfers?state=disposed").json()["items"]
        assert [item["id"] for item in closed] == [1, 2]


def test_asking_for_more_evidence_is_in_the_cases_history(served, transfers) -> None:
    with served.api() as office:
        asked = office.post("/api/v1/transfers/1/more-evidence", json={"what": "公众号主体信息"})
        assert asked.json()["state"] == "transferred"
    with reading(served.engine) as session:
        words = session.scalars(select(AuditEntry.reason).order_by(AuditEntry.id)).all()
        assert words[-1] == "云溪市网信办转送件 1 来函：请求补充材料：公众号主体信息"


def test_what_has_not_changed_is_not_sent_again(served, transfers) -> None:
    with served.api() as office:
        first = office.get("/api/v1/transfers/1")
        again = office.get("/api/v1/transfers/1", headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        office.post("/api/v1/transfers/1/take")
        changed = office.get("/api/v1/transfers/1", headers={"If-None-Match": first.headers["etag"]})
        assert changed.status_code == 200


def test_a_token_that_only_reads_changes_nothing(served, transfers) -> None:
    with transaction(served.engine) as session:
        office = session.get_one(Transfer, 1).office
        token = issue_token(session, office, datetime.now(UTC), 1, ("read",))
    with served.api(token) as reader:
        assert reader.get("/api/v1/transfers").status_code == 200
        for path in ("leases", "transfers/1/take"):
            refused = reader.post(f"/api/v1/{path}", json={})
            assert (refused.status_code, refused.headers["content-type"]) == (403, "application/problem+json")


def test_a_token_that_calls_too_often_is_told_when_to_come_again(served, store, rules) -> None:
    with (
        running(served.engine, store, rules, Settings(api_calls_per_minute=5)) as url,
        served.api() as office,
        httpx.Client(base_url=url, headers=office.headers) as client,
    ):
        codes = [client.get("/api/v1/transfers").status_code for _ in range(6)]
        assert codes == [200] * 5 + [429]
        refused = client.get("/api/v1/transfers")
        assert 1 <= int(refused.headers["retry-after"]) <= 12
        other = {"Authorization": f"Bearer {served.other_token}"}
        assert client.get("/api/v1/transfers", headers=other).status_code == 200


PULLERS, BATCH = 10, 20


def fill(served, store, rules, now, count: int) -> None:
    """`count` transferred cases."""
    first = registered.case(served.engine, store, rules, now)
    with transaction(served.engine) as session:
        own = session.get_one(Case, first)
        source_id, judged = own.page.source_id, own.judgement
        session.execute(
            insert(Visit), [{"id": 900, "kind": VisitKind.SITE, "source_id": source_id, "started_at": now}]
        )
        numbers = range(1_000, 1_000 + count)
        session.execute(
            insert(Page),
            [{"id": n, "url": f"http://127.0.0.1:1/{n}", "source_id": source_id} for n in numbers],
        )
        snapshot = {"status": 200, "final_url": "x", "headers": {}, "request_headers": {}, "body_size": 1}
        snapshot |= {"body_sha256": "0" * 64, "page_state": "normal", "visit_id": 900, "fetched_at": now}
        session.execute(insert(Snapshot), [{**snapshot, "id": n, "page_id": n} for n in numbers])
        lists = ("page_kind_reasons", "score_parts", "spared", "gravity_reasons", "contacts", "mentions")
        record = {name: [] for name in (*lists, "alignment", "images")}
        record |= {"judged_at": now, "lists_version": "0", "page_kind": "advert", "unlawful": True}
        record |= {"score": 1, "gravity": "ordinary", "page_text": judged.page_text}
        session.execute(insert(JudgementRecord), [{**record, "id": n, "snapshot_id": n} for n in numbers])
        case = {
            "state": CaseState.TRANSFERRED,
            "score": 1,
            "opened_at": now,
            "changed_at": now,
            "row_version": 1,
        }
        session.execute(insert(Case), [{**case, "id": n, "page_id": n, "judgement_id": n} for n in numbers])
        session.execute(
            insert(Matter),
            [{"id": 900, "office_id": served.office_id, "source_id": source_id, "opened_on": now.date()}],
        )
        row = {
            "office_id": served.office_id,
            "matter_id": 900,
            "round": 1,
            "transferred_at": now,
            "due_on": now.date(),
        }
        session.execute(insert(Transfer), [{**row, "id": n, "case_id": n} for n in numbers])


def pull(url: str, token: str, chance: random.Random, held: Counter, lock: threading.Lock) -> None:
    """A program that works through the queue, sometimes calls twice, sometimes dies, and starts again."""
    with httpx.Client(base_url=url, timeout=60, headers={"Authorization": f"Bearer {token}"}) as office:

        def post(path: str, **asked: object) -> httpx.Response:
            key = {"Idempotency-Key": f"{chance.random()}"}
            answers = [office.post(path, headers=key, **asked) for _ in range(1 + (chance.random() < 0.2))]
            assert len({answer.content for answer in answers if answer.is_success}) <= 1
            return answers[-1]

        while office.get("/api/v1/transfers", params={"after": 999, "limit": 1}).json()["items"]:
            asked = {"limit": BATCH, "seconds": 2, "with_received": True}
            found = post("/api/v1/leases", json=asked).json()
            if not found["items"]:
                time.sleep(0.1)
                continue
            with lock:
                held.update(ids(found))
            if chance.random() < 0.15:
                continue  # dies with its transfers; the lease expires
            receipts = post("/api/v1/receipts", json={"lease": found["id"], "transfer_ids": ids(found)})
            taken = [one["transfer_id"] for one in receipts.json()["items"] if one["done"]]
            if chance.random() < 0.15 or not taken:
                continue  # dies after acknowledging them
            reports = [{"transfer_id": number, **DISPOSAL} for number in taken]
            post("/api/v1/disposals", json={"lease": found["id"], "items": reports})


@pytest.mark.slow
@pytest.mark.soak
def test_ten_programs_at_once_dispose_of_each_item_once(served, store, rules, now, soak: bool) -> None:
    items = 10_000 if soak else 240
    fill(served, store, rules, now, items)
    settings = Settings(api_calls_per_minute=1_000_000)
    held: Counter = Counter()
    failures: list[BaseException] = []
    lock = threading.Lock()

    def program(number: int, url: str) -> None:
        try:
            pull(url, served.token, random.Random(number), held, lock)
        except BaseException as error:
            failures.append(error)

    with running(served.engine, store, rules, settings) as url:
        threads = [threading.Thread(target=program, args=(number, url)) for number in range(PULLERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert failures == []
    with reading(served.engine) as session:
        own = Transfer.id >= 1_000
        assert session.scalar(select(func.count()).where(own, Transfer.result.is_not(None))) == items
        steps = (
            select(AuditEntry.case_id, AuditEntry.to_state, func.count())
            .where(AuditEntry.case_id >= 1_000, AuditEntry.action == "case_step")
            .group_by(AuditEntry.case_id, AuditEntry.to_state)
        )
        counts = Counter((row[1], row[2]) for row in session.execute(steps))
    assert counts == {(CaseState.RECEIVED, 1): items, (CaseState.DISPOSED, 1): items}
    assert max(held.values()) > 1, "nobody died, nothing came back: the test shows nothing"


def test_a_lease_is_a_time_not_a_lock(served, transfers) -> None:
    with served.api() as office:
        found = lease(office, 1)
        with transaction(served.engine) as session:
            session.execute(update(Transfer).values(leased_until=datetime.now(UTC) - timedelta(seconds=1)))
        assert ids(lease(office, 1)) == ids(found)
