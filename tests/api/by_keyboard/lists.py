"""The tasks of those who keep the keyword lists."""

from playwright.sync_api import expect
from sqlalchemy import select

from records.lists import drafts
from records.models import ListDraft, ListPublication, ListTrial, Rejudging, RejudgingState
from records.models.lists import DraftState, TrialState
from records.settings import PROJECT
from tests.api.by_keyboard.desk import NOW, Desk, Tasks, person

task = Tasks()
DRAFT = "/lists/drafts/{draft_id}"
RULE_FORM = f"{DRAFT}/rules/{{file}}/{{rule_id}}"
RULE = "cure-rate-percent"
TERM = "院内{gap:4}{取单机|取片机}"


def draft(desk: Desk, *more: str) -> int:
    """A draft of this person's, opened."""

    def begin(session) -> int:
        author = person(session, desk.name)
        return drafts.begin_draft(session, author, "漏报的说法", desk.rules.version, NOW).id

    number = desk.change(begin)
    desk.keys.open("/".join((f"/lists/drafts/{number}", *more)))
    return number


def files(desk: Desk, number: int) -> str:
    """The draft's changed files."""

    def text(session) -> str:
        return b"\n".join(one.content for one in session.get_one(ListDraft, number).files).decode()

    return desk.look(text)


@task("起草修改", "/lists/drafts")
def begin_draft(desk: Desk) -> None:
    desk.keys.open("/lists")
    desk.keys.press("c")
    desk.keys.type("补充自助设备的说法")
    desk.keys.send("/lists/drafts")
    assert desk.newest(ListDraft).reason == "补充自助设备的说法"


@task("加入词条，删去词条", f"{DRAFT}/terms")
def change_terms(desk: Desk) -> None:
    number = draft(desk)
    rule = desk.rules.by_id[RULE]
    choice = f"{desk.rules.family_titles[rule.family]}：{rule.title}"
    desk.keys.choose("select[name=rule]", choice)
    desk.keys.put("input[name=term]", TERM)
    desk.keys.send(f"{DRAFT}/terms")
    assert TERM in files(desk, number)
    desk.keys.choose("select[name=rule]", choice)
    desk.keys.put("input[name=term]", TERM)
    desk.keys.send(f"{DRAFT}/terms", on="button[value=remove]")
    assert TERM not in files(desk, number)


@task("看一条词条会命中什么", f"{DRAFT}/term-hits")
def try_term(desk: Desk) -> None:
    desk.case()
    draft(desk)
    desk.keys.press("c")
    desk.keys.type("永不复发")
    desk.keys.send(f"{DRAFT}/term-hits", on="[data-term-hits]")
    expect(desk.keys.page.locator("#term-hits mark").first).to_have_text("永不复发")


@task("用表格导入词条", f"{DRAFT}/terms/import")
def import_terms(desk: Desk) -> None:
    number = draft(desk)
    table = f"规则,词条\n{RULE},{TERM}\n".encode()
    desk.keys.attach("form[action$='/terms/import'] [type=file]", "词.csv", table)
    desk.keys.send(f"{DRAFT}/terms/import", on="form[action$='/terms/import'] button")
    assert TERM in files(desk, number)


@task("导入文件", f"{DRAFT}/import")
def import_file(desk: Desk) -> None:
    number = draft(desk)
    content = (PROJECT / "keyword_lists" / "military.yaml").read_bytes() + "# 从文件来\n".encode()
    own = f"form[action='/lists/drafts/{number}/import']"
    desk.keys.attach(f"{own} [type=file]", "military.yaml", content)
    desk.keys.send(f"{DRAFT}/import", on=f"{own} button")
    assert "# 从文件来" in files(desk, number)


@task("在编辑框里改文件，边写边检查", f"{DRAFT}/check/{{name}}")
def edit_file(desk: Desk) -> None:
    number = draft(desk, "files", "cure_rate.yaml")
    desk.keys.to("#file-text")
    desk.keys.press("Control+Home")
    desk.keys.type("# 写在最前")
    desk.keys.send(f"{DRAFT}/check/{{name}}")
    expect(desk.keys.page.locator("#check-state")).to_have_text("没有发现问题")
    desk.keys.press("Escape")  # Tab leaves the box
    desk.keys.send(f"{DRAFT}/files/{{name}}", on="button.primary")
    assert "# 写在最前" in files(desk, number)


@task("改文件时见错即到那一行，保存", f"{DRAFT}/files/{{name}}")
def save_a_fault(desk: Desk) -> None:
    number = draft(desk, "files", "cure_rate.yaml")
    desk.keys.to("#file-text")
    desk.keys.press("Control+Home")
    desk.keys.type("错字")
    desk.keys.send(f"{DRAFT}/check/{{name}}")
    desk.keys.press("Escape")
    desk.keys.to("#faults button")
    desk.keys.press("Enter")
    expect(desk.keys.page.locator("#file-text")).to_be_focused()
    desk.keys.send(f"{DRAFT}/files/{{name}}", "Control+Enter")
    assert files(desk, number).startswith("错字")


