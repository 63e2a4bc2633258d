"""Offices are notified: signed, repeatedly until it arrives, and never at an inner address."""

import base64
import hashlib
import hmac
import itertools
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import ip_network

import pytest
from sqlalchemy import select
from standardwebhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

from crawler.network.guard import AddressGuard
from jobs.webhooks import AddressRefused, deliver, pinned
from records.cases.verification import Assessment, Observation, VerificationOutcome, conclude
from records.database import reading, transaction
from records.models import Case, Delivery, Office, VisitorKind, Webhook
from records.transfers.webhooks import RETRY_DELAYS, add_webhook
from telemetry.traces import TraceForm, set_up_traces, visit_parent
from tests.api.pages import hidden, sign_in, transfer
from tests.servers.otlp import receiving_traces
from tests.servers.receiver import Receiver, receiving

LOOPBACK = (ip_network("127.0.0.0/8"),)


class Clock:
    """A time that the test moves on, a minute ahead of the server's records."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC) + timedelta(minutes=1)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def secret(served, receiver) -> str:
    """The secret of the office's webhook, as its officer is shown it once."""
    with served.client() as client:
        sign_in(client, "officer")
        form = {"csrf": hidden(client.get("/webhooks").text, "csrf"), "url": receiver.url}
        shown = client.post("/webhooks", data=form).text
        found = shown.split("whsec_")[1].split("<")[0]
        assert "whsec_" not in client.get("/webhooks").text
    return f"whsec_{found}"


@pytest.mark.databases("sqlite")
def test_a_message_names_the_trace_of_the_page_that_its_case_is_about(
    served, secret, receiver, case_id, clock
) -> None:
    with receiving_traces() as traces:
        set_up_traces(TraceForm(traces.url, "云河市/qingyi"))
        parent = visit_parent(1)
        transfer(served, case_id)
        with served.client() as client:
            assert client.get("/healthz", headers={"traceparent": parent}).status_code == 200
        assert [sent.status for sent in deliver(served.engine, LOOPBACK, clock)] == [204]
        set_up_traces(None)
    (sent,) = traces.named("webhook")
    assert f"00-{sent.trace}-{sent.parent}-01" == parent
    ((headers, body),) = receiver.got
    assert headers["traceparent"] == f"00-{sent.trace}-{sent.id}-01"
    Verifier(secret).verify(body, headers)
    asked = {(span.facts["method"], span.facts["route"]): span for span in traces.named("API request")}
    assert asked["GET", "/healthz"].parent == ""  # a stranger's trace is not ours
    assert asked["GET", "/api/v1/transfers"].facts["status"] == 200


def test_a_transfer_is_told_signed_and_once(served, secret, receiver, case_id, clock) -> None:
    transfer_id = transfer(served, case_id)
    assert [sent.status for sent in deliver(served.engine, LOOPBACK, clock)] == [204]
    assert deliver(served.engine, LOOPBACK, clock) == []
    ((headers, body),) = receiver.got
    told = Verifier(secret).verify(body, headers)
    assert told["type"] == "transfer.created"
    assert told["data"]["transfer_id"] == transfer_id
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    by_hand = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{by_hand}"
    with pytest.raises(WebhookVerificationError):
        Verifier(secret).verify(body + b" ", headers)
    with served.api() as office:
        assert office.get(told["data"]["href"]).json()["id"] == transfer_id


def test_what_does_not_arrive_is_sent_later_and_later_and_then_kept_as_a_dead_letter(
    served, secret, receiver, case_id, clock
) -> None:
    transfer(served, case_id)
    receiver.status, receiver.body = 500, "暂时不能接收".encode()
    begun, at = clock.now, []
    for _ in range(len(RETRY_DELAYS) + 1):
        assert [sent.arrived for sent in deliver(served.engine, LOOPBACK, clock)] == [False]
        at.append(clock.now - begun)
        with reading(served.engine) as session:
            later = session.scalars(select(Delivery.next_at)).one()
        clock.now = later or clock.now
        assert deliver(served.engine, LOOPBACK, lambda: clock.now - timedelta(seconds=1)) == []
    assert [after - before for before, after in itertools.pairwise(at)] == list(RETRY_DELAYS)
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
    clock.now += timedelta(days=30)
    assert deliver(served.engine, LOOPBACK, clock) == []
    with served.client() as client:
        sign_in(client, "officer")
        dead = client.get("/webhooks", params={"only_dead": True}).text
        assert ("已放弃" in dead, "暂时不能接收" in dead) == (True, True)
        receiver.status = 200
        again = client.post("/webhooks/deliveries/1/again", data={"csrf": hidden(dead, "csrf")})
        assert again.status_code == 303
        assert [sent.arrived for sent in deliver(served.engine, LOOPBACK, clock)] == [True]
        assert "没有死信" in client.get("/webhooks", params={"only_dead": True}).text
        twice = client.post("/webhooks/deliveries/1/again", data={"csrf": hidden(dead, "csrf")})
        assert (twice.status_code, "已送达" in twice.text) == (409, True)


def test_a_receiver_says_when_to_come_again_or_that_it_wants_no_more(
    served, secret, receiver, case_id, clock
) -> None:
    transfer(served, case_id)
    receiver.status, receiver.headers = 503, {"Retry-After": "600"}
    deliver(served.engine, LOOPBACK, clock)
    with reading(served.engine) as session:
        assert session.scalars(select(Delivery.next_at)).one() == clock.now + timedelta(minutes=10)
    clock.now += timedelta(minutes=10)
    receiver.status = 410
    deliver(served.engine, LOOPBACK, clock)
    with reading(served.engine) as session:
        assert session.scalars(select(Webhook)).one().disabled_reason == "对方返回 410，不再接收"


