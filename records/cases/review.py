"""Reviewers' work on a case: its data, and their decisions 研判. The queue is in `review_queue`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from records import audit, workflow
from records.cases.claims import find_claim, list_lookers, release_claim
from records.cases.merging import list_merged_cases
from records.judgements.clusters import list_cluster_cases
from records.models import (
    AuditEntry,
    Case,
    CaseState,
    Institution,
    JudgementRecord,
    Office,
    Page,
    Snapshot,
    Source,
    Transfer,
    User,
)
from records.people.permissions import Permission, may
from records.transfers.hand_over import ANSWER_WITHIN, AT_ONCE, recall_transfers, transfer_case

# A reviewer's actions, as the steps that they are. "claim" and the decisions start by taking the case up.
ACTIONS: dict[str, CaseState] = {
    "claim": CaseState.REVIEWING,
    "release": CaseState.PENDING,
    "confirm": CaseState.UNLAWFUL,
    "dismiss": CaseState.DISMISSED,
    "needs_more": CaseState.NEEDS_MORE,
    "transfer": CaseState.TRANSFERRED,
    "confirm_transfer": CaseState.TRANSFERRED,
    "approve": CaseState.UNLAWFUL,
    "disapprove": CaseState.REVIEWING,
}
_DECISIONS = frozenset({"confirm", "confirm_transfer", "dismiss", "needs_more"})
_APPROVALS = frozenset({"approve", "disapprove"})
_DECIDED_AS = frozenset({CaseState.UNLAWFUL, CaseState.DISMISSED, CaseState.NEEDS_MORE, CaseState.PROPOSED})
_WITH_OFFICES = frozenset({CaseState.TRANSFERRED, CaseState.RECEIVED})
_TAKEN_BACK = _DECIDED_AS | {CaseState.TRANSFERRED}
MOST_AT_ONCE = 500
_TAKEN_UP_FIRST = frozenset({CaseState.PENDING, CaseState.NEEDS_MORE})


class CaseChanged(Exception):
    """Somebody else changed the case since the page was shown, or holds it."""


@dataclass(frozen=True)
class Decision:
    """A reviewer's request. `version` is the case's version on the page that they looked at."""

    action: str
    version: int
    reason: str = ""
    offices: tuple[int, ...] = ()  # ids, where the case is transferred
    answer_within: timedelta = ANSWER_WITHIN
    held_for: timedelta = AT_ONCE  # how long a transfer can be recalled
    beside: str = ""  # what the log says after the reason: with which case it was decided

    @property
    def grounds(self) -> str:
        """The reason as the log has it."""
        return f"{self.reason}{self.beside}".strip()


_WITH_SOURCE = (
    joinedload(Case.page).joinedload(Page.source).joinedload(Source.institution),
    joinedload(Case.reviewer),
)


def find_case(session: Session, case_id: int) -> Case | None:
    """One case with all that its page shows."""
    return session.scalar(
        select(Case)
        .where(Case.id == case_id)
        .options(
            *_WITH_SOURCE,
            joinedload(Case.page)
            .joinedload(Page.source)
            .joinedload(Source.institution)
            .selectinload(Institution.certificates),
            joinedload(Case.judgement).selectinload(JudgementRecord.findings),
            joinedload(Case.judgement).joinedload(JudgementRecord.snapshot).joinedload(Snapshot.visit),
            selectinload(Case.transfers).options(
                joinedload(Transfer.office),
                selectinload(Transfer.attachments),
                selectinload(Transfer.messages),
            ),
        )
    )


def list_history(session: Session, case_id: int) -> Sequence[AuditEntry]:
    """The case's history, oldest first; exports of evidence are in the log only."""
    audit.write_pending(session)
    query = select(AuditEntry).where(
        AuditEntry.case_id == case_id, AuditEntry.action.in_(("case_step", "case_note"))
    )
    return session.scalars(query.order_by(AuditEntry.id)).all()


def same_as(
    session: Session, case: Case, reviewer: User, cluster: Sequence[Case] | None = None
) -> Sequence[Case]:
    """Open cases within the reviewer's reach whose pages say the same and break the same rules, which nobody else holds:
    one decision on `case` can decide them too. A page of the cluster with other findings needs a look of its own.

    `cluster` are the cases of its cluster within reach, where already loaded.
    """
    rules = {finding.rule for finding in case.judgement.findings}
    if cluster is None:
        cluster = list_cluster_cases(session, case, MOST_AT_ONCE, reviewer.district)
    return [
        other
        for other in cluster
        if other.state in _TAKEN_UP_FIRST
        and other.merged_into_id is None
        and {finding.rule for finding in other.judgement.findings} == rules
    ]


