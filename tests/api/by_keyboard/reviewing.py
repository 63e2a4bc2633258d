"""The tasks of those who review: a case, letters, checks."""

from playwright.sync_api import expect
from sqlalchemy import select

from records.cases.claims import claim_case, find_claim
from records.cases.merging import merge
from records.cases.quality_checks import Sizes, draw_checks
from records.cases.verification import Assessment, Observation, conclude
from records.figures.period import Period
from records.local_time import local_day
from records.models import (
    AuditEntry,
    Case,
    CaseState,
    Letter,
    Message,
    QualityCheck,
    Side,
    Source,
    Transfer,
    VerificationOutcome,
    VisitorKind,
)
from records.transfers.messages import Said, say
from records.workflow import OFFICE, Actor
from tests.api.by_keyboard.desk import COLLEAGUE, NOW, Desk, Tasks, person
from tests.api.by_keyboard.queue import CASE, DECIDE, choose_rows
from tests.records import registered

task = Tasks()


@task("认定违法", CASE)
def confirm(desk: Desk) -> None:
    one = desk.case()
    desk.keys.open(f"/cases/{one}")
    desk.keys.send(CASE, "Y")
    assert desk.state(one) == "认定违法"


@task("认定违法并转送", CASE)
def confirm_and_transfer(desk: Desk) -> None:
    one = desk.case()
    desk.keys.open(f"/cases/{one}")
    desk.keys.send(CASE, "y")
    assert desk.state(one) == "已转送"


@task("撤回转送", CASE)
def recall(desk: Desk) -> None:
    one = desk.case()
    desk.keys.open(f"/cases/{one}")
    desk.keys.send(CASE, "y")
    desk.keys.open(f"/cases/{one}")
    desk.keys.send(CASE, "z")
    assert desk.state(one) == "研判中"


@task("不予认定，写理由", CASE)
def dismiss(desk: Desk) -> None:
    one = desk.case()
    desk.keys.open(f"/cases/{one}")
    desk.keys.press("x")
    desk.keys.type("科普栏目")
    desk.keys.send(CASE, "Control+Enter")
    assert desk.state(one) == "不予认定"


@task("待补充，写理由", CASE)
def ask_more(desk: Desk) -> None:
    one = desk.case()
    desk.keys.open(f"/cases/{one}")
    desk.keys.press("m")
    desk.keys.type("等机构说明")
    desk.keys.send(CASE, "Control+Enter")
    assert desk.state(one) == "待补充"


@task("同组一并研判", CASE)
def decide_alike(desk: Desk) -> None:
    one, other = desk.case(), desk.case()
    desk.keys.open(f"/cases/{one}")
    desk.keys.press("a")
    desk.keys.send(CASE, "Y")
    assert (desk.state(one), desk.state(other)) == ("认定违法", "认定违法")


@task("领取，留待以后", CASE)
def claim(desk: Desk) -> None:
    one = desk.case()
    desk.keys.open(f"/cases/{one}")
    desk.keys.send(CASE, "c")
    assert desk.state(one) == "研判中"


@task("放回队列", CASE)
def release(desk: Desk) -> None:
    one = desk.case()
    desk.keys.open(f"/cases/{one}")
    desk.keys.send(CASE, "c")
    expect(desk.keys.page.locator("button[value=release]")).to_be_visible()
    desk.keys.send(CASE, "c")
    assert desk.state(one) == "待研判"


@task("接手", CASE)
def take_over(desk: Desk) -> None:
    one = desk.case()
    desk.change(lambda session: claim_case(session, one, person(session, COLLEAGUE).id, NOW))
    desk.keys.open(f"/cases/{one}")
    desk.keys.send(CASE, "c")
    assert desk.look(lambda session: find_claim(session, one, NOW).user.name) == desk.name


@task("写备注", CASE)
def comment(desk: Desk) -> None:
    one = desk.case()
    desk.keys.open(f"/cases/{one}")
    desk.keys.press("o")
    desk.keys.type("已电话核实")
    desk.keys.send(CASE)
    assert desk.newest(AuditEntry).reason == "备注：已电话核实"


@task("分案", CASE)
def split(desk: Desk) -> None:
    one, other = desk.case(), desk.case()
    lead = desk.change(lambda session: merge(session, [one, other], person(session, desk.name), NOW).id)
    member = other if lead == one else one
    desk.keys.open(f"/cases/{member}")
    desk.keys.send(CASE, "p")
    assert desk.look(lambda session: session.get_one(Case, member).merged_into_id) is None


@task("撤销研判", CASE)
def undo(desk: Desk) -> None:
    one = desk.case()
    desk.keys.open(f"/cases/{one}")
    desk.keys.send(CASE, "Y")
    desk.keys.open(f"/cases/{one}")
    desk.keys.send(CASE, "z")
    assert desk.state(one) == "研判中"


@task("重新研判", CASE)
def review_again(desk: Desk) -> None:
    one = desk.case("dismiss", "误报")
    desk.keys.open(f"/cases/{one}")
    desk.keys.send(CASE, "u")
    assert desk.state(one) == "研判中"


@task("转送所选部门", CASE)
def transfer(desk: Desk) -> None:
    one = desk.case("confirm")
    desk.keys.open(f"/cases/{one}")
    desk.keys.tick(f".decide input[value='{desk.office_id}']")
    desk.keys.send(CASE, "t")
    assert desk.look(lambda session: len(session.get_one(Case, one).transfers)) == 1


