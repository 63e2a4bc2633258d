"""Verification 核验: the consequences of a re-check of a disposed page for its case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from classifiers.values import Finding, Judgement
from records import workflow
from records.models import (
    Case,
    CaseState,
    Page,
    SourceKind,
    User,
    Verification,
    VerificationOutcome,
    VisitorKind,
)
from records.transfers.webhooks import enqueue_disposer_webhooks

VERIFIER = workflow.Actor(workflow.SYSTEM, "recheck")
RETRY_AFTER = timedelta(hours=6)
# A page that was seen gone after a day is looked at again on the seventh and the thirtieth; from then on the patrols do.
LATER = (timedelta(days=6), timedelta(days=23))

_WITH_SOURCE = joinedload(Case.page).joinedload(Page.source)


@dataclass(frozen=True)
class Observation:
    """One visitor's view in a re-check: the HTTP status (None: no response, `failure` says why), the page's
    state as its source tells it, the judgement of its text where there was one, the snapshot where one was
    kept; `is_nxdomain` where the name of the site no longer exists; `shown` the name of the page's state;
    `is_post` where a platform's post stands on the page; `words` how many characters a visitor sees (None:
    not counted); `screenshot` the SHA-256 of one where one was taken."""

    visitor: VisitorKind
    status: int | None
    page_state: str = "normal"
    judgement: Judgement | None = None
    snapshot_id: int | None = None
    failure: str = ""
    is_nxdomain: bool = False
    shown: str = ""
    is_post: bool = False
    words: int | None = None
    screenshot: str | None = None


@dataclass(frozen=True)
class Assessment:
    """The meaning of a visitor's view, in words."""

    seen: Observation
    outcome: VerificationOutcome
    reason: str
    # An unknown state: a person has to look.
    is_unclear: bool = False


# A page with fewer characters shows nothing: a shell that no script filled, or a picture of a notice.
_FEWEST_WORDS = 10
# The precedence of results where visitors saw different things: content that anybody sees is there.
_PRECEDENCE = (
    VerificationOutcome.STILL_THERE,
    VerificationOutcome.CHANGED,
    VerificationOutcome.UNREACHABLE,
    VerificationOutcome.GONE,
)
THERE = frozenset({VerificationOutcome.STILL_THERE, VerificationOutcome.CHANGED})


def list_due_rechecks(session: Session, now: datetime) -> Sequence[Case]:
    """Disposed cases whose verification is due, and verified ones that are due again."""
    states = (CaseState.DISPOSED, CaseState.VERIFIED)
    query = select(Case).where(Case.state.in_(states), Case.recheck_at <= now)
    return session.scalars(query.options(_WITH_SOURCE).order_by(Case.recheck_at)).all()


def list_disposed_cases(session: Session, ids: Sequence[int]) -> Sequence[Case]:
    """Those of the cases `ids` that are disposed or verified, and so can be re-checked by hand."""
    states = (CaseState.DISPOSED, CaseState.VERIFIED)
    query = select(Case).where(Case.id.in_(ids), Case.state.in_(states))
    return session.scalars(query.options(_WITH_SOURCE).order_by(Case.id)).all()


def assess(case: Case, seen: Observation, gone_states: frozenset[str]) -> Assessment:
    """Assess one visitor's view of a disposed case's page.

    1. the site's name no longer exists: gone
    2. no response, or the server failed (5xx, 401, 403, 429), or the platform asks for verification:
    unreachable,
       which is not the same as gone
    3. 404, 410, the platform's own notice of removal: gone
    4. the page is there with findings of the rules that the case was about: still there where it says the same words,
       changed where it breaks the law in others
    5. an account's page on which no post stands, or one that shows nothing or nothing known: unreachable, and unclear;
       a person has to look
    6. the page is there without: gone
    """
    if seen.judgement is not None and (found := _still_unlawful(case, seen.judgement)):
        return Assessment(seen, *found)  # a browser shows it whatever the status
    if why := _unclear(case, seen):
        return Assessment(seen, VerificationOutcome.UNREACHABLE, why, is_unclear=True)
    return Assessment(seen, *_outcome(seen, gone_states))


def conclude(
    session: Session,
    case: Case,
    assessments: Sequence[Assessment],
    now: datetime,
    by: workflow.Actor = VERIFIER,
) -> Verification:
    """Record the visitors' views and move the case by the most serious, or leave it for a further try.

    An unreachable page is checked again soon; an unclear one is also shown to a person. Gone is 已核验, and
    looked at again twice, after LATER; a page that is back then is 复现, as one that never went.
    """
    decisive = min(_decisive(assessments), key=lambda one: _PRECEDENCE.index(one.outcome))
    outcome, reason = decisive.outcome, _in_words(decisive, assessments)
    if outcome in THERE and case.state is CaseState.VERIFIED:
        outcome, reason = VerificationOutcome.BACK, f"曾核验消失，{reason}"
    verification = Verification(
        case_id=case.id,
        checked_at=now,
        outcome=outcome,
        snapshot_id=decisive.seen.snapshot_id,
        reason=reason,
        observations=[_written(one) for one in assessments],
        for_person=decisive.is_unclear,
    )
    session.add(verification)
    if outcome is VerificationOutcome.UNREACHABLE:
        case.recheck_at = now + RETRY_AFTER
        workflow.note(session, case, actor=by, now=now, reason=reason)
        return verification
    case.recheck_at = None
    if outcome is VerificationOutcome.GONE:
        case.recheck_at = now + LATER[case.recheck_round] if case.recheck_round < len(LATER) else None
        case.recheck_round += 1
    if case.state is CaseState.VERIFIED and outcome is VerificationOutcome.GONE:
        workflow.note(session, case, actor=by, now=now, reason=reason)
        return verification
    to = CaseState.VERIFIED if outcome is VerificationOutcome.GONE else CaseState.RECURRED
    detail = {"snapshot": verification.snapshot_id} if verification.snapshot_id else {}
    workflow.step(session, case, to, actor=by, now=now, reason=reason, detail=detail)
    event = "transfer.verified" if to is CaseState.VERIFIED else "transfer.recurred"
    enqueue_disposer_webhooks(session, case, event, now, outcome=outcome.value)
    return verification