@task("用表单改规则，边写边检查", RULE_FORM, f"{RULE_FORM}/check")
def edit_rule(desk: Desk) -> None:
    number = draft(desk, "rules", "cure_rate.yaml", RULE)
    desk.keys.put("input[name=advice]", "只写有据可查的数")
    desk.keys.send(f"{RULE_FORM}/check", "1")
    expect(desk.keys.page.locator("#rule-state")).to_contain_text("没有发现问题")
    desk.keys.send(RULE_FORM, "Control+Enter")
    assert "只写有据可查的数" in files(desk, number)


@task("试运行", f"{DRAFT}/trials")
def run_trial(desk: Desk) -> None:
    number = draft(desk)
    desk.keys.press("c")
    desk.keys.type(TERM)
    desk.keys.send(f"{DRAFT}/terms")
    desk.keys.send(f"{DRAFT}/trials", "t")
    expect(desk.keys.page.locator(".state")).to_have_text("已完成")
    assert desk.newest(ListTrial).draft_id == number


@task("发布", f"{DRAFT}/{{action}}")
def publish(desk: Desk) -> None:
    run_trial(desk)
    desk.keys.press("q")
    desk.keys.page.wait_for_url("**/lists/drafts/*")
    desk.keys.send(f"{DRAFT}/{{action}}", "p")
    assert desk.newest(ListDraft).state is DraftState.LIVE


@task("更新到现行版本，放弃草稿，恢复草稿", f"{DRAFT}/{{action}}")
def rebase_and_more(desk: Desk) -> None:
    number = draft(desk)
    own = desk.look(lambda session: session.get_one(ListDraft, number).base_version)
    desk.keys.send(f"{DRAFT}/{{action}}", "b")
    assert desk.look(lambda session: session.get_one(ListDraft, number).base_version) != own
    for key, state in (("x", DraftState.DISCARDED), ("r", DraftState.EDITING)):
        desk.keys.send(f"{DRAFT}/{{action}}", key)
        assert desk.look(lambda session: session.get_one(ListDraft, number).state) is state


@task("取消试运行", "/lists/trials/{trial_id}/cancel")
def cancel_trial(desk: Desk) -> None:
    facts = {"version_before": "0" * 64, "version_after": "1" * 64, "pages": 9}

    def begin(session) -> int:
        one = ListTrial(actor="test", started_at=NOW, last_heartbeat_at=NOW, **facts)
        session.add(one)
        session.flush()
        return one.id

    number = desk.change(begin)
    desk.keys.open(f"/lists/trials/{number}")
    desk.keys.send("/lists/trials/{trial_id}/cancel", "x")
    assert desk.look(lambda session: session.get_one(ListTrial, number).state) is TrialState.CANCELLED


@task("全部重新研判", "/lists/rejudgings")
def rejudge(desk: Desk) -> None:
    desk.keys.open("/lists")
    desk.keys.send("/lists/rejudgings", on="form[action='/lists/rejudgings'] button")
    assert desk.newest(Rejudging).state is RejudgingState.WAITING


@task("取消重新研判", "/lists/rejudgings/{rejudging_id}/cancel")
def cancel_rejudging(desk: Desk) -> None:
    desk.keys.open("/lists")
    own = "form[action^='/lists/rejudgings/'] button"
    desk.keys.send("/lists/rejudgings/{rejudging_id}/cancel", on=own)
    assert desk.newest(Rejudging).state is RejudgingState.CANCELLED


@task("回退到一个版本", "/lists/versions/{publication_id}/restore")
def restore(desk: Desk) -> None:
    first = desk.look(lambda session: session.scalars(select(ListPublication.id)).first())
    desk.keys.open(f"/lists/versions/{first}")
    desk.keys.put("input[name=reason]", "误报")
    desk.keys.send("/lists/versions/{publication_id}/restore")
    assert "误报" in desk.newest(ListPublication).reason


@task("试另一组门槛", "/lists/thresholds")
def try_thresholds(desk: Desk) -> None:
    desk.keys.open("/lists/thresholds")
    desk.keys.put("input[name=site_suspects]", "0.71")
    desk.keys.put("input[name=reason]", "网站误报多")
    desk.keys.send("/lists/thresholds")
    newest = desk.newest(ListDraft)
    assert newest.reason == "网站误报多"
    assert "0.71" in files(desk, newest.id)
    assert desk.newest(ListTrial).draft_id == newest.id
