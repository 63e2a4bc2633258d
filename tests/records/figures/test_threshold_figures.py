"""Precision and recall at each threshold, by decided cases."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine

from records.database import reading, transaction
from records.figures.threshold_figures import ThresholdRow, ThresholdTable, list_threshold_tables
from records.models import Case as CaseRow
from records.models import CaseState, JudgementRecord, SourceKind
from tests.records import registered


@pytest.fixture
def tables(engine: Engine, store, rules, now: datetime) -> dict[tuple[SourceKind, str], ThresholdTable]:
    """Of a site, four cases that a term has found: three decided with measures, one judged before these were kept; of an
    account, one that wording alone has found; and one decided long ago."""
    with transaction(engine) as session:
        site, person = registered.site(session), registered.reviewer(session)
        account = registered.account(session, "http://127.0.0.1:1/feed")
    cases = (
        (site, 0.9, CaseState.UNLAWFUL, now),
        (site, 0.5, CaseState.TRANSFERRED, now),
        (site, 0.5, CaseState.DISMISSED, now),
        (site, None, CaseState.DISMISSED, now),
        (site, 0.5, CaseState.PENDING, now),
        (account, 0.7, CaseState.UNLAWFUL, now),
        (account, 0.7, CaseState.DISMISSED, now - timedelta(days=40)),
    )
    for number, (source, measure, state, at) in enumerate(cases):
        text = f"本页编号{number}。{registered.UNLAWFUL}"
        url = f"http://127.0.0.1:1/{number}"
        kept = registered.snapshot(engine, store, source, now, url=url, text=text)
        found = registered.judged(engine, rules, kept, text, now)
        with transaction(engine) as session:
            case = session.get_one(CaseRow, found)
            case.state, case.changed_at = state, at
            case.reviewer_id = None if state is CaseState.PENDING else person.id
            record = session.get_one(JudgementRecord, case.judgement_id)
            record.hits_measure, record.wording_measure = measure, measure
            for finding in record.findings if source.id == account.id else ():
                finding.term = ""
    with reading(engine) as session:
        found = list_threshold_tables(session, now - timedelta(days=30))
    return {(one.source, one.name): one for one in found}


def row(table: ThresholdTable, threshold: float) -> ThresholdRow:
    return next(one for one in table.rows if one.threshold == threshold)


def test_decided_cases_tell_what_each_threshold_comes_to(tables) -> None:
    found = tables[SourceKind.SITE, "spares"]
    assert (found.decided, found.unmeasured) == (3, 1)
    low, high = row(found, 0.4), row(found, 0.6)
    assert (low.confirmed, low.dismissed) == (2, 1)
    assert low.precision is not None and low.recall is not None
    assert low.precision.value == pytest.approx(2 / 3)
    assert low.precision.low == pytest.approx(0.094, abs=0.001)
    assert (low.recall.value, low.recall.high) == (1.0, 1.0)
    assert (high.confirmed, high.dismissed) == (1, 0)
    assert high.recall is not None and high.recall.value == 0.5
    assert row(found, 0.95).precision is None


def test_wording_alone_and_each_kind_of_source_stand_apart(tables) -> None:
    assert tables[SourceKind.SITE, "suspects"].decided == 0
    assert tables[SourceKind.ACCOUNT, "spares"].decided == 0
    assert tables[SourceKind.ACCOUNT, "suspects"].decided == 1  # the other one is too long ago
