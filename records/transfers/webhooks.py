"""Webhooks: messages to offices, written in the same transaction as their event; when each is sent, and how
often.

The messages are those of standard-webhooks (https://www.standardwebhooks.com): thin, with where to read the rest.
"""

import base64
import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session, joinedload

from records import audit
from records.models import Case, Delivery, JudgementRecord, Office, Snapshot, Transfer, Webhook

EVENTS: Mapping[str, str] = {
    "transfer.created": "新的转送件",
    "transfer.message": "卫生健康委的来函或催办",
    "transfer.verified": "复查所见内容已消失",
    "transfer.recurred": "复查所见内容仍在或再次出现",
    "webhook.test": "测试",
}
# After each failed attempt but the last (standard-webhooks, "Deliverability and reliability"): over three days in all.
RETRY_DELAYS = tuple(
    timedelta(seconds=one) for one in (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)
)
OLD_SECRET_KEPT = timedelta(hours=24)
_MOST_HOOKS, _LONGEST_URL = 10, 500
_GONE = 410


class WebhookRefused(Exception):
    """A request about a webhook cannot be done; the message says why, in Chinese."""


@dataclass(frozen=True)
class DueDelivery:
    """A message to be sent now. `secrets` are all that it is signed with."""

    id: int
    url: str
    secrets: tuple[str, ...]
    message_id: str
    body: str


@dataclass(frozen=True)
class Sent:
    """The result of sending: the HTTP status, or why there was none; `retry_after` in seconds where the
    receiver says."""

    status: int | None
    error: str = ""
    retry_after: float = 0.0

    @property
    def arrived(self) -> bool:
        """Whether the receiver has it (any 2xx)."""
        return self.status is not None and 200 <= self.status < 300


def add_webhook(session: Session, office: Office, url: str, *, actor: str, now: datetime) -> Webhook:
    """A new webhook of the office, with a secret of its own. Raises WebhookRefused."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or len(url) > _LONGEST_URL:
        raise WebhookRefused("推送地址应为 http(s):// 开头的网址，不超过 500 字")
    if parts.username or parts.password or parts.fragment:
        raise WebhookRefused("推送地址不能带用户名、密码和 #")
    counted = select(func.count()).select_from(Webhook).where(Webhook.office_id == office.id)
    if (session.scalar(counted) or 0) >= _MOST_HOOKS:
        raise WebhookRefused(f"一个部门最多 {_MOST_HOOKS} 个推送地址")
    webhook = Webhook(office_id=office.id, url=url, secret=_new_secret(), created_at=now, created_by=actor)
    session.add(webhook)
    session.flush()
    audit.append(session, actor, "webhook_changed", now, _name(webhook), reason=f"新增推送地址 {url}")
    return webhook


def change_secret(session: Session, webhook: Webhook, *, actor: str, now: datetime) -> str:
    """A new secret, shown once; the old one signs too for a day, so that the receiver can change over."""
    webhook.old_secret, webhook.old_secret_until = webhook.secret, now + OLD_SECRET_KEPT
    webhook.secret = _new_secret()
    audit.append(session, actor, "webhook_changed", now, _name(webhook), reason="更换推送密钥")
    return webhook.secret


def disable(session: Session, webhook: Webhook, reason: str, *, actor: str, now: datetime) -> None:
    """Send nothing more; waiting messages are given up."""
    webhook.disabled_at, webhook.disabled_reason = now, reason
    waiting = (Delivery.webhook_id == webhook.id, Delivery.next_at.is_not(None))
    session.execute(update(Delivery).where(*waiting).values(next_at=None, last_error=f"推送已停用：{reason}"))
    words = f"停用推送地址：{reason}"
    audit.append(session, actor, "webhook_changed", now, _name(webhook), reason=words)


def list_webhooks(session: Session, office_id: int | None = None) -> Sequence[Webhook]:
    """The webhooks of an office, or all."""
    query = select(Webhook).options(joinedload(Webhook.office)).order_by(Webhook.id)
    if office_id is not None:
        query = query.where(Webhook.office_id == office_id)
    return session.scalars(query).all()


def find_webhook(session: Session, webhook_id: int, office_id: int | None = None) -> Webhook:
    """A webhook, of this office where one is given; raises WebhookRefused where there is none."""
    webhook = session.get(Webhook, webhook_id)
    if webhook is None or office_id not in (None, webhook.office_id):
        raise WebhookRefused(f"没有编号为 {webhook_id} 的推送地址")
    return webhook


def enqueue_webhook(session: Session, transfer: Transfer, event: str, now: datetime, **more: object) -> None:
    """Queue a message about a transfer for its office's webhooks; sent when the transaction has ended well."""
    data = {
        "transfer_id": transfer.id,
        "case_id": transfer.case_id,
        "matter_id": transfer.matter_id,
        "href": f"/api/v1/transfers/{transfer.id}",
        **more,
    }
    active = (Webhook.office_id == transfer.office_id, Webhook.disabled_at.is_(None))
    for webhook in session.scalars(select(Webhook).where(*active).order_by(Webhook.id)):
        _queue(session, webhook, event, data, now)


