"""The hours in which a site may be visited."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from records.database import reading, transaction
from records.models import Source
from records.visits.hours import Hours
from records.visits.targets import list_due_sources, open_visit
from tests.records import registered

NOON = datetime(2026, 7, 1, 4, 0, tzinfo=UTC)  # 12:00 in China


@pytest.mark.parametrize("written", ["22-6", "22时-6时", "22点至6点", " 22 - 6 "])
def test_hours_are_read_as_people_write_them(written: str) -> None:
    assert str(Hours.of(written)) == "22-6"


@pytest.mark.parametrize("written", ["", "夜间", "22", "24-6", "6-25", "6-6"])
def test_what_is_no_hours_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="时段"):
        Hours.of(written)


@pytest.mark.parametrize(
    ("hours", "at", "minutes"),
    [
        ("8-18", "2026-07-01T12:00+08:00", 360),
        ("8-18", "2026-07-01T18:00+08:00", 0),
        ("22-6", "2026-07-01T23:30+08:00", 390),
        ("22-6", "2026-07-02T05:59+08:00", 1),
        ("22-6", "2026-07-02T06:00+08:00", 0),
        ("0-24", "2026-07-02T23:00+08:00", 60),
    ],
)
def test_the_time_that_is_left(hours: str, at: str, minutes: int) -> None:
    assert Hours.of(hours).seconds_left(datetime.fromisoformat(at)) == minutes * 60


def test_a_site_is_due_only_in_its_hours_and_its_visit_ends_with_them(engine) -> None:
    with transaction(engine) as session:
        registered.site(session, "http://a.test/")
        session.execute(update(Source).values(visit_hours="11-13", max_minutes=600))
    with reading(engine) as session:
        assert not list_due_sources(session, NOON - timedelta(hours=2))
        (site,) = list_due_sources(session, NOON)
    target = open_visit(engine, site, NOON)
    assert target.until == NOON + timedelta(hours=1)
    assert target.seconds_left == 600 * 60
