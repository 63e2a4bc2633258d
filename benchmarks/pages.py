"""How fast the reviewers' pages are with many cases, compared with a bare FastAPI page from a template in the
same run.

Usage: python -m benchmarks.pages [--cases N] [--rounds N]

The same database is filled on SQLite and on a PostgreSQL of its own. A real uvicorn serves both applications;
the time is of the whole response on loopback, p50 and p95. The ratio says how many bare pages one of ours
costs.
"""

import argparse
import random
import socket
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment
from rich.console import Console
from rich.progress import track
from rich.table import Table
from sqlalchemy import Engine, insert, text

from api.app import make_app
from benchmarks.made_pages import text as made_text
from classifiers.lists.rules import load_rules
from records import models
from records.database import open_engine, transaction
from records.judgements import search
from records.migrations import upgrade
from records.people.sign_in import add_user
from records.settings import PROJECT, Settings
from records.store.folder_store import FolderStore
from tests.servers.postgresql import running_server

PASSWORD = "a-long-password"
INSTITUTIONS, CHARACTERS, BATCH = 400, 900, 2_000
PAGES = {
    "queue": "/cases",
    "queue, filtered": "/cases?district=%E5%8C%BA3&severity=high",
    "queue, page 100": "/cases?start=5000",
    "search, common": "/cases?words=%E6%B2%BB%E6%84%88%E7%8E%87",
    "search, rare": "/cases?words=%E6%9C%AC%E7%AB%99%E7%AC%AC777%E9%A1%B5",
    "queue, repeated text": "/cases?grouped=1",
    "counts": "/cases/counts",
    "case": "/cases/{case}",
}
NOW = datetime(2026, 11, 1, 9, tzinfo=UTC)
Row = dict[str, Any]


def fill(engine: Engine, cases: int, console: Console) -> None:
    """One user, institutions with a site each, and `cases` pages with a judgement, three findings and a
    case."""
    chance = random.Random(1)
    with transaction(engine) as session:
        add_user(session, "reviewer", PASSWORD, models.Role.REVIEWER, display_name="甲")
        session.execute(
            insert(models.Institution), [_institution(number) for number in range(1, INSTITUTIONS + 1)]
        )
        session.execute(insert(models.Source), [_site(number) for number in range(1, INSTITUTIONS + 1)])
        session.execute(
            insert(models.Visit),
            [{"kind": models.VisitKind.SITE, "source_id": 1, "started_at": NOW, "finished_at": NOW}],
        )
    for first in track(range(1, cases + 1, BATCH), "filling", console=console, transient=True):
        numbers = range(first, min(first + BATCH, cases + 1))
        with transaction(engine) as session:
            for table, row in (
                (models.Page, _page),
                (models.Snapshot, _snapshot),
                (models.JudgementRecord, _judgement),
                (models.Case, _case),
            ):
                session.execute(insert(table), [row(number, chance) for number in numbers])
            findings = [_finding(number, each, chance) for number in numbers for each in range(3)]
            session.execute(insert(models.FindingRecord), findings)
            for number in numbers:
                search.add(session, number, [f"题目{number}", f"本站第{number}页", _page_text(number)])
    with engine.connect() as connection:
        connection.execute(text("ANALYZE"))
        connection.commit()


def _institution(number: int) -> Row:
    return {
        "id": number,
        "credit_code": f"BENCH{number:013d}",
        "name": f"云溪第{number}医院",
        "other_names": [],
        "level": models.Level.OTHER,
        "district": f"区{number % 9}",
        "category": ("综合", "口腔", "眼科")[number % 3],
        "departments": [],
        "addresses": [],
        "phones": [],
    }


def _site(number: int) -> Row:
    return {
        "id": number,
        "institution_id": number,
        "kind": models.SourceKind.SITE,
        "address": f"http://h{number}.test/",
    }


def _page(number: int, _: random.Random) -> Row:
    site = number % INSTITUTIONS + 1
    return {"id": number, "url": f"http://h{site}.test/{number}.html", "source_id": site}


def _snapshot(number: int, _: random.Random) -> Row:
    empty: Row = {"headers": {}, "request_headers": {}}
    sha256 = f"{number:064x}"
    return {
        **empty,
        "id": number,
        "page_id": number,
        "visit_id": 1,
        "fetched_at": NOW,
        "status": 200,
        "final_url": f"http://h.test/{number}.html",
        "body_sha256": sha256,
        "body_size": 1,
        "page_state": "normal",
        "title": f"题目{number}",
    }


