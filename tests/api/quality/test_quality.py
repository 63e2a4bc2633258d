"""Blind decisions in the browser: nothing on the page reveals the findings, and the figures follow from the
decisions."""

from datetime import UTC, datetime, timedelta

import pytest

from records.cases.quality_checks import Sizes, draw_checks
from records.database import reading, transaction
from records.figures.period import Period
from records.local_time import local_day
from records.models import Case, QualityCheck
from tests.api.pages import decide, hidden, sign_in
from tests.records import registered

pytestmark = pytest.mark.databases("sqlite")


def test_pages_are_decided_blind_one_after_the_other(served, store, rules, case_id) -> None:
    now = datetime.now(UTC)
    with transaction(served.engine) as session:
        source = session.get_one(Case, case_id).page.source
        registered.reviewer(session, "second")
    kept = registered.snapshot(
        served.engine, store, source, now, url="http://127.0.0.1:1/lawful", text=registered.LAWFUL
    )
    registered.judged(served.engine, rules, kept, registered.LAWFUL, now)
    week = Period.week(local_day(now)).first
    with served.client() as client:
        sign_in(client, "reviewer")
        decide(client, case_id, "confirm")
        assert "没有待判断的页面" in client.get("/quality").text
    with transaction(served.engine) as session:
        assert draw_checks(session, week, Sizes(5, 5)) == 2
    with served.client() as client:
        sign_in(client, "second")
        texts = []
        for _ in range(2):
            shown = client.get("/quality").text
            assert "<mark" not in shown
            assert "认定违法" not in shown
            texts.append(shown)
            address = shown.split('action="/quality/')[1].split('"')[0]
            form = {"csrf": hidden(shown, "csrf"), "verdict": "unlawful"}
            refused = client.post(f"/quality/{address}", data=form)
            assert (refused.status_code, "至少选择一种" in refused.text) == (422, True)
            family = shown.split('name="family" value="')[1].split('"')[0]
            assert client.post(f"/quality/{address}", data={**form, "family": family}).status_code == 303
            assert client.post(f"/quality/{address}", data={**form, "family": family}).status_code == 409
        assert any("我院设内科、外科" in text for text in texts)
        assert any("治愈率98%" in text for text in texts)
        assert "没有待判断的页面" in client.get("/quality").text
        days = {"since": str(week), "until": str(week + timedelta(days=6))}
        figures = client.get("/figures/quality", params=days).text
        assert "复判 1 件，一致 100%" in figures
        assert "50.0%" in figures, "one missed, one found"
    with reading(served.engine) as session:
        assert session.query(QualityCheck).count() == 2
        assert session.query(Case).count() == 2, "what was missed is a case now"
