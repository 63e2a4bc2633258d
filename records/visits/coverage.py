"""Coverage: which institutions were seen in a period, and which sites are dead, moved or blocking, and why.

The plans ask that all hospitals are seen, whoever owns them and whatever their level, with hospitals of Chinese medicine
and of maternal and child health; and at least half of the others. The statistics table's two groups are another division.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from records.models import (
    Institution,
    Level,
    Page,
    PlannedPage,
    PlannedState,
    Snapshot,
    Source,
    SourceKind,
    Visit,
)
from records.visits.ending import NO_POSTS
from records.visits.targets import PATROLS, SITES_FIRST

HOSPITALS, OTHERS = "医院（含中医院、妇幼保健院）", "其他医疗机构"
TARGETS: dict[str, float] = {HOSPITALS: 1.0, OTHERS: 0.5}
_OF_HOSPITALS = ("医院", "妇幼保健")
_OF_OTHERS = ("门诊", "诊所", "卫生院", "卫生室", "卫生站", "卫生服务", "医务室", "检验", "体检中心")
_BLOCKING = frozenset({401, 403, 407, 429, 451})


class SourceState(StrEnum):
    """The state of a source in a period."""

    SEEN = "已看到"
    MOVED = "已迁移"
    BLOCKING = "拒绝访问"
    DEAD = "无法访问"
    UNREADABLE = "列表读不出"
    NOT_VISITED = "未巡查"


@dataclass(frozen=True)
class SourceCoverage:
    """One source: its state, how many pages were seen, when last, and why not."""

    institution: str
    level: Level
    district: str
    source: str
    state: SourceState
    pages: int
    last_visit: datetime | None
    reason: str


@dataclass(frozen=True)
class GroupCoverage:
    """Institutions of a group: how many there are, how many were seen, and the required share, if any."""

    group: str
    institutions: int
    seen: int
    target: float | None = None

    @property
    def share(self) -> float:
        """The share seen, 0 to 1; 1 where there are none."""
        return self.seen / self.institutions if self.institutions else 1.0

    @property
    def is_reached(self) -> bool:
        """Whether the required share is reached."""
        return self.target is None or self.share >= self.target


def is_hospital(name: str, category: str | None) -> bool:
    """Whether the plans count an institution among the hospitals: by its registered category, by its name without one."""
    known = category or name
    return any(word in known for word in _OF_HOSPITALS) and not any(word in known for word in _OF_OTHERS)


def source_coverage(
    session: Session, since: datetime, until: datetime, district: str | None = None
) -> list[SourceCoverage]:
    """Every enabled source (of one district, where one is given), by its newest visit in the period."""
    query = select(Source).where(Source.enabled).order_by(*SITES_FIRST)
    if district:
        query = query.join(Institution).where(Institution.district == district)
    sources = session.scalars(query.options(joinedload(Source.institution))).all()
    visits = _newest_visits(session, since, until)
    outcomes = _outcomes(session, [visit.id for visit in visits.values()])
    return [_covered(source, visits.get(source.id), outcomes) for source in sources]


def plan_coverage(
    session: Session, sources: Sequence[SourceCoverage], district: str | None = None
) -> list[GroupCoverage]:
    """Institutions by the plans' groups, with the required shares; one is seen when any of its sites or
    accounts was."""
    groups: dict[str, set[str]] = defaultdict(set)
    for name, category, _ in _institutions(session, district):
        groups[HOSPITALS if is_hospital(name, category) else OTHERS].add(name)
    seen = _seen(sources)
    return [
        GroupCoverage(group, len(groups[group]), len(groups[group] & seen), target)
        for group, target in TARGETS.items()
    ]


def level_coverage(
    session: Session, sources: Sequence[SourceCoverage], district: str | None = None
) -> dict[Level, GroupCoverage]:
    """Institutions by the groups of the statistics table; these require no share."""
    groups: dict[Level, set[str]] = defaultdict(set)
    for name, _, level in _institutions(session, district):
        groups[level].add(name)
    seen = _seen(sources)
    return {
        level: GroupCoverage(level.label, len(groups[level]), len(groups[level] & seen)) for level in Level
    }


def _institutions(session: Session, district: str | None) -> list[tuple[str, str | None, Level]]:
    query = select(Institution.name, Institution.category, Institution.level)
    rows = session.execute(query.where(Institution.district == district) if district else query)
    return [(name, category, level) for name, category, level in rows]


def _seen(sources: Sequence[SourceCoverage]) -> set[str]:
    return {one.institution for one in sources if one.state in {SourceState.SEEN, SourceState.MOVED}}


@dataclass(frozen=True)
class _VisitOutcomes:
    """The outcomes of visits, by the visit's id."""

    good: dict[int, int]  # pages that were there
    first_status: dict[int, int]
    start_pages: dict[int, tuple[str, str]]  # the start page's address, and where it led
    reasons: dict[int, str]  # why the first page could not be fetched


