"""From a judgement to a case: what is written when a snapshot has been judged."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, exists, func, select, true
from sqlalchemy.orm import Session, joinedload

from classifiers.identity import Register, Registered
from classifiers.score import with_similar_pages
from classifiers.values import Judgement, KnownCertificate, PageText
from records import search, workflow
from records.clusters import disposed_before, find_cluster, join_cluster
from records.models import (
    Account,
    AuditEntry,
    Case,
    CaseState,
    Certificate,
    FindingRecord,
    Institution,
    JudgementRecord,
    Page,
    Site,
    Snapshot,
    Visit,
    VisitKind,
)
from records.webhooks import tell_disposing_offices

FLAGGER = workflow.Actor(workflow.SYSTEM, "flag")

# In these states a case takes no new judgement: people have decided on what they saw.
_DECIDED = frozenset({CaseState.DISMISSED, CaseState.VERIFIED})
_STILL_OPEN = frozenset({CaseState.PENDING, CaseState.REVIEWING, CaseState.NEEDS_MORE, CaseState.RETURNED})


@dataclass(frozen=True)
class Unjudged:
    """A snapshot to be judged, with whose page it is."""

    snapshot: Snapshot
    institution: Institution


def unjudged(
    session: Session, limit: int, after_id: int = 0, only: Sequence[int] | None = None
) -> Sequence[Unjudged]:
    """The next snapshots, by id, that have text, were not judged yet and show something new.

    `only` limits them to these ids. Re-checks are left out: they are judged against their case, by
    `records.verification`.
    """
    rows = session.scalars(
        _waiting(select(Snapshot), only)
        .where(Snapshot.id > after_id)
        .options(
            joinedload(Snapshot.page).options(
                joinedload(Page.site).joinedload(Site.institution),
                joinedload(Page.account).joinedload(Account.institution),
            )
        )
        .order_by(Snapshot.id)
        .limit(limit)
    )
    return [Unjudged(snapshot, snapshot.page.source.institution) for snapshot in rows]


def unjudged_ids(session: Session) -> Sequence[int]:
    """The ids of all snapshots that `unjudged` would give."""
    return session.scalars(_waiting(select(Snapshot.id), None).order_by(Snapshot.id)).all()


def _waiting(query: Select[Any], only: Sequence[int] | None) -> Select[Any]:
    return (
        query.join(Visit, Visit.id == Snapshot.visit_id)
        .outerjoin(JudgementRecord, JudgementRecord.snapshot_id == Snapshot.id)
        .where(
            JudgementRecord.id.is_(None),
            Snapshot.text_sha256.is_not(None),
            Snapshot.unchanged_since_id.is_(None),
            Snapshot.status == 200,
            Visit.kind != VisitKind.RECHECK,
            true() if only is None else Snapshot.id.in_(only),
        )
    )


def known_certificates(session: Session, numbers: Iterable[str]) -> dict[str, KnownCertificate]:
    """What the registry knows of the certificates with these canonical numbers."""
    if not (asked := list(numbers)):
        return {}
    rows = session.scalars(
        select(Certificate).where(Certificate.number.in_(asked)).options(joinedload(Certificate.institution))
    )
    return {
        row.number: KnownCertificate(
            number=row.number,
            institution=row.institution.name,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            media=tuple(row.media),
            approved_text=row.approved_text,
            standing=row.status.value,  # type: ignore[arg-type] # the enum's values are the Literal's
        )
        for row in rows
    }


def register_of(session: Session) -> Register:
    """All institutions' names and phones, to be recognised on pages."""
    rows = session.execute(select(Institution.name, Institution.other_names, Institution.phones))
    return Register(tuple(Registered(name, tuple(others), tuple(phones)) for name, others, phones in rows))


