"""The tasks of an office's officers: transfers, and where the system sends its messages."""

from sqlalchemy import select

from records.models import Delivery, Message, Office, Transfer, TransferState, Webhook
from records.reference.disposals import list_measures
from records.transfers import webhooks
from tests.api.by_keyboard.desk import NOW, Desk, Tasks

task = Tasks()
ONE = "/takedown/{transfer_id}"
TOGETHER = "/takedown/together"


def open_one(desk: Desk, **prepared: bool) -> Transfer:
    """Open a transfer from the queue, as officers do."""
    one = desk.transfer(**prepared)
    desk.keys.open(f"/takedown/{one.id}")
    return one


def now(desk: Desk, one: Transfer) -> Transfer:
    """The transfer as it is by now."""
    return desk.look(lambda session: session.get_one(Transfer, one.id))


def has_state(desk: Desk, one: Transfer, state: TransferState) -> bool:
    """Whether the transfer is in a state."""
    return desk.look(lambda session: session.get_one(Transfer, one.id).state) is state


@task("只签收", f"{ONE}/take")
def take(desk: Desk) -> None:
    one = open_one(desk)
    desk.keys.send(f"{ONE}/take", "t")
    assert has_state(desk, one, TransferState.RECEIVED)


@task("反馈处置，写全", f"{ONE}/disposal")
def dispose(desk: Desk) -> None:
    one = open_one(desk)
    words = desk.look(lambda session: list_measures(session, session.get_one(Office, desk.office_id).kind))[
        -1
    ].words
    desk.keys.press("r")
    desk.keys.choose("form[action$=disposal] select", words)
    desk.keys.put("form[action$=disposal] [name=document_number]", "云网〔2026〕7号")
    desk.keys.put("form[action$=disposal] [name=note]", "已办结")
    desk.keys.attach("form[action$=disposal] [type=file]", "回执.pdf", b"%PDF-1.4 b")
    desk.keys.send(f"{ONE}/disposal", on="form[action$=disposal] button")
    found = now(desk, one)
    assert (found.measure, found.document_number, found.note) == (words, "云网〔2026〕7号", "已办结")


@task("退回", f"{ONE}/return")
def give_back(desk: Desk) -> None:
    one = open_one(desk, taken=True)
    desk.keys.press("b")
    desk.keys.type("不在本辖区")
    desk.keys.send(f"{ONE}/return")
    assert has_state(desk, one, TransferState.RETURNED)


@task("撤回反馈", f"{ONE}/withdraw")
def withdraw(desk: Desk) -> None:
    one = open_one(desk, reported=True)
    desk.keys.send(f"{ONE}/withdraw", "z")
    assert has_state(desk, one, TransferState.RECEIVED)


@task("给卫生健康委去函", f"{ONE}/messages")
def write(desk: Desk) -> None:
    one = open_one(desk, taken=True)
    desk.keys.press("m")
    desk.keys.type("请补充账号主体。")
    desk.keys.send(f"{ONE}/messages", "Control+Enter")
    said = desk.newest(Message)
    assert (said.transfer_id, said.words) == (one.id, "请补充账号主体。")


@task("添加附件", f"{ONE}/attachments")
def attach(desk: Desk) -> None:
    one = open_one(desk, reported=True)
    own = "form[action$=attachments]"
    desk.keys.attach(f"{own} [type=file]", "照片.pdf", b"%PDF-1.4 c")
    desk.keys.send(f"{ONE}/attachments", on=f"{own} button")
    assert desk.look(lambda session: len(session.get_one(Transfer, one.id).attachments)) == 1


def choose(desk: Desk, *wanted: Transfer) -> None:
    """Choose transfers in the office's queue."""
    desk.keys.open("/takedown")
    desk.keys.choose_rows(*(one.id for one in wanted))


