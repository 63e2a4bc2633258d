"""Verification 核验: what a re-check of a disposed page means for its case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from classifiers.values import Judgement
from records import workflow
from records.models import Case, CaseState, Page, Snapshot, Verification, VerificationOutcome

VERIFIER = workflow.Actor(workflow.SYSTEM, "recheck")
RETRY_AFTER = timedelta(hours=6)
# A page that was seen gone after a day is looked at again on the seventh and the thirtieth; from then on the patrols do.
LATER = (timedelta(days=6), timedelta(days=23))

_WITH_SOURCE = (
    joinedload(Case.page).joinedload(Page.site),
    joinedload(Case.page).joinedload(Page.account),
)


@dataclass(frozen=True)
class Seen:
    """What a re-check brought back. `judgement` is None where there was no text to judge."""

    snapshot: Snapshot | None
    judgement: Judgement | None
    failure: str = ""


def due_rechecks(session: Session, now: datetime) -> Sequence[Case]:
    """Disposed cases whose verification is due, and verified ones that are looked at once more."""
    states = (CaseState.DISPOSED, CaseState.VERIFIED)
    query = select(Case).where(Case.state.in_(states), Case.recheck_at <= now)
    return session.scalars(query.options(*_WITH_SOURCE).order_by(Case.recheck_at)).all()


def disposed_cases(session: Session, ids: Sequence[int]) -> Sequence[Case]:
    """Those of the cases `ids` that are disposed or verified: what can be re-checked by hand."""
    states = (CaseState.DISPOSED, CaseState.VERIFIED)
    query = select(Case).where(Case.id.in_(ids), Case.state.in_(states))
    return session.scalars(query.options(*_WITH_SOURCE).order_by(Case.id)).all()


def conclude(
    session: Session, case: Case, seen: Seen, gone_states: frozenset[str], now: datetime
) -> Verification:
    """Write what was seen and move the case, or leave it for a further try.

    1. nothing came, or the server failed (5xx, 401, 403, 429), or the platform asks for verification:
       unreachable, which is not the same as gone: looked at again later
    2. 404, 410, the platform's own notice of removal: gone, 已核验
    3. the page is there with findings of the rules that the case was about: 复现
    4. the page is there without them: gone, 已核验
    A page that is gone is looked at again twice, after LATER; one that is back then is 复现.
    """
    outcome, reason = _outcome(case, seen, gone_states)
    verification = Verification(
        case_id=case.id,
        checked_at=now,
        outcome=outcome,
        snapshot_id=seen.snapshot.id if seen.snapshot else None,
        reason=reason,
    )
    session.add(verification)
    if outcome is VerificationOutcome.UNREACHABLE:
        case.recheck_at = now + RETRY_AFTER
        workflow.note(session, case, actor=VERIFIER, now=now, reason=reason)
        return verification
    case.recheck_at = None
    if outcome is VerificationOutcome.GONE:
        case.recheck_at = now + LATER[case.recheck_round] if case.recheck_round < len(LATER) else None
        case.recheck_round += 1
    if case.state is CaseState.VERIFIED and outcome is VerificationOutcome.GONE:
        workflow.note(session, case, actor=VERIFIER, now=now, reason=reason)
        return verification
    to = CaseState.VERIFIED if outcome is VerificationOutcome.GONE else CaseState.RECURRED
    detail = {"snapshot": seen.snapshot.id} if seen.snapshot else {}
    workflow.step(session, case, to, actor=VERIFIER, now=now, reason=reason, detail=detail)
    return verification


def _outcome(case: Case, seen: Seen, gone_states: frozenset[str]) -> tuple[VerificationOutcome, str]:
    snapshot = seen.snapshot
    if snapshot is None:
        return VerificationOutcome.UNREACHABLE, f"复查未能取得页面：{seen.failure}"
    if snapshot.status in {404, 410}:
        return VerificationOutcome.GONE, f"复查返回 HTTP {snapshot.status}，页面已不存在"
    if snapshot.page_state in gone_states:
        return VerificationOutcome.GONE, "复查所见为平台的删除或违规提示，文章已不可见"
    if snapshot.status != 200 or snapshot.page_state != "normal" or seen.judgement is None:
        state = "" if snapshot.page_state == "normal" else f"（{snapshot.page_state}）"
        return VerificationOutcome.UNREACHABLE, f"复查返回 HTTP {snapshot.status}{state}，不能认定内容已消失"
    rules = {finding.rule for finding in case.judgement.findings}
    there = [finding for finding in seen.judgement.findings if finding.rule in rules]
    if there:
        quotes = "、".join(f"“{finding.quote[:30]}”" for finding in there[:3])
        return VerificationOutcome.STILL_THERE, f"复查时原命中内容仍在：{quotes}"
    return VerificationOutcome.GONE, "复查时页面可访问，原命中内容已不在"
