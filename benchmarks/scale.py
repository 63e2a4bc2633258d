"""The needs of a city, a province and the nation, computed from the cost of a page; written into
docs/scale.md.

Usage: python -m benchmarks.scale [--measure [--pages N] [--rounds N]]

Without options it writes the document from the committed costs (benchmarks/scale_costs.json), and fails where the code that
they are of has changed since: then `--measure` measures them on a PostgreSQL of its own. Times are of the processor, not
of the clock. Pages are made, of the size that lawful pages of real sites had (142 KB, 5,000 characters).
"""

import argparse
import ast
import hashlib
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import psycopg
from rich.console import Console
from sqlalchemy import Engine, text, update

from benchmarks.made_pages import SENTENCES, html
from classifiers.lists.rules import load_rules
from crawler.pages.extract import extract
from jobs.flag import flag_waiting
from records.database import open_engine, reading, transaction
from records.migrations import upgrade
from records.models import Visit
from records.settings import PROJECT
from records.snapshots.page_text import StoredText
from records.snapshots.snapshots import Fetched, make_snapshots, write_snapshots
from records.store.folder_store import FolderStore
from records.visits.targets import Target, open_visit
from tests.records import registered
from tests.servers.postgresql import running_server

COSTS, DOCUMENT = PROJECT / "benchmarks" / "scale_costs.json", PROJECT / "docs" / "scale.md"
# What the costs are of: a change here asks for them to be measured again.
CODE = (
    "records/store/compression.py",
    "records/store/packs.py",
    "records/store/pack_format.py",
    "records/models/snapshots.py",
    "records/models/judgements.py",
    "records/snapshots/snapshots.py",
    "records/judgements/judgements.py",
)
_BYTES, _CHARACTERS, _BATCH = 142_000, 5_000, 32
_YEAR = 365 * 86_400


class CostsOutdated(Exception):
    """The code has changed since the costs were measured; the message says what to do."""


@dataclass(frozen=True)
class Costs:
    """Of one new lawful page: milliseconds of processor to read, write and judge it, and in PostgreSQL; bytes of its HTML,
    of evidence, of database and of WAL; bytes of database where nothing changed. `code` is the fingerprint of CODE."""

    measured_on: str
    code: str
    pages: int
    read_ms: float
    write_ms: float
    judge_ms: float
    database_ms: float
    html_bytes: float
    evidence_bytes: float
    database_bytes: float
    wal_bytes: float
    repeat_bytes: float


# Measured elsewhere, on the same machine at commit 055168d, and not by this script: fetching and planning a page (18 ms of a
# crawl less 8 of reading), a page in the browser, the capture of a flagged page, and its share of the database.
FETCH_MS, RENDER_MS, CAPTURE_MS = 10.0, 1_150.0, 11_500.0
CAPTURE_BYTES, FLAGGED_BYTES = 1.41e6, 65_000.0
REAL_SHARE = 0.25  # of a real page's HTML is kept: 67 pages, then by gzip
# Assumed.
RENDERED, FLAGGED, UNCHANGED = 0.10, 0.01, 0.80
PEAK = 6  # visits fall into eight hours of the night, and half of the machines' power is kept free
CORES, DISK, DATABASE_DISK, DECISIONS = 16, 8e12, 2e12, 600  # a machine; a person's decisions a day


@dataclass(frozen=True)
class Scale:
    """A place and what it has to watch."""

    name: str
    institutions: int
    sources: int
    pages: int  # a year


SCALES = (
    Scale("a city", 500, 2_000, 1_000_000),
    Scale("a province", 5_000, 20_000, 10_000_000),
    Scale("the nation", 1_100_000, 3_000_000, 1_500_000_000),
)


@dataclass(frozen=True)
class Needs:
    """The needs of a year: hours of processor, cores on average and at peak, bytes of evidence, captures,
    database and WAL, bits a second that come in, flagged pages a day."""

    hours: float
    browser_hours: float
    cores: float
    peak_cores: float
    evidence: float
    captures: float
    database: float
    wal: float
    incoming: float
    flagged: float


