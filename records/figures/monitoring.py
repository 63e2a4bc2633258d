"""The pages monitored in a period 监测量 and the share suspected of breaking the law 违法率.

A page counts once in a period however often it was seen, and once more for content shown to mobile visitors
only. It is suspected where any judgement of its snapshots in the period found something, unless a reviewer
dismissed its newest case. A machine's finding is a lead 线索; a page that people found unlawful is confirmed.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from records.cases.review_queue import NO_CATEGORY
from records.cases.stages import STAGES
from records.database import in_batches
from records.figures.period import Period
from records.judgements.judgements import is_newest
from records.models import (
    Case,
    CaseState,
    FindingRecord,
    Institution,
    JudgementRecord,
    Page,
    Snapshot,
    Source,
    SourceKind,
    Visit,
    VisitKind,
)

NO_FIELD = "（未登记诊疗科目）"
SITE, ACCOUNT, PLATFORM = "网站", "公众号", "自媒体平台"
DESK, MOBILE = "PC 端", "移动端"
_GRAVE = frozenset({"heavier", "police"})
# Hosts of platforms, on which others than the owner publish: their pages are posts, whichever institution's site they are
# registered as. The crawler's own list (`crawler/platforms`) cannot be imported here; a test compares the two.
_PLATFORMS = (
    "weixin.qq.com",
    "toutiao.com",
    "baijiahao.baidu.com",
    "mbd.baidu.com",
    "weibo.com",
    "weibo.cn",
    "zhihu.com",
    "sohu.com",
    "douyin.com",
    "iesdouyin.com",
    "kuaishou.com",
    "xiaohongshu.com",
    "xhslink.com",
    "bilibili.com",
    "163.com",
)


@dataclass(frozen=True)
class Owner:
    """The owner of a page: its institution, and the medium."""

    institution_id: int
    institution: str
    names: tuple[str, ...]  # all by which it may be called on a page
    category: str
    district: str
    medium: str
    fields: tuple[str, ...] = ()  # of medicine: its licence's departments 诊疗科目, without subdivisions


@dataclass(frozen=True)
class Monitored:
    """How many pages of one owner were seen on one kind of device."""

    owner: Owner
    end: str
    pages: int


@dataclass(frozen=True)
class Suspect:
    """A page on which something was found. `rules` and `families` are by id; `quotes` are (rule, words)."""

    page_id: int
    owner: Owner
    end: str
    rules: frozenset[str]
    families: frozenset[str]
    quotes: frozenset[tuple[str, str]]
    is_grave: bool
    state: CaseState | None

    @property
    def is_confirmed(self) -> bool:
        """Whether people found it unlawful."""
        return self.state in STAGES["is-confirmed"].states

    @property
    def is_dismissed(self) -> bool:
        """Whether people found that it is not."""
        return self.state is CaseState.DISMISSED


@dataclass(frozen=True)
class Monitoring:
    """All of a period: the monitored pages, and those with findings."""

    monitored: Sequence[Monitored]
    suspects: Sequence[Suspect]


@dataclass(frozen=True)
class RateRow:
    """One row of a report: counts of pages; `suspected` leaves out dismissed pages."""

    title: str
    monitored: int
    suspected: int
    grave: int
    confirmed: int
    dismissed: int

    @property
    def rate(self) -> float | None:
        """The share of the monitored that is suspected; None where nothing was monitored."""
        return self.suspected / self.monitored if self.monitored else None


def find_monitoring(session: Session, period: Period, district: str | None = None) -> Monitoring:
    """The monitored pages and findings of a period, of one district where one is given."""
    owners = _owners(session, district)
    end_of_visit = Visit.kind == VisitKind.MOBILE
    counted = _seen(select(Page.source_id, end_of_visit, func.count(func.distinct(Snapshot.page_id))), period)
    monitored = [
        Monitored(owners[source], _end(owners[source], is_mobile), count)
        for source, is_mobile, count in session.execute(counted.group_by(Page.source_id, end_of_visit))
        if source in owners
    ]
    found = _seen(
        select(Snapshot.page_id, Page.source_id, end_of_visit, JudgementRecord.id, JudgementRecord.gravity),
        period,
    )
    found = found.join(
        JudgementRecord,
        JudgementRecord.snapshot_id == func.coalesce(Snapshot.unchanged_since_id, Snapshot.id),
    ).where(
        JudgementRecord.unlawful,
        is_newest(),
    )
    newest: dict[tuple[int, bool], tuple[int, int, str]] = {}
    for page_id, source, is_mobile, judgement_id, gravity in session.execute(
        found.order_by(JudgementRecord.id)
    ):
        if source in owners:
            newest[page_id, bool(is_mobile)] = (source, judgement_id, gravity)
    states = _states(session, [page_id for page_id, _ in newest], period)
    findings = _findings(session, [judgement for _, judgement, _ in newest.values()])
    suspects = []
    for (page_id, is_mobile), (source, judgement_id, gravity) in newest.items():
        hits = findings.get(judgement_id, [])
        suspects.append(
            Suspect(
                page_id=page_id,
                owner=owners[source],
                end=_end(owners[source], is_mobile),
                rules=frozenset(rule for rule, _, _ in hits),
                families=frozenset(family for _, family, _ in hits),
                quotes=frozenset((rule, quote) for rule, _, quote in hits if quote),
                is_grave=gravity in _GRAVE,
                state=states.get(page_id),
            )
        )
    return Monitoring(monitored, suspects)


def rate_row(title: str, monitored: Iterable[Monitored], suspects: Iterable[Suspect]) -> RateRow:
    """The counts as one row."""
    listed = list(suspects)
    standing = [one for one in listed if not one.is_dismissed]
    return RateRow(
        title,
        monitored=sum(one.pages for one in monitored),
        suspected=len(standing),
        grave=sum(one.is_grave for one in standing),
        confirmed=sum(one.is_confirmed for one in standing),
        dismissed=len(listed) - len(standing),
    )


def rates_by(whole: Monitoring, key: Callable[[Monitored | Suspect], str]) -> list[RateRow]:
    """A row for each value of what both kinds have, most suspected first."""
    every: list[Monitored | Suspect] = [*whole.monitored, *whole.suspects]
    titles = dict.fromkeys(map(key, every))
    rows = [
        rate_row(
            title,
            (one for one in whole.monitored if key(one) == title),
            (one for one in whole.suspects if key(one) == title),
        )
        for title in titles
    ]
    return sorted(rows, key=lambda row: (-row.suspected, -row.monitored, row.title))


def rates_by_each(whole: Monitoring, keys: Callable[[Monitored | Suspect], Iterable[str]]) -> list[RateRow]:
    """A row for each of several values that both kinds may have at once, each a share of the monitored that have it."""
    every: list[Monitored | Suspect] = [*whole.monitored, *whole.suspects]
    values = dict.fromkeys(value for one in every for value in keys(one))
    rows = [
        rate_row(
            value,
            (one for one in whole.monitored if value in keys(one)),
            (one for one in whole.suspects if value in keys(one)),
        )
        for value in values
    ]
    return sorted(rows, key=lambda row: (-row.suspected, -row.monitored, row.title))


def rates_of(
    whole: Monitoring, keys: Callable[[Suspect], Iterable[str]], title: Callable[[str], str]
) -> list[RateRow]:
    """A row for each of several values that a suspect may have at once (its rules), each a share of all monitored."""
    values = dict.fromkeys(value for one in whole.suspects for value in sorted(keys(one)))
    rows = [
        rate_row(title(value), whole.monitored, (one for one in whole.suspects if value in keys(one)))
        for value in values
    ]
    return sorted(rows, key=lambda row: (-row.suspected, row.title))


def _seen(query: Select, period: Period) -> Select:  # type: ignore[type-arg]
    """`query` over the snapshots of the period that show a page's text, or that it has not changed; re-checks
    are left out: they look at known pages."""
    return (
        query.join_from(Snapshot, Page, Page.id == Snapshot.page_id)
        .join(Visit, Visit.id == Snapshot.visit_id)
        .where(
            Snapshot.fetched_at >= period.begin,
            Snapshot.fetched_at < period.end,
            Visit.kind != VisitKind.RECHECK,
            Snapshot.text_sha256.is_not(None) | Snapshot.unchanged_since_id.is_not(None),
        )
    )


def _owners(session: Session, district: str | None) -> dict[int, Owner]:
    query = select(Source.id, Source.kind, Source.address, Source.name, Institution).join(Source.institution)
    rows = session.execute(query.where(Institution.district == district) if district else query)
    return {
        source_id: Owner(
            institution_id=owner.id,
            institution=owner.name,
            names=(owner.name, *owner.other_names, *([name] if name else [])),
            category=owner.category or NO_CATEGORY,
            district=owner.district,
            medium=medium_of(kind, address),
            fields=_fields(owner.departments),
        )
        for source_id, kind, address, name, owner in rows
    }


def _fields(departments: Sequence[str]) -> tuple[str, ...]:
    """“内科；呼吸内科专业” and “内科(消化)” are both 内科."""
    named = (re.split(r"[（(；;/、：:-]", one)[0].strip() for one in departments)
    return tuple(dict.fromkeys(filter(None, named))) or (NO_FIELD,)


def medium_of(kind: SourceKind, address: str) -> str:
    """The medium on which a source publishes."""
    if kind is SourceKind.ACCOUNT:
        return ACCOUNT
    host = urlsplit(address).hostname or ""
    return PLATFORM if any(host == one or host.endswith(f".{one}") for one in _PLATFORMS) else SITE


def _end(owner: Owner, is_mobile: bool) -> str:
    """Posts of accounts are read on phones."""
    return MOBILE if is_mobile or owner.medium == ACCOUNT else DESK


def _states(session: Session, page_ids: Sequence[int], period: Period) -> dict[int, CaseState]:
    """The state of each page's newest case that was opened by the end of the period."""
    states: dict[int, CaseState] = {}
    for some in in_batches(page_ids):
        query = select(Case.page_id, Case.state).where(Case.page_id.in_(some), Case.opened_at < period.end)
        states |= {row[0]: row[1] for row in session.execute(query.order_by(Case.id))}
    return states


def _findings(session: Session, judgement_ids: Sequence[int]) -> dict[int, list[tuple[str, str, str]]]:
    found: dict[int, list[tuple[str, str, str]]] = {}
    columns = (FindingRecord.judgement_id, FindingRecord.rule, FindingRecord.family, FindingRecord.quote)
    for some in in_batches(judgement_ids):
        query = select(*columns).where(FindingRecord.judgement_id.in_(some))
        for judgement_id, rule, family, quote in session.execute(query):
            found.setdefault(judgement_id, []).append((rule, family, quote))
    return found
