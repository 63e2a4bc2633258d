"""Looks at flagged sites again as a mobile visitor from a search engine, for content that only such visitors
see.

Pages that show a monitor one thing and patients another are found by the difference, which is kept as evidence.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from classifiers.lists.rules import RuleSet
from classifiers.page.identity import Register
from classifiers.values import Judgement, PageText
from crawler.browser.evidence_browser import (
    MOBILE,
    BrowserProfile,
    EvidenceBrowser,
    PageNotRendered,
    PageView,
    evidence_browser,
)
from crawler.platforms import read_page
from records.database import reading, transaction
from records.judgements.facts import judge_page, register_of
from records.models import Page, Snapshot, VisitKind
from records.snapshots.images import text_with_images
from records.snapshots.page_text import StoredText
from records.snapshots.snapshots import Fetched, keep_snapshot
from records.store.content_store import EvidenceStore
from records.visits.ending import finish_visit
from records.visits.targets import open_browser_visit

FROM_SEARCH = "https://m.baidu.com/s?word=%E5%8C%BB%E9%99%A2"
_AT_ONCE = 3
VISITOR = BrowserProfile(
    user_agent=(
        "Mozilla/5.0 (Linux; Android 14; 23013RK75C) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/130.0.0.0 Mobile Safari/537.36"
    ),
    viewport=dict(MOBILE),
    referer=FROM_SEARCH,
    is_mobile=True,
)


@dataclass(frozen=True)
class CloakingResult:
    """Pages that were looked at again, and those that showed further unlawful content."""

    looked_at: int
    cloaked: int


def look_as_mobile(
    engine: Engine,
    store: EvidenceStore,
    rules: RuleSet,
    compared: Sequence[tuple[Page, Snapshot]],
    now: datetime,
    progress: Callable[[int], None] = lambda _: None,
) -> CloakingResult:
    """Look again at pages, with the monitor's snapshot of each (as of `list_pages_to_compare`). Content that
    only the mobile visitor sees becomes a separate snapshot, judged and captured like any other. Raises
    BrowserMissing."""
    seen = asyncio.run(_look_at_all([page.url for page, _ in compared], progress))
    cloaked = 0
    with reading(engine) as session:
        register = register_of(session)
    for (page, plain), answer in zip(compared, seen, strict=True):
        if isinstance(answer, PageView) and answer.status == 200:
            cloaked += _keep_if_cloaked(engine, store, rules, register, page, plain, answer, now)
    return CloakingResult(len(compared), cloaked)


async def _look_at_all(
    urls: Sequence[str], progress: Callable[[int], None]
) -> list[PageView | PageNotRendered]:
    gate = asyncio.Semaphore(_AT_ONCE)
    async with evidence_browser() as browser:

        async def look(url: str) -> PageView | PageNotRendered:
            async with gate:
                found = await seen_by(browser, url, VISITOR)
                progress(1)
                return found

        return await asyncio.gather(*map(look, urls))


async def seen_by(browser: EvidenceBrowser, url: str, visitor: BrowserProfile) -> PageView | PageNotRendered:
    """A visitor's view of `url`, or why there is none."""
    try:
        return await browser.look_at(url, visitor)
    except PageNotRendered as error:
        return error


def _keep_if_cloaked(
    engine: Engine,
    store: EvidenceStore,
    rules: RuleSet,
    register: Register,
    page: Page,
    plain: Snapshot,
    seen: PageView,
    now: datetime,
) -> bool:
    text, state = read_page(seen.html, seen.url)
    with reading(engine) as session:
        own = session.get_one(Snapshot, plain.id)
        mobile = judge_page(session, rules, text, own, register)
        before = text_with_images(session, store, own) or PageText("")
        monitor = judge_page(session, rules, before, own, register)
    if not new_findings(mobile, monitor):
        return False
    target = open_browser_visit(engine, page, VisitKind.MOBILE, now)
    with transaction(engine) as session:
        keep_snapshot(session, store, target, seen_as_fetched(page.url, seen, text, state))
    finish_visit(engine, target, now, "完成")
    return True


def new_findings(mobile: Judgement, monitor: Judgement) -> set[tuple[str, str]]:
    """Rule and quote of the findings that the mobile visitor's page has and the monitor's does not."""
    known = {(finding.rule, finding.quote) for finding in monitor.findings}
    return {(finding.rule, finding.quote) for finding in mobile.findings} - known


def seen_as_fetched(url: str, seen: PageView, text: PageText, state: str) -> Fetched:
    """The browser's view in the form to be stored: the page's own response as body, its DOM in addition."""
    first = next((exchange for exchange in seen.exchanges if exchange.status == seen.status), None)
    dom = seen.html.encode("utf-8", "surrogatepass")
    return Fetched(
        url=url,
        final_url=seen.url,
        status=seen.status or 0,
        headers=_by_name(first.response_headers if first else ()),
        body=first.body if first else dom,
        fetched_at=seen.at,
        rendered=dom,
        text=StoredText.of(text),
        page_state=state,
        request_headers=_by_name(first.request_headers if first else ()),
    )


def _by_name(headers: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in headers:
        found.setdefault(name.lower(), []).append(value)
    return found