def fingerprint(root: Path = PROJECT) -> str:
    """Of the code that the costs are of; its comments, docstrings and layout cost nothing."""
    plain = (_Plain().visit(ast.parse((root / name).read_text("utf-8"))) for name in CODE)
    return hashlib.sha256("\0".join(map(ast.unparse, plain)).encode()).hexdigest()[:16]


class _Plain(ast.NodeTransformer):
    """Code without words for people: strings that stand alone, and comments of columns."""

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        is_text = isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        return None if is_text else self.generic_visit(node)

    def visit_keyword(self, node: ast.keyword) -> ast.AST | None:
        return None if node.arg == "comment" else self.generic_visit(node)


def read_costs(path: Path = COSTS, code: str | None = None) -> Costs:
    """The committed costs; raises CostsOutdated where the code is not that which they were measured of."""
    costs = Costs(**json.loads(path.read_text("utf-8")))
    if costs.code != (code or fingerprint()):
        raise CostsOutdated(
            f"{path.name} is of {costs.measured_on}, and the code has changed since:"
            " run python -m benchmarks.scale --measure"
        )
    return costs


def needs_of(scale: Scale, costs: Costs) -> Needs:
    """The needs of a place where four of five pages have not changed since the last visit."""
    new = 1 - UNCHANGED
    page_ms = FETCH_MS + costs.read_ms + new * (costs.write_ms + costs.judge_ms + costs.database_ms)
    browser_ms = RENDERED * RENDER_MS + FLAGGED * CAPTURE_MS
    hours, browser_hours = (scale.pages * ms / 3.6e6 for ms in (page_ms, browser_ms))
    cores = (hours + browser_hours) * 3600 / _YEAR
    return Needs(
        hours,
        browser_hours,
        cores,
        cores * PEAK,
        scale.pages * new * max(costs.evidence_bytes, REAL_SHARE * costs.html_bytes),
        scale.pages * FLAGGED * CAPTURE_BYTES,
        scale.pages * (new * costs.database_bytes + UNCHANGED * costs.repeat_bytes + FLAGGED * FLAGGED_BYTES),
        scale.pages * new * costs.wal_bytes,
        scale.pages * costs.html_bytes * 8 / _YEAR,
        scale.pages * FLAGGED / 365,
    )


def limits_of(costs: Costs) -> list[tuple[str, float]]:
    """The limits of one machine with one reviewer, with the pages a year at which each is reached, the lowest
    first."""
    one = needs_of(Scale("", 0, 0, 1_000_000), costs)
    found = {
        f"one person, {DECISIONS} decisions a day": DECISIONS / one.flagged,
        f"the processors of one machine, {CORES} cores": CORES / one.peak_cores,
        "a disk of 8 TB for a year's evidence": DISK / (one.evidence + one.captures),
        "a disk of 2 TB for a year's database": DATABASE_DISK / one.database,
    }
    return sorted(((name, 1e6 * times) for name, times in found.items()), key=lambda item: item[1])


