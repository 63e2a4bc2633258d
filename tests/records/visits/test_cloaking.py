"""Which pages are looked at again as a mobile visitor."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from classifiers.lists.rules import RuleSet
from records.database import reading, transaction
from records.models import PlannedPage, PlannedState
from records.store.content_store import EvidenceStore
from records.visits.cloaking import TAKEN_AWAY, list_pages_to_compare
from tests.records import registered

NOW = datetime(2026, 11, 20, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("reason", "is_compared"),
    [
        (f"{TAKEN_AWAY}可见文字由 300 字变为 0 字，按原始页面保存", True),
        (f"{TAKEN_AWAY}离开了网页（about:blank），按原始页面保存", True),
        ("浏览器渲染失败，按原始页面保存", False),
        ("HTTP 404", False),
        (None, False),
    ],
)
def test_a_site_whose_script_takes_a_page_away_is_looked_at_again(
    engine: Engine, store: EvidenceStore, rules: RuleSet, reason: str | None, is_compared: bool
) -> None:
    with transaction(engine) as session:
        site = registered.site(session)
    kept = registered.snapshot(engine, store, site, NOW, url=site.address, text="门诊时间")
    registered.judged(engine, rules, kept, "门诊时间", NOW)
    with transaction(engine) as session:
        row = session.scalars(select(PlannedPage).where(PlannedPage.visit_id == kept.visit_id)).one()
        row.state, row.reason = PlannedState.FETCHED, reason
    with reading(engine) as session:
        compared = list_pages_to_compare(session, NOW - timedelta(days=1))
        later = list_pages_to_compare(session, NOW + timedelta(days=1))
    assert [page.url for page, _ in compared] == ([site.address] if is_compared else [])
    assert later == []


def test_posts_of_an_account_are_compared_too_but_no_notices(
    engine: Engine, store: EvidenceStore, rules: RuleSet
) -> None:
    """A mobile visitor from a search may be shown another post, as with sites."""
    with transaction(engine) as session:
        account = registered.account(session, "http://127.0.0.1:1/feed.xml")
    posts = {
        "http://127.0.0.1:1/s/1": (registered.UNLAWFUL, "normal"),
        "http://127.0.0.1:1/s/2": (registered.LAWFUL, "normal"),
        "http://127.0.0.1:1/s/3": ("操作频繁", "needs_verification"),
    }
    for url, (text, state) in posts.items():
        kept = registered.snapshot(engine, store, account, NOW, url=url, text=text, state=state)
        registered.judged(engine, rules, kept, text, NOW)
    with reading(engine) as session:
        compared = list_pages_to_compare(session, NOW - timedelta(days=1))
    assert [page.url for page, _ in compared] == ["http://127.0.0.1:1/s/2"]
