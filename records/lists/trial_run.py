"""Runs a trial: every page that the change can touch is judged by both versions, with progress kept in the database.

Most pages have nothing of a few changed terms: they are told apart without judging, and count as what their newest
judgement by the version before found. Where it found nothing, and the version after finds nothing, a page is judged once.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from classifiers.lists.changes import Change
from classifiers.lists.rules import RuleSet, load_rules
from classifiers.page.identity import KnownInstitutions
from classifiers.values import Finding, Judgement, PageText
from records.database import open_engine, reading, transaction
from records.judgements.facts import confirmed_cases, judge_page, register_of
from records.judgements.judgements import find_unlawful, list_with_owners
from records.lists.agreement import require_version
from records.lists.drafts import ListFolders
from records.lists.spreading import Ids, Spread, in_processes
from records.lists.trials import find_decisions
from records.models import ListTrial, Snapshot, TrialDifference, TrialState
from records.snapshots.images import find_text, texts_with_images
from records.store.content_store import EvidenceMissing, EvidenceStore


@dataclass(frozen=True)
class _Compared:
    """The results of some pages: how many, reviewers' decisions on those flagged, and those judged
    differently."""

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
    spread: Spread = in_processes,
) -> None:
    """Judge `pages` (snapshot ids) by the trial's two versions, whose files are kept, and record the
    differences; those that were judged before it was cut off are not judged again.

    Ends early when the trial is cancelled in the database. Errors are recorded in the trial.
    """
    with reading(engine) as session:
        trial = session.get_one(ListTrial, trial_id)
        versions = trial.version_before, trial.version_after
        counts, left = Counter[str](trial.figures or {}), pages[trial.judged :]
    begin = partial(_open, engine.url.render_as_string(hide_password=False), store, here, versions)
    try:
        state = _work(engine, trial_id, spread(begin, left), counts, progress)
    except Exception as error:
        _end(engine, trial_id, TrialState.FAILED, f"{type(error).__name__}: {error}")
        raise
    _end(engine, trial_id, state, None)


def _work(
    engine: Engine,
    trial_id: int,
    results: Iterator[_Compared],
    counts: Counter[str],
    progress: Callable[[int], None],
) -> TrialState:
    for compared in results:
        counts.update(compared.counts)
        counts["missing"] += compared.missing
        progress(compared.judged + compared.missing)
        if not _keep(engine, trial_id, compared, counts):
            return TrialState.CANCELLED
    return TrialState.DONE


def _keep(engine: Engine, trial_id: int, compared: _Compared, counts: Counter[str]) -> bool:
    """Record the results of some pages, with the progress; returns whether the trial still runs."""
    with transaction(engine) as session:
        trial = session.get_one(ListTrial, trial_id, with_for_update=True)
        trial.judged += compared.judged + compared.missing
        trial.last_heartbeat_at = datetime.now(UTC)
        trial.figures = _figures(counts)
        session.add_all(TrialDifference(trial_id=trial_id, **row) for row in compared.different)
        return trial.state is TrialState.RUNNING


def _end(engine: Engine, trial_id: int, state: TrialState, fault: str | None) -> None:
    with transaction(engine) as session:
        trial = session.get_one(ListTrial, trial_id)
        trial.state, trial.fault, trial.finished_at = state, fault, datetime.now(UTC)
        trial.figures = trial.figures or _figures(Counter())


def _figures(counts: Counter[str]) -> dict[str, int]:
    names = [f"{side}_{decided}" for side in ("before", "after") for decided in ("confirmed", "dismissed")]
    return {
        name: counts[name] for name in ["before", "after", "new", "vanished", "changed", "missing", *names]
    }


# The rest runs in the judging processes.
@dataclass(frozen=True)
class _Opened:
    engine: Engine
    store: EvidenceStore
    before: RuleSet
    after: RuleSet
    change: Change
    register: KnownInstitutions


def _open(
    url: str, store: EvidenceStore, folders: ListFolders, versions: tuple[str, str]
) -> Callable[[Ids], _Compared]:
    engine = open_engine(url, pooled=False)  # no call announces the end of the work
    with reading(engine) as session:
        register = register_of(session)
        for version in versions:  # a machine that lacks them gets them from the database
            require_version(session, folders, version)
    before, after = (load_rules(folders.of(version)) for version in versions)
    return partial(_compare, _Opened(engine, store, before, after, Change(before, after), register))


def _compare(here: _Opened, ids: Ids) -> _Compared:
    counts, different, missing = Counter[str](), list[dict[str, Any]](), 0
    with reading(here.engine) as session:
        snapshots = list_with_owners(session, ids)
        decisions = find_decisions(session, ids)
        found_before = find_unlawful(session, ids, here.before.version)
        confirmed = confirmed_cases(session, {one.page.source.institution.id for one in snapshots})
        for snapshot, text in zip(snapshots, _texts(session, here.store, snapshots), strict=True):
            if text is None:
                missing += 1
                continue
            decided = decisions.get(snapshot.id, "")
            touched, known = here.change.touches(text.text), found_before.get(snapshot.id)
            if not touched and known is not None:
                _count(counts, known, known, decided)
                continue
            after = judge_page(session, here.after, text, snapshot, here.register, confirmed)
            if known is False and not after.unlawful:  # as most pages are: judged once
                continue
            before = (
                judge_page(session, here.before, text, snapshot, here.register, confirmed)
                if touched
                else after
            )
            _count(counts, before.unlawful, after.unlawful, decided)
            if row := _difference(before, after):
                counts[row["kind"]] += 1
                different.append({**row, "snapshot_id": snapshot.id, "decided": decided})
    return _Compared(len(ids) - missing, missing, dict(counts), different)


def _texts(
    session: Session, store: EvidenceStore, snapshots: Sequence[Snapshot]
) -> Sequence[PageText | None]:
    try:
        return texts_with_images(session, store, snapshots)
    except EvidenceMissing:  # of one of them
        return [find_text(session, store, snapshot) for snapshot in snapshots]


def _count(counts: Counter[str], before: bool, after: bool, decided: str) -> None:
    for side, unlawful in (("before", before), ("after", after)):
        if unlawful:
            counts[side] += 1
            counts[f"{side}_{decided}"] += 1


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
