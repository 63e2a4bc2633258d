"""From the judgement of a stored page by new lists to its case: no person's decision is touched."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from records import workflow
from records.cases.flagging import FLAGGER, flag
from records.models import Case, CaseState, JudgementRecord, Page, Snapshot

# Waiting for a reviewer, or with one who has not decided yet.
_UNDECIDED = frozenset({CaseState.PENDING, CaseState.REVIEWING, CaseState.NEEDS_MORE})
_GONE = (404, 410)
_MOST_QUOTED = 5


class Reflagged(StrEnum):
    """The outcome of a page's new judgement."""

    OPENED = "opened"
    CHANGED = "changed"
    CLOSED = "closed"
    LEFT_OPEN = "left_open"
    NOTHING = "nothing"


def flag_again(
    session: Session, page: Page, record: JudgementRecord, case: Case | None, now: datetime
) -> Reflagged:
    """Bring a judgement of the same snapshot by new lists to the page's newest case.

    1. an undecided case about this snapshot, and nothing is found now: closed (不予认定) where nobody holds
    it and no other case is merged into it; else noted
    2. an undecided case about this snapshot, and other findings: it shows these
    3. no case, or a dismissed one whose findings were others: a new case, unless the page is gone by now
    4. all else (transferred, returned, verified, about another snapshot …): left alone. A stored page does
    not show that anything is back: a re-check, whose snapshots are not judged so, may have seen it gone
    """
    version = record.lists_version[:12]
    if case is not None and case.state in _UNDECIDED:
        if case.judgement.snapshot_id != record.snapshot_id:
            return Reflagged.NOTHING
        before = case.judgement
        if not record.unlawful:
            return _end(session, case, version, now)
        case.judgement_id, case.score = record.id, record.score
        words = f"关键词表更新（版本 {version}），重新研判：{_change(before, record)}"
        workflow.note(session, case, actor=FLAGGER, now=now, reason=words)
        return Reflagged.CHANGED
    if case is not None and case.state is not CaseState.DISMISSED:
        return Reflagged.NOTHING
    if not record.unlawful or _is_gone(session, page):
        return Reflagged.NOTHING
    opened = flag(session, page, record, case, now)
    if opened is None:
        return Reflagged.NOTHING
    words = f"由关键词表更新（版本 {version}）在已存页面上发现"
    workflow.note(session, opened, actor=FLAGGER, now=now, reason=words)
    return Reflagged.OPENED


def _end(session: Session, case: Case, version: str, now: datetime) -> Reflagged:
    found = _quoted([f"{finding.title}“{finding.quote}”" for finding in case.judgement.findings])
    words = f"关键词表更新（版本 {version}）后本页不再命中；此前命中：{found}"
    stands_for_others = session.scalar(select(Case.id).where(Case.merged_into_id == case.id).limit(1))
    free = case.state is CaseState.PENDING and case.reviewer_id is None
    if free and case.merged_into_id is None and stands_for_others is None:
        workflow.step(session, case, CaseState.DISMISSED, actor=FLAGGER, now=now, reason=words)
        return Reflagged.CLOSED
    workflow.note(session, case, actor=FLAGGER, now=now, reason=f"{words}。案件已有人处理，请研判员决定")
    return Reflagged.LEFT_OPEN


def _change(before: JudgementRecord, after: JudgementRecord) -> str:
    old, new = (
        {f"{finding.title}“{finding.quote}”" for finding in record.findings} for record in (before, after)
    )
    parts = [
        f"{words} {_quoted(sorted(some))}"
        for words, some in (("新增", new - old), ("不再命中", old - new))
        if some
    ]
    return "；".join(parts) or "命中的位置有变"


def _quoted(findings: Sequence[str]) -> str:
    more = f"等 {len(findings)} 处" if len(findings) > _MOST_QUOTED else ""
    return "、".join(finding[:60] for finding in findings[:_MOST_QUOTED]) + more


def _is_gone(session: Session, page: Page) -> bool:
    newest = select(func.max(Snapshot.id)).where(Snapshot.page_id == page.id).scalar_subquery()
    return session.scalar(select(Snapshot.status).where(Snapshot.id == newest)) in _GONE
