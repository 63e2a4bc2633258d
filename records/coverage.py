"""Coverage: which institutions were seen in a period, and which sites are dead, moved or blocking, and why.

The campaign asks that all public institutions of level two and above are seen, and at least half of the others.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from records.models import (
    Account,
    Institution,
    Level,
    Page,
    PlannedPage,
    PlannedState,
    Site,
    Snapshot,
    Visit,
    VisitKind,
)

TARGETS: dict[Level, float] = {Level.PUBLIC_SECONDARY: 1.0, Level.OTHER: 0.5}
_BLOCKING = frozenset({401, 403, 407, 429, 451})


class SourceState(StrEnum):
    """What became of a site or account in a period."""

    SEEN = "已看到"
    MOVED = "已迁移"
    BLOCKING = "拒绝访问"
    DEAD = "无法访问"
    NOT_VISITED = "未巡查"


@dataclass(frozen=True)
class SourceCoverage:
    """One site or account: what became of it, how many pages were seen, when last, and why not."""

    institution: str
    level: Level
    district: str
    source: str
    state: SourceState
    pages: int
    last_visit: datetime | None
    reason: str


@dataclass(frozen=True)
class LevelCoverage:
    """Institutions of a reporting group: how many there are, how many were seen, and what share is asked for."""

    level: Level
    institutions: int
    seen: int
    target: float

    @property
    def share(self) -> float:
        """The share seen, 0 to 1; 1 where there are none."""
        return self.seen / self.institutions if self.institutions else 1.0

    @property
    def is_reached(self) -> bool:
        """Whether what is asked for is reached."""
        return self.share >= self.target


def source_coverage(session: Session, since: datetime, until: datetime) -> list[SourceCoverage]:
    """Every enabled site and account, by its newest visit in the period."""
    sources: list[Site | Account] = [
        *session.scalars(
            select(Site).where(Site.enabled).order_by(Site.id).options(joinedload(Site.institution))
        ),
        *session.scalars(
            select(Account)
            .where(Account.enabled)
            .order_by(Account.id)
            .options(joinedload(Account.institution))
        ),
    ]
    return [_covered(session, source, since, until) for source in sources]


def level_coverage(session: Session, sources: Sequence[SourceCoverage]) -> list[LevelCoverage]:
    """Institutions by reporting group; one is seen when any of its sites or accounts was."""
    seen: dict[Level, set[str]] = defaultdict(set)
    for source in sources:
        if source.state in {SourceState.SEEN, SourceState.MOVED}:
            seen[source.level].add(source.institution)
    found = []
    for level in Level:
        names = set(session.scalars(select(Institution.name).where(Institution.level == level)))
        found.append(LevelCoverage(level, len(names), len(names & seen[level]), TARGETS[level]))
    return found


def _covered(session: Session, source: Site | Account, since: datetime, until: datetime) -> SourceCoverage:
    is_site = isinstance(source, Site)
    visit = session.scalar(
        select(Visit)
        .where(
            (Visit.site_id if is_site else Visit.account_id) == source.id,
            Visit.kind.in_((VisitKind.SITE, VisitKind.ACCOUNT)),
            Visit.started_at >= since,
            Visit.started_at < until,
        )
        .order_by(Visit.id.desc())
        .limit(1)
    )
    state, pages, reason = (SourceState.NOT_VISITED, 0, "")
    if visit is not None:
        state, pages, reason = _outcome(session, source, visit)
    return SourceCoverage(
        institution=source.institution.name,
        level=source.institution.level,
        district=source.institution.district,
        source=source.start_url if isinstance(source, Site) else source.name,
        state=state,
        pages=pages,
        last_visit=visit.started_at if visit else None,
        reason=reason,
    )


def _outcome(session: Session, source: Site | Account, visit: Visit) -> tuple[SourceState, int, str]:
    """By what came back: pages; else what the first page answered, or why it could not be had."""
    rows = session.execute(
        select(Snapshot.status, Snapshot.final_url, Page.url)
        .join(Page, Page.id == Snapshot.page_id)
        .where(Snapshot.visit_id == visit.id)
        .order_by(Snapshot.id)
    ).all()
    good = [(final, url) for status, final, url in rows if status in {200, 304}]
    if good:
        moved = _moved(source, good)
        return (SourceState.MOVED, len(good), f"转到 {moved}") if moved else (SourceState.SEEN, len(good), "")
    statuses = [status for status, _, _ in rows]
    if statuses:
        state = SourceState.BLOCKING if statuses[0] in _BLOCKING else SourceState.DEAD
        return state, 0, f"HTTP {statuses[0]}"
    reason = session.scalar(
        select(PlannedPage.reason)
        .where(
            PlannedPage.visit_id == visit.id,
            PlannedPage.state.in_((PlannedState.FAILED, PlannedState.SKIPPED)),
        )
        .order_by(PlannedPage.is_feed, PlannedPage.id)
        .limit(1)
    )
    forbidden = "robots" in (reason or "").lower() or "验证" in (reason or "")
    return SourceState.BLOCKING if forbidden else SourceState.DEAD, 0, reason or (visit.outcome or "")


def _moved(source: Site | Account, good: Sequence[tuple[str, str]]) -> str:
    """The host that the start page leads to, where it is none of the site's."""
    if not isinstance(source, Site):
        return ""
    own = {urlsplit(source.start_url).netloc.lower(), *source.other_hosts}
    final = next((final for final, url in good if url == source.start_url), "")
    host = urlsplit(final).netloc.lower()
    return host if host and host not in own else ""
