"""The demo's steps, each by the same commands, pages and API that people use."""

import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections import defaultdict
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import yaml
from sqlalchemy import Engine, select
from sqlalchemy.orm import joinedload, selectinload

from demo.sites import HERE, NAMES, addresses, lay_out, page_file
from records.cases.review import list_history
from records.database import open_engine, reading
from records.local_time import local_day
from records.models import Case, JudgementRecord, Page, PlannedPage, Snapshot, Source
from records.settings import SHIPPED

OFFICE = "云河市网信办"


class DemoFailed(Exception):
    """A step failed; the message says which."""


# One user of each of these roles, by their names.
PEOPLE = {
    "reviewer": "研判员甲",
    "officer": "处置员乙",
    "analyst": "分析员丙",
    "leader": "领导丁",
    "administrator": "管理员戊",
}


@dataclass(frozen=True)
class Stage:
    """Where the demo runs: its folder, its ports, its secrets."""

    folder: Path
    port: int
    environment: dict[str, str]
    passwords: dict[str, str] = field(
        default_factory=lambda: {name: secrets.token_urlsafe(9) for name in PEOPLE}
    )

    @property
    def sites(self) -> dict[str, str]:
        """Each site's address by its name."""
        return addresses(self.port + 1)

    @property
    def url(self) -> str:
        """Where the pages are served."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def engine(self) -> Engine:
        """The demo's database."""
        return open_engine(self.environment["QINGYI_DATABASE_URL"])

    def qingyi(self, *arguments: str, secret: str = "", may_fail: bool = False) -> str:
        """Run the command `qingyi`; returns what it printed. Raises DemoFailed."""
        environment = {**self.environment, "QINGYI_NEW_PASSWORD": secret} if secret else self.environment
        done = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-m", "qingyi", *arguments],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode and not may_fail:
            raise DemoFailed(f"qingyi {' '.join(arguments)}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout.strip()


def make_stage(folder: Path, port: int) -> Stage:
    """A fresh folder, free ports, the environment of the commands; raises DemoFailed for a taken port."""
    for taken in range(port, port + 1 + len(NAMES)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", taken))
            except OSError:
                raise DemoFailed(
                    f"port {taken} is in use: choose others with `make demo PORT=9000`"
                ) from None
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    environment = {
        **os.environ,
        "QINGYI_DATABASE_URL": f"sqlite:///{folder / 'qingyi.db'}",
        "QINGYI_EVIDENCE_DIR": str(folder / "evidence"),
        "QINGYI_ALLOW_NETWORKS": "127.0.0.0/8",
        "QINGYI_RECHECK_AFTER_HOURS": "0",
        "QINGYI_RECALL_SECONDS": "0",
        "QINGYI_LISTS_DIR": str(folder / "keyword_lists"),
        "QINGYI_LISTS_KEPT_DIR": str(folder / "lists"),
        "COLUMNS": "120",
    }
    lay_out(folder / "sites", port + 1)
    # A copy: lists published in the demo must not change the project.
    shutil.copytree(SHIPPED / "keyword_lists", folder / "keyword_lists")
    return Stage(folder, port, environment)


def start_servers(stage: Stage, running: ExitStack) -> None:
    """Start the institutions' sites and Qingyi itself; both end with `running`."""
    commands = [
        [sys.executable, "-m", "demo.sites", str(stage.folder / "sites"), str(stage.port + 1)],
        [sys.executable, "-m", "qingyi", "serve", "--port", str(stage.port), "--no-schedule"],
    ]
    for command in commands:
        process = subprocess.Popen(command, env=stage.environment)  # noqa: S603 - our own programs
        running.callback(process.wait, 10)
        running.callback(process.terminate)
    for url in (*stage.sites.values(), f"{stage.url}/signin"):
        _wait_for(url)


def _wait_for(url: str) -> None:
    for _ in range(150):
        try:
            httpx.get(url, timeout=5)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise DemoFailed(f"no answer from {url} within 15 s")


def set_up(stage: Stage) -> str:
    """Tables, registry, users, office; returns the office's token."""
    stage.qingyi("database", "upgrade")
    folder = stage.folder / "registry"
    folder.mkdir()
    for name in ("institutions", "sites", "accounts", "certificates"):
        template = (HERE / "registry" / f"{name}.csv").read_text("utf-8")
        for site, address in stage.sites.items():
            template = template.replace(f"{{{site}}}", address)
        (folder / f"{name}.csv").write_text(template, "utf-8")
        stage.qingyi("registry", "import", str(folder / f"{name}.csv"))
    stage.qingyi("office", "add", OFFICE)
    for name, display_name in PEOPLE.items():
        of_office = ("--office", OFFICE) if name == "officer" else ()
        words = ("user", "add", name, "--role", name, "--display-name", display_name, *of_office)
        stage.qingyi(*words, secret=stage.passwords[name])
    return stage.qingyi("office", "token", OFFICE)


def flagged_cases(stage: Stage) -> list[Case]:
    """All cases, highest score first, with the columns of a table."""
    with reading(stage.engine) as session:
        rows = session.scalars(
            select(Case)
            .options(
                joinedload(Case.page).joinedload(Page.source).joinedload(Source.institution),
                joinedload(Case.judgement).selectinload(JudgementRecord.findings),
                joinedload(Case.judgement).joinedload(JudgementRecord.snapshot),
            )
            .order_by(Case.score.desc(), Case.id)
        ).all()
        return list(rows)


def alike(cases: list[Case]) -> tuple[int, int]:
    """Two cases whose pages say the same, or the first two where none do."""
    first: dict[int | None, int] = {}
    for case in sorted(cases, key=lambda one: one.id):
        cluster = case.judgement.cluster_id
        if cluster in first and cluster is not None:
            return first[cluster], case.id
        first[cluster] = case.id
    return cases[0].id, cases[1].id


def surprises(stage: Stage) -> list[str]:
    """The demo's findings that differ from `expected.yaml`; empty when all are as expected."""
    expected: dict[str, Any] = yaml.safe_load((HERE / "expected.yaml").read_text("utf-8"))
    with reading(stage.engine) as session:
        judged = session.scalars(
            select(JudgementRecord).options(
                selectinload(JudgementRecord.findings),
                joinedload(JudgementRecord.snapshot).joinedload(Snapshot.page),
            )
        ).all()
        found: dict[str, set[str]] = defaultdict(set)
        for record in judged:
            found[record.snapshot.page.url] |= {finding.rule for finding in record.findings}
        reasons = {row[0]: row[1] for row in session.execute(select(PlannedPage.url, PlannedPage.reason))}
    wrong = []
    for site, pages in expected["flagged"].items():
        for path, rules in pages.items():
            url = stage.sites[site] + path
            missing = set(rules) - found.get(url, set())
            if missing:
                seen = f"found {sorted(found[url])}" if url in found else f"not judged ({reasons.get(url)})"
                wrong.append(f"{site}{path}: missing {sorted(missing)}; {seen}")
    for site, paths in expected["lawful"].items():
        for path in paths:
            url = stage.sites[site] + path
            if url not in found:
                wrong.append(f"{site}{path}: lawful page was not judged ({reasons.get(url, 'not planned')})")
            elif found[url]:
                wrong.append(f"{site}{path}: lawful page was flagged: {sorted(found[url])}")
    return wrong


def walk_one_case(stage: Stage, token: str, case: Case) -> list[str]:
    """One case from 待研判 to 已核验: reviewer by the pages, office by the API, page removed from its site."""
    transfer_case(stage, case)
    with httpx.Client(
        base_url=f"{stage.url}/api/v1", headers={"Authorization": f"Bearer {token}"}, timeout=30
    ) as office:
        items = _good(office.get("/transfers")).json()["items"]
        item = next(item for item in items if item["case_id"] == case.id)
        _good(office.post(f"/transfers/{item['id']}/take"))
        remove_page(stage, case.page.url)
        disposal = {
            "result": "deleted",
            "disposed_on": local_day(datetime.now(UTC)).isoformat(),
            "document_number": "云网信处〔2026〕1号",
        }
        _good(office.post(f"/transfers/{item['id']}/disposal", json=disposal))
    stage.qingyi("recheck")
    return case_history(stage, case.id)


def transfer_case(stage: Stage, case: Case) -> None:
    """Confirm a case and hand it over to the office, as a reviewer does on the pages."""
    with httpx.Client(base_url=stage.url, follow_redirects=True, timeout=30) as browser:
        password = stage.passwords["reviewer"]
        _good(browser.post("/signin", data={"name": "reviewer", "password": password}))
        _decide(browser, case.id, "confirm")
        _decide(browser, case.id, "transfer", office="1")


def remove_page(stage: Stage, url: str) -> None:
    """Delete a page's file, as the institution does when it takes the page down."""
    name = next(name for name, address in stage.sites.items() if url.startswith(f"{address}/"))
    file = page_file(stage.folder / "sites" / name, urlsplit(url).path)
    if file is None:
        raise DemoFailed(f"{url} is not a page of the demo")
    file.unlink()


def case_history(stage: Stage, case_id: int) -> list[str]:
    """The states a case went through, in words, first to last."""
    with reading(stage.engine) as session:
        return [entry.to_state.label for entry in list_history(session, case_id) if entry.to_state]


def _decide(browser: httpx.Client, case_id: int, action: str, **more: str) -> None:
    shown = _good(browser.get(f"/cases/{case_id}")).text
    fields = {name: _hidden(shown, name) for name in ("csrf", "version")}
    _good(browser.post(f"/cases/{case_id}", data={**fields, "action": action, **more}))


def _hidden(html: str, name: str) -> str:
    match = re.search(rf'name="{name}" value="([^"]*)"', html)
    if match is None:
        raise DemoFailed(f"the page has no field {name}")
    return match[1]


def _good(response: httpx.Response) -> httpx.Response:
    if response.is_error:
        raise DemoFailed(f"{response.request.method} {response.request.url}: {response.status_code}")
    return response
