"""The analyst's day over HTTP: draft, trial, live, rollback; files go in and out byte for byte."""

import io
import shutil
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from classifiers.lists.rules import load_rules
from records import audit
from records.database import reading, transaction
from records.models import Role
from records.people.sign_in import add_user
from records.settings import PROJECT, Settings
from tests.api.conftest import PASSWORD, running
from tests.api.pages import hidden, sign_in
from tests.records import registered

RULE = "cure-rate-percent"
NEW_TERM = "院内{gap:4}{取单机|取片机}"
PAGE = "选择我院体检中心，院内设有取单机，轻松拿结果。"


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    folder = tmp_path / "lists"
    shutil.copytree(PROJECT / "keyword_lists", folder)
    return folder


@pytest.fixture
def analyst(served, lists: Path, store, tmp_path, rules) -> Iterator[httpx.Client]:
    """Signed in, where a page is stored that only the new term would find."""
    with transaction(served.engine) as session:
        add_user(session, "analyst", PASSWORD, Role.ANALYST, display_name="分析员")
    settings = Settings(lists_dir=lists, lists_kept_dir=tmp_path / "kept")
    with (
        running(served.engine, store, rules, settings) as url,
        served.client(base_url=url) as client,
    ):
        sign_in(client, "analyst")
        yield client


@pytest.fixture
def stored(served, store, rules, now, case_id) -> None:
    with transaction(served.engine) as session:
        source = registered.site(session, "http://127.0.0.1:2/")
    kept = registered.snapshot(served.engine, store, source, now, url="http://127.0.0.1:2/a", text=PAGE)
    assert registered.judged(served.engine, rules, kept, PAGE, now) is None


def drafted(client: httpx.Client, reason: str = "漏报") -> str:
    csrf = hidden(client.get("/lists").text, "csrf")
    return client.post("/lists/drafts", data={"csrf": csrf, "reason": reason}).headers["location"]


def send(client: httpx.Client, path: str, **fields: object) -> httpx.Response:
    csrf = hidden(client.get("/lists").text, "csrf")
    return client.post(path, data={"csrf": csrf, **fields})


def finished(client: httpx.Client, trial: str) -> str:
    for _ in range(600):
        state = client.get(f"{trial}/progress").json()["state"]
        if state != "running":
            return state
        time.sleep(0.1)
    raise AssertionError("the trial does not end")


@pytest.mark.slow
def test_a_term_from_its_draft_over_the_trial_into_force_and_back(
    served, analyst, lists, stored, case_id
) -> None:
    before = load_rules(lists).version
    draft = drafted(analyst)
    send(analyst, f"{draft}/terms", rule=RULE, term=NEW_TERM, action="add")
    assert NEW_TERM in analyst.get(draft).text
    untried = send(analyst, f"{draft}/publish")
    assert (untried.status_code, "试运行" in untried.text) == (409, True)
    trial = send(analyst, f"{draft}/trials").headers["location"]
    assert finished(analyst, trial) == "done"
    shown = analyst.get(trial).text
    assert "新增命中 <b>1</b>" in shown
    assert "院内设有取单机" in shown
    with transaction(served.engine) as session:
        add_user(session, "west", PASSWORD, Role.ANALYST, district="城西区")
    with served.client() as elsewhere:
        sign_in(elsewhere, "west")
        assert "院内设有取单机" not in elsewhere.get(trial).text, "a page of another district"
    page = analyst.get(f"{trial}/pages/2").text
    assert f"<code>{NEW_TERM}</code>" in page
    assert "<mark" in page
    assert send(analyst, f"{draft}/publish").status_code == 303
    after = load_rules(lists).version
    assert after != before
    assert NEW_TERM in load_rules(lists).live[RULE].written
    assert after in analyst.get("/lists").text
    back = send(analyst, "/lists/versions/1/restore", reason="误报太多")
    assert back.status_code == 303
    assert load_rules(lists).version == before
    for path in lists.iterdir():
        assert path.read_bytes() == (PROJECT / "keyword_lists" / path.name).read_bytes()
    with reading(served.engine) as session:
        found = audit.list_entries(session, audit.AuditFilter(action="lists_published"), 10)
        assert [entry.actor for entry in found] == ["user:analyst", "user:analyst", "system:files"]
        assert audit.verify(session).broken_at is None


def test_files_go_out_and_in_again_byte_for_byte(analyst, lists) -> None:
    with zipfile.ZipFile(io.BytesIO(analyst.get("/lists/export.zip").content)) as archive:
        exported = {name: archive.read(name) for name in archive.namelist()}
    for name, content in exported.items():
        assert content == (lists / name).read_bytes()
    assert exported.keys() >= {path.name for path in lists.glob("*.yaml")} | {"wording.tsv"}
    draft = drafted(analyst)
    csrf = hidden(analyst.get("/lists").text, "csrf")
    changed = exported["military.yaml"] + "# 注\n".encode()
    for content, changes in ((exported["military.yaml"], 0), (changed, 1)):
        sent = analyst.post(
            f"{draft}/import", data={"csrf": csrf}, files={"upload": ("military.yaml", content)}
        )
        assert sent.status_code == 303
        assert ("# 注" in analyst.get(draft).text) == bool(changes)
    with zipfile.ZipFile(io.BytesIO(analyst.get(f"{draft}/export.zip").content)) as archive:
        assert archive.read("military.yaml") == changed


def test_an_editor_that_changes_nothing_changes_no_byte(analyst, lists) -> None:
    draft = drafted(analyst)
    for name in ("cure_rate.yaml", "contexts.yaml"):
        page = analyst.get(f"{draft}/files/{name}").text
        text = (lists / name).read_text("utf-8")
        sent = send(
            analyst,
            f"{draft}/files/{name}",
            version=hidden(page, "version"),
            text=text.replace("\n", "\r\n"),
        )
        assert sent.status_code == 303
    assert "还没有改动" in analyst.get(draft).text