def decide_alike(
    session: Session,
    case: Case,
    reviewer: User,
    decision: Decision,
    now: datetime,
    *,
    needs_approval: bool = False,
) -> int:
    """Decide `case`, and the cases of `same_as` in the same way; returns how many were decided.

    Raises as `decide`; then none is decided. Each case gets its own audit row, which names the case looked at.
    """
    others = same_as(session, case, reviewer) if decision.action in _DECISIONS else ()
    decide(session, case, reviewer, decision, now, needs_approval=needs_approval)
    looked_at = list_lookers(session, [other.id for other in others], now)
    others = [other for other in others if other.id not in looked_at or looked_at[other.id].id == reviewer.id]
    for other in others:
        beside = f"（与案件 {case.id} 内容相同，一并研判）"
        alike = replace(decision, version=other.row_version, beside=beside)
        decide(session, other, reviewer, alike, now, needs_approval=needs_approval)
    return 1 + len(others)


def decide(
    session: Session,
    case: Case,
    reviewer: User,
    decision: Decision,
    now: datetime,
    *,
    needs_approval: bool = False,
) -> None:
    """Carry out a reviewer's request, with all cases that are merged into this one. Raises CaseChanged, or
    StepRefused as `workflow.step` does.

    A decision on a case that nobody has taken up takes it up first, so that each step is written down. With
    `needs_approval` (the two-person rule) a confirmation is a proposal, until somebody else approves it.
    """
    if case.merged_into_id is not None:
        raise CaseChanged(f"案件已并入案件 {case.merged_into_id}，请在该案件研判，或先分案")
    claim = find_claim(session, case.id, now)
    if claim is not None and claim.user_id != reviewer.id:
        raise CaseChanged(f"{claim.user.display_name}正在看这件案件，可先接手")
    if decision.action == "confirm_transfer" and not needs_approval:
        confirmed = replace(decision, action="confirm", offices=())
        decide(session, case, reviewer, confirmed, now)
        decide(session, case, reviewer, replace(decision, action="transfer", version=case.row_version), now)
        return
    if decision.action == "confirm_transfer":
        decision = replace(decision, action="confirm", offices=())
    following = list_merged_cases(session, case)
    _decide_one(session, case, reviewer, decision, now, needs_approval=needs_approval)
    for member in following:
        single = replace(decision, version=member.row_version, beside=f"（随案件 {case.id}）")
        _decide_one(session, member, reviewer, single, now, needs_approval=needs_approval)
    if decision.action != "claim":
        release_claim(session, case.id)


def _decide_one(
    session: Session,
    case: Case,
    reviewer: User,
    decision: Decision,
    now: datetime,
    *,
    needs_approval: bool = False,
) -> None:
    if decision.action not in ACTIONS:
        raise workflow.StepRefused(f"没有“{decision.action}”这一操作")
    if case.row_version != decision.version:
        raise CaseChanged("案件已被他人更新，请核对后再操作")
    if case.state is CaseState.REVIEWING and case.reviewer_id not in (None, reviewer.id):
        holder = case.reviewer.display_name if case.reviewer else ""
        raise CaseChanged(f"案件正由{holder}研判")
    if case.state is CaseState.PROPOSED and decision.action not in _APPROVALS:
        raise CaseChanged("案件已拟认定违法，等待审批员批准；提出的人可以撤销")
    actor = workflow.actor_of(reviewer)
    if decision.action in _DECISIONS and case.state in _TAKEN_UP_FIRST:
        workflow.step(session, case, CaseState.REVIEWING, actor=actor, now=now)
    if decision.action == "transfer":
        offices = [session.get(Office, office_id) for office_id in dict.fromkeys(decision.offices)]
        if not offices or None in offices:
            raise workflow.StepRefused("请选择转送的部门")
        for office in filter(None, offices):
            transfer_case(
                session,
                case,
                office,
                actor=actor,
                now=now,
                reason=decision.grounds,
                answer_within=decision.answer_within,
                held_for=decision.held_for,
            )
    elif decision.action in _APPROVALS:
        _approve(session, case, reviewer, decision, now)
        return
    else:
        to = ACTIONS[decision.action]
        to = CaseState.PROPOSED if needs_approval and to is CaseState.UNLAWFUL else to
        workflow.step(session, case, to, actor=actor, now=now, reason=decision.grounds)
        if decision.action in _DECISIONS:
            case.reason = decision.reason.strip() or None
    case.reviewer_id = None if decision.action == "release" else reviewer.id
    session.flush()  # so that the next decision can name the case's version


