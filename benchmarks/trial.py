"""How fast a draft of the lists is tried over stored pages, compared with judging the same texts from memory
in one process.

Usage: python -m benchmarks.trial [--pages N] [--characters N] [--everywhere]

A trial reads each page from the evidence store, tells whether the change can touch it, judges those that it can by both
versions of the lists in two processes, and writes what differs. The baseline judges the same texts, by both versions
too, one after the other, with nothing read or written. The time that 100,000 pages would take follows from the rate.
"""

import argparse
import shutil
import tempfile
import time
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track
from rich.table import Table
from sqlalchemy import Engine, insert

from benchmarks.made_pages import text as made_text
from classifiers.judge import judge
from classifiers.lists.rules import load_rules
from classifiers.values import Facts, PageText
from records import models
from records.database import open_engine, reading, transaction
from records.lists.drafts import ListFolders
from records.lists.in_force import keep_files
from records.lists.term_edits import add_term
from records.lists.trial_run import run_trial
from records.lists.trials import begin_trial, pages_to_try
from records.local_time import local_day
from records.migrations import upgrade
from records.settings import PROJECT
from records.snapshots.page_text import StoredText
from records.store.content_store import EvidenceStore
from records.store.folder_store import FolderStore

NOW = datetime(2026, 11, 1, 9, tzinfo=UTC)
BATCH, KINDS, BASELINE = 2_000, 500, 1_000
TERM, SEEN_ON = "大厅{gap:3}旋转木马", 100  # pages to one that has it
EVERYWHERE = "墙面{gap:3}动物图案"
Row = dict[str, Any]


def page_text(number: int, characters: int) -> PageText:
    """One in ten is unlawful; each says something of its own; few have the term that is tried."""
    own = f"本站第{number}页。" + ("大厅里有一座旋转木马，治愈率高。" if number % SEEN_ON == 0 else "")
    return PageText.of_plain(f"{own}\n{made_text(characters, int(number % 10 == 0), number % KINDS)}")


def fill(
    engine: Engine, store: EvidenceStore, pages: int, characters: int, version: str, console: Console
) -> None:
    """One institution with one site, and `pages` pages judged by the lists of that version, their texts in the store."""
    with transaction(engine) as session:
        session.execute(insert(models.Institution), [_institution()])
        session.execute(
            insert(models.Source),
            [{"id": 1, "institution_id": 1, "kind": models.SourceKind.SITE, "address": "http://h.test/"}],
        )
        visit = {
            "id": 1,
            "kind": models.VisitKind.SITE,
            "source_id": 1,
            "started_at": NOW,
            "finished_at": NOW,
        }
        session.execute(insert(models.Visit), [visit])
    for first in track(range(1, pages + 1, BATCH), "filling", console=console, transient=True):
        numbers = range(first, min(first + BATCH, pages + 1))
        texts = {number: _keep(store, page_text(number, characters)) for number in numbers}
        with transaction(engine) as session:
            urls = [{"id": number, "url": f"http://h.test/{number}", "source_id": 1} for number in numbers]
            session.execute(insert(models.Page), urls)
            session.execute(insert(models.Snapshot), [_snapshot(number, texts[number]) for number in numbers])
            session.execute(
                insert(models.JudgementRecord), [_judgement(number, version) for number in numbers]
            )


def _keep(store: EvidenceStore, text: PageText) -> str:
    """Store a text without waiting for the disk."""
    content = StoredText.of(text).content
    name = sha256(content).hexdigest()
    path = store.path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return name


def _institution() -> Row:
    lists: Row = {name: [] for name in ("other_names", "departments", "addresses", "phones")}
    level = models.Level.OTHER
    return {
        **lists,
        "id": 1,
        "credit_code": "BENCH",
        "name": "云溪医院",
        "level": level,
        "district": "城东区",
    }


def _snapshot(number: int, text_sha256: str) -> Row:
    return {
        "id": number,
        "page_id": number,
        "visit_id": 1,
        "fetched_at": NOW,
        "status": 200,
        "final_url": f"http://h.test/{number}",
        "headers": {},
        "request_headers": {},
        "body_sha256": "0" * 64,
        "body_size": 1,
        "text_sha256": text_sha256,
        "page_state": "normal",
    }


def _judgement(number: int, version: str) -> Row:
    lists = ("page_kind_reasons", "score_parts", "spared", "gravity_reasons", "contacts", "mentions")
    return {
        **{name: [] for name in (*lists, "alignment", "images")},
        "id": number,
        "snapshot_id": number,
        "judged_at": NOW,
        "lists_version": version,
        "page_kind": "notice",
        "unlawful": number % 10 == 0,
        "score": 0,
        "gravity": "ordinary",
        "page_text": "",
    }


def main() -> None:
    """Fill, try, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=20_000)
    parser.add_argument("--characters", type=int, default=2_000, help="of each page")
    parser.add_argument("--everywhere", action="store_true", help="try a term that stands on all pages")
    options = parser.parse_args()
    console = Console(width=110)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        engine, store = open_engine(f"sqlite:///{folder / 'qingyi.db'}"), FolderStore(folder / "evidence")
        upgrade(engine)
        folders, versions = _two_versions(folder, EVERYWHERE if options.everywhere else TERM)
        fill(engine, store, options.pages, options.characters, versions[0], console)
        with transaction(engine) as session:
            ids = pages_to_try(session, None, 0)
            trial_id = begin_trial(session, None, versions, ids, "system:benchmark", NOW).id
        started = time.perf_counter()
        run_trial(engine, store, folders, trial_id, ids)
        seconds = time.perf_counter() - started
        with reading(engine) as session:
            figures = session.get_one(models.ListTrial, trial_id).figures or {}
        rate, base = options.pages / seconds, _baseline(folders, versions, options.characters)
    table = Table("run", "pages", "pages/s", "share of one process", "100,000 pages", title="trial")
    table.add_row("judge only, one process, both versions", str(BASELINE), f"{base:.0f}", "1.00", "")
    whole = f"{100_000 / rate / 60:.1f} min"
    table.add_row("trial, two processes", str(options.pages), f"{rate:.0f}", f"{rate / base:.2f}", whole)
    console.print(
        table, "；".join(f"{name} {figures[name]}" for name in ("new", "vanished", "changed", "missing"))
    )


def _two_versions(folder: Path, term: str) -> tuple[ListFolders, tuple[str, str]]:
    """The lists as they are, and with one term more."""
    folders = ListFolders(folder / "lists", folder / "kept")
    shutil.copytree(PROJECT / "keyword_lists", folders.folder)
    before = load_rules(folders.folder).version
    keep_files(folders.folder, folders.kept, before)
    file = folders.folder / "cure_rate.yaml"
    file.write_text(add_term(file.read_text("utf-8"), "cure-rate-percent", term), "utf-8")
    after = load_rules(folders.folder).version
    keep_files(folders.folder, folders.kept, after)
    return folders, (before, after)


def _baseline(folders: ListFolders, versions: tuple[str, str], characters: int) -> float:
    """Pages a second."""
    rules = [load_rules(folders.of(version)) for version in versions]
    texts = [page_text(number, characters) for number in range(BASELINE)]
    facts = Facts(local_day(NOW))
    for one in rules:
        judge(texts[0], one, facts)
    started = time.perf_counter()
    for text in texts:
        for one in rules:
            judge(text, one, facts)
    return BASELINE / (time.perf_counter() - started)


if __name__ == "__main__":
    main()
