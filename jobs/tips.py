"""Fetches the pages that tips name, judges them, and records the outcomes in the tips."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from classifiers.lists.rules import RuleSet
from crawler.run import crawl
from jobs.flag import flag_new
from records.database import transaction
from records.models import Tip, VisitKind
from records.store.content_store import EvidenceStore
from records.tips import conclude_tip, list_waiting_tips, page_of_tip
from records.visits.targets import open_page_visit


@dataclass(frozen=True)
class Followed:
    """A tip that was followed: its id, its address, its state and reason in words."""

    tip_id: int
    url: str
    state: str
    reason: str


def follow_tips(
    engine: Engine,
    store: EvidenceStore,
    rules: RuleSet,
    now: datetime,
    progress: Callable[[int], None] = lambda _: None,
) -> list[Followed]:
    """Fetch, judge and conclude all tips that wait. Runs a reactor: once a process."""
    with transaction(engine) as session:
        pages = {tip.id: page_of_tip(session, tip) for tip in list_waiting_tips(session)}
    # Several tips may name one page: it is fetched once.
    targets = {page.id: open_page_visit(engine, page, VisitKind.TIP, now) for page in pages.values()}
    if not targets:
        return []
    crawl(engine, store, list(targets.values()), progress)
    flag_new(engine, store, rules, now, lambda _: None)
    followed = []
    for tip_id, page in pages.items():
        with transaction(engine) as session:
            tip = session.get_one(Tip, tip_id)
            conclude_tip(session, tip, targets[page.id].visit_id, now)
            followed.append(Followed(tip.id, tip.url, tip.state.label, tip.reason or ""))
    return followed
