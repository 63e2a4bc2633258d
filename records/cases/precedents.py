"""Precedents for deciding a case: decisions on similar cases, and earlier findings of its institution."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, select, union_all
from sqlalchemy.orm import Session

from records.cases.stages import STAGES, by_stage
from records.models import (
    AuditEntry,
    Case,
    CaseState,
    FindingRecord,
    Institution,
    JudgementRecord,
    Office,
    OfficeKind,
    Page,
    Snapshot,
    Source,
    TransferState,
)

_DECIDED = STAGES["is-confirmed"].states | STAGES["is-dismissed"].states
_FEW = 500  # findings: fewer are followed one by one
_SEVERITY_ORDER = {"high": 0, "medium": 1, "low": 2}


@dataclass(frozen=True)
class Precedent:
    """A decided case with a finding of the same rule: its words, its decision, and the reason."""

    case_id: int
    title: str
    quote: str
    rule_title: str
    state: CaseState
    changed_at: datetime
    reason: str


def find_precedents(
    session: Session, case: Case, limit: int = 5, district: str | None = None
) -> Sequence[Precedent]:
    """The newest decided cases with findings of this case's most severe rule, with the reason of the decision; of one
    district only, where one is given."""
    findings = sorted(case.judgement.findings, key=lambda finding: _SEVERITY_ORDER[finding.severity])
    by_words = [finding for finding in findings if finding.family != "certificate"] or findings
    if not by_words:
        return ()
    rule = by_words[0].rule
    ids = _newest_decided(session, rule, case.id, limit, district)
    reason = (
        select(AuditEntry.reason)
        .where(
            AuditEntry.case_id == Case.id,
            AuditEntry.to_state.in_((CaseState.UNLAWFUL, CaseState.DISMISSED)),
            AuditEntry.from_state.in_(STAGES["is-open"].states),  # not a transfer that was recalled
            AuditEntry.action == "case_step",
        )
        .order_by(AuditEntry.id.desc())
        .limit(1)
        .correlate(Case)
        .scalar_subquery()
    )
    quote = (
        select(FindingRecord.quote)
        .where(FindingRecord.judgement_id == Case.judgement_id, FindingRecord.rule == rule)
        .order_by(FindingRecord.start)
        .limit(1)
        .correlate(Case)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Case.id, Snapshot.title, quote, Case.state, Case.changed_at, reason)
        .join(JudgementRecord, JudgementRecord.id == Case.judgement_id)
        .join(Snapshot, Snapshot.id == JudgementRecord.snapshot_id)
        .where(Case.id.in_(ids))
        .order_by(Case.changed_at.desc(), Case.id.desc())
    )
    return [
        Precedent(case_id, title or "（无标题）", said or "", by_words[0].title, state, changed_at, why or "")
        for case_id, title, said, state, changed_at, why in rows
    ]


def _newest_decided(session: Session, rule: str, but: int, limit: int, district: str | None) -> Sequence[int]:
    """The ids of the newest decided cases with a finding of the rule. A rule with few findings is followed from
    these; for another, each state's newest cases are asked for a finding, and soon have enough. One query for
    both would sort all decided cases, or read all findings of the rule."""
    few = select(FindingRecord.judgement_id).where(FindingRecord.rule == rule).limit(_FEW)
    judgements = session.scalars(few).all()
    newest = (Case.changed_at.desc(), Case.id.desc())
    wanted = [Case.id != but]
    if district:
        there = select(Page.id).join(Page.source).join(Source.institution)
        wanted.append(Case.page_id.in_(there.where(Institution.district == district)))
    if len(judgements) < _FEW:
        decided = (Case.judgement_id.in_(judgements), Case.state.in_(_DECIDED))
        query = select(Case.id).where(*wanted, *decided).order_by(*newest).limit(limit)
        return session.scalars(query).all()
    has_rule = exists().where(FindingRecord.judgement_id == Case.judgement_id, FindingRecord.rule == rule)
    of_rule = select(Case.id, Case.changed_at).where(*wanted, has_rule).order_by(*newest)
    of_states = (of_rule.where(Case.state == state).limit(limit).subquery() for state in sorted(_DECIDED))
    found = union_all(*(select(one) for one in of_states)).subquery()
    query = select(found.c.id).order_by(found.c.changed_at.desc(), found.c.id.desc()).limit(limit)
    return session.scalars(query).all()


def count_institution_cases(session: Session, institution_id: int) -> dict[str, int]:
    """The numbers of an institution's cases by outcome."""
    pages = (
        select(Page.id)
        .join(Source, Source.id == Page.source_id)
        .where(Source.institution_id == institution_id)
    )
    query = select(Case.state, func.count()).where(Case.page_id.in_(pages)).group_by(Case.state)
    return by_stage({row[0]: row[1] for row in session.execute(query)})


def suggested_offices(case: Case, offices: Sequence[Office]) -> set[int]:
    """Which of the offices a case is for (ids), by the findings: 网信 for all content to be taken down,
    市场监管 for unlawful adverts, 公安 where a crime is suspected, 医保 for luring the insured, 中医药 for
    institutions of that kind. Where there are several of a kind, the first. None that has returned the case."""
    families = {finding.family for finding in case.judgement.findings}
    kinds = {OfficeKind.CYBERSPACE}
    if case.judgement.gravity in {"heavier", "police"}:
        kinds.add(OfficeKind.MARKET)
    if case.judgement.gravity == "police":
        kinds.add(OfficeKind.POLICE)
    if "insurance_luring" in families:
        kinds.add(OfficeKind.INSURANCE)
    if "中医" in (case.page.source.institution.category or ""):
        kinds.add(OfficeKind.TRADITIONAL)
    first = {office.kind: office.id for office in reversed(offices)}
    returned = {one.office_id for one in case.transfers if one.state is TransferState.RETURNED}
    return {first[kind] for kind in kinds if kind in first} - returned