def _newest_visits(session: Session, since: datetime, until: datetime) -> dict[int, Visit]:
    """By a source's id, its newest visit in the period."""
    newest = (
        select(func.max(Visit.id))
        .where(
            Visit.kind.in_(PATROLS),
            Visit.started_at >= since,
            Visit.started_at < until,
        )
        .group_by(Visit.source_id)
    )
    return {visit.source_id: visit for visit in session.scalars(select(Visit).where(Visit.id.in_(newest)))}


def _outcomes(session: Session, ids: Sequence[int]) -> _VisitOutcomes:
    good = session.execute(
        select(Snapshot.visit_id, func.count())
        .where(Snapshot.visit_id.in_(ids), Snapshot.status < 400)
        .group_by(Snapshot.visit_id)
    )
    firsts = select(func.min(Snapshot.id)).where(Snapshot.visit_id.in_(ids)).group_by(Snapshot.visit_id)
    pages = session.execute(
        select(Snapshot.visit_id, Snapshot.status, Page.url, Snapshot.final_url, Source.address)
        .join(Page, Page.id == Snapshot.page_id)
        .join(Source, Source.id == Page.source_id)
        .where(
            Snapshot.visit_id.in_(ids),
            Snapshot.id.in_(firsts) | (Page.url == Source.address),
        )
        .order_by(Snapshot.id.desc())
    ).all()
    failed = session.execute(
        select(PlannedPage.visit_id, PlannedPage.reason)
        .where(
            PlannedPage.visit_id.in_(ids),
            PlannedPage.state.in_((PlannedState.FAILED, PlannedState.SKIPPED)),
        )
        .order_by(PlannedPage.is_feed.desc(), PlannedPage.id.desc())
    )
    return _VisitOutcomes(
        good={row[0]: row[1] for row in good},
        first_status={visit_id: status for visit_id, status, *_ in pages},
        start_pages={
            visit_id: (url, final)
            for visit_id, status, url, final, start in pages
            if url == start and status < 400
        },
        reasons={row[0]: row[1] or "" for row in failed},  # the first of each visit comes last
    )


def _covered(source: Source, visit: Visit | None, outcomes: _VisitOutcomes) -> SourceCoverage:
    state, pages, reason = (SourceState.NOT_VISITED, 0, "")
    if visit is not None:
        state, pages, reason = _outcome(source, visit, outcomes)
    return SourceCoverage(
        institution=source.institution.name,
        level=source.institution.level,
        district=source.institution.district,
        source=source.display_name,
        state=state,
        pages=pages,
        last_visit=visit.started_at if visit else None,
        reason=reason,
    )


def _outcome(source: Source, visit: Visit, outcomes: _VisitOutcomes) -> tuple[SourceState, int, str]:
    """From the responses: pages; else the first page's response, or why it could not be fetched."""
    good = outcomes.good.get(visit.id, 0)
    if visit.outcome == NO_POSTS:
        return SourceState.UNREADABLE, 0, NO_POSTS
    if good:
        moved = _moved(source, outcomes.start_pages.get(visit.id))
        return (SourceState.MOVED, good, f"转到 {moved}") if moved else (SourceState.SEEN, good, "")
    status = outcomes.first_status.get(visit.id)
    if status is not None:
        return SourceState.BLOCKING if status in _BLOCKING else SourceState.DEAD, 0, f"HTTP {status}"
    reason = outcomes.reasons.get(visit.id, "")
    forbidden = "robots" in reason.lower() or "验证" in reason
    return SourceState.BLOCKING if forbidden else SourceState.DEAD, 0, reason or (visit.outcome or "")


def _moved(source: Source, start: tuple[str, str] | None) -> str:
    """The host that the start page leads to, where it is not one of the site's."""
    if source.kind is not SourceKind.SITE or start is None:
        return ""
    hosts = {urlsplit(source.address).netloc.lower(), *source.other_hosts}
    host = urlsplit(start[1]).netloc.lower()
    return host if host and host not in hosts else ""