def document(costs: Costs) -> str:
    """docs/scale.md."""
    needs = [needs_of(scale, costs) for scale in SCALES]
    judging = 2 * costs.judge_ms * 1e8 / 3.6e6

    def row(title: str, words: Callable[[Scale, Needs], str]) -> str:
        cells = (words(scale, need) for scale, need in zip(SCALES, needs, strict=True))
        return f"| {title} | {' | '.join(cells)} |"

    rows = [
        row("institutions, sources", lambda at, _: f"{at.institutions:,}, {at.sources:,}"),
        row("pages a year", lambda at, _: f"{at.pages:,}"),
        row("processor a year: crawl, judge, database", lambda _, it: f"{it.hours:,.0f} h"),
        row("processor a year: browsers", lambda _, it: f"{it.browser_hours:,.0f} h"),
        row("cores, mean → peak", lambda _, it: f"{it.cores:,.2f} → {it.peak_cores:,.1f}"),
        row(
            f"machines of {CORES} cores for that", lambda _, it: f"{max(1, -(-it.peak_cores // CORES)):,.0f}"
        ),
        row("evidence a year", lambda _, it: size(it.evidence)),
        row("captures a year", lambda _, it: size(it.captures)),
        row("database a year", lambda _, it: size(it.database)),
        row("database a month", lambda _, it: size(it.database / 12)),
        row("WAL a year", lambda _, it: size(it.wal)),
        row(
            "incoming, mean → peak",
            lambda _, it: f"{it.incoming / 1e6:,.2f} → {PEAK * it.incoming / 1e6:,.1f} Mbit/s",
        ),
        row("visits a second at weekly rhythm", lambda at, _: f"{at.sources / 604_800:,.4f}"),
        row("flagged, for people", lambda _, it: f"{it.flagged:,.0f} a day"),
        row(
            f"people at {DECISIONS} decisions a day",
            lambda _, it: f"{max(1, -(-it.flagged // DECISIONS)):,.0f}",
        ),
    ]
    breaks = "\n".join(
        f"{at}. {name}: {pages:,.0f} pages a year" for at, (name, pages) in enumerate(limits_of(costs), 1)
    )
    return f"""# How far it reaches

Written by `python -m benchmarks.scale` from `benchmarks/scale_costs.json`; change those, not this.

## What a page costs

Measured on {costs.measured_on} on {costs.pages:,} made pages of {costs.html_bytes / 1000:.0f} KB
and {_CHARACTERS:,} characters on PostgreSQL, new and lawful, without the crawl's plan of pages.
Milliseconds are of the processor, each the least of several rounds.

| part | cost |
| --- | --- |
| fetch and plan (at 055168d, not measured again) | {FETCH_MS:.1f} ms |
| read | {costs.read_ms:.1f} ms |
| write | {costs.write_ms:.1f} ms |
| judge | {costs.judge_ms:.1f} ms |
| in PostgreSQL | {costs.database_ms:.1f} ms |
| in the browser, where it is needed (at 055168d) | {RENDER_MS:,.0f} ms |
| the capture of a flagged page (at 055168d) | {CAPTURE_MS:,.0f} ms, {size(CAPTURE_BYTES)} |
| evidence | {size(costs.evidence_bytes)}, {costs.evidence_bytes / costs.html_bytes:.0%} of its HTML |
| evidence of real pages, which are less alike inside (at 055168d) | {REAL_SHARE:.0%} of their HTML |
| database, new | {size(costs.database_bytes)} |
| database, as it was at the last visit | {size(costs.repeat_bytes)} |
| WAL | {size(costs.wal_bytes)} |

## What a place needs

Assumed: {RENDERED:.0%} of pages need the browser, {FLAGGED:.0%} are flagged, {UNCHANGED:.0%} are as they were at the last
visit; peak is {PEAK} times the mean. Evidence is counted by the share of real pages. Nothing here was run at these sizes.

| | {" | ".join(scale.name for scale in SCALES)} |
| --- | {" | ".join("---" for _ in SCALES)} |
{chr(10).join(rows)}

A trial of lists over 100 million stored pages judges each twice: {judging:,.0f} hours of processor,
{judging / 64:.1f} hours on 64 cores (`qingyi lists trial --engine ray`).

## What breaks first

On one machine, and with one person, in this order:

{breaks}

Beyond one machine: `QINGYI_QUEUE` and `qingyi worker` for visits, `QINGYI_EVIDENCE_URL` for evidence, `QINGYI_RAY` for
judging again, `QINGYI_BROWSERS_URL` for crawlers' browsers. What does not spread yet: the large tables have no partitions.
"""


def size(count: float) -> str:
    """Bytes, for people."""
    for unit, factor in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("KB", 1e3)):
        if count >= factor:
            return f"{count / factor:,.1f} {unit}"
    return f"{count:,.0f} B"


