"""`qingyi quality`: the sample of last week is drawn once."""

from datetime import UTC, datetime, timedelta

import pytest

from records.database import reading, transaction
from records.models import CheckKind, QualityCheck
from tests.records import registered

pytestmark = pytest.mark.databases("sqlite")


def test_last_weeks_sample_is_drawn_once(engine, store, rules, qingyi) -> None:
    last_week = datetime.now(UTC) - timedelta(days=7)
    with transaction(engine) as session:
        source = registered.site(session)
    url = "http://127.0.0.1:1/a"
    kept = registered.snapshot(engine, store, source, last_week, url=url, text=registered.LAWFUL)
    registered.judged(engine, rules, kept, registered.LAWFUL, last_week)
    assert "抽取 1 件" in qingyi("quality", "draw").stdout
    assert "抽取 0 件" in qingyi("quality", "draw").stdout
    with reading(engine) as session:
        assert session.query(QualityCheck).one().kind is CheckKind.UNFLAGGED
