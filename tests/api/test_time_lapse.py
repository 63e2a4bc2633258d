"""One case through all offices and back, over two months of a clock that the test sets; each document that is made on the
way is opened by a reader that is not ours, and compared to the database."""

import io
import json
import multiprocessing
import os
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from docx import Document
from openpyxl import load_workbook
from sqlalchemy import Engine, select

from classifiers.lists.rules import load_rules
from qingyi.client import QueueClient, Report
from records import audit
from records.cases.review import list_history
from records.database import open_engine, reading, transaction
from records.figures.case_figures import list_case_facts
from records.figures.period import Period
from records.local_time import local_day
from records.models import Case, Office, OfficeKind, Role, Transfer
from records.people.office_tokens import issue_token
from records.people.sign_in import add_user
from records.settings import PROJECT, Settings
from records.store.folder_store import FolderStore
from tests import commands
from tests.api.conftest import PASSWORD, running
from tests.api.pages import decide, hidden
from tests.records import registered
from tests.servers.site import Answer, page, serving

ADVERT = Answer(page(words="我院治愈率98%，永不复发，军区首长亲自作证，欢迎来电咨询，热线400-000-1234。" * 2))
GONE = Answer("nothing here", 404)
LETTER = b"%PDF-1.4 a decision"


@dataclass
class Clock:
    """The time of the server and of the re-checks."""

    now: datetime

    def after(self, **passed: float) -> datetime:
        """Let time pass."""
        self.now += timedelta(**passed)
        return self.now


def recheck_at(database_url: str, evidence: Path, now: datetime, environment: dict[str, str]) -> None:
    """One re-check in a process of its own, as the schedule starts them, at a time that is given."""
    os.environ.update(environment)
    from jobs.recheck import recheck

    recheck(
        open_engine(database_url), FolderStore(evidence), load_rules(PROJECT / "keyword_lists"), None, now
    )


@dataclass
class Stage:
    """The server, its database, the page's site, and the time."""

    url: str
    engine: Engine
    database_url: str
    evidence: Path
    clock: Clock
    environment: dict[str, str]

    @contextmanager
    def signed_in(self, name: str) -> Iterator[httpx.Client]:
        with httpx.Client(base_url=self.url, timeout=60) as client:
            assert client.post("/signin", data={"name": name, "password": PASSWORD}).status_code == 303
            yield client

    def offices(self) -> dict[OfficeKind, int]:
        with reading(self.engine) as session:
            return {office.kind: office.id for office in session.scalars(select(Office))}

    def state(self) -> str:
        with reading(self.engine) as session:
            return session.scalars(select(Case)).one().state.label

    def recheck(self) -> str:
        given = (self.database_url, self.evidence, self.clock.now, self.environment)
        process = multiprocessing.get_context("forkserver").Process(target=recheck_at, args=given)
        process.start()
        process.join(180)
        assert process.exitcode == 0
        return self.state()

    def qingyi(self, *arguments: str) -> commands.Done:
        done = commands.run(*arguments, environment=self.environment)
        assert done.returncode == 0, done.stdout + done.stderr
        return done


@pytest.fixture
def stage(engine, database_url, store, rules, environment):
    time = Clock(datetime.now(UTC))
    with transaction(engine) as session:
        for kind in OfficeKind:
            office = Office(name=f"云溪市{kind.label}", kind=kind)
            session.add(office)
            session.flush()
            add_user(session, kind.value, PASSWORD, Role.OFFICER, office=office)
        for role in (Role.REVIEWER, Role.LEADER, Role.AUDITOR):
            add_user(session, role.value, PASSWORD, role, display_name=role.label)
    with running(engine, store, rules, Settings(recall_seconds=0), lambda: time.now) as url:
        yield Stage(url, engine, database_url, store.folder, time, environment)


def token(stage: Stage, kind: OfficeKind) -> str:
    with transaction(stage.engine) as session:
        office = session.scalars(select(Office).where(Office.kind == kind)).one()
        return issue_token(session, office, stage.clock.now, 365)