def _page_text(number: int) -> str:
    return made_text(CHARACTERS, 1, number % 50)


def _judgement(number: int, chance: random.Random) -> Row:
    lists = (
        "page_kind_reasons",
        "score_parts",
        "spared",
        "gravity_reasons",
        "contacts",
        "mentions",
        "alignment",
    )
    return {
        **{name: [] for name in (*lists, "images")},
        "id": number,
        "snapshot_id": number,
        "judged_at": NOW,
        "lists_version": "0" * 64,
        "page_kind": "advert",
        "unlawful": True,
        "score": chance.randrange(200),
        "gravity": "warning",
        "cluster_id": number - number % 3 if number > 3 else number,
        "page_text": _page_text(number),
    }


def _finding(number: int, each: int, chance: random.Random) -> Row:
    rule = chance.randrange(40)
    return {
        "judgement_id": number,
        "rule": f"rule-{rule}",
        "family": f"family-{rule % 14}",
        "title": f"规则{rule}",
        "severity": chance.choice(("low", "medium", "high")),
        "law": ["医疗广告管理办法第七条"],
        "start": each * 10,
        "end": each * 10 + 4,
        "quote": "治愈率高",
        "why": "写出了治愈率。",
    }


def _case(number: int, chance: random.Random) -> Row:
    moment = NOW - timedelta(days=chance.randrange(90))
    states = (models.CaseState.PENDING,) * 8 + (models.CaseState.NEEDS_MORE, models.CaseState.RETURNED)
    return {
        "id": number,
        "page_id": number,
        "judgement_id": number,
        "state": chance.choice(states),
        "score": chance.randrange(200),
        "opened_at": moment,
        "changed_at": moment,
        "row_version": 1,
    }


@contextmanager
def serving(application: FastAPI) -> Iterator[str]:
    """The application by uvicorn; its URL."""
    listening = socket.socket(
        socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP
    )  # as `qingyi serve` does
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(application, log_level="error"))
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


def bare() -> FastAPI:
    """A page from a template with fifty rows, and nothing else."""
    application = FastAPI()
    template = Environment(autoescape=True).from_string(
        "<!doctype html><title>bare</title><table>{% for row in rows %}<tr><td>{{ row }}</td></tr>{% endfor %}</table>"
    )

    def page(_: Request) -> HTMLResponse:
        return HTMLResponse(template.render(rows=range(50)))

    application.get("/")(page)
    return application


def measured(rounds: int, ask: Callable[[], httpx.Response]) -> tuple[float, float]:
    """p50 and p95 in milliseconds; raises for an error response."""
    times = []
    for number in range(rounds + 5):
        started = time.perf_counter()
        ask().raise_for_status()
        if number >= 5:
            times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times), statistics.quantiles(times, n=20)[-1]


def measure(engine: Engine, name: str, cases: int, rounds: int, folder: Path, table: Table) -> None:
    """Add one row a page."""
    rules = load_rules(PROJECT / "keyword_lists")
    application = make_app(engine, FolderStore(folder / "evidence"), rules, Settings())
    with serving(bare()) as plain, serving(application) as url, httpx.Client(timeout=60) as client:
        base = measured(rounds * 3, lambda: client.get(plain))[0]
        table.add_row(name, "bare FastAPI page", f"{base:.1f}", "", "1.0")
        client.post(f"{url}/signin", data={"name": "reviewer", "password": PASSWORD, "wanted": "/"})
        for title, path in PAGES.items():
            address = url + path.format(case=cases // 2)
            p50, p95 = measured(rounds, lambda address=address: client.get(address))  # type: ignore[misc]
            table.add_row(name, title, f"{p50:.1f}", f"{p95:.1f}", f"{p50 / base:.1f}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=40)
    options = parser.parse_args()
    console = Console(width=110)
    table = Table("database", "page", "p50 ms", "p95 ms", "bare pages", title=f"{options.cases} cases")
    with tempfile.TemporaryDirectory() as scratch, running_server(durable=True) as server:
        with psycopg.connect(f"postgresql://{server.address}/postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE pages")
        for name, url in (
            ("SQLite", f"sqlite:///{scratch}/pages.db"),
            ("PostgreSQL", f"postgresql+psycopg://{server.address}/pages"),
        ):
            engine = open_engine(url)
            upgrade(engine)
            fill(engine, options.cases, console)
            measure(engine, name, options.cases, options.rounds, Path(scratch), table)
            engine.dispose()
    console.print(table)


if __name__ == "__main__":
    main()