def conclude_by_person(
    session: Session, case: Case, user: User, is_gone: bool, reason: str, now: datetime
) -> Verification:
    """Record a person's conclusion on an unclear page, from its screenshot or their own view. Raises
    StepRefused where nothing is asked, or without a reason."""
    newest = max(case.verifications, key=lambda one: one.id, default=None)
    if newest is None or not newest.for_person:
        raise workflow.StepRefused("没有等待人工核验的复查结果")
    if not reason.strip():
        raise workflow.StepRefused("请写明所见")
    outcome = VerificationOutcome.GONE if is_gone else VerificationOutcome.STILL_THERE
    seen = Observation(VisitorKind.PERSON, None)
    return conclude(
        session,
        case,
        [Assessment(seen, outcome, f"人工核验：{reason.strip()}")],
        now,
        workflow.actor_of(user),
    )


def _decisive(assessments: Sequence[Assessment]) -> Sequence[Assessment]:
    """The views that count: a plain visitor's unclear one does not where the browser could read the page."""
    rendered = [one for one in assessments if one.seen.visitor is VisitorKind.RENDERED and not one.is_unclear]
    counting = [one for one in assessments if not (one.is_unclear and one.seen.visitor is VisitorKind.PLAIN)]
    return counting if rendered else assessments


def _in_words(decisive: Assessment, assessments: Sequence[Assessment]) -> str:
    """The decisive view's reason, with its visitor where others saw something else."""
    others = [one for one in assessments if one is not decisive]
    if not others:
        return decisive.reason
    if all(one.outcome is decisive.outcome for one in others):
        same = "、".join(one.seen.visitor.label for one in others)
        return f"{decisive.reason}（{same}所见相同）"
    return f"{decisive.seen.visitor.label}：{decisive.reason}"


def _written(one: Assessment) -> dict[str, Any]:
    return {
        "visitor": one.seen.visitor.value,
        "outcome": one.outcome.value,
        "reason": one.reason,
        "snapshot": one.seen.snapshot_id,
        "screenshot": one.seen.screenshot,
    }


def _unclear(case: Case, seen: Observation) -> str:
    """Why a page that answered tells nothing; empty where it does."""
    if seen.status != 200:
        return ""
    if seen.page_state == "unknown":
        return "复查所见不是文章，也不是已知的平台提示，需人工核验"
    if seen.page_state != "normal":
        return ""
    if case.page.source.kind is SourceKind.ACCOUNT and not seen.is_post:
        return "复查所见的页面上没有文章正文，需人工核验"
    if seen.words is not None and seen.words < _FEWEST_WORDS:
        return "复查所见的页面几乎没有文字，需人工核验"
    return ""


def _outcome(seen: Observation, gone_states: frozenset[str]) -> tuple[VerificationOutcome, str]:
    if seen.is_nxdomain:
        return VerificationOutcome.GONE, "复查时域名已不存在（NXDOMAIN）"
    if seen.status is None:
        return VerificationOutcome.UNREACHABLE, f"复查未能取得页面：{seen.failure}"
    if seen.status in {404, 410}:
        return VerificationOutcome.GONE, f"复查返回 HTTP {seen.status}，页面已不存在"
    shown = seen.shown or seen.page_state
    if seen.page_state in gone_states:
        return VerificationOutcome.GONE, f"复查所见为平台的提示（{shown}），文章已不可见"
    if seen.status != 200 or seen.page_state != "normal" or seen.judgement is None:
        state = "" if seen.page_state == "normal" else f"（{shown}）"
        return VerificationOutcome.UNREACHABLE, f"复查返回 HTTP {seen.status}{state}，不能认定内容已消失"
    return VerificationOutcome.GONE, "复查时页面可访问，原命中内容已不在"


def _still_unlawful(case: Case, judgement: Judgement) -> tuple[VerificationOutcome, str] | None:
    """The outcome of a page that still breaks the law; None for one that does not."""
    before = {(finding.rule, finding.quote) for finding in case.judgement.findings}
    rules = {rule for rule, _ in before}
    remaining = [finding for finding in judgement.findings if finding.rule in rules]
    same = [finding for finding in remaining if (finding.rule, finding.quote) in before]
    if same:
        return VerificationOutcome.STILL_THERE, f"复查时原命中内容仍在：{_quoted(same)}"
    if remaining:
        return VerificationOutcome.CHANGED, f"复查时原文已改动，仍违反同一规则：{_quoted(remaining)}"
    return None


def _quoted(findings: Sequence[Finding]) -> str:
    return "、".join(f"“{finding.quote[:30]}”" for finding in findings[:3])
