"""Quality checks 抽检: each week a random sample of pages that were not flagged, by kind of source and by whether anything
on them was suspicious, and of decisions, is decided blind. A page that turns out unlawful becomes a case."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, String, cast, func, or_, select, update
from sqlalchemy.orm import Session, joinedload

from records import workflow
from records.cases.flagging import find_latest_cases
from records.cases.stages import STAGES
from records.judgements.judgements import is_newest
from records.local_time import begin_of
from records.models import (
    Case,
    CaseState,
    CheckKind,
    CheckVerdict,
    Institution,
    JudgementRecord,
    Page,
    QualityCheck,
    Snapshot,
    Source,
    SourceKind,
    User,
    Visit,
    VisitKind,
)

_CLAIM = timedelta(minutes=20)
_WEEK = timedelta(days=7)
_SUSPICIOUS, _PLAIN = "有可疑表述", "无可疑表述"


class CheckRefused(Exception):
    """A check cannot be decided; the message says why, in Chinese."""


@dataclass(frozen=True)
class Sizes:
    """How many pages that were not flagged, and how many decisions, are drawn for a week."""

    pages: int
    decisions: int


def draw_checks(session: Session, week: date, sizes: Sizes) -> int:
    """Draw the sample of the week that begins on this Monday; returns how many. Drawn once: a repeated call draws
    nothing. The rows are in random order, so that the order does not reveal why a page was drawn."""
    if session.scalar(select(QualityCheck.id).where(QualityCheck.week == week).limit(1)):
        return 0
    drawn = [*_unflagged(session, week, sizes.pages), *_decided(session, week, sizes.decisions)]
    random.SystemRandom().shuffle(drawn)
    for row in drawn:
        session.add(row)
        session.flush()  # one by one: their numbers are the order
    return len(drawn)


def count_waiting(session: Session, user: User) -> int:
    """How many checks wait that this user may decide."""
    return session.scalar(_open(select(func.count(QualityCheck.id)), user)) or 0


def take_check(session: Session, user: User, now: datetime) -> QualityCheck | None:
    """The next check for a user, theirs for a while: their own unfinished one first, never of their own decision."""
    free = or_(
        QualityCheck.claimed_by_id == user.id,
        QualityCheck.claimed_until.is_(None),
        QualityCheck.claimed_until < now,
    )
    query = _open(select(QualityCheck.id), user).where(free)
    own_first = func.coalesce(QualityCheck.claimed_by_id, 0) != user.id
    for found in session.scalars(query.order_by(own_first, QualityCheck.id).limit(20)).all():
        claim = update(QualityCheck).where(QualityCheck.id == found, QualityCheck.verdict.is_(None), free)
        claim = claim.values(claimed_by_id=user.id, claimed_until=now + _CLAIM).returning(QualityCheck.id)
        if session.scalar(claim.execution_options(synchronize_session=False)):
            whole = joinedload(QualityCheck.judgement).joinedload(JudgementRecord.snapshot)
            page = whole.joinedload(Snapshot.page).joinedload(Page.source).joinedload(Source.institution)
            return session.get_one(QualityCheck, found, options=[page], populate_existing=True)
    return None


def decide_check(
    session: Session,
    check_id: int,
    verdict: CheckVerdict,
    families: Sequence[str],
    page_text: str,
    *,
    by: User,
    now: datetime,
) -> Case | None:
    """Record a user's verdict on the page that they hold; returns the case opened where something was missed,
    with the text that they saw. Raises CheckRefused where the check is no longer theirs."""
    check = session.get(QualityCheck, check_id, with_for_update=True)
    if check is None or check.verdict is not None or check.claimed_by_id != by.id:
        raise CheckRefused("这一页已由他人处理，请继续下一页")
    check.verdict, check.decided_at, check.decided_by_id = verdict, now, by.id
    check.families = list(dict.fromkeys(families)) if verdict is CheckVerdict.UNLAWFUL else []
    if check.kind is CheckKind.REPEATED or verdict is not CheckVerdict.UNLAWFUL:
        return None
    page_id = check.judgement.snapshot.page_id
    last = find_latest_cases(session, [page_id]).get(page_id)
    if last is not None and last.state not in (CaseState.DISMISSED, CaseState.VERIFIED):
        return None
    if not check.judgement.page_text:
        check.judgement.page_text = page_text
    case = Case(page_id=page_id, judgement_id=check.judgement_id, score=check.judgement.score)
    reason = "抽检发现系统漏判" + (f"：{'、'.join(check.families)}" if check.families else "")
    workflow.open_case(session, case, actor=workflow.actor_of(by), now=now, reason=reason)
    return case


def _unflagged(session: Session, week: date, size: int) -> list[QualityCheck]:
    strata = {
        f"{kind.label}，{words}": (Source.kind == kind, condition)
        for kind in SourceKind
        for words, condition in _suspicion().items()
    }
    counts: dict[str, int] = {
        name: session.scalar(_judged(select(func.count(JudgementRecord.id)), week).where(*conditions)) or 0
        for name, conditions in strata.items()
    }
    drawn = []
    for name, each in _shares(counts, size).items():
        ids = (
            _judged(select(JudgementRecord.id), week).where(*strata[name]).order_by(func.random()).limit(each)
        )
        drawn += [
            _check(week, judgement_id, CheckKind.UNFLAGGED, stratum=name, stratum_pages=counts[name])
            for judgement_id in session.scalars(ids)
        ]
    return drawn


def _shares(counts: Mapping[str, int], size: int) -> dict[str, int]:
    """Equal shares of the strata; the others share the places that a small one cannot fill."""
    shares, left = {}, size
    by_size = sorted((name for name in counts if counts[name]), key=lambda name: counts[name])
    for number, name in enumerate(by_size):
        shares[name] = min(counts[name], left // (len(by_size) - number))
        left -= shares[name]
    return shares


def _suspicion() -> dict[str, ColumnElement[bool]]:
    suspicious = or_(JudgementRecord.score > 0, cast(JudgementRecord.spared, String) != "[]")
    return {_SUSPICIOUS: suspicious, _PLAIN: ~suspicious}


def _judged(query: Select[Any], week: date) -> Select[Any]:
    """`query` over the pages that were judged in the week, with nothing found."""
    return (
        query.join_from(JudgementRecord, Snapshot, Snapshot.id == JudgementRecord.snapshot_id)
        .join(Visit, Visit.id == Snapshot.visit_id)
        .join(Page, Page.id == Snapshot.page_id)
        .join(Source, Source.id == Page.source_id)
        .where(
            JudgementRecord.judged_at >= begin_of(week),
            JudgementRecord.judged_at < begin_of(week + _WEEK),
            JudgementRecord.unlawful.is_(False),
            is_newest(),
            Snapshot.status == 200,
            Snapshot.page_state == "normal",
            Visit.kind.in_((VisitKind.SITE, VisitKind.ACCOUNT)),
        )
    )


def _decided(session: Session, week: date, size: int) -> list[QualityCheck]:
    states = (CaseState.DISMISSED, *STAGES["is-confirmed"].states)
    query = select(Case.judgement_id, Case.state, Case.reviewer_id).where(
        Case.state.in_(states),
        Case.changed_at >= begin_of(week),
        Case.changed_at < begin_of(week + _WEEK),
        Case.reviewer_id.is_not(None),
        Case.judgement_id.in_(select(JudgementRecord.id).where(JudgementRecord.unlawful)),
    )
    return [
        _check(
            week,
            judgement_id,
            CheckKind.REPEATED,
            first_verdict=CheckVerdict.LAWFUL if state is CaseState.DISMISSED else CheckVerdict.UNLAWFUL,
            first_reviewer_id=reviewer_id,
        )
        for judgement_id, state, reviewer_id in session.execute(query.order_by(func.random()).limit(size))
    ]


def _check(week: date, judgement_id: int, kind: CheckKind, **values: Any) -> QualityCheck:  # noqa: ANN401 - columns
    given = {"stratum": "", "stratum_pages": 0, **values}
    return QualityCheck(week=week, judgement_id=judgement_id, kind=kind, families=[], **given)


def _open(query: Select[Any], user: User) -> Select[Any]:
    others = or_(QualityCheck.first_reviewer_id.is_(None), QualityCheck.first_reviewer_id != user.id)
    query = query.where(QualityCheck.verdict.is_(None), others)
    if user.district:
        query = (
            query.join(JudgementRecord, JudgementRecord.id == QualityCheck.judgement_id)
            .join(Snapshot, Snapshot.id == JudgementRecord.snapshot_id)
            .join(Page, Page.id == Snapshot.page_id)
            .join(Source, Source.id == Page.source_id)
            .join(Institution, Institution.id == Source.institution_id)
            .where(Institution.district == user.district)
        )
    return query