def transfers(stage: Stage, turn: int = 1) -> dict[OfficeKind, Transfer]:
    with reading(stage.engine) as session:
        query = select(Transfer, Office.kind).join(Transfer.office).where(Transfer.round == turn)
        return {row[1]: row[0] for row in session.execute(query)}


# On PostgreSQL, since the other tests of crawls and re-checks run on SQLite.
@pytest.mark.databases("postgresql")
@pytest.mark.crawl
@pytest.mark.slow
def test_one_case_goes_through_all_offices_and_back(stage: Stage, tmp_path: Path) -> None:
    with serving({"/": ADVERT}) as site:
        with transaction(stage.engine) as session:
            registered.site(session, f"{site.url}/")
        stage.qingyi("crawl")
        stage.clock.now = datetime.now(UTC)
        assert stage.state() == "待研判"
        hand_over(stage)
        letters_say_what_the_database_says(stage)
        the_package_is_whole(stage, tmp_path)
        stage.clock.after(days=2)
        all_offices_answer(stage)
        assert stage.state() == "已处置"

        stage.clock.after(days=1)
        assert stage.recheck() == "复现", "the page is still there"
        again(stage)
        site.pages["/"] = GONE
        for days in (1, 6, 23):
            stage.clock.after(days=days)
            assert stage.recheck() == "已核验"
        stage.clock.after(days=7)
        assert stage.recheck() == "已核验", "nothing is due any more"
    reports_say_what_the_database_says(stage)
    the_log_tells_it_all(stage)


def hand_over(stage: Stage) -> None:
    with stage.signed_in("reviewer") as client:
        assert decide(client, 1, "confirm", reason="属实").status_code == 303
        everyone = list(stage.offices().values())
        assert decide(client, 1, "transfer", office=everyone).status_code == 303
    assert len(transfers(stage)) == len(OfficeKind)
    assert stage.state() == "已转送"


def letters_say_what_the_database_says(stage: Stage) -> None:
    with stage.signed_in("reviewer") as client, reading(stage.engine) as session:
        case = session.scalars(select(Case)).one()
        snapshot = case.judgement.snapshot
        for number, (kind, office_id) in enumerate(stage.offices().items(), 1):
            form = {"csrf": hidden(client.get("/letters").text, "csrf"), "office": office_id}
            assert client.post("/letters", data=form).status_code == 303
            said = f"{Settings().letter_code}〔{stage.clock.now.year}〕{number}号"
            wanted = [str(transfers(stage)[kind].id), "云溪第1医院", case.page.url, snapshot.body_sha256]
            made = {
                one: client.get(f"/letters/{number}/letter.{one}").content for one in ("docx", "pdf", "xlsx")
            }
            document = Document(io.BytesIO(made["docx"]))
            assert said in [paragraph.text for paragraph in document.paragraphs]
            row = [cell.text for cell in document.tables[0].rows[1].cells]
            lines = [line for cell in row for line in cell.split("\n")]  # a column on paper holds several
            sheet = load_workbook(io.BytesIO(made["xlsx"])).worksheets[0]
            listed = [str(cell or "") for cell in next(sheet.iter_rows(min_row=2, values_only=True))]
            printed = pdf_text(made["pdf"])
            for words in wanted:
                assert words in lines
                assert words in listed
                assert words in printed
            assert said in printed
            for finding in case.judgement.findings[:1]:
                assert finding.quote in row[3]
                assert all(article.rpartition("》")[2] in row[4] for article in finding.law)


def pdf_text(content: bytes) -> str:
    """A PDF's text by poppler's reader, without the breaks that its layout makes."""
    done = subprocess.run(["pdftotext", "-raw", "-", "-"], input=content, capture_output=True, check=True)
    return "".join(done.stdout.decode().split())