def _approve(session: Session, case: Case, approver: User, decision: Decision, now: datetime) -> None:
    """Approve another person's proposal, or send it back to them, with the reason."""
    if not may(approver, Permission.APPROVE):
        raise workflow.StepRefused("认定违法由审批员批准")
    if case.state is not CaseState.PROPOSED:
        raise workflow.StepRefused(f"案件处于“{case.state.label}”，没有待批准的认定")
    if case.reviewer_id == approver.id:
        raise workflow.StepRefused("提出认定的人不能自己批准，请由另一位审批员批准")
    if decision.action == "disapprove" and not decision.reason.strip():
        raise workflow.StepRefused("退回研判必须写明理由")
    words = {"approve": "批准认定", "disapprove": "退回研判"}[decision.action]
    reason = f"{words}：{decision.grounds}" if decision.grounds else words
    to = ACTIONS[decision.action]
    workflow.step(session, case, to, actor=workflow.actor_of(approver), now=now, reason=reason)


def may_approve(case: Case, user: User) -> bool:
    """Whether this user may approve the proposal: an approver other than its author."""
    return may(user, Permission.APPROVE) and case.reviewer_id != user.id


def comment(session: Session, case: Case, reviewer: User, words: str, now: datetime) -> None:
    """Write a remark into the case's history. Raises StepRefused for an empty one."""
    if not words.strip():
        raise workflow.StepRefused("请写明备注")
    workflow.note(session, case, actor=workflow.actor_of(reviewer), now=now, reason=f"备注：{words.strip()}")


def undo(session: Session, case: Case, reviewer: User, now: datetime) -> int:
    """Take back the reviewer's own decision, or a transfer that no office has seen, as long as it is the last
    entry of the case; with all cases decided by it that have not changed since. They can decide again; a
    transfer alone is only recalled. Returns how many cases. Raises StepRefused."""
    newest = max((transfer.round for transfer in case.transfers), default=0)
    seen = any(one.round == newest and one.held_until is None for one in case.transfers)
    if seen and case.state in _WITH_OFFICES:
        recall_transfers(session, case, now)  # only those that no office has seen; the others stay
        workflow.note(session, case, actor=workflow.actor_of(reviewer), now=now, reason="撤回另行转送")
        return 1
    act = _last_act(session, case, reviewer)
    together = select(Case).where(
        Case.reviewer_id == reviewer.id,
        Case.changed_at == act[0].at,
        Case.state == case.state,
        Case.id != case.id,
    )
    others = session.scalars(together.order_by(Case.id).limit(MOST_AT_ONCE)).all()
    _take_back(session, case, reviewer, act, now)
    for other in others:
        _take_back(session, other, reviewer, _last_act(session, other, reviewer), now)
    return 1 + len(others)


def count_decided_together(session: Session, case: Case) -> int:
    """How many cases were decided by the act that decided this one, and have not changed since."""
    together = (Case.reviewer_id == case.reviewer_id, Case.changed_at == case.changed_at)
    query = select(func.count(Case.id)).where(*together, Case.state == case.state)
    return session.scalar(query) or 0


def _last_act(session: Session, case: Case, reviewer: User) -> Sequence[AuditEntry]:
    """The entries of the reviewer's last act on the case: all of one moment. Raises StepRefused where
    somebody else acted last, or it was not a decision."""
    history = list_history(session, case.id)
    last = next(entry for entry in reversed(history) if entry.action == "case_step")
    since = [entry for entry in history if entry.id >= last.id]
    all_by_reviewer = all(entry.actor in audit.names_of(reviewer.actor) for entry in since)
    if case.state not in _TAKEN_BACK or last.to_state is not case.state or not all_by_reviewer:
        raise workflow.StepRefused("只能撤销自己刚作出、之后没有变化的研判")
    return [entry for entry in history if entry.at == last.at and entry.action == "case_step"]


def _take_back(
    session: Session, case: Case, reviewer: User, act: Sequence[AuditEntry], now: datetime
) -> None:
    actor = workflow.actor_of(reviewer)
    decided = any(entry.to_state in _DECIDED_AS for entry in act)
    if case.state is CaseState.TRANSFERRED:
        before = act[-1].from_state
        assert before is not None, "a case is opened before it is transferred"
        recall_transfers(session, case, now)
        workflow.recall(session, case, before, actor=actor, now=now, reason="撤回转送")
    if decided:
        workflow.step(session, case, CaseState.REVIEWING, actor=actor, now=now, reason="撤销刚才的研判")
        case.reason = None
    case.reviewer_id = reviewer.id
    session.flush()
