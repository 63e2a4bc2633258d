"""Merging 并案 and splitting 分案: pages of one institution that are one matter are decided as one case.

A merged case keeps its page, its findings and its evidence; only its steps follow those of the case that it is merged
into, each with a row of its own in the history.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, joinedload

from records import workflow
from records.models import Case, CaseState, JudgementRecord, Page, Source, SourceKind, User
from records.people.permissions import is_in_reach

MOST = 200
_MERGEABLE = frozenset({CaseState.PENDING, CaseState.NEEDS_MORE, CaseState.REVIEWING})


def merge(session: Session, case_ids: Sequence[int], by: User, now: datetime) -> Case:
    """Merge cases into the one with the highest score, or into the one that some are merged into already;
    returns it. Raises StepRefused: fewer than two, of several institutions, decided, or held by somebody
    else."""
    query = select(Case).where(Case.id.in_(list(case_ids)[:MOST]))
    page = joinedload(Case.page)
    cases = session.scalars(
        query.options(
            page.joinedload(Page.source).joinedload(Source.institution),
        ).order_by(Case.score.desc(), Case.id)
    ).all()
    leads = {case.merged_into_id for case in cases if case.merged_into_id}
    if len(cases) < 2 or not all(is_in_reach(by, case) for case in cases):
        raise workflow.StepRefused("请选择至少两个案件并案")
    if len(leads) > 1:
        raise workflow.StepRefused("所选案件已分别并入不同的案件，请先分案")
    if len({case.page.source.institution.id for case in cases}) > 1:
        raise workflow.StepRefused("只有同一机构的案件可以并案")
    for case in cases:
        _require_free(case, by)
    lead = session.get_one(Case, leads.pop()) if leads else _lead_among(session, cases)
    for case in cases:
        if lead.id in {case.id, case.merged_into_id}:
            continue
        for member in list_merged_cases(session, case):
            member.merged_into_id = lead.id
        case.merged_into_id, case.reviewer_id = lead.id, lead.reviewer_id
        _note(session, case, by, now, f"并入案件 {lead.id}")
        _note(session, lead, by, now, f"案件 {case.id} 并入")
        if case.state is not lead.state:
            _bring_to(session, case, lead, by, now)
    session.flush()
    return lead


def split(session: Session, case: Case, by: User, now: datetime) -> None:
    """Take a case out of the one that it is merged into; it is decided by itself again. Raises StepRefused."""
    if case.merged_into_id is None:
        raise workflow.StepRefused("案件没有并入其他案件")
    if case.state not in _MERGEABLE:
        raise workflow.StepRefused(f"案件已{case.state.label}，不能再分案")
    lead = session.get_one(Case, case.merged_into_id)
    case.merged_into_id = None
    _note(session, case, by, now, f"从案件 {lead.id} 分出")
    _note(session, lead, by, now, f"案件 {case.id} 分出")


def list_merged_cases(session: Session, case: Case) -> Sequence[Case]:
    """The cases that are merged into this one, by id."""
    query = select(Case).where(Case.merged_into_id == case.id).order_by(Case.id)
    return session.scalars(
        query.options(
            joinedload(Case.page),
            joinedload(Case.judgement).joinedload(JudgementRecord.snapshot),
            joinedload(Case.judgement).selectinload(JudgementRecord.findings),
        )
    ).all()


def leads_its_text(wanted: Select[int]) -> ColumnElement[bool]:
    """The condition that a case is the first of those `wanted` (ids) of pages of one institution that say nearly the same:
    of an institution's repeated text over its sites and accounts, the one with the highest score.

    The cases are numbered in one pass: asked of each case by itself, tens of thousands took minutes.
    """
    text = func.coalesce(JudgementRecord.cluster_id, -JudgementRecord.id)
    place = func.row_number().over(
        partition_by=(Source.institution_id, text), order_by=(Case.score.desc(), Case.id)
    )
    numbered = (
        select(Case.id, place.label("place"))
        .join(JudgementRecord, JudgementRecord.id == Case.judgement_id)
        .join(Page, Page.id == Case.page_id)
        .join(Source, Source.id == Page.source_id)
        .where(Case.id.in_(wanted.correlate(None)))
        .subquery()
    )
    return Case.id.in_(select(numbered.c.id).where(numbered.c.place == 1))


def count_same_texts(
    session: Session, cases: Sequence[Case], wanted: Select[int]
) -> Mapping[int, Mapping[SourceKind, int]]:
    """By case, how many of the `wanted` cases (ids) have its text and institution, by the kind of their source; only of
    those that are not alone."""
    clusters = {case.judgement.cluster_id for case in cases} - {None}
    rows = session.execute(
        select(JudgementRecord.cluster_id, Source.institution_id, Source.kind, func.count())
        .join(Case, Case.judgement_id == JudgementRecord.id)
        .join(Page, Page.id == Case.page_id)
        .join(Source, Source.id == Page.source_id)
        .where(JudgementRecord.cluster_id.in_(clusters), Case.id.in_(wanted.correlate(None)))
        .group_by(JudgementRecord.cluster_id, Source.institution_id, Source.kind)
    )
    found: defaultdict[tuple[int | None, int], Counter[SourceKind]] = defaultdict(Counter)
    for cluster, institution, kind, count in rows:
        found[cluster, institution][kind] += count
    of_cases = {case.id: found[case.judgement.cluster_id, case.page.source.institution_id] for case in cases}
    return {case_id: counts for case_id, counts in of_cases.items() if counts.total() > 1}


def with_same_texts(session: Session, case_ids: Sequence[int], wanted: Select[int]) -> list[int]:
    """The cases, and those of the `wanted` (ids) of the same institution and state whose pages say nearly the same and
    break the same rules: at most MOST."""
    loaded = (
        joinedload(Case.page).joinedload(Page.source),
        joinedload(Case.judgement).selectinload(JudgementRecord.findings),
    )
    chosen = session.scalars(select(Case).where(Case.id.in_(case_ids)).options(*loaded)).all()
    keys = {_text_of(case) for case in chosen}
    others = session.scalars(
        select(Case)
        .join(JudgementRecord, JudgementRecord.id == Case.judgement_id)
        .join(Page, Page.id == Case.page_id)
        .join(Source, Source.id == Page.source_id)
        .where(
            JudgementRecord.cluster_id.in_({case.judgement.cluster_id for case in chosen} - {None}),
            Source.institution_id.in_({case.page.source.institution_id for case in chosen}),
            Case.merged_into_id.is_(None),
            Case.id.in_(wanted.correlate(None)),
        )
        .options(*loaded)
        .order_by(Case.id)
        .limit(MOST)
    )
    return list(dict.fromkeys((*case_ids, *(case.id for case in others if _text_of(case) in keys))))[:MOST]


def _text_of(case: Case) -> tuple[object, ...]:
    rules = frozenset(finding.rule for finding in case.judgement.findings)
    return case.judgement.cluster_id, case.page.source.institution_id, case.state, rules


def _lead_among(session: Session, cases: Sequence[Case]) -> Case:
    """The one with the highest score that others are merged into already, or of all."""
    ids = [case.id for case in cases]
    leading = set(session.scalars(select(Case.merged_into_id).where(Case.merged_into_id.in_(ids))))
    return next((case for case in cases if case.id in leading), cases[0])


def _require_free(case: Case, by: User) -> None:
    if case.state not in _MERGEABLE:
        raise workflow.StepRefused(f"案件 {case.id} 处于“{case.state.label}”，不能并案")
    if case.state is CaseState.REVIEWING and case.reviewer_id not in (None, by.id):
        raise workflow.StepRefused(f"案件 {case.id} 正由他人研判")


def _bring_to(session: Session, case: Case, lead: Case, by: User, now: datetime) -> None:
    """Bring a merged case to the state of the one that it follows, by valid steps."""
    actor = workflow.actor_of(by)
    words = f"随案件 {lead.id}"
    if case.state is not CaseState.REVIEWING:
        workflow.step(session, case, CaseState.REVIEWING, actor=actor, now=now, reason=words)
    if lead.state is not CaseState.REVIEWING:
        workflow.step(session, case, lead.state, actor=actor, now=now, reason=words)


def _note(session: Session, case: Case, by: User, now: datetime, words: str) -> None:
    workflow.note(session, case, actor=workflow.actor_of(by), now=now, reason=words)
