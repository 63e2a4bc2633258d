"""The tasks of the administrator: people, offices, the registry, crawls."""

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import select

from records import task_locks
from records.models import (
    Delivery,
    Institution,
    Lease,
    Office,
    OfficeToken,
    Role,
    SecondFactor,
    SignInAttempt,
    Source,
    User,
    Webhook,
)
from records.people.attempts import Attempt, note_failure
from records.people.office_tokens import issue_token
from records.people.sign_in import add_user
from tests.api.by_keyboard.desk import NOW, Desk, Tasks
from tests.api.by_keyboard.offices import give_up_a_message, has_webhook
from tests.api.conftest import PASSWORD
from tests.records.registry.test_exchange import code

task = Tasks()
OFFICES = "/admin/offices"
PEOPLE = "/admin/people"
REGISTRY = "/admin/registry"


@task("新增部门", OFFICES)
def add_office(desk: Desk) -> None:
    desk.keys.open(OFFICES)
    desk.keys.put("form[aria-label=新增部门] [name=name]", "云溪市药监局")
    desk.keys.choose("form[aria-label=新增部门] select", "药监")
    desk.keys.send(OFFICES, on="form[aria-label=新增部门] button")
    assert desk.newest(Office).name == "云溪市药监局"


@task("签发令牌", f"{OFFICES}/{{office_id}}/tokens")
def issue(desk: Desk) -> None:
    desk.keys.open(OFFICES)
    own = f"form[action='{OFFICES}/{desk.office_id}/tokens']"
    desk.keys.put(f"{own} [name=days]", "90")
    desk.keys.choose(f"{own} select", "只能查看")
    desk.keys.send(f"{OFFICES}/{{office_id}}/tokens", on=f"{own} button")
    one = desk.newest(OfficeToken)
    assert (one.office_id, list(one.scopes)) == (desk.office_id, ["read"])


@task("停用令牌", f"{OFFICES}/tokens/{{token_id}}/revoke")
def revoke(desk: Desk) -> None:
    desk.change(lambda session: issue_token(session, session.get_one(Office, desk.office_id), NOW, 30))
    number = desk.newest(OfficeToken).id
    desk.keys.open(OFFICES)
    own = f"form[action='{OFFICES}/tokens/{number}/revoke'] button"
    desk.keys.send(f"{OFFICES}/tokens/{{token_id}}/revoke", on=own)
    later = NOW + timedelta(days=1)
    assert desk.look(lambda session: session.get_one(OfficeToken, number).expires_at) < later


@task("推送地址：测试", f"{OFFICES}/webhooks/{{webhook_id}}/test")
def try_webhook(desk: Desk) -> None:
    hook = has_webhook(desk)
    desk.keys.open(OFFICES)
    own = f"form[action='{OFFICES}/webhooks/{hook.id}/test'] button"
    desk.keys.send(f"{OFFICES}/webhooks/{{webhook_id}}/test", on=own)
    assert desk.newest(Delivery).webhook_id == hook.id


@task("推送地址：重发未送达", f"{OFFICES}/webhooks/{{webhook_id}}/resend")
def resend(desk: Desk) -> None:
    one = give_up_a_message(desk)
    desk.keys.open(OFFICES)
    own = f"form[action='{OFFICES}/webhooks/{one.webhook_id}/resend'] button"
    desk.keys.send(f"{OFFICES}/webhooks/{{webhook_id}}/resend", on=own)
    assert desk.look(lambda session: session.get_one(Delivery, one.id).attempts) == 0


@task("推送地址：停用", f"{OFFICES}/webhooks/{{webhook_id}}/disable")
def disable_webhook(desk: Desk) -> None:
    hook = has_webhook(desk)
    desk.keys.open(OFFICES)
    desk.keys.put(f"form[action='{OFFICES}/webhooks/{hook.id}/disable'] [name=reason]", "地址有误")
    desk.keys.send(f"{OFFICES}/webhooks/{{webhook_id}}/disable")
    assert desk.look(lambda session: session.get_one(Webhook, hook.id).disabled_reason) == "地址有误"


@task("新增用户", PEOPLE)
def add_person(desk: Desk) -> None:
    desk.keys.open(PEOPLE)
    own = "form[aria-label=新增用户]"
    for name, words in (("name", "newcomer"), ("display_name", "新人"), ("password", PASSWORD)):
        desk.keys.put(f"{own} [name={name}]", words)
    desk.keys.choose(f"{own} [name=role]", Role.ANALYST.label)
    desk.keys.send(PEOPLE, on=f"{own} button")
    one = desk.newest(User)
    assert (one.name, one.display_name, one.role) == ("newcomer", "新人", Role.ANALYST)


def somebody(desk: Desk) -> User:
    """A person whose account is changed."""
    name = f"person{desk.count(User)}"
    desk.change(lambda session: add_user(session, name, PASSWORD, Role.REVIEWER, display_name=name).id)
    return desk.newest(User)


@task("变更用户", f"{PEOPLE}/{{user_id}}")
def change_person(desk: Desk) -> None:
    one = somebody(desk)
    desk.keys.open(PEOPLE)
    own = f"form[action='{PEOPLE}/{one.id}']"
    desk.keys.put(f"{own} [name=display_name]", "改了名")
    desk.keys.tick(f"{own} [name=disabled]")
    desk.keys.send(f"{PEOPLE}/{{user_id}}", on=f"{own} button")
    found = desk.look(lambda session: session.get_one(User, one.id))
    assert (found.display_name, found.disabled) == ("改了名", True)