def the_package_is_whole(stage: Stage, tmp_path: Path) -> None:
    with QueueClient(stage.url, token(stage, OfficeKind.POLICE)) as queue:
        (found,) = queue.transfers()
        content = queue.package(found.id)
    assert content is not None
    package = tmp_path / "package.zip"
    package.write_bytes(content)
    assert "完整无改动" in stage.qingyi("evidence", "verify", str(package)).stdout
    with zipfile.ZipFile(package) as opened:
        (record,) = [name for name in opened.namelist() if name.endswith(".pdf")]
        printed = pdf_text(opened.read(record))
        manifest = json.loads(opened.read("manifest.json"))
    with reading(stage.engine) as session:
        case = session.scalars(select(Case)).one()
        assert case.page.url in printed
        assert case.judgement.snapshot.body_sha256 in json.dumps(manifest)


def all_offices_answer(stage: Stage) -> None:
    by_program(stage, OfficeKind.CYBERSPACE)
    on_the_pages(stage, OfficeKind.MARKET)
    with QueueClient(stage.url, token(stage, OfficeKind.POLICE)) as queue:
        held = queue.lease()
        queue.take(held.transfers[0].id, lease=held.id)
        queue.give_back(held.transfers[0].id, "不构成犯罪，不予立案", lease=held.id)
    by_letter(stage, OfficeKind.INSURANCE)
    with QueueClient(stage.url, token(stage, OfficeKind.DRUGS)) as queue:
        held = queue.lease()
        number = held.transfers[0].id
        queue.take(number, lease=held.id)
        queue.ask_for_evidence(number, "请补充所用药品的名称")
        day = local_day(stage.clock.now)
        queue.report([Report(number, "no_action", day, "", "未见药品广告")], lease=held.id)
    assert stage.state() == "已签收", "one office has not answered"
    on_the_pages(stage, OfficeKind.TRADITIONAL)
    states = {kind: transfer.state.label for kind, transfer in transfers(stage).items()}
    assert states == {kind: "退回" if kind is OfficeKind.POLICE else "已处置" for kind in OfficeKind}


def by_program(stage: Stage, kind: OfficeKind, turn: int = 1) -> None:
    decision = stage.evidence.parent / "决定书.pdf"
    decision.write_bytes(LETTER)
    with QueueClient(stage.url, token(stage, kind)) as queue:
        held = queue.lease()
        (found,) = held.transfers
        queue.take(found.id, lease=held.id)
        queue.attach(found.id, decision)
        report = Report(found.id, "blocked", local_day(stage.clock.now), f"网信处〔2026〕{turn}号")
        (outcome,) = queue.report([report], lease=held.id)
        assert outcome.done, outcome.detail


# The words of each kind of office for content that is taken down, or corrected.
MEASURES = {OfficeKind.MARKET: "责令停止发布", OfficeKind.TRADITIONAL: "责令改正"}


def on_the_pages(stage: Stage, kind: OfficeKind) -> None:
    with stage.signed_in(kind.value) as client:
        form = {"csrf": hidden(client.get("/takedown").text, "csrf"), "transfer": transfers(stage)[kind].id}
        assert client.post("/takedown/together", data={**form, "action": "take"}).status_code == 303
        report = {"measure": MEASURES[kind], "disposed_on": local_day(stage.clock.now).isoformat()}
        done = client.post(
            "/takedown/together",
            data={**form, **report, "action": "report"},
            files={"attachment": ("通知.pdf", LETTER)},
        )
        assert done.status_code == 303


def by_letter(stage: Stage, kind: OfficeKind) -> None:
    with stage.signed_in("reviewer") as client:
        number = list(OfficeKind).index(kind) + 1
        book = load_workbook(io.BytesIO(client.get(f"/letters/{number}/letter.xlsx").content))
        sheet = book.worksheets[0]
        column = {cell.value: cell.column for cell in sheet[1]}
        sheet.cell(2, column["处置结果"], "删除")
        sheet.cell(2, column["处置日期"], local_day(stage.clock.now).isoformat())
        content = io.BytesIO()
        book.save(content)
        form = {
            "csrf": hidden(client.get("/letters").text, "csrf"),
            "office": transfers(stage)[kind].office_id,
        }
        files = {"upload": ("清单.xlsx", content.getvalue())}
        assert "新录入 1 件" in client.post("/letters/answers", data=form, files=files).text


