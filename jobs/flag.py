"""Judges stored snapshots and opens cases: from snapshot to flag."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from classifiers.lists.rules import RuleSet
from classifiers.page.identity import Register
from classifiers.values import Judgement, PageText
from records.cases.flagging import flag, gone_since, latest_cases, note_gone
from records.database import reading, transaction
from records.judgements.facts import confirmed_cases, judge_page, register_of
from records.judgements.judgements import Unjudged, judged_among, record_judgement, record_lawful, unjudged
from records.snapshots.images import texts_with_images
from records.store.content_store import EvidenceStore

_BATCH = 50


@dataclass(frozen=True)
class FlagResult:
    """How many snapshots were judged, and how many of them hold something unlawful."""

    judged: int
    unlawful: int


def flag_new(
    engine: Engine, store: EvidenceStore, rules: RuleSet, now: datetime, progress: Callable[[int], None]
) -> FlagResult:
    """Judge all snapshots that were not judged yet, and write into open cases that their page is gone.

    `progress` is called with how many were done.
    """
    result = flag_waiting(engine, store, rules, now, progress)
    note_gone_pages(engine, now)
    return result


def flag_waiting(
    engine: Engine,
    store: EvidenceStore,
    rules: RuleSet,
    now: datetime,
    progress: Callable[[int], None] = lambda _: None,
    only: Sequence[int] | None = None,
) -> FlagResult:
    """Judge the snapshots (`only` these ids, or all) that were not judged yet."""
    judged = unlawful = last_id = 0
    with reading(engine) as session:
        register = register_of(session)
    while True:
        with reading(engine) as session:
            batch = unjudged(session, _BATCH, last_id, only)
            judgements = _judged(session, store, rules, batch, register)
        if not batch:
            return FlagResult(judged, unlawful)
        with transaction(engine) as session:  # a short one: the crawl writes beside it
            _record(session, batch, judgements, rules.version, now)
        judged += len(batch)
        unlawful += sum(judgement.unlawful for _, judgement in judgements)
        last_id = batch[-1].snapshot.id
        progress(len(batch))


def note_gone_pages(engine: Engine, now: datetime) -> None:
    """Write into open cases that their page is gone: also a deletion is part of its history."""
    last_id = 0
    while True:
        with transaction(engine) as session:
            gone = gone_since(session, _BATCH, last_id)
            for snapshot in gone:
                note_gone(session, snapshot, now)
                last_id = snapshot.id
        if not gone:
            return


def _judged(
    session: Session, store: EvidenceStore, rules: RuleSet, batch: Sequence[Unjudged], register: Register
) -> list[tuple[PageText, Judgement]]:
    confirmed = confirmed_cases(session, {item.institution.id for item in batch})
    snapshots = [item.snapshot for item in batch]
    judged = []
    for snapshot, page in zip(snapshots, texts_with_images(session, store, snapshots), strict=True):
        assert page is not None, "the query asks for snapshots with text only"
        judged.append((page, judge_page(session, rules, page, snapshot, register, confirmed)))
    return judged


def _record(
    session: Session,
    batch: Sequence[Unjudged],
    judgements: Sequence[tuple[PageText, Judgement]],
    version: str,
    now: datetime,
) -> None:
    there = judged_among(session, [item.snapshot.id for item in batch])
    cases = latest_cases(session, [item.snapshot.page_id for item in batch])
    lawful = []
    for item, (page, judgement) in zip(batch, judgements, strict=True):
        if item.snapshot.id in there:
            continue
        if not judgement.unlawful and item.snapshot.page_id not in cases:
            lawful.append((item.snapshot, page, judgement))
            continue
        record = record_judgement(session, item.snapshot, page, judgement, version=version, now=now)
        own = item.snapshot.page
        if case := flag(session, own, record, cases.get(own.id), now):
            cases[own.id] = case
    record_lawful(session, lawful, version=version, now=now)
