"""Looks at disposed pages again and concludes their cases.

First as a plain visitor. A page that is then missing or different is also opened in the browser, as the
monitor and as a mobile visitor from a search: it may be gone for one and there for another.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from classifiers.lists.rules import RuleSet
from classifiers.page.identity import KnownInstitutions
from classifiers.values import PageText
from crawler.browser.evidence_browser import (
    PageNotRendered,
    PageView,
    evidence_browser,
)
from crawler.browser.visitors import BrowserProfile, monitor, visitor_of
from crawler.network.dns import is_nxdomain
from crawler.pages.post import GONE_STATES, STATE_LABELS
from crawler.platforms import read_post
from crawler.run import crawl
from crawler.workers.page_reader import shared_reader
from jobs.cloaking import seen_as_fetched, seen_by
from records.cases.verification import (
    THERE,
    Assessment,
    Observation,
    assess,
    conclude,
    list_disposed_cases,
    list_due_rechecks,
)
from records.database import reading, transaction
from records.judgements.facts import judge_page, register_of
from records.models import Case, SourceKind, Verification, VisitKind, VisitorKind
from records.snapshots.images import text_with_images
from records.snapshots.snapshots import keep_snapshot, visit_snapshot
from records.store.content_store import EvidenceStore
from records.visits.ending import finish_visit
from records.visits.frontier import planned_reason
from records.visits.targets import Target, open_browser_visit, open_page_visit

_AT_ONCE = 3
# The browser's views of each case's page, by visitor.
_BrowserViews = Mapping[int, Mapping[VisitorKind, PageView | PageNotRendered]]


def recheck(
    engine: Engine, store: EvidenceStore, rules: RuleSet, cases: Sequence[int] | None, now: datetime
) -> list[Verification]:
    """Look at the pages of due cases (or of these case ids) and conclude them. Runs a reactor: once a process. Raises
    BrowserMissing."""
    with transaction(engine) as session:
        due = list_due_rechecks(session, now) if cases is None else list_disposed_cases(session, cases)
    targets = {case.id: open_page_visit(engine, case.page, VisitKind.RECHECK, now) for case in due}
    if targets:
        crawl(engine, store, list(targets.values()))
    plain: dict[int, Assessment] = {}
    with reading(engine) as session:
        register = register_of(session)
        for case_id, target in targets.items():
            case = session.get_one(Case, case_id)
            seen = _seen_plainly(session, store, rules, register, case, target)
            plain[case_id] = assess(case, seen, GONE_STATES)
        wanted = {
            case_id: (case.page.url, visitors)
            for case_id, one in plain.items()
            if (visitors := _browsers_wanted(case := session.get_one(Case, case_id), one))
        }
    seen_by_browser = asyncio.run(_look_by_browser(wanted)) if wanted else {}
    return [
        _concluded(engine, store, rules, register, case_id, plain[case_id], seen_by_browser, now)
        for case_id in targets
    ]


def _browsers_wanted(case: Case, plain: Assessment) -> Mapping[VisitorKind, BrowserProfile]:
    """The visitors as which the browser has to look: none where the plain visitor saw the content, or where
    nothing answers. A platform's page is not visited three times; but where its state is unclear, a person
    needs a screenshot."""
    seen = plain.seen
    if seen.status is None or seen.is_nxdomain or plain.outcome in THERE:
        return {}
    rendered = {VisitorKind.RENDERED: monitor()}
    if case.page.source.kind is SourceKind.SITE or case.judgement.snapshot.is_mobile:
        return {**rendered, VisitorKind.MOBILE: visitor_of(case.judgement.snapshot.request_headers)}
    return rendered if plain.is_unclear else {}


def _seen_plainly(
    session: Session,
    store: EvidenceStore,
    rules: RuleSet,
    register: KnownInstitutions,
    case: Case,
    target: Target,
) -> Observation:
    """The plain visitor's observation of a case's page."""
    snapshot = visit_snapshot(session, target.visit_id, case.page_id)
    if snapshot is None:
        reason = planned_reason(session, target.visit_id) or "未知原因"
        gone = is_nxdomain(urlsplit(case.page.url).hostname or "")
        return Observation(VisitorKind.PLAIN, None, failure=reason, is_nxdomain=gone)
    page = text_with_images(session, store, snapshot)
    judgement = judge_page(session, rules, page, snapshot, register) if page is not None else None
    return Observation(
        VisitorKind.PLAIN,
        snapshot.status,
        snapshot.page_state,
        judgement,
        snapshot.id,
        shown=STATE_LABELS.get(snapshot.page_state, snapshot.page_state),
        is_post=snapshot.post is not None,
        words=_words(page) if page is not None else None,
    )


def _words(page: PageText) -> int:
    """The number of characters that a visitor sees."""
    return len("".join(page.text.split()))


async def _look_by_browser(
    wanted: Mapping[int, tuple[str, Mapping[VisitorKind, BrowserProfile]]],
) -> _BrowserViews:
    """The browser's view of each case's address, as each of the wanted visitors."""
    gate = asyncio.Semaphore(_AT_ONCE)
    async with evidence_browser() as browser:

        async def look_once(visitor: BrowserProfile, url: str) -> PageView | PageNotRendered:
            async with gate:
                return await seen_by(browser, url, visitor)

        async def seen(
            case_id: int, url: str, visitors: Mapping[VisitorKind, BrowserProfile]
        ) -> tuple[int, dict[VisitorKind, PageView | PageNotRendered]]:
            found = await asyncio.gather(*(look_once(profile, url) for profile in visitors.values()))
            return case_id, dict(zip(visitors, found, strict=True))

        return dict(await asyncio.gather(*(seen(case_id, *asked) for case_id, asked in wanted.items())))


def _concluded(
    engine: Engine,
    store: EvidenceStore,
    rules: RuleSet,
    register: KnownInstitutions,
    case_id: int,
    plain: Assessment,
    seen_by_browser: _BrowserViews,
    now: datetime,
) -> Verification:
    """A case's verification, from all observations."""
    assessments = [plain]
    for visitor, seen in seen_by_browser.get(case_id, {}).items():
        assessments.append(_browser_look(engine, store, rules, register, case_id, visitor, seen, now))
    with transaction(engine) as session:
        return conclude(session, session.get_one(Case, case_id), assessments, now)


