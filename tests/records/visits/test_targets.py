"""Visits are opened together, and counted together, however many they are."""

from datetime import datetime

import pytest
from sqlalchemy import Connection, Engine, event, insert, select

from records.database import reading, transaction
from records.models import PlannedPage, PlannedState, Source, SourceKind, Visit
from records.visits.frontier import count_planned, list_waiting_by_visit
from records.visits.targets import list_due_sources, open_visits
from tests.records import registered


@pytest.fixture
def sources(engine: Engine) -> list[Source]:
    """A thousand and more sites."""
    with transaction(engine) as session:
        owner = registered.institution(session)
        rows = [
            {"institution_id": owner.id, "kind": SourceKind.SITE, "address": f"http://h{number}.test/"}
            for number in range(1_100)
        ]
        session.execute(insert(Source), rows)
        return list(session.scalars(select(Source).order_by(Source.id)))


def test_thousands_of_visits_are_opened_in_a_few_transactions(
    engine: Engine, sources: list[Source], now: datetime
) -> None:
    commits: list[Connection] = []
    count = commits.append
    event.listen(engine, "commit", count)
    try:
        targets = open_visits(engine, sources, now, lambda source: (f"{source.address}sitemap.xml",))
    finally:
        event.remove(engine, "commit", count)
    assert len(commits) == 3
    assert [target.start_url for target in targets] == [source.address for source in sources]
    with reading(engine) as session:
        waiting = list_waiting_by_visit(session, [targets[0].visit_id, targets[-1].visit_id])
        for target in (targets[0], targets[-1]):
            first, its_map = waiting[target.visit_id]
            assert (first.url, first.is_feed) == (target.start_url, False)
            assert (its_map.url, its_map.is_feed) == (f"{target.start_url}sitemap.xml", True)


def test_a_visit_that_was_cut_off_is_taken_up_and_the_others_are_new(
    engine: Engine, sources: list[Source], now: datetime
) -> None:
    (cut_off,) = open_visits(engine, sources[7:8], now)
    targets = open_visits(engine, sources[:20], now)
    assert [target.resumed for target in targets] == [number == 7 for number in range(20)]
    assert targets[7].visit_id == cut_off.visit_id
    with reading(engine) as session:
        assert len(list_due_sources(session, now)) == 1_100
        planned = session.scalars(select(PlannedPage).where(PlannedPage.visit_id == cut_off.visit_id)).all()
    assert [page.url for page in planned] == [sources[7].address]


def test_more_visits_are_counted_than_a_statement_takes_parameters(
    engine: Engine, sources: list[Source], now: datetime
) -> None:
    targets = open_visits(engine, sources, now)
    ids = [target.visit_id for target in targets]
    with reading(engine) as session:
        assert session.query(Visit).count() == 1_100
        assert count_planned(session, [*ids, *range(10**6, 10**6 + 70_000)]) == {PlannedState.WAITING: 1_100}