@pytest.mark.databases("sqlite")
def test_a_draft_that_was_given_up_comes_back_as_it_was(analyst) -> None:
    draft = drafted(analyst)
    assert send(analyst, f"{draft}/restore").status_code == 409
    send(analyst, f"{draft}/terms", rule=RULE, term=NEW_TERM, action="add")
    send(analyst, f"{draft}/discard")
    assert send(analyst, f"{draft}/terms", rule=RULE, term="院内自助机", action="add").status_code == 409
    assert send(analyst, f"{draft}/restore").status_code == 303
    shown = analyst.get(draft).text
    assert (NEW_TERM in shown, "恢复草稿" in shown) == (True, False)
    assert send(analyst, f"{draft}/terms", rule=RULE, term="院内自助机", action="add").status_code == 303


def test_faults_are_named_while_typing_and_keep_a_draft_from_going_live(analyst, lists) -> None:
    draft = drafted(analyst)
    text = (lists / "cure_rate.yaml").read_text("utf-8")
    wrong = text.replace("severity: high", "severity: severe", 1)
    faults = send(analyst, f"{draft}/check/cure_rate.yaml", text=wrong).json()["faults"]
    line = wrong.splitlines().index("    severity: severe") + 1
    assert [(fault["file"], fault["line"]) for fault in faults] == [("cure_rate.yaml", line)]
    assert send(analyst, f"{draft}/check/cure_rate.yaml", text=text).json() == {"faults": []}
    version = hidden(analyst.get(f"{draft}/files/cure_rate.yaml").text, "version")
    send(analyst, f"{draft}/files/cure_rate.yaml", version=version, text=wrong)
    assert f"cure_rate.yaml 第 {line} 行" in analyst.get(draft).text
    assert send(analyst, f"{draft}/trials").status_code == 409
    assert send(analyst, f"{draft}/publish").status_code == 409
    late = send(analyst, f"{draft}/files/cure_rate.yaml", version=version, text=text)
    assert (late.status_code, "已被他人修改" in late.text) == (409, True)


@pytest.mark.databases("sqlite")
@pytest.mark.slow
def test_a_draft_whose_examples_fail_does_not_go_live(analyst, lists, stored) -> None:
    draft = drafted(analyst)
    text = (lists / "cure_rate.yaml").read_text("utf-8")
    version = hidden(analyst.get(f"{draft}/files/cure_rate.yaml").text, "version")
    changed = text.replace("      match:\n", "      match:\n        - 门诊时间为每日八时至十七时。\n", 1)
    send(analyst, f"{draft}/files/cure_rate.yaml", version=version, text=changed)
    assert finished(analyst, send(analyst, f"{draft}/trials").headers["location"]) == "done"
    refused = send(analyst, f"{draft}/publish")
    assert (refused.status_code, "例句没有通过 1 条" in refused.text) == (409, True)
    assert "“宣称治愈率或有效率”" in refused.text


@pytest.mark.databases("sqlite")
@pytest.mark.slow
def test_two_drafts_of_the_same_file_do_not_overwrite_each_other(analyst, lists, stored) -> None:
    first, second = drafted(analyst, "一"), drafted(analyst, "二")
    for draft, term in ((first, NEW_TERM), (second, "院内自助机")):
        send(analyst, f"{draft}/terms", rule=RULE, term=term, action="add")
        assert finished(analyst, send(analyst, f"{draft}/trials").headers["location"]) == "done"
    assert send(analyst, f"{first}/publish").status_code == 303
    refused = send(analyst, f"{second}/publish")
    assert (refused.status_code, "已有新版本" in refused.text) == (409, True)
    assert send(analyst, f"{second}/rebase").status_code == 409


@pytest.mark.databases("sqlite")
@pytest.mark.slow
def test_a_trial_can_be_cancelled(served, analyst, lists, store, rules, now) -> None:
    with transaction(served.engine) as session:
        source = registered.site(session, "http://127.0.0.1:2/")
    for number in range(3):
        url = f"http://127.0.0.1:2/{number}"
        kept = registered.snapshot(served.engine, store, source, now, url=url, text=PAGE)
        registered.judged(served.engine, rules, kept, PAGE, now)
    draft = drafted(analyst)
    send(analyst, f"{draft}/terms", rule=RULE, term=NEW_TERM, action="add")
    trial = send(analyst, f"{draft}/trials").headers["location"]
    send(analyst, f"{trial}/cancel")
    assert finished(analyst, trial) in {"cancelled", "done"}
    again = send(analyst, f"{draft}/trials").headers["location"]
    assert finished(analyst, again) == "done"


def test_terms_are_shown_with_what_became_of_them(analyst, served, case_id) -> None:
    html = analyst.get("/lists/terms").text
    assert "宣称治愈率或有效率" in html
    with served.client() as client:
        sign_in(client, "reviewer")
        fields = {"csrf": hidden(client.get(f"/cases/{case_id}").text, "csrf"), "version": 1}
        client.post(f"/cases/{case_id}", data={**fields, "action": "dismiss", "reason": "科普"})
    assert "全部不予认定" in analyst.get("/lists/terms").text


def test_a_reviewer_reads_the_lists_and_changes_nothing(served) -> None:
    with served.client() as client:
        sign_in(client, "reviewer")
        page = client.get("/lists")
        assert page.status_code == 200
        assert "起草修改" not in page.text
        data = {"csrf": hidden(page.text, "csrf"), "reason": "x"}
        assert client.post("/lists/drafts", data=data).status_code == 403