@task("解锁用户", f"{PEOPLE}/{{user_id}}/unlock")
def unlock(desk: Desk) -> None:
    one = somebody(desk)

    def lock(session) -> None:
        for _ in range(6):
            note_failure(session, Attempt(one.name, "192.0.2.1"), NOW)

    desk.change(lock)
    desk.keys.open(PEOPLE)
    desk.keys.send(f"{PEOPLE}/{{user_id}}/unlock", on=f"form[action='{PEOPLE}/{one.id}/unlock'] button")
    hashed = Attempt(one.name, "").name_sha256
    left = select(SignInAttempt).where(SignInAttempt.name_sha256 == hashed, SignInAttempt.failures > 0)
    assert desk.look(lambda session: session.scalars(left).all()) == []


@task("重置用户的动态码", f"{PEOPLE}/{{user_id}}/reset")
def reset_second_factor(desk: Desk) -> None:
    one = somebody(desk)
    factor = {
        "user_id": one.id,
        "secret": "A" * 32,
        "confirmed_at": NOW,
        "last_step": 0,
        "recovery_codes": [],
    }
    desk.change(lambda session: session.add(SecondFactor(**factor)))
    desk.keys.open(PEOPLE)
    desk.keys.send(f"{PEOPLE}/{{user_id}}/reset", on=f"form[action='{PEOPLE}/{one.id}/reset'] button")
    assert desk.count(SecondFactor) == 0


@task("登记机构", f"{REGISTRY}/{{kind}}/new")
def register(desk: Desk) -> None:
    desk.keys.open(f"{REGISTRY}/institutions")
    desk.keys.press("a")
    desk.keys.page.wait_for_url("**/new")
    for name, words in (("第一名称", "云溪康宁诊所"), ("统一社会信用代码", code(31)), ("辖区", "城东区")):
        desk.keys.put(f"[name='{name}']", words)
    desk.keys.send(f"{REGISTRY}/{{kind}}/new", on="main button.primary")
    assert desk.newest(Institution).name == "云溪康宁诊所"


@task("改一条登记", f"{REGISTRY}/{{kind}}/{{entry_id}}")
def change_entry(desk: Desk) -> None:
    one = desk.newest(Institution)
    desk.keys.open(f"{REGISTRY}/institutions/{one.id}")
    desk.keys.put("[name=电话]", "010-66668888")
    desk.keys.send(f"{REGISTRY}/{{kind}}/{{entry_id}}", on="main button.primary")
    assert desk.look(lambda session: session.get_one(Institution, one.id).phones) == ["010-66668888"]


@task("导入登记库", f"{REGISTRY}/import")
def import_registry(desk: Desk) -> None:
    desk.keys.open(f"{REGISTRY}/institutions")
    rows = f"统一社会信用代码,第一名称,级别,辖区\n{code(32)},云溪安和诊所,其他,城西区\n"
    desk.keys.attach("form[aria-label=导入] [type=file]", "机构.csv", rows.encode())
    desk.keys.send(f"{REGISTRY}/import", on="form[aria-label=导入] button")
    assert desk.newest(Institution).name == "云溪安和诊所"


@task("调整巡查计划", f"{REGISTRY}/plan")
def change_plan(desk: Desk) -> None:
    desk.keys.open(f"{REGISTRY}/sites")
    desk.keys.tick("input[name=source]")
    desk.keys.put("#plan [name=interval_hours]", "48")
    desk.keys.send(f"{REGISTRY}/plan")
    assert desk.newest(Source).interval_hours == 48


@task("启动巡查：全部，一个来源", "/admin/status/crawl")
def crawl(desk: Desk) -> None:
    desk.keys.open("/admin/status")
    desk.keys.send("/admin/status/crawl", on="section[aria-label=巡查] button.primary")
    desk.keys.put("section[aria-label=巡查] [name=address]", "http://127.0.0.1:1/")
    desk.keys.send("/admin/status/crawl")
    assert desk.started[-2:] == [("crawl", "--due"), ("crawl", "--site", "http://127.0.0.1:1/")]


# An interrupt ends it, even where the tests run in the background of a shell, which has it ignored.
_UNTIL_INTERRUPTED = """
import signal, time
signal.signal(signal.SIGINT, signal.SIG_DFL)
print("ready", flush=True)
time.sleep(600)
"""


@contextmanager
def a_crawl(desk: Desk) -> Iterator[subprocess.Popen[bytes]]:
    """A process that holds the crawl's lease."""
    command = [sys.executable, "-c", _UNTIL_INTERRUPTED]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stdout.readline()
        started = task_locks._started(process.pid)
        held = {"task": "crawl", "host": socket.gethostname(), "process_id": process.pid}
        expires = NOW + timedelta(hours=1)
        desk.change(lambda session: session.add(Lease(**held, process_started=started, expires_at=expires)))
        try:
            yield process
        finally:
            process.kill()
    desk.change(lambda session: session.query(Lease).delete())


@task("停止巡查", "/admin/status/crawl/stop")
def stop_crawl(desk: Desk) -> None:
    with a_crawl(desk) as process:
        desk.keys.open("/admin/status")
        desk.keys.send("/admin/status/crawl/stop", on="section[aria-label=巡查] button.danger")
        assert process.wait(30) == -signal.SIGINT