def enqueue_disposer_webhooks(
    session: Session, case: Case, event: str, now: datetime, **more: object
) -> None:
    """Tell the offices of the case's last round the outcome of their reports."""
    last = max((transfer.round for transfer in case.transfers), default=0)
    for transfer in case.transfers:
        if transfer.round == last and transfer.result is not None:
            enqueue_webhook(session, transfer, event, now, **more)


def send_test(session: Session, webhook: Webhook, now: datetime) -> None:
    """Queue a test message. Raises WebhookRefused for a disabled webhook."""
    if webhook.disabled_at is not None:
        raise WebhookRefused("推送地址已停用")
    _queue(session, webhook, "webhook.test", {"webhook_id": webhook.id}, now)


def any_due(session: Session, now: datetime) -> bool:
    """Whether a message waits to be sent."""
    return bool(session.scalar(select(exists().where(Delivery.next_at <= now))))


def list_due_deliveries(session: Session, now: datetime, limit: int = 100) -> list[DueDelivery]:
    """The messages that are due, those that wait longest first."""
    query = select(Delivery).options(joinedload(Delivery.webhook)).where(Delivery.next_at <= now)
    found = session.scalars(query.order_by(Delivery.next_at, Delivery.id).limit(limit))
    return [
        DueDelivery(one.id, one.webhook.url, _secrets_of(one.webhook, now), one.message_id, one.body)
        for one in found
    ]


def find_visits(session: Session, deliveries: Iterable[DueDelivery]) -> dict[int, int]:
    """By delivery, the visit whose page the case of its message rests on; a test message has none."""
    cases = {one.id: json.loads(one.body)["data"].get("case_id") for one in deliveries}
    query = (
        select(Case.id, Snapshot.visit_id)
        .join(JudgementRecord, JudgementRecord.id == Case.judgement_id)
        .join(Snapshot, Snapshot.id == JudgementRecord.snapshot_id)
        .where(Case.id.in_(set(cases.values()) - {None}))
    )
    visits = {row.id: row.visit_id for row in session.execute(query)}
    return {number: visits[case] for number, case in cases.items() if case in visits}


def record_attempt(session: Session, delivery_id: int, sent: Sent, now: datetime) -> None:
    """Record the result of an attempt: arrived, to be tried later, or given up after the last. A receiver
    that answers 410 wants no more: its webhook is disabled."""
    delivery = session.get_one(Delivery, delivery_id)
    delivery.attempts += 1
    delivery.last_status, delivery.last_error = sent.status, sent.error[:500]
    if sent.arrived:
        delivery.delivered_at, delivery.next_at = now, None
        return
    if sent.status == _GONE:
        delivery.next_at = None
        disable(session, delivery.webhook, "对方返回 410，不再接收", actor="system:webhooks", now=now)
        return
    if delivery.attempts > len(RETRY_DELAYS):
        delivery.next_at = None
        return
    asked = timedelta(seconds=min(sent.retry_after, RETRY_DELAYS[-1].total_seconds()))
    delivery.next_at = now + max(RETRY_DELAYS[delivery.attempts - 1], asked)


def list_deliveries(
    session: Session,
    office_id: int | None = None,
    *,
    webhook_id: int | None = None,
    only_dead: bool = False,
    limit: int = 100,
) -> Sequence[Delivery]:
    """Messages to an office or a webhook (or to all), newest first; dead letters are those that were given up."""
    query = select(Delivery).join(Delivery.webhook).options(joinedload(Delivery.webhook))
    if office_id is not None:
        query = query.where(Webhook.office_id == office_id)
    if webhook_id is not None:
        query = query.where(Delivery.webhook_id == webhook_id)
    if only_dead:
        query = query.where(Delivery.next_at.is_(None), Delivery.delivered_at.is_(None))
    return session.scalars(query.order_by(Delivery.id.desc()).limit(limit)).all()


def send_again(session: Session, delivery_id: int, now: datetime, office_id: int | None = None) -> None:
    """Let a dead letter be sent again, from its first attempt. Raises WebhookRefused."""
    delivery = session.get(Delivery, delivery_id)
    if delivery is None or office_id not in (None, delivery.webhook.office_id):
        raise WebhookRefused(f"没有编号为 {delivery_id} 的投递")
    if not delivery.is_dead:
        raise WebhookRefused(f"投递 {delivery_id} 已送达或仍在重试")
    if delivery.webhook.disabled_at is not None:
        raise WebhookRefused("推送地址已停用")
    delivery.attempts, delivery.next_at = 0, now


def _queue(session: Session, webhook: Webhook, event: str, data: Mapping[str, object], now: datetime) -> None:
    written = {"type": event, "timestamp": now.astimezone(UTC).isoformat(), "data": data}
    session.add(
        Delivery(
            webhook_id=webhook.id,
            message_id=f"msg_{secrets.token_hex(16)}",
            event=event,
            body=json.dumps(written, ensure_ascii=False),
            created_at=now,
            next_at=now,
        )
    )


def _secrets_of(webhook: Webhook, now: datetime) -> tuple[str, ...]:
    old, until = webhook.old_secret, webhook.old_secret_until
    return (webhook.secret, old) if old and until and until > now else (webhook.secret,)


def _new_secret() -> str:
    return f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"


def _name(webhook: Webhook) -> str:
    """The webhook's name in the log."""
    return f"{webhook.office.name}，推送地址 {webhook.id}"