@task("批量签收", TOGETHER)
def take_together(desk: Desk) -> None:
    one, other = desk.transfer(), desk.transfer()
    choose(desk, one, other)
    desk.keys.send(TOGETHER, "t")
    assert has_state(desk, one, TransferState.RECEIVED)
    assert has_state(desk, other, TransferState.RECEIVED)


@task("批量反馈", TOGETHER)
def report_together(desk: Desk) -> None:
    one, other = desk.transfer(), desk.transfer()
    choose(desk, one, other)
    desk.keys.send(TOGETHER, "y")
    assert has_state(desk, one, TransferState.DISPOSED)
    assert has_state(desk, other, TransferState.DISPOSED)


@task("批量退回", TOGETHER)
def return_together(desk: Desk) -> None:
    one = desk.transfer()
    choose(desk, one)
    desk.keys.press("b")
    desk.keys.type("不属本部门")
    desk.keys.press("Escape")
    desk.keys.send(TOGETHER, "b")
    assert has_state(desk, one, TransferState.RETURNED)


TRANSFERS = Tasks(task)


@task("新增推送地址", "/webhooks")
def add_webhook(desk: Desk) -> None:
    desk.keys.open("/webhooks")
    desk.keys.press("a")
    desk.keys.type("https://a.example.org/hook")
    desk.keys.send("/webhooks")
    assert desk.newest(Webhook).url == "https://a.example.org/hook"


def has_webhook(desk: Desk, address: str = "https://b.example.org/") -> Webhook:
    """A webhook of the office, and its page."""

    def add(session) -> int:
        own = session.get_one(Office, desk.office_id)
        return webhooks.add_webhook(session, own, address, actor="test", now=NOW).id

    number = desk.change(add)
    return desk.look(lambda session: session.get_one(Webhook, number))


@task("发送测试", "/webhooks/{webhook_id}/test")
def try_webhook(desk: Desk) -> None:
    hook = has_webhook(desk)
    desk.keys.open("/webhooks")
    desk.keys.send("/webhooks/{webhook_id}/test", on=f"form[action='/webhooks/{hook.id}/test'] button")
    assert desk.newest(Delivery).webhook_id == hook.id


@task("更换密钥", "/webhooks/{webhook_id}/secret")
def change_secret(desk: Desk) -> None:
    hook = has_webhook(desk)
    desk.keys.open("/webhooks")
    desk.keys.send("/webhooks/{webhook_id}/secret", on=f"form[action='/webhooks/{hook.id}/secret'] button")
    assert desk.look(lambda session: session.get_one(Webhook, hook.id).secret) != hook.secret


@task("停用推送地址", "/webhooks/{webhook_id}/disable")
def disable_webhook(desk: Desk) -> None:
    hook = has_webhook(desk)
    desk.keys.open("/webhooks")
    desk.keys.put(f"form[action='/webhooks/{hook.id}/disable'] [name=reason]", "换了程序")
    desk.keys.send("/webhooks/{webhook_id}/disable")
    assert desk.look(lambda session: session.get_one(Webhook, hook.id).disabled_reason) == "换了程序"


def give_up_a_message(desk: Desk) -> Delivery:
    """A message that was given up."""
    hook = has_webhook(desk)

    def fail(session) -> int:
        webhooks.send_test(session, session.get_one(Webhook, hook.id), NOW)
        session.flush()
        one = session.scalars(select(Delivery).order_by(Delivery.id.desc())).first()
        one.attempts, one.next_at = 9, None
        return one.id

    number = desk.change(fail)
    return desk.look(lambda session: session.get_one(Delivery, number))


@task("重新发送死信", "/webhooks/deliveries/{delivery_id}/again")
def send_again(desk: Desk) -> None:
    one = give_up_a_message(desk)
    desk.keys.open("/webhooks?only_dead=true")
    own = f"form[action='/webhooks/deliveries/{one.id}/again'] button"
    desk.keys.send("/webhooks/deliveries/{delivery_id}/again", on=own)
    assert desk.look(lambda session: session.get_one(Delivery, one.id).attempts) == 0
