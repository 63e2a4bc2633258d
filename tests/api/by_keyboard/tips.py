"""The tasks of those who take tips."""

from records.local_time import local_day
from records.models import Tip, TipState
from records.tips import NewTip, add_tip
from tests.api.by_keyboard.desk import NOW, Desk, Tasks, person

task = Tasks()
ONE = "/tips/{tip_id}"


def settle(desk: Desk) -> None:
    """The tips are followed: a page that waits for them loads itself again."""
    desk.change(lambda session: session.query(Tip).update({"state": TipState.NOTHING_FOUND}))


def tip(desk: Desk) -> int:
    """A tip that this person took, of which nothing came."""

    def add(session) -> int:
        new = NewTip(
            f"http://127.0.0.1:1/tip{desk.count(Tip)}", reporter="甲某 电话略", order_number="962223-1"
        )
        actor = person(session, desk.name).actor
        return add_tip(session, new, actor=actor, today=local_day(NOW), now=NOW).id

    number = desk.change(add)
    settle(desk)
    return number


@task("登记线索", "/tips")
def add(desk: Desk) -> None:
    desk.keys.open("/tips")
    desk.keys.press("c")
    desk.keys.type("http://127.0.0.1:1/told")
    desk.keys.put("form[action='/tips'] [name=content]", "夸大疗效")
    desk.keys.send("/tips", "Control+Enter")
    assert desk.newest(Tip).content == "夸大疗效"
    settle(desk)


@task("导入线索", "/tips/import")
def import_tips(desk: Desk) -> None:
    desk.keys.open("/tips")
    rows = f"网址,收到日期,来源渠道,举报内容\nhttp://127.0.0.1:1/listed,{local_day(NOW)},热线,从文件来\n"
    desk.keys.attach("form[aria-label=导入线索] [type=file]", "热线.csv", rows.encode())
    desk.keys.send("/tips/import", on="form[aria-label=导入线索] button")
    assert desk.newest(Tip).content == "从文件来"
    settle(desk)


@task("再抓取", f"{ONE}/again")
def try_again(desk: Desk) -> None:
    number = tip(desk)
    desk.keys.open("/tips")
    desk.keys.send(f"{ONE}/again", on=f"form[action='/tips/{number}/again'] button")
    assert desk.look(lambda session: session.get_one(Tip, number).state) is TipState.WAITING
    settle(desk)


@task("登记答复", f"{ONE}/answer")
def answer(desk: Desk) -> None:
    number = tip(desk)
    desk.keys.open("/tips")
    desk.keys.put(f"form[action='/tips/{number}/answer'] [name=words]", "已转有关部门")
    desk.keys.send(f"{ONE}/answer", "Control+Enter")
    assert desk.look(lambda session: session.get_one(Tip, number).answer) == "已转有关部门"


@task("查看举报人", f"{ONE}/reporter")
def show_reporter(desk: Desk) -> None:
    number = tip(desk)
    desk.keys.open("/tips")
    desk.keys.send(f"{ONE}/reporter", on=f"form[action='/tips/{number}/reporter'] button")
    assert "甲某" in desk.keys.page.locator(f"#tip-{number}").inner_text()
