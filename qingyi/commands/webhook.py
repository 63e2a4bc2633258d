"""`qingyi webhook`: the addresses of offices, sending due messages, and dead letters."""

from datetime import UTC, datetime

import typer
from rich.table import Table

from qingyi.console import console, counting, current_engine, errors, refuse
from qingyi.unattended import unattended
from records.database import reading, transaction
from records.local_time import local_moment
from records.people.offices import find_office
from records.settings import settings
from records.task_locks import hold
from records.transfers import webhooks
from records.transfers.webhooks import WebhookRefused

ACTOR = "system:command"
app = typer.Typer(help="向处置部门推送消息（standard-webhooks）。", no_args_is_help=True)


@app.command("add")
def add(office: str = typer.Argument(help="部门名称"), url: str = typer.Argument(help="推送地址")) -> None:
    """为部门新增推送地址。密钥只显示一次，对方用它核对签名。"""
    try:
        with transaction(current_engine()) as session:
            found = find_office(session, office)
            if found is None:
                raise WebhookRefused(f"没有名为“{office}”的部门")
            added = webhooks.add_webhook(session, found, url, actor=ACTOR, now=datetime.now(UTC))
            number, secret = added.id, added.secret
    except WebhookRefused as error:
        refuse(str(error))
    errors.print(f"已新增推送地址 {number}，密钥只显示这一次：", highlight=False)
    console.print(secret, highlight=False, soft_wrap=True)


@app.command("list")
def list_all() -> None:
    """列出各部门的推送地址。"""
    table = Table("编号", "部门", "地址", "状态")
    with reading(current_engine()) as session:
        for one in webhooks.list_webhooks(session):
            state = f"已停用：{one.disabled_reason}" if one.disabled_at else "启用"
            table.add_row(str(one.id), one.office.name, one.url, state)
    console.print(table)


@app.command("secret")
def secret(number: int = typer.Argument(help="推送地址编号")) -> None:
    """更换密钥。旧密钥一天内仍同时签名。"""
    try:
        with transaction(current_engine()) as session:
            found = webhooks.find_webhook(session, number)
            new = webhooks.change_secret(session, found, actor=ACTOR, now=datetime.now(UTC))
    except WebhookRefused as error:
        refuse(str(error))
    console.print(new, highlight=False, soft_wrap=True)


@app.command("disable")
def disable(
    number: int = typer.Argument(help="推送地址编号"), reason: str = typer.Option(..., help="理由，写入日志")
) -> None:
    """停用推送地址，尚未送达的不再发送。"""
    try:
        with transaction(current_engine()) as session:
            found = webhooks.find_webhook(session, number)
            webhooks.disable(session, found, reason, actor=ACTOR, now=datetime.now(UTC))
    except WebhookRefused as error:
        refuse(str(error))
    console.print(f"已停用推送地址 {number}")


@app.command("deliver")
@unattended
def deliver() -> None:
    """发送到期的消息。服务运行时会自动发送。有没送到的，退出码为 1。"""
    from jobs.webhooks import deliver as send  # noqa: PLC0415 - takes a second, and the other commands do not send

    engine = current_engine()
    with hold(engine, "webhooks"), counting("推送中（条）") as progress:
        sent = send(engine, settings().allowed_for_webhooks, lambda: datetime.now(UTC), progress)
    arrived = sum(one.arrived for one in sent)
    console.print(f"送达 {arrived} 条，未送达 {len(sent) - arrived} 条", highlight=False)
    if arrived < len(sent):
        raise typer.Exit(1)


@app.command("dead")
def dead() -> None:
    """列出多次发送仍未送达、已放弃的消息（死信）。"""
    table = Table("编号", "部门", "消息", "产生", "次数", "最后一次")
    with reading(current_engine()) as session:
        for one in webhooks.list_deliveries(session, only_dead=True, limit=1_000):
            last = f"HTTP {one.last_status}" if one.last_status else one.last_error
            office, event = one.webhook.office.name, webhooks.EVENTS[one.event]
            table.add_row(str(one.id), office, event, local_moment(one.created_at), str(one.attempts), last)
    console.print(table)


@app.command("resend")
def resend(numbers: list[int] = typer.Argument(help="死信编号，可多个")) -> None:
    """重新发送死信。"""
    try:
        with transaction(current_engine()) as session:
            for number in numbers:
                webhooks.send_again(session, number, datetime.now(UTC))
    except WebhookRefused as error:
        refuse(str(error))
    console.print(f"已排队重发 {len(numbers)} 条")
