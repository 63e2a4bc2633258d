"""Sends webhooks' messages: signed, to the address that was checked, once each, whatever the response."""

import logging
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import IPv4Network, IPv6Network
from urllib.parse import urlsplit, urlunsplit

import httpx
from sqlalchemy import Engine
from standardwebhooks import Webhook as Signer

from crawler.network.guard import AddressGuard
from crawler.network.retry_after import seconds_asked
from records.database import reading, transaction
from records.transfers.hand_over import release_held
from records.transfers.webhooks import (
    DueDelivery,
    Sent,
    find_visits,
    list_due_deliveries,
    record_attempt,
)
from telemetry.traces import begin_span, trace_form, visit_parent

_LOG = logging.getLogger(__name__)
_SECONDS = 15.0
_AT_ONCE = 8
_MOST_READ = 64 * 1024


class AddressRefused(Exception):
    """The receiver's address must not be reached; the message says which, in Chinese."""


def deliver(
    engine: Engine,
    allowed: tuple[IPv4Network | IPv6Network, ...],
    clock: Callable[[], datetime],
    progress: Callable[[int], None] = lambda _: None,
) -> list[Sent]:
    """Let offices have the transfers that can no longer be recalled, and send all messages that are due;
    returns the result of each. `allowed` are networks that may be reached although they are not public. After
    a kill some messages are sent a second time: receivers recognise them by their id."""
    guard = AddressGuard(allowed)
    with transaction(engine) as session:
        release_held(session, clock())
    done: list[Sent] = []
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        while True:
            with reading(engine) as session:
                due = list_due_deliveries(session, clock())
                visits = find_visits(session, due) if trace_form() else {}
            if not due:
                return done
            parents = [visit_parent(visits[one.id]) if one.id in visits else "" for one in due]
            sending = pool.map(lambda one, parent: send(one, guard, clock(), parent), due, parents)
            for one, sent in zip(due, sending, strict=True):
                with transaction(engine) as session:
                    record_attempt(session, one.id, sent, clock())
                _LOG.info("webhook sent", extra={"message_id": one.message_id, "status": sent.status})
                done.append(sent)
                progress(1)


def send(delivery: DueDelivery, guard: AddressGuard, now: datetime, parent: str = "") -> Sent:
    """Send one message now, with its trace (`traceparent`) where spans are sent. A redirect does not count as delivered: it
    is not followed."""
    with begin_span("webhook", parent, message=delivery.message_id) as span:
        sent = _send(delivery, guard, now, {"traceparent": span.traceparent} if span.traceparent else {})
        span.tell(status=sent.status)
        return sent


def _send(delivery: DueDelivery, guard: AddressGuard, now: datetime, more: dict[str, str]) -> Sent:
    headers = {
        **more,
        "Content-Type": "application/json",
        "User-Agent": "Qingyi-Webhooks/1",
        "webhook-id": delivery.message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(
            Signer(secret).sign(delivery.message_id, now.astimezone(UTC), delivery.body)
            for secret in delivery.secrets
        ),
    }
    try:
        to = pinned(delivery.url, guard)
        with (
            httpx.Client(timeout=_SECONDS, trust_env=False, follow_redirects=False) as client,
            client.stream(
                "POST",
                to.url,
                content=delivery.body.encode(),
                headers={**headers, "Host": to.host},
                extensions={"sni_hostname": to.name},
            ) as answer,
        ):
            return _sent(answer, now)
    except AddressRefused as error:
        return Sent(None, str(error))
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        return Sent(None, f"{type(error).__name__}：{error}")


@dataclass(frozen=True)
class Pinned:
    """A URL with an address in the place of its host; the host as a header names it; the name that its certificate
    must be for."""

    url: str
    host: str
    name: str


def pinned(url: str, guard: AddressGuard) -> Pinned:
    """Where to connect to for `url`: to the address that was checked, so that a name cannot resolve
    differently for the check and for the connection. Raises AddressRefused, and OSError where the name does
    not resolve."""
    parts = urlsplit(url)
    name, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    addresses = [str(entry[4][0]) for entry in found]
    if refusal := guard.refusal(name, addresses):
        raise AddressRefused(f"不推送：{refusal}")
    if parts.scheme != "https" and guard.is_public(addresses[0]):
        raise AddressRefused(f"推送到公网地址须用 https（{name}）")
    address, host = (f"[{one}]" if ":" in one else one for one in (addresses[0], name))
    target = urlunsplit((parts.scheme, f"{address}:{port}", parts.path or "/", parts.query, ""))
    return Pinned(target, f"{host}:{parts.port}" if parts.port else host, name)


def _sent(answer: httpx.Response, now: datetime) -> Sent:
    """The receiver's response; of a refusal the first words are kept."""
    if answer.is_success:
        return Sent(answer.status_code)
    words = b""
    for part in answer.iter_bytes(4096):
        words += part
        if len(words) >= _MOST_READ:
            break
    shown = words[:200].decode("utf-8", "replace")
    return Sent(answer.status_code, shown, seconds_asked(answer.headers.get("retry-after", ""), now))
