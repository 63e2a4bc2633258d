"""From a judgement to a case: the records written after a snapshot is judged."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from records import workflow
from records.judgements.clusters import find_disposed_before
from records.models import AuditEntry, Case, CaseState, JudgementRecord, Page, Snapshot, Visit, VisitKind
from records.transfers.webhooks import enqueue_disposer_webhooks

FLAGGER = workflow.Actor(workflow.SYSTEM, "flag")

# In these states a case takes no new judgement: people have decided on the old one.
_DECIDED = frozenset({CaseState.DISMISSED, CaseState.VERIFIED})
_STILL_OPEN = frozenset({CaseState.PENDING, CaseState.REVIEWING, CaseState.NEEDS_MORE, CaseState.RETURNED})


def find_latest_cases(session: Session, page_ids: Sequence[int]) -> dict[int, Case]:
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
    4. the case was verified and its content is back: 复现
    5. the case is about content that only mobile visitors see, and the monitor was shown none: left alone
    6. otherwise (transferred, disposed …): left alone; the re-check decides
    """
    if not record.unlawful and case is None:
        return None
    session.flush()
    if case is not None and case.state is CaseState.VERIFIED and _rules(record) & _rules(case.judgement):
        words = f"巡查发现原命中内容再次出现（快照 {record.snapshot_id}）"
        workflow.step(session, case, CaseState.RECURRED, actor=FLAGGER, now=now, reason=words)
        enqueue_disposer_webhooks(session, case, "transfer.recurred", now, outcome="back")
        return case
    decided = case is not None and case.state in _DECIDED and record.unlawful
    if case is None or (decided and _findings(case.judgement) != _findings(record)):
        case = Case(page_id=page.id, judgement_id=record.id, score=record.score)
        words = f"自动研判命中 {len(record.findings)} 处"
        if _was_seen_by_mobile(record):
            words += "；只有从搜索来的手机访客看得到，普通访问看不到（伪装页面）"
        first = find_disposed_before(session, record, page)
        if first is not None:
            case.mirror_of_id = first.id
            words += f"；与案件 {first.id}（{first.state.label}）的页面内容相同，处置后换址发布"
        workflow.open_case(session, case, actor=FLAGGER, now=now, reason=words)
        if first is not None:
            note = f"相同内容换址发布：案件 {case.id}，{page.url}"
            workflow.note(session, first, actor=FLAGGER, now=now, reason=note)
        return case
    if _was_seen_by_mobile(case.judgement) and not record.unlawful and not _was_seen_by_mobile(record):
        return None
    if not record.unlawful and _shows_no_page(record):
        return None  # the case is about the earlier content; its disappearance is noted, not judged
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
    """Note in the page's open case that the page is gone, with the snapshot that shows it; returns whether
    there is such a case."""
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
            # One that still shows unlawful content is not gone.
            Snapshot.id.not_in(select(JudgementRecord.snapshot_id).where(JudgementRecord.unlawful)),
            Visit.kind.in_((VisitKind.SITE, VisitKind.ACCOUNT)),
        )
        .order_by(Snapshot.id)
        .limit(limit)
    ).all()


def _shows_no_page(record: JudgementRecord) -> bool:
    """Whether the server's error or a platform's notice was judged, in place of the page."""
    snapshot = record.snapshot
    return snapshot.status != 200 or snapshot.page_state != "normal"


def _was_seen_by_mobile(record: JudgementRecord) -> bool:
    return record.snapshot.is_mobile


def _rules(record: JudgementRecord) -> set[str]:
    return {finding.rule for finding in record.findings}


def _findings(record: JudgementRecord) -> set[tuple[str, str]]:
    return {(finding.rule, finding.quote) for finding in record.findings}
