"""Reasons of dismissals by rule 规则 × 理由: they tell an analyst which context a rule lacks."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import distinct, func, select
from sqlalchemy.orm import Session

from records.models import Case, CaseState, FindingRecord


@dataclass(frozen=True)
class ReasonCount:
    """How many dismissed cases had a finding of the rule and were dismissed for the reason, in the reviewers' words."""

    rule: str
    reason: str
    cases: int


def list_reasons_by_rule(session: Session) -> Sequence[ReasonCount]:
    """Of all cases that are dismissed now; a case counts once for each of its rules."""
    cases = func.count(distinct(Case.id))
    query = (
        select(FindingRecord.rule, Case.reason, cases)
        .join(Case, Case.judgement_id == FindingRecord.judgement_id)
        .where(Case.state == CaseState.DISMISSED, Case.reason.is_not(None))
        .group_by(FindingRecord.rule, Case.reason)
        .order_by(cases.desc(), FindingRecord.rule, Case.reason)
    )
    return [ReasonCount(rule, reason or "", count) for rule, reason, count in session.execute(query)]


def count_reasons(session: Session) -> dict[str, int]:
    """How many cases stand decided for each reason, in the reviewers' words."""
    query = select(Case.reason, func.count()).where(Case.reason.is_not(None)).group_by(Case.reason)
    return {reason or "": count for reason, count in session.execute(query)}