def confirmed_cases(session: Session, institution_ids: Iterable[int]) -> dict[int, int]:
    """By institution, how many cases of its pages were found unlawful, whatever came of them since."""
    owner = func.coalesce(Site.institution_id, Account.institution_id)
    query = (
        select(owner, func.count(Case.id))
        .join(Page, Page.id == Case.page_id)
        .outerjoin(Site, Site.id == Page.site_id)
        .outerjoin(Account, Account.id == Page.account_id)
        .where(
            owner.in_(list(institution_ids)),
            exists().where(AuditEntry.case_id == Case.id, AuditEntry.to_state == CaseState.UNLAWFUL),
        )
        .group_by(owner)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def record_judgement(
    session: Session, snapshot: Snapshot, page: PageText, judgement: Judgement, *, version: str, now: datetime
) -> JudgementRecord:
    """Write a judgement and its findings. A snapshot is judged once: see `judged_among`.

    A flagged page joins the cluster of the pages that say the same, which its score counts.
    """
    cluster = find_cluster(session, page, snapshot.page_id) if judgement.unlawful else None
    if cluster:
        judgement = with_similar_pages(judgement, cluster.other_pages)
    record = JudgementRecord(
        snapshot_id=snapshot.id,
        judged_at=now,
        lists_version=version,
        page_kind=judgement.page_kind,
        page_kind_reasons=list(judgement.page_kind_reasons),
        unlawful=judgement.unlawful,
        score=judgement.score,
        score_parts=[asdict(part) for part in judgement.score_parts],
        spared=[asdict(spared) for spared in judgement.spared],
        gravity=judgement.gravity,
        gravity_reasons=list(judgement.gravity_reasons),
        contacts=[asdict(contact) for contact in judgement.contacts],
        mentions=[asdict(mention) for mention in judgement.mentions],
        alignment=[asdict(aligned) for aligned in judgement.alignment],
        images=[
            {"sha256": block.image, "start": block.start, "end": block.end}
            for block in page.blocks
            if block.image
        ],
        page_text=page.text,
        findings=[
            FindingRecord(
                rule=finding.rule,
                family=finding.family,
                title=finding.title,
                severity=finding.severity,
                law=[str(article) for article in finding.law],
                start=finding.start,
                end=finding.end,
                quote=finding.quote,
                why=finding.why,
                term=finding.term,
            )
            for finding in judgement.findings
        ],
    )
    session.add(record)
    if cluster:
        session.flush()
        join_cluster(session, record, cluster)
        whose = snapshot.page.source.institution
        search.add(session, record.id, [snapshot.title or "", snapshot.page.url, whose.name, page.text])
    return record


def judged_among(session: Session, snapshot_ids: Sequence[int]) -> set[int]:
    """Those of the snapshots that are judged already."""
    there = select(JudgementRecord.snapshot_id).where(JudgementRecord.snapshot_id.in_(snapshot_ids))
    return set(session.scalars(there))


def latest_cases(session: Session, page_ids: Sequence[int]) -> dict[int, Case]:
    """By page, its newest case; none for a page without."""
    newest = select(func.max(Case.id)).where(Case.page_id.in_(page_ids)).group_by(Case.page_id)
    return {case.page_id: case for case in session.scalars(select(Case).where(Case.id.in_(newest)))}


def flag(
    session: Session, page: Page, record: JudgementRecord, case: Case | None, now: datetime
) -> Case | None:
    """Open the page's case, or bring new findings to the newest that it has; None when there is nothing to do.

    1. no findings, no open case: nothing
    2. no case yet, or the last one is decided and the findings are others: a new case
    3. the case is still with the reviewers: it shows the newest judgement
    4. the case was verified and what it was about is back: 复现
    5. the case is about what only mobile visitors see, and the monitor was shown nothing: left alone
    6. otherwise (transferred, disposed …): left alone; the re-check decides
    """
    if not record.unlawful and case is None:
        return None
    session.flush()
    if case is not None and case.state is CaseState.VERIFIED and _rules(record) & _rules(case.judgement):
        words = f"巡查发现原命中内容再次出现（快照 {record.snapshot_id}）"
        workflow.step(session, case, CaseState.RECURRED, actor=FLAGGER, now=now, reason=words)
        tell_disposing_offices(session, case, "transfer.recurred", now, outcome="back")
        return case
    decided = case is not None and case.state in _DECIDED and record.unlawful
    if case is None or (decided and _findings(case.judgement) != _findings(record)):
        case = Case(page_id=page.id, judgement_id=record.id, score=record.score)
        words = f"自动研判命中 {len(record.findings)} 处"
        if _was_seen_by_mobile(record):
            words += "；只有从搜索来的手机访客看得到，普通访问看不到（伪装页面）"
        first = disposed_before(session, record, page)
        if first is not None:
            case.first_id = first.id
            words += f"；与案件 {first.id}（{first.state.label}）的页面内容相同，处置后在此再现"
        workflow.open_case(session, case, actor=FLAGGER, now=now, reason=words)
        if first is not None:
            told = f"相同内容在别处再现：案件 {case.id}，{page.url}"
            workflow.note(session, first, actor=FLAGGER, now=now, reason=told)
        return case
    if _was_seen_by_mobile(case.judgement) and not record.unlawful and not _was_seen_by_mobile(record):
        return None
    if case.state in _STILL_OPEN and case.judgement_id != record.id:
        case.judgement_id, case.score = record.id, record.score
        before, after = case.judgement.snapshot_id, record.snapshot_id
        reason = (
            f"页面有改动（快照 {before} → {after}），重新研判命中 {len(record.findings)} 处，改动前的版本仍在"
        )
        workflow.note(session, case, actor=FLAGGER, now=now, reason=reason)
        return case
    return None


def note_gone(session: Session, snapshot: Snapshot, now: datetime) -> bool:
    """Write into the page's open case that the page is gone, with the snapshot that shows it; whether there is one."""
    case = session.scalar(
        select(Case).where(Case.page_id == snapshot.page_id).order_by(Case.id.desc()).limit(1)
    )
    if case is None or case.state in _DECIDED:
        return False
    words = f"巡查发现页面已不存在（HTTP {snapshot.status}，快照 {snapshot.id}），此前的版本和证据均已保存"
    already = exists().where(
        AuditEntry.case_id == case.id, AuditEntry.reason.startswith("巡查发现页面已不存在")
    )
    if session.scalar(select(already)):
        return False
    workflow.note(session, case, actor=FLAGGER, now=now, reason=words)
    return True


def gone_since(session: Session, limit: int, after_id: int) -> Sequence[Snapshot]:
    """Snapshots, by id after `after_id`, that show a flagged page to be gone."""
    flagged = select(Case.page_id).where(Case.state.not_in(_DECIDED))
    return session.scalars(
        select(Snapshot)
        .join(Visit)
        .where(
            Snapshot.id > after_id,
            Snapshot.status.in_((404, 410)),
            Snapshot.unchanged_since_id.is_(None),
            Snapshot.page_id.in_(flagged),
            Visit.kind.in_((VisitKind.SITE, VisitKind.ACCOUNT)),
        )
        .order_by(Snapshot.id)
        .limit(limit)
    ).all()


def _was_seen_by_mobile(record: JudgementRecord) -> bool:
    return record.snapshot.is_mobile


def _rules(record: JudgementRecord) -> set[str]:
    return {finding.rule for finding in record.findings}


def _findings(record: JudgementRecord) -> set[tuple[str, str]]:
    return {(finding.rule, finding.quote) for finding in record.findings}
