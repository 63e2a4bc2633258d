"""Judges stored snapshots and opens cases: from snapshot to flag."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError, StatementError
from sqlalchemy.orm import Session

from classifiers.lists.rules import RuleSet
from classifiers.page.identity import KnownInstitutions
from classifiers.values import Judgement, PageText
from crawler.pages.guarded import fault_of
from records.cases.flagging import find_latest_cases, flag, gone_since, note_gone
from records.database import reading, transaction
from records.judgements.facts import confirmed_cases, judge_page, register_of
from records.judgements.judgements import (
    Unjudged,
    await_no_more,
    judged_among,
    list_unjudged,
    note_unjudged,
    record_judgement,
    record_lawful,
)
from records.snapshots.images import texts_with_images
from records.store.content_store import EvidenceStore
from telemetry.traces import begin_span, visit_parent

_LOG = logging.getLogger(__name__)
_BATCH = 50


@dataclass(frozen=True)
class FlagResult:
    """How many snapshots were judged, how many of them are unlawful, and how many could not be judged; each
    of these has its reason recorded."""

    judged: int
    unlawful: int
    refused: int = 0


def flag_new(
    engine: Engine, store: EvidenceStore, rules: RuleSet, now: datetime, progress: Callable[[int], None]
) -> FlagResult:
    """Judge all unjudged snapshots, including those that failed before, and note in open cases that their
    page is gone.

    `progress` is called with the number done.
    """
    result = flag_waiting(engine, store, rules, now, progress, with_refused=True)
    note_gone_pages(engine, now)
    return result


def flag_waiting(
    engine: Engine,
    store: EvidenceStore,
    rules: RuleSet,
    now: datetime,
    progress: Callable[[int], None] = lambda _: None,
    only: Sequence[int] | None = None,
    *,
    with_refused: bool = False,
) -> FlagResult:
    """Judge the snapshots (`only` these ids, or all) that are not judged yet; `with_refused` also those that
    failed before. Where one cannot be judged, the reason is recorded, and the others are judged."""
    judged = unlawful = refused = last_id = 0
    with reading(engine) as session:
        register = register_of(session)
    while True:
        with reading(engine) as session:
            batch = list_unjudged(session, _BATCH, last_id, only, with_refused=with_refused)
            done = _judged(session, store, rules, batch, register)
        if not batch:
            return FlagResult(judged, unlawful, refused)
        written = _written(engine, done, rules.version, now)
        judged += len(written)
        refused += len(batch) - len(written)
        unlawful += sum(one.judgement.unlawful for one in written)
        last_id = batch[-1].snapshot.id
        progress(len(batch))
        counts = {"judged": len(written), "refused": len(batch) - len(written)}
        _LOG.info("judged", extra={**counts, "unlawful": sum(one.judgement.unlawful for one in written)})


def note_gone_pages(engine: Engine, now: datetime) -> None:
    """Note in open cases that their page is gone: a deletion, too, is part of the history."""
    last_id = 0
    while True:
        with transaction(engine) as session:
            gone = gone_since(session, _BATCH, last_id)
            for snapshot in gone:
                note_gone(session, snapshot, now)
                last_id = snapshot.id
        if not gone:
            return


@dataclass(frozen=True)
class _Judged:
    """A snapshot with its page and its judgement."""

    item: Unjudged
    page: PageText
    judgement: Judgement


@dataclass(frozen=True)
class _Refused:
    """A snapshot that could not be judged, and why."""

    item: Unjudged
    reason: str


def _judged(
    session: Session,
    store: EvidenceStore,
    rules: RuleSet,
    batch: Sequence[Unjudged],
    register: KnownInstitutions,
) -> list[_Judged | _Refused]:
    confirmed = confirmed_cases(session, {item.institution.id for item in batch})
    snapshots = [item.snapshot for item in batch]
    try:
        pages = texts_with_images(session, store, snapshots)
    except Exception as error:  # the text of one snapshot is gone or unreadable
        if len(batch) == 1:
            return [_Refused(batch[0], f"文字未能读取：{fault_of(error)}")]
        return [one for item in batch for one in _judged(session, store, rules, [item], register)]
    done: list[_Judged | _Refused] = []
    for item, page in zip(batch, pages, strict=True):
        assert page is not None, "the query asks for snapshots with text only"
        try:
            with begin_span("judge", visit_parent(item.snapshot.visit_id), snapshot=item.snapshot.id) as span:
                judgement = judge_page(session, rules, page, item.snapshot, register, confirmed)
                span.tell(findings=len(judgement.findings), unlawful=judgement.unlawful)
        except Exception as error:  # a page may raise anything: the others must still be judged
            done.append(_Refused(item, f"未能研判：{fault_of(error)}"))
        else:
            done.append(_Judged(item, page, judgement))
    return done


def _written(
    engine: Engine, done: Sequence[_Judged | _Refused], version: str, now: datetime
) -> list[_Judged]:
    """Record the judgements, and the reasons of failures; returns the recorded judgements."""
    refused = {one.item.snapshot.id: one.reason for one in done if isinstance(one, _Refused)}
    judged = [one for one in done if isinstance(one, _Judged)]
    try:
        with transaction(engine) as session:  # a short one: the crawl writes in parallel
            _record(session, judged, version, now)
            note_unjudged(session, refused)
    except (StatementError, ValueError) as error:  # a value that the database cannot hold
        if isinstance(error, OperationalError):
            raise
        if len(done) > 1:
            return [each for one in done for each in _written(engine, [one], version, now)]
        with transaction(engine) as session:
            note_unjudged(session, {done[0].item.snapshot.id: f"研判结果未能保存：{fault_of(error)}"})
        return []
    return judged


def _record(session: Session, judged: Sequence[_Judged], version: str, now: datetime) -> None:
    judged_before = judged_among(session, [one.item.snapshot.id for one in judged])
    cases = find_latest_cases(session, [one.item.snapshot.page_id for one in judged])
    lawful = []
    for one in judged:
        snapshot, page, judgement = one.item.snapshot, one.page, one.judgement
        if snapshot.id in judged_before:
            continue
        if not judgement.unlawful and snapshot.page_id not in cases:
            lawful.append((snapshot, page, judgement))
            continue
        with begin_span("flag", visit_parent(snapshot.visit_id), snapshot=snapshot.id) as span:
            record = record_judgement(session, snapshot, page, judgement, version=version, now=now)
            if case := flag(session, snapshot.page, record, cases.get(snapshot.page_id), now):
                cases[snapshot.page_id] = case
                span.tell(case=case.id)
    record_lawful(session, lawful, version=version, now=now)
    await_no_more(session, list(judged_before))