@pytest.mark.parametrize(
    ("asked", "waits"),
    [
        (timedelta(minutes=20), timedelta(minutes=20)),
        (-timedelta(minutes=20), RETRY_DELAYS[0]),
        (timedelta(days=400), RETRY_DELAYS[-1]),
    ],
)
def test_a_receiver_may_name_the_moment_to_come_again(
    served, secret, receiver, case_id, clock, asked, waits
) -> None:
    """Not sooner than by itself, nor later than the longest pause."""
    clock.now = clock.now.replace(microsecond=0)  # an HTTP date has whole seconds
    transfer(served, case_id)
    receiver.status = 503
    receiver.headers = {"Retry-After": format_datetime(clock.now + asked, usegmt=True)}
    deliver(served.engine, LOOPBACK, clock)
    with reading(served.engine) as session:
        assert session.scalars(select(Delivery.next_at)).one() == clock.now + waits


def test_an_inner_address_is_refused_also_behind_a_redirect(served, secret, receiver, case_id, clock) -> None:
    transfer(served, case_id)
    (refused,) = deliver(served.engine, (), clock)
    assert refused.error == "不推送：拒绝访问内部地址 127.0.0.1（127.0.0.1）"
    assert receiver.got == []
    clock.now += RETRY_DELAYS[0]
    with receiving() as inner:
        receiver.status, receiver.headers = 307, {"Location": inner.url}
        (sent,) = deliver(served.engine, LOOPBACK, clock)
        assert (sent.status, inner.got) == (307, [])
        assert not sent.arrived


@pytest.mark.parametrize(
    "url",
    [
        "https://169.254.169.254/latest",
        "https://[::ffff:10.0.0.1]/",
        "https://100.64.0.1/",
        "https://localhost/",
        "http://8.8.8.8/",
    ],
)
def test_what_must_not_be_reached(url: str) -> None:
    with pytest.raises(AddressRefused):
        pinned(url, AddressGuard())


def test_the_address_that_was_checked_is_connected_to() -> None:
    to = pinned("http://localhost:8080/hook?x=1", AddressGuard((*LOOPBACK, ip_network("::1/128"))))
    assert to.url in {"http://127.0.0.1:8080/hook?x=1", "http://[::1]:8080/hook?x=1"}
    assert (to.host, to.name) == ("localhost:8080", "localhost")


def test_a_changed_secret_and_the_old_one_both_sign_for_a_day(
    served, secret, receiver, case_id, clock
) -> None:
    with served.client() as client:
        sign_in(client, "officer")
        form = {"csrf": hidden(client.get("/webhooks").text, "csrf")}
        new = "whsec_" + client.post("/webhooks/1/secret", data=form).text.split("whsec_")[1].split("<")[0]
        assert new != secret
        client.post("/webhooks/1/test", data=form)
        deliver(served.engine, LOOPBACK, clock)
        for known in (secret, new):
            assert Verifier(known).verify(receiver.got[0][1], receiver.got[0][0])["type"] == "webhook.test"
        with transaction(served.engine) as session:
            session.scalars(select(Webhook)).one().old_secret_until = clock.now
        client.post("/webhooks/1/test", data=form)
        deliver(served.engine, LOOPBACK, clock)
    Verifier(new).verify(receiver.got[1][1], receiver.got[1][0])
    with pytest.raises(WebhookVerificationError):
        Verifier(secret).verify(receiver.got[1][1], receiver.got[1][0])


def test_an_office_is_told_what_a_recheck_saw(served, secret, receiver, case_id, clock) -> None:
    transfer_id = transfer(served, case_id)
    with served.api() as office:
        office.post(f"/api/v1/transfers/{transfer_id}/take")
        report = {"result": "deleted", "disposed_on": "2026-11-24"}
        office.post(f"/api/v1/transfers/{transfer_id}/disposal", json=report)
    gone, back = (
        Assessment(Observation(VisitorKind.PLAIN, status), outcome, "所见")
        for status, outcome in ((404, VerificationOutcome.GONE), (200, VerificationOutcome.STILL_THERE))
    )
    for look in (gone, gone, back):
        with transaction(served.engine) as session:
            conclude(session, session.get_one(Case, case_id), [look], clock.now)
    clock.now += timedelta(minutes=1)
    deliver(served.engine, LOOPBACK, clock)
    told = [json.loads(body) for _, body in receiver.got]
    assert sorted((one["type"], one["data"].get("outcome", "")) for one in told) == [
        ("transfer.created", ""),
        ("transfer.recurred", "back"),
        ("transfer.verified", "gone"),
    ]


def test_nobody_is_told_of_what_did_not_happen_nor_of_anothers(served, secret, case_id, clock) -> None:
    with transaction(served.engine) as session:
        other = session.get_one(Office, served.office_id + 1)
        add_webhook(session, other, "https://other.example.org/", actor="test", now=clock.now)
    transfer(served, case_id)
    with reading(served.engine) as session:
        assert session.scalars(select(Delivery.webhook_id)).all() == [1]
    with served.client() as client:
        sign_in(client, "officer")
        shown = client.get("/webhooks").text
        assert "other.example.org" not in shown
        form = {"csrf": hidden(shown, "csrf"), "reason": "x"}
        for path in ("/webhooks/2/disable", "/webhooks/2/secret", "/webhooks/2/test"):
            assert client.post(path, data=form).status_code == 409
        for url in ("ftp://a/", "https://user:word@a.example/", "javascript:alert(1)"):
            assert client.post("/webhooks", data={**form, "url": url}).status_code == 409
