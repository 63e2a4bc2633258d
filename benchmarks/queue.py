"""How fast offices' programs lease and acknowledge transfers, compared with bare SKIP LOCKED loops on the
same PostgreSQL.

Usage: python -m benchmarks.queue [--items N] [--seconds S] [--pullers 1,10,50] [--workers W] [--sync]

Ours is the API as an office calls it: a real uvicorn, POST /leases of a batch, POST /receipts for it, each with its key;
each counted item is written whole, with the case's step and the chained log. The baselines work on a table of
as many rows: one takes a row at a time, as such loops are mostly written, the other as many at once as ours.
A ratio is ours by the baseline's items a second. Then the list: a page of a hundred out of all items, and its
last page. With --sync PostgreSQL waits for the disk at each commit, for ours and for the baselines.
"""

import argparse
import itertools
import multiprocessing
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.queues import Queue
from pathlib import Path

import httpx
import psycopg
import uvicorn
from rich.console import Console
from rich.table import Table
from sqlalchemy import text

from api.app import make_app
from classifiers.lists.rules import load_rules
from crawler.workers.garbage_collection import tune_gc
from records import models
from records.database import open_engine, transaction
from records.local_time import local_day
from records.migrations import upgrade
from records.people.office_tokens import issue_token
from records.settings import PROJECT, Settings
from records.store.folder_store import FolderStore
from tests.servers.postgresql import free_port, running_server

BATCH = 100
FIRST = 1_000


@dataclass(frozen=True)
class Measured:
    """Items a second, and milliseconds to lease and acknowledge a batch."""

    a_second: float
    p50: float
    p99: float


def fill(url: str, items: int) -> str:
    """`items` transferred cases of one office, and the baselines' rows; returns the office's token."""
    engine = open_engine(url)
    upgrade(engine)
    now = datetime.now(UTC)
    with transaction(engine) as session:
        office = models.Office(name="云溪市网信办", kind=models.OfficeKind.CYBERSPACE)
        session.add(office)
        session.flush()
        token = issue_token(session, office, now, 30)
        institution = models.Institution(
            credit_code="BENCH0000000000001",
            name="云溪第1医院",
            other_names=[],
            level=models.Level.OTHER,
            district="城东区",
            departments=[],
            addresses=[],
            phones=[],
        )
        session.add(institution)
        session.flush()
        site = models.Source(
            institution_id=institution.id, kind=models.SourceKind.SITE, address="http://h.test/"
        )
        session.add(site)
        session.flush()
        session.add(models.Matter(office_id=office.id, source_id=site.id, opened_on=local_day(now)))
        session.add(models.Visit(kind=models.VisitKind.SITE, source_id=site.id, started_at=now))
        session.flush()
        for statement in _FILLING:
            session.execute(text(statement), {"first": FIRST, "last": FIRST + items - 1, "now": now})
    with engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM ANALYZE"))
    engine.dispose()
    return token


_NUMBERS = "FROM generate_series(CAST(:first AS int), CAST(:last AS int)) AS n"
_WORDS = "'我院治愈率极高，永不复发，欢迎咨询。' || repeat('本院设内科外科。', 40)"
_FILLING = (
    f"INSERT INTO pages (id, url, source_id) SELECT n, 'http://h.test/' || n, 1 {_NUMBERS}",
    "INSERT INTO snapshots (id, page_id, visit_id, fetched_at, status, final_url, headers, request_headers, body_sha256,"
    " body_size, page_state, title) SELECT n, n, 1, :now, 200, 'x', '{}', '{}', repeat('0', 64), 1, 'normal',"
    f" '题目' || n {_NUMBERS}",
    "INSERT INTO judgements (id, snapshot_id, judged_at, lists_version, page_kind, page_kind_reasons, unlawful, score,"
    " score_parts, spared, gravity, gravity_reasons, contacts, mentions, alignment, images, page_text) SELECT n, n, :now,"
    f" '0', 'advert', '[]', true, 10, '[]', '[]', 'warning', '[]', '[]', '[]', '[]', '[]', {_WORDS} {_NUMBERS}",
    'INSERT INTO findings (judgement_id, rule, family, title, severity, law, start, "end", quote, why, term) SELECT n,'
    " 'cure-rate', 'cure', '治愈率', 'high', '[\"医疗广告管理办法第七条\"]', 2, 7, '治愈率极高', '写出了治愈率。', ''"
    f" {_NUMBERS}",
    "INSERT INTO cases (id, page_id, judgement_id, state, score, opened_at, changed_at, row_version, recheck_round)"
    f" SELECT n, n, n, 'transferred', 10, :now, :now, 1, 0 {_NUMBERS}",
    "INSERT INTO transfers (id, case_id, office_id, matter_id, round, transferred_at, due_on) SELECT n, n, 1, 1, 1, :now,"
    f" CAST(:now AS date) {_NUMBERS}",
)


