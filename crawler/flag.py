"""Judges stored snapshots and opens cases: from snapshot to flag."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from classifiers.judge import certificate_numbers, judge
from classifiers.lists import RuleSet
from classifiers.values import Facts, Judgement, PageText
from records.database import transaction
from records.evidence import EvidenceStore
from records.flagging import Unjudged, flag, known_certificates, record_judgement, unjudged
from records.models import Institution
from records.snapshots import read_text

_BATCH = 50


@dataclass(frozen=True)
class FlagResult:
    """How many snapshots were judged, and how many of them hold something unlawful."""

    judged: int
    unlawful: int


def flag_new(
    engine: Engine, store: EvidenceStore, rules: RuleSet, now: datetime, progress: Callable[[int], None]
) -> FlagResult:
    """Judge all snapshots that were not judged yet. `progress` is called with how many were done."""
    judged = unlawful = last_id = 0
    while True:
        with transaction(engine) as session:
            batch = unjudged(session, _BATCH, last_id)
            for item in batch:
                unlawful += _flag_one(session, store, rules, item, now)
                last_id = item.snapshot.id
        if not batch:
            return FlagResult(judged, unlawful)
        judged += len(batch)
        progress(len(batch))


def judge_page(
    session: Session, rules: RuleSet, page: PageText, whose: Institution, seen: datetime
) -> Judgement:
    """Judge a page with what the registry knows of its institution and of the numbers that it shows."""
    certificates = known_certificates(session, certificate_numbers(page))
    names = (whose.name, *whose.other_names)
    return judge(page, rules, Facts(seen.date(), names, certificates))


def _flag_one(session: Session, store: EvidenceStore, rules: RuleSet, item: Unjudged, now: datetime) -> bool:
    page = read_text(store, item.snapshot)
    assert page is not None, "the query asks for snapshots with text only"
    judgement = judge_page(session, rules, page, item.institution, item.snapshot.fetched_at)
    record = record_judgement(session, item.snapshot, page, judgement, version=rules.version, now=now)
    flag(session, item.snapshot.page, record, now)
    return judgement.unlawful
