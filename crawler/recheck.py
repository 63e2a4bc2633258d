"""Looks at disposed pages again and concludes their cases."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from classifiers.lists import RuleSet
from crawler.browser import Seen as SeenPage
from crawler.browser import evidence_browser
from crawler.cloaking import seen_as_fetched, seen_by_mobile
from crawler.run import crawl
from crawler.sources import read_page
from crawler.sources.post import GONE_STATES
from records.database import reading, transaction
from records.evidence import EvidenceStore
from records.flagging import register_of
from records.images import text_with_images
from records.models import Case, PlannedPage, PlannedState, Snapshot, Verification, VisitKind
from records.page_judgement import judge_page
from records.snapshots import keep_snapshot
from records.verification import Seen, conclude, disposed_cases, due_rechecks
from records.visits import Target, close_planned, finish_visit, open_page_visit


def recheck(
    engine: Engine, store: EvidenceStore, rules: RuleSet, cases: Sequence[int] | None, now: datetime
) -> list[Verification]:
    """Fetch the pages of due cases (or of these case ids) and conclude them. Runs a reactor: once a process."""
    with transaction(engine) as session:
        due = due_rechecks(session, now) if cases is None else disposed_cases(session, cases)
    targets = [(case.id, open_page_visit(engine, case.page, VisitKind.RECHECK, now)) for case in due]
    with reading(engine) as session:
        mobile = {case.id for case in due if session.get_one(Case, case.id).judgement.snapshot.is_mobile}
    if plain := [target for case_id, target in targets if case_id not in mobile]:
        crawl(engine, store, plain)
    if cloaked := [target for case_id, target in targets if case_id in mobile]:
        asyncio.run(_look_as_mobile(engine, store, cloaked, now))
    verifications = []
    for case_id, target in targets:
        with transaction(engine) as session:
            case = session.get_one(Case, case_id)
            seen = _seen(session, store, rules, case, target)
            verifications.append(conclude(session, case, seen, GONE_STATES, now))
    return verifications


async def _look_as_mobile(
    engine: Engine, store: EvidenceStore, targets: Sequence[Target], now: datetime
) -> None:
    """Look at pages that only mobile visitors saw as such a visitor: to others they are gone already."""
    async with evidence_browser() as browser:
        for target in targets:
            with reading(engine) as session:
                planned = session.scalars(
                    select(PlannedPage).where(PlannedPage.visit_id == target.visit_id)
                ).one()
            seen = await seen_by_mobile(browser, planned.url)
            with transaction(engine) as session:
                if isinstance(seen, SeenPage):
                    text, state = read_page(seen.html, seen.url)
                    keep_snapshot(session, store, target, seen_as_fetched(planned.url, seen, text, state))
                    close_planned(session, {planned.id: None}, PlannedState.FETCHED)
                else:
                    close_planned(session, {planned.id: str(seen)}, PlannedState.FAILED)
            finish_visit(engine, target, now, "完成")


def _seen(session: Session, store: EvidenceStore, rules: RuleSet, case: Case, target: Target) -> Seen:
    """What the visit of a case's page brought back."""
    snapshot = session.scalar(
        select(Snapshot).where(Snapshot.visit_id == target.visit_id, Snapshot.page_id == case.page_id)
    )
    if snapshot is None:
        planned = session.scalar(select(PlannedPage).where(PlannedPage.visit_id == target.visit_id))
        return Seen(None, None, (planned.reason if planned else None) or "未知原因")
    page = text_with_images(session, store, snapshot)
    if page is None:
        return Seen(snapshot, None)
    return Seen(snapshot, judge_page(session, rules, page, snapshot, register_of(session)))