def fill_bare(address: str, items: int) -> None:
    """The baselines' rows, all of them free."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS bare_items")
        columns = "id int PRIMARY KEY, leased_until timestamptz, received_at timestamptz, body text"
        connection.execute(f"CREATE TABLE bare_items ({columns})")
        connection.execute(
            f"INSERT INTO bare_items (id, body) SELECT n, {_WORDS} FROM generate_series(%s::int, %s::int) AS n",
            (FIRST, FIRST + items - 1),
        )
        connection.execute("CREATE INDEX bare_open ON bare_items (id) WHERE received_at IS NULL")
        connection.execute("VACUUM ANALYZE bare_items")


def serve(url: str, port: int, folder: Path) -> None:
    """One process that serves the API."""
    rules = load_rules(PROJECT / "keyword_lists")
    settings = Settings(api_calls_per_minute=10_000_000)
    application = make_app(open_engine(url), FolderStore(folder), rules, settings)
    tune_gc()  # as `qingyi serve` does
    uvicorn.run(application, host="127.0.0.1", port=port, log_level="error")


def pull_ours(address: str, token: str, until: float) -> list[tuple[float, int]]:
    """Lease and acknowledge batches by the API until a moment; seconds and items of each."""
    found = []
    with httpx.Client(base_url=address, timeout=120, headers={"Authorization": f"Bearer {token}"}) as office:
        while (started := time.monotonic()) < until:
            held = office.post("/api/v1/leases", json={"limit": BATCH, "seconds": 600}, headers=_key())
            ids = [item["id"] for item in held.json()["items"]]
            if not ids:
                break
            body = {"lease": held.json()["id"], "transfer_ids": ids}
            done = office.post("/api/v1/receipts", json=body, headers=_key()).json()["items"]
            if not all(one["done"] for one in done):
                raise RuntimeError(f"not received: {[one for one in done if not one['done']][:3]}")
            found.append((time.monotonic() - started, len(ids)))
    return found


def _key() -> dict[str, str]:
    return {"Idempotency-Key": f"{threading.get_ident()}-{time.monotonic_ns()}"}


def pull_bare(address: str, limit: int, until: float) -> list[tuple[float, int]]:
    """Lease and acknowledge rows of the bare table."""
    found = []
    with psycopg.connect(address) as connection:
        while (started := time.monotonic()) < until:
            ids = [
                row[0]
                for row in connection.execute(
                    "SELECT id FROM bare_items WHERE received_at IS NULL AND (leased_until IS NULL OR leased_until < now())"
                    " ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED",
                    (limit,),
                )
            ]
            if not ids:
                break
            connection.execute(
                "UPDATE bare_items SET leased_until = now() + interval '10 minutes' WHERE id = ANY(%s)",
                (ids,),
            )
            connection.commit()
            connection.execute("UPDATE bare_items SET received_at = now() WHERE id = ANY(%s)", (ids,))
            connection.commit()
            found.append((time.monotonic() - started, len(ids)))
    return found


def measured(pullers: int, seconds: float, pull: Callable[[float], list[tuple[float, int]]]) -> Measured:
    """Run the pullers at once, in threads of separate processes (one process per ten)."""
    context = multiprocessing.get_context("fork")
    results: Queue[list[tuple[float, int]]] = context.Queue()
    until = time.monotonic() + seconds

    def threads(count: int) -> None:
        found: list[tuple[float, int]] = []
        running = [threading.Thread(target=lambda: found.extend(pull(until))) for _ in range(count)]
        for one in running:
            one.start()
        for one in running:
            one.join()
        results.put(found)

    sizes = [min(10, pullers - first) for first in range(0, pullers, 10)]
    started = time.monotonic()
    processes = [context.Process(target=threads, args=(size,)) for size in sizes]
    for process in processes:
        process.start()
    rounds = [one for _ in processes for one in results.get()]
    took = time.monotonic() - started
    for process in processes:
        process.join()
    times = [1000 * each for each, _ in rounds]
    quantiles = statistics.quantiles(times, n=100) if len(times) > 1 else [times[0]] * 99
    return Measured(sum(items for _, items in rounds) / took, statistics.median(times), quantiles[98])


def list_page(address: str, token: str, after: int) -> float:
    """Milliseconds (median of 15) of one page of the list."""
    times = []
    with httpx.Client(base_url=address, timeout=120, headers={"Authorization": f"Bearer {token}"}) as office:
        for _ in range(15):
            started = time.perf_counter()
            answer = office.get("/api/v1/transfers", params={"after": after, "limit": BATCH})
            answer.raise_for_status()
            times.append(1000 * (time.perf_counter() - started))
    return statistics.median(times)


def list_bare(database: str, after: int) -> float:
    """Milliseconds (median of 15) of as many bare rows."""
    times = []
    with psycopg.connect(database) as connection:
        for _ in range(15):
            started = time.perf_counter()
            query = "SELECT * FROM bare_items WHERE id > %s AND received_at IS NULL ORDER BY id LIMIT %s"
            connection.execute(query, (after, BATCH)).fetchall()
            times.append(1000 * (time.perf_counter() - started))
    return statistics.median(times)


@contextmanager
def served(url: str, folder: Path, workers: int) -> Iterator[list[str]]:
    """`workers` processes that serve the API, as behind one nginx; their addresses."""
    ports = [free_port() for _ in range(workers)]
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=serve, args=(url, port, folder), daemon=True) for port in ports]
    for process in processes:
        process.start()
    addresses = [f"http://127.0.0.1:{port}" for port in ports]
    for address in addresses:
        while True:
            try:
                httpx.get(f"{address}/api/v1/openapi.json", timeout=5)
                break
            except httpx.TransportError:
                time.sleep(0.2)
    try:
        yield addresses
    finally:
        for process in processes:
            process.terminate()


def pulled(options: argparse.Namespace, addresses: list[str], token: str, database: str) -> Table:
    """Ours and the baselines at each number of pullers."""
    title = f"leased and acknowledged, batches of {BATCH}, {options.workers} serving processes"
    columns = ("pullers", "what", "items/s", "p50 ms", "p99 ms", "ours / this")
    table = Table(*columns, title=title)
    turn = itertools.count()
    for pullers in map(int, options.pullers.split(",")):
        ours = measured(
            pullers,
            options.seconds,
            lambda until: pull_ours(addresses[next(turn) % len(addresses)], token, until),
        )
        table.add_row(str(pullers), "ours", f"{ours.a_second:.0f}", f"{ours.p50:.0f}", f"{ours.p99:.0f}", "")
        for name, limit in (("bare, row by row", 1), (f"bare, {BATCH} at once", BATCH)):
            fill_bare(database, options.items)
            bare = measured(
                pullers,
                options.seconds,
                lambda until, limit=limit: pull_bare(database, limit, until),  # type: ignore[misc]
            )
            ratio = ours.a_second / bare.a_second
            table.add_row(
                "", name, f"{bare.a_second:.0f}", f"{bare.p50:.1f}", f"{bare.p99:.1f}", f"{ratio:.2f}"
            )
    return table


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--pullers", default="1,10,50")
    parser.add_argument("--workers", type=int, default=2, help="processes that serve the API")
    parser.add_argument("--sync", action="store_true", help="wait for the disk at each commit")
    options = parser.parse_args()
    console = Console(width=120)
    with tempfile.TemporaryDirectory() as scratch, running_server(durable=options.sync) as server:
        database = f"postgresql://{server.address}/queue"
        with psycopg.connect(f"postgresql://{server.address}/postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE queue")
        url = f"postgresql+psycopg://{server.address}/queue"
        with console.status(f"filling {options.items} items"):
            token = fill(url, options.items)
        with served(url, Path(scratch), options.workers) as addresses:
            fill_bare(database, options.items)
            lists = Table("list of a hundred", "ours ms", "bare ms", title=f"{options.items} items")
            for name, after in (("first page", 0), ("last page", FIRST + options.items - BATCH - 1)):
                ours, bare = list_page(addresses[0], token, after), list_bare(database, after)
                lists.add_row(name, f"{ours:.1f}", f"{bare:.1f}")
            console.print(lists)
            console.print(pulled(options, addresses, token, database))


if __name__ == "__main__":
    main()