def measure(count: int) -> Costs:
    """Measure on a separate PostgreSQL: `pages` written, judged, and visited again unchanged."""
    pages = [_page(number) for number in range(count)]
    with tempfile.TemporaryDirectory() as scratch, running_server() as server:
        with psycopg.connect(f"postgresql://{server.address}/postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE scale")
        engine = open_engine(f"postgresql+psycopg://{server.address}/scale")
        upgrade(engine)
        store, rules = FolderStore(Path(scratch)), load_rules(PROJECT / "keyword_lists")
        with transaction(engine) as session:
            source = registered.site(session)
        now = datetime.now(UTC)
        assert server.process is not None
        database = psutil.Process(server.process.pid)
        began = time.process_time()
        texts = [StoredText.of(extract(page)) for page in pages]
        read = time.process_time() - began
        before, size_before, wal_before = _seconds_of(database), _size(engine), _wal(engine)
        began = time.process_time()
        _write(engine, store, open_visit(engine, source, now), pages, texts, now)
        written = time.process_time()
        flag_waiting(engine, store, rules, now)
        judged = time.process_time()
        size_new, wal_new = _size(engine), _wal(engine)
        in_database = _seconds_of(database) - before
        later = now + timedelta(days=7)
        with transaction(engine) as session:
            session.execute(update(Visit).values(finished_at=now))
        _write(engine, store, open_visit(engine, source, later), pages, texts, later)
        repeated = _size(engine) - size_new
        engine.dispose()
        evidence = sum(path.stat().st_size for path in Path(scratch).rglob("*") if path.is_file())
    return Costs(
        measured_on=f"{now:%Y-%m-%d}",
        code=fingerprint(),
        pages=count,
        read_ms=1000 * read / count,
        write_ms=1000 * (written - began) / count,
        judge_ms=1000 * (judged - written) / count,
        database_ms=1000 * in_database / count,
        html_bytes=sum(len(page.encode()) for page in pages) / count,
        evidence_bytes=evidence / count,
        database_bytes=(size_new - size_before) / count,
        wal_bytes=(wal_new - wal_before) / count,
        repeat_bytes=repeated / count,
    )


def least(rounds: Sequence[Costs]) -> Costs:
    """The least of each time: processors that are shared with other work take longer for the same, never shorter."""
    names = [name for name in asdict(rounds[0]) if name.endswith("_ms")]
    return replace(rounds[-1], **{name: min(getattr(one, name) for one in rounds) for name in names})


def _page(number: int) -> str:
    """A made page with as much markup around its text as real ones have."""
    chance = random.Random(number)
    made = html(_CHARACTERS, 0, number)
    around: list[str] = []
    length = len(made.encode())
    while length < _BYTES:
        name, title = chance.randrange(10**6), chance.choice(SENTENCES)
        entry = f'{{"id": {name}, "title": "{title[:8]}", "href": "/list/{name % 977}/{name}.html"}}'
        item = f"<script>menu.push({entry});</script>\n"
        around.append(item)
        length += len(item.encode())
    return made.replace("</body>", "".join(around) + "</body>")


def _write(
    engine: Engine,
    store: FolderStore,
    target: Target,
    pages: Sequence[str],
    texts: Sequence[StoredText],
    now: datetime,
) -> None:
    """As a crawl's writer does, in batches."""
    for first in range(0, len(pages), _BATCH):
        answers = [
            (target, _fetched(number, pages[number], texts[number], now))
            for number in range(first, min(first + _BATCH, len(pages)))
        ]
        with reading(engine) as session:
            made = make_snapshots(session, store, answers)
        with transaction(engine) as session:
            write_snapshots(session, answers, made)


def _fetched(number: int, page: str, stored: StoredText, now: datetime) -> Fetched:
    url = f"http://127.0.0.1:1/page{number}.html"
    return Fetched(url, url, 200, {"content-type": ["text/html"]}, page.encode(), now, text=stored)


def _seconds_of(server: psutil.Process) -> float:
    """Seconds of processor of a server and of all that it has begun and that still run."""
    times = [process.cpu_times() for process in (server, *server.children(recursive=True))]
    return sum(one.user + one.system + one.children_user + one.children_system for one in times)


def _size(engine: Engine) -> int:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        return int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())


def _wal(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(
            connection.execute(text("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn")).scalar_one()
        )


def main() -> None:
    """Measure on request, and write the document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--measure", action="store_true", help="measure the costs first")
    parser.add_argument("--pages", type=int, default=1_500)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    if options.measure:
        measured = asdict(least([measure(options.pages) for _ in range(options.rounds)]))
        rounded = {
            name: round(value, 2) if isinstance(value, float) else value for name, value in measured.items()
        }
        COSTS.write_text(json.dumps(rounded, indent=1) + "\n", "utf-8")
    try:
        DOCUMENT.write_text(document(read_costs()), "utf-8")
    except CostsOutdated as outdated:
        sys.exit(str(outdated))
    Console().print(f"{DOCUMENT.relative_to(PROJECT)} is written")


if __name__ == "__main__":
    main()
