"""Looks at disposed pages again and concludes their cases."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from classifiers.lists import RuleSet
from crawler.flag import judge_page
from crawler.run import crawl
from crawler.sources.mp_article import GONE_STATES
from records.database import transaction
from records.evidence import EvidenceStore
from records.flagging import register_of
from records.images import text_with_images
from records.models import Case, PlannedPage, Snapshot, Verification
from records.verification import Seen, conclude, disposed_cases, due_rechecks
from records.visits import Target, open_recheck


def recheck(
    engine: Engine, store: EvidenceStore, rules: RuleSet, cases: Sequence[int] | None, now: datetime
) -> list[Verification]:
    """Fetch the pages of due cases (or of these case ids) and conclude them. Runs a reactor: once a process."""
    with transaction(engine) as session:
        due = due_rechecks(session, now) if cases is None else disposed_cases(session, cases)
    targets = [(case.id, open_recheck(engine, case.page, now)) for case in due]
    if targets:
        crawl(engine, store, [target for _, target in targets])
    verifications = []
    for case_id, target in targets:
        with transaction(engine) as session:
            case = session.get_one(Case, case_id)
            seen = _seen(session, store, rules, case, target)
            verifications.append(conclude(session, case, seen, GONE_STATES, now))
    return verifications


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