@task("给部门去函，带附件", f"{CASE}/transfers/{{transfer_id}}/messages")
def write(desk: Desk) -> None:
    one = desk.transfer()
    desk.keys.open(f"/cases/{one.case_id}")
    desk.keys.press("m")
    desk.keys.type("请一并查明账号主体。")
    desk.keys.attach("#transfers input[type=file]", "说明.pdf", b"%PDF-1.4 a")
    desk.keys.send(f"{CASE}/transfers/{{transfer_id}}/messages", on="#transfers button[data-default]")
    said = desk.newest(Message)
    assert (said.transfer_id, said.words) == (one.id, "请一并查明账号主体。")
    assert desk.look(lambda session: [it.name for it in session.get_one(Message, said.id).attachments]) == [
        "说明.pdf"
    ]


@task("来函不须答复", f"{CASE}/transfers/{{transfer_id}}/settle")
def settle(desk: Desk) -> None:
    one = desk.transfer()
    heard = Said("已收到。")

    def ask(session) -> None:
        own = session.get_one(Transfer, one.id)
        say(session, desk.store, own, heard, actor=Actor(OFFICE, "officer"), now=NOW)

    desk.change(ask)
    desk.keys.open(f"/cases/{one.case_id}")
    desk.keys.send(f"{CASE}/transfers/{{transfer_id}}/settle", on="button[value=read]")
    assert desk.look(lambda session: session.get_one(Transfer, one.id).awaited) is not Side.COMMISSION


@task("催办一件", f"{CASE}/transfers/{{transfer_id}}/settle")
def remind(desk: Desk) -> None:
    one = desk.transfer(overdue=True)
    desk.keys.open(f"/cases/{one.case_id}")
    desk.keys.send(f"{CASE}/transfers/{{transfer_id}}/settle", on="button[value=remind]")
    assert desk.newest(Message).transfer_id == one.id


@task("人工核验", f"{CASE}/verification")
def verify(desk: Desk) -> None:
    one = desk.transfer(reported=True)

    def unclear(session) -> None:
        seen = Observation(VisitorKind.RENDERED, 200, "unknown")
        look = Assessment(seen, VerificationOutcome.UNREACHABLE, "看不出", is_unclear=True)
        conclude(session, session.get_one(Case, one.case_id), [look], NOW)

    desk.change(unclear)
    desk.keys.open(f"/cases/{one.case_id}")
    desk.keys.put("form[aria-label=人工核验] [name=reason]", "平台提示已删除")
    desk.keys.send(f"{CASE}/verification", on="button[value=gone]")
    assert desk.state(one.case_id) == CaseState.VERIFIED.label


@task("出具移送函", "/letters")
def issue_letter(desk: Desk) -> None:
    desk.transfer()
    desk.keys.open("/letters")
    desk.keys.to("a[href^='/letters/new/']")
    desk.keys.press("Enter")
    desk.keys.page.wait_for_url("**/letters/new/*")
    desk.keys.send("/letters", on="form[action='/letters'] button.primary")
    assert desk.count(Letter) == 1


@task("登记复函", "/letters/answers")
def take_answers(desk: Desk) -> None:
    one = desk.transfer()
    desk.keys.open("/letters")
    filled = f"编号,处置结果,处置日期\n{one.id},删除,{local_day(NOW)}\n"
    desk.keys.attach("form[action='/letters/answers'] input[type=file]", "清单.csv", filled.encode())
    desk.keys.send("/letters/answers", on="form[action='/letters/answers'] button")
    assert desk.state(one.case_id) == "已处置"


@task("抽检：违法、未见违法、无法判断", "/quality/{check_id}")
def check(desk: Desk) -> None:
    def draw(session) -> int:
        return draw_checks(session, Period.week(local_day(NOW)).first, Sizes(3, 0))

    for number in range(3):
        source = desk.look(lambda session: session.scalars(select(Source)).first())
        address, said = f"http://127.0.0.1:1/lawful{number}", f"{registered.LAWFUL}第{number}页。"
        kept = registered.snapshot(desk.engine, desk.store, source, NOW, url=address, text=said)
        registered.judged(desk.engine, desk.rules, kept, said, NOW)
    assert desk.change(draw) == 3
    desk.keys.open("/quality")
    desk.keys.send("/quality/{check_id}", "x")
    desk.keys.send("/quality/{check_id}", "u")
    desk.keys.tick("input[name=family]")
    desk.keys.send("/quality/{check_id}", "y")
    verdicts = desk.look(lambda session: session.scalars(select(QualityCheck.verdict)).all())
    assert sorted(one.value for one in verdicts) == ["lawful", "unclear", "unlawful"]


def propose(desk: Desk) -> int:
    """A case that a colleague has proposed as unlawful."""
    return desk.case("confirm", needs_approval=True)


approving = Tasks()


@approving("批准认定", CASE)
def approve(desk: Desk) -> None:
    one = propose(desk)
    desk.keys.open(f"/cases/{one}")
    desk.keys.send(CASE, "y")
    assert desk.state(one) == "认定违法"


@approving("退回研判", CASE)
def disapprove(desk: Desk) -> None:
    one = propose(desk)
    desk.keys.open(f"/cases/{one}")
    desk.keys.press("x")
    desk.keys.type("理由不足")
    desk.keys.send(CASE, "Control+Enter")
    assert desk.state(one) == "研判中"


@approving("批量批准、退回", DECIDE)
def approve_rows(desk: Desk) -> None:
    one, other = propose(desk), propose(desk)
    choose_rows(desk, "state=proposed&sort=newest", one)
    desk.keys.send(DECIDE, "y")
    choose_rows(desk, "state=proposed&sort=newest", other)
    desk.keys.put(".bulk input[name=reason]", "理由不足")
    desk.keys.press("Escape")
    desk.keys.send(DECIDE, "x")
    assert (desk.state(one), desk.state(other)) == ("认定违法", "研判中")