def _browser_look(
    engine: Engine,
    store: EvidenceStore,
    rules: RuleSet,
    register: KnownInstitutions,
    case_id: int,
    visitor: VisitorKind,
    seen: PageView | PageNotRendered,
    now: datetime,
) -> Assessment:
    """The assessment of the browser's view; a page that still shows the content is kept as evidence."""
    with reading(engine) as session:
        case = session.get_one(Case, case_id)
        if isinstance(seen, PageNotRendered):
            return assess(case, Observation(visitor, None, failure=str(seen)), GONE_STATES)
        post = shared_reader().read(read_post, seen.html, seen.url)
        text, state = post.text, post.state
        judgement = judge_page(session, rules, text, case.judgement.snapshot, register)
        shown = Observation(
            visitor,
            seen.status,
            state,
            judgement,
            shown=STATE_LABELS[state],
            is_post=post.is_post,
            words=_words(text),
        )
        found = assess(case, shown, GONE_STATES)
        page = case.page
    if found.is_unclear and seen.screenshot:
        return replace(found, seen=replace(found.seen, screenshot=store.put(seen.screenshot)))
    if found.outcome not in THERE:
        return found
    kind = VisitKind.MOBILE if visitor is VisitorKind.MOBILE else VisitKind.RECHECK
    target = open_browser_visit(engine, page, kind, now)
    with transaction(engine) as session:
        kept = keep_snapshot(session, store, target, seen_as_fetched(page.url, seen, text, state))
        snapshot_id = kept.id
    finish_visit(engine, target, now, "完成")
    return replace(found, seen=replace(found.seen, snapshot_id=snapshot_id))