def again(stage: Stage) -> None:
    """A second round, with the cyberspace office alone."""
    with stage.signed_in("reviewer") as client:
        office = stage.offices()[OfficeKind.CYBERSPACE]
        assert decide(client, 1, "transfer", office=office).status_code == 303
    stage.clock.after(hours=3)
    by_program(stage, OfficeKind.CYBERSPACE, turn=2)
    assert stage.state() == "已处置"


def reports_say_what_the_database_says(stage: Stage) -> None:
    with reading(stage.engine) as session:
        opened = local_day(session.scalars(select(Case.opened_at)).one())
        period = Period(opened, opened)
        (fact,) = list_case_facts(session, period)
    days = {"since": period.first.isoformat(), "until": period.last.isoformat()}
    with stage.signed_in("leader") as client:
        report = Document(io.BytesIO(client.get("/figures/stage-report.docx", params=days).content))
        text = "\n".join(paragraph.text for paragraph in report.paragraphs)
        assert "已转送 1 件，已处置 1 件" in text
        assert "核验已消失 1 件，复现 0 件" in text
        offices = next(table for table in report.tables if table.rows[0].cells[0].text == "部门")
        rows = {row.cells[0].text: [cell.text for cell in row.cells][1:] for row in offices.rows[1:]}
        assert set(rows) == {f"云溪市{kind.label}" for kind in OfficeKind}
        assert rows["云溪市网信办"][:3] == ["2", "2", "0"]
        assert rows["云溪市公安"][:3] == ["1", "0", "1"]
        assert rows["云溪市市场监管"][4] == "2.0", "days from the transfer to the report"
        shown = client.get("/figures", params=days).text
        for cells in rows.values():
            for cell in cells:
                assert f'<td class="number">{cell}</td>' in shown
        book = load_workbook(io.BytesIO(client.get("/figures/quantified.xlsx", params=days).content))
        sheet = [[cell.value for cell in row] for row in book.worksheets[1].iter_rows()]
        head, total = (
            next(row for row in sheet if row[0] == title) for title in ("违法违规情形", "合计（按案件）")
        )
        counted = dict(zip(head, total, strict=True))
        assert (counted["线索"], counted["处置"], counted["核验已消失"]) == (1, 1, 1)
        assert counted[fact.result.label] == 1
        typical = Document(io.BytesIO(client.get("/figures/typical-cases.docx", params=days).content))
        told = "\n".join(paragraph.text for paragraph in typical.paragraphs)
        assert "云溪第1医院" not in told, "typical cases name nobody"
        record = Document(io.BytesIO(client.get("/institutions/1/record.docx").content))
        cells = [cell.text for table in record.tables for row in table.rows for cell in row.cells]
        assert any("云溪第1医院" in one for one in (*cells, *(p.text for p in record.paragraphs)))


def the_log_tells_it_all(stage: Stage) -> None:
    with transaction(stage.engine) as session:
        assert audit.verify(session).broken_at is None
        steps = [
            entry.to_state.label for entry in list_history(session, 1) if entry.to_state != entry.from_state
        ]
        assert steps == [
            *("待研判", "研判中", "认定违法", "已转送", "已签收", "已处置", "复现"),
            *("已转送", "已签收", "已处置", "已核验"),
        ]
    with stage.signed_in("reviewer") as client:
        shown = client.get("/cases/1").text
        assert shown.count("决定书.pdf") >= 2
        assert "请求补充材料：请补充所用药品的名称" in shown
        assert "不构成犯罪，不予立案" in shown
    with stage.signed_in("cyberspace") as client:
        closed = client.get("/takedown", params={"state": "disposed"}).text
        assert "内容已消失" in closed
