"""Runs a trial: every page judged by both versions, in processes of their own, with progress kept in the database."""

import signal
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from classifiers.lists.rules import RuleSet, load_rules
from classifiers.page.identity import Register
from classifiers.values import Finding, Judgement
from records.database import open_engine, reading, transaction
from records.judgements.facts import confirmed_cases, judge_page, register_of
from records.judgements.judgements import list_with_owners
from records.lists.drafts import ListFolders
from records.lists.trials import find_decisions
from records.models import ListTrial, TrialDifference, TrialState
from records.snapshots.images import find_text
from records.store.content_store import EvidenceStore

_AT_ONCE = 50
_WORKERS = 2


@dataclass(frozen=True)
class _Compared:
    """What came of some pages: how many, what reviewers said of those flagged, and those judged differently."""

    judged: int
    missing: int
    counts: dict[str, int]
    different: list[dict[str, Any]]


def run_trial(
    engine: Engine,
    store: EvidenceStore,
    here: ListFolders,
    trial_id: int,
    pages: Sequence[int],
    progress: Callable[[int], None] = lambda _: None,
) -> None:
    """Judge `pages` (snapshot ids) by the trial's two versions, whose files are kept, and write what differs.

    Ends early when the trial is cancelled in the database. What goes wrong is written into the trial.
    """
    with reading(engine) as session:
        trial = session.get_one(ListTrial, trial_id)
        folders = here.of(trial.version_before), here.of(trial.version_after)
    try:
        state, counts = _work(engine, store, folders, trial_id, pages, progress)
        fault = None
    except Exception as error:
        _end(engine, trial_id, TrialState.FAILED, Counter(), f"{type(error).__name__}: {error}")
        raise
    _end(engine, trial_id, state, counts, fault)


def _work(
    engine: Engine,
    store: EvidenceStore,
    folders: tuple[Path, Path],
    trial_id: int,
    pages: Sequence[int],
    progress: Callable[[int], None],
) -> tuple[TrialState, Counter[str]]:
    counts: Counter[str] = Counter()
    rest = iter(pages)
    address = engine.url.render_as_string(hide_password=False)
    workers = min(_WORKERS, -(-len(pages) // _AT_ONCE) or 1)  # each reads both versions of the lists first
    with ProcessPoolExecutor(workers, get_context("forkserver"), _open, (address, store, *folders)) as pool:
        running: set[Future[_Compared]] = set()
        while True:
            while len(running) < 2 * _WORKERS and (some := list(islice(rest, _AT_ONCE))):
                running.add(pool.submit(_compare, some))
            if not running:
                return TrialState.DONE, counts
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                compared = future.result()
                counts.update(compared.counts)
                counts["missing"] += compared.missing
                progress(compared.judged + compared.missing)
                if not _keep(engine, trial_id, compared):
                    for left in running:
                        left.cancel()
                    return TrialState.CANCELLED, counts


def _keep(engine: Engine, trial_id: int, compared: _Compared) -> bool:
    """Write what some pages came to; whether the trial still runs."""
    with transaction(engine) as session:
        trial = session.get_one(ListTrial, trial_id, with_for_update=True)
        trial.judged += compared.judged + compared.missing
        trial.last_heartbeat_at = datetime.now(UTC)
        session.add_all(TrialDifference(trial_id=trial_id, **row) for row in compared.different)
        return trial.state is TrialState.RUNNING


def _end(engine: Engine, trial_id: int, state: TrialState, counts: Counter[str], fault: str | None) -> None:
    said = [f"{side}_{decided}" for side in ("before", "after") for decided in ("confirmed", "dismissed")]
    names = ["before", "after", "new", "vanished", "changed", "missing", *said]
    with transaction(engine) as session:
        trial = session.get_one(ListTrial, trial_id)
        trial.state, trial.fault, trial.finished_at = state, fault, datetime.now(UTC)
        trial.figures = {name: counts[name] for name in names}


# What follows runs in the processes that judge.
@dataclass(frozen=True)
class _Opened:
    engine: Engine
    store: EvidenceStore
    before: RuleSet
    after: RuleSet
    register: Register


_here: list[_Opened] = []


def _open(url: str, store: EvidenceStore, before: Path, after: Path) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started the trial decides what Ctrl+C means
    engine = open_engine(url)
    with reading(engine) as session:
        register = register_of(session)
    _here.append(_Opened(engine, store, load_rules(before), load_rules(after), register))


def _compare(ids: list[int]) -> _Compared:
    here, counts, different, missing = _here[0], Counter[str](), [], 0
    with reading(here.engine) as session:
        snapshots = list_with_owners(session, ids)
        said = find_decisions(session, ids)
        confirmed = confirmed_cases(session, {one.page.source.institution.id for one in snapshots})
        for snapshot in snapshots:
            text = find_text(session, here.store, snapshot)
            if text is None:
                missing += 1
                continue
            before, after = (
                judge_page(session, rules, text, snapshot, here.register, confirmed)
                for rules in (here.before, here.after)
            )
            decided = said.get(snapshot.id, "")
            for side, judgement in (("before", before), ("after", after)):
                if judgement.unlawful:
                    counts[side] += 1
                    counts[f"{side}_{decided}"] += 1
            if row := _difference(before, after):
                counts[row["kind"]] += 1
                different.append({**row, "snapshot_id": snapshot.id, "decided": decided})
    return _Compared(len(snapshots) - missing, missing, dict(counts), different)


def _difference(before: Judgement, after: Judgement) -> dict[str, Any] | None:
    """How two judgements of one page differ in what they found; None where they do not."""
    old = {(finding.rule, finding.start, finding.end): finding for finding in before.findings}
    new = {(finding.rule, finding.start, finding.end): finding for finding in after.findings}
    if old.keys() == new.keys():
        return None
    kind = "new" if not old else "vanished" if not new else "changed"
    gone = [finding for place, finding in old.items() if place not in new]
    come = [finding for place, finding in new.items() if place not in old]
    return {"kind": kind, "before": list(_shown(gone)), "after": list(_shown(come))}


def _shown(findings: Sequence[Finding]) -> Iterator[dict[str, Any]]:
    for finding in findings[:20]:
        shown = {"rule": finding.rule, "title": finding.title, "quote": finding.quote[:120]}
        place = {"start": finding.start, "end": finding.end, "severity": finding.severity}
        yield {**shown, **place, "term": finding.term}
