"""The reviewers' queue 研判队列: which cases, in which order, how many, and who holds them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload
from sqlalchemy.sql.elements import SQLCoreOperations

from records import workflow
from records.cases.claims import is_claimed, is_claimed_by
from records.cases.merging import leads_its_text
from records.cases.stages import STAGES
from records.judgements import search
from records.local_time import begin_of, end_of, local_day, parse_day
from records.models import (
    Case,
    CaseState,
    DisposalResult,
    FindingRecord,
    Institution,
    JudgementRecord,
    Level,
    Page,
    SavedView,
    Side,
    Source,
    SourceKind,
    Transfer,
    User,
    Verification,
    VerificationOutcome,
)
from records.people.permissions import Permission, is_in_reach, roles_that_may
from records.transfers.overdue import overdue

# The states that wait for a reviewer, as in the queue's first tab.
TO_REVIEW = (
    CaseState.PENDING,
    CaseState.REVIEWING,
    CaseState.NEEDS_MORE,
    CaseState.RETURNED,
    CaseState.RECURRED,
)
# A tab counts the cases that are in a state now. Those found unlawful are more: all that went on from there, too.
TAB_TITLES: Mapping[CaseState, str] = {CaseState.UNLAWFUL: "待转送"}
# A case that is given to a reviewer is then in 研判中, or stays where it is: what an office did with it still counts.
_TAKEN_UP = frozenset({CaseState.PENDING, CaseState.NEEDS_MORE})
_GIVEN_AS_IT_IS = frozenset({CaseState.REVIEWING, CaseState.RETURNED, CaseState.RECURRED})
ASSIGNABLE = _TAKEN_UP | _GIVEN_AS_IT_IS
MINE, NOBODY = "mine", "nobody"
NO_CATEGORY = "（未登记）"
# How a queue can be ordered, with the words for it; by default the highest score first.
SORTS: Mapping[str, str] = {
    "": "分值",
    "newest": "最近发现",
    "oldest": "最早发现",
    "changed": "最近变动",
    "page": "网址",
}
_ORDERS: Mapping[str, tuple[SQLCoreOperations[Any], ...]] = {
    "newest": (Case.opened_at.desc(),),
    "oldest": (Case.opened_at,),
    "changed": (Case.changed_at.desc(),),
    "page": (select(Page.url).where(Page.id == Case.page_id).scalar_subquery(),),
}
_LONGEST = 200
_SOURCES = {kind.value: kind for kind in SourceKind}
_LATER, _LATER_TRANSFER = aliased(Verification), aliased(Transfer)
# How far a case has ever come, as `records.figures.case_figures.delays` measures it.
_REACHED: Mapping[str, ColumnElement[bool]] = {
    "transferred": exists().where(Transfer.case_id == Case.id),
    "disposed": exists().where(Transfer.case_id == Case.id, Transfer.result.is_not(None)),
    "verified": exists().where(
        Verification.case_id == Case.id, Verification.outcome == VerificationOutcome.GONE
    ),
    # Not "at any time": questions of an office that wait for a reply.
    "asked": exists().where(Transfer.case_id == Case.id, Transfer.awaited == Side.COMMISSION),
    # Not "at any time": pages unclear to a re-check that nobody has looked at since.
    "unclear": exists().where(
        Verification.case_id == Case.id,
        Verification.for_person,
        ~exists().where(_LATER.case_id == Verification.case_id, _LATER.id > Verification.id),
    ),
}


@dataclass(frozen=True)
class QueueFilter:
    """The wanted cases; "" is no filter. Its fields are the parameters of the queue's address."""

    state: str = ""
    words: str = ""  # full text
    district: str = ""
    category: str = ""  # the institution's 类别, the field of medicine it works in
    family: str = ""  # of a finding's rule
    rule: str = ""
    severity: str = ""
    source: str = ""  # site, account
    institution: str = ""  # id
    days: str = ""  # opened at most this many days ago
    assignee: str = ""  # MINE, NOBODY, or a user's id
    cluster: str = ""  # id
    level: str = ""  # the campaign's reporting group
    since: str = ""  # opened on this day or later, 2026-01-31
    until: str = ""  # opened on this day or earlier
    office: str = ""  # id of one that it was transferred to
    reached: str = (
        ""  # transferred, disposed, verified: at any time, whatever came after; unclear, asked, overdue: now
    )
    result: str = ""  # the last disposal that an office reported
    reason: str = ""  # why it was decided as it is, in the reviewers' words
    sort: str = ""  # one of SORTS
    grouped: str = ""  # anything: an institution's repeated text is one row

    @classmethod
    def of(cls, address: str) -> "QueueFilter":
        """From an address; unknown values are left out."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: value[:_LONGEST] for name, value in parse_qsl(address) if name in known})

    @property
    def states(self) -> Sequence[CaseState]:
        """The wanted states, one or an outcome's; by default those that wait for a reviewer."""
        known = {state.value: state for state in CaseState}
        if self.state in STAGES:
            return sorted(STAGES[self.state].states)
        return (known[self.state],) if self.state in known else TO_REVIEW

    @property
    def is_narrowed(self) -> bool:
        """Whether there is a filter besides the state."""
        return any(
            getattr(self, field.name)
            for field in fields(self)
            if field.name not in {"state", "sort", "grouped"}
        )

    def only_state(self) -> str:
        """The address without anything but the state and the order."""
        return QueueFilter(state=self.state, sort=self.sort, grouped=self.grouped).address()

    def address(self, **changes: object) -> str:
        """The query string of the queue's address, with some parameters changed."""
        values: Mapping[str, Any] = {
            field.name: getattr(self, field.name) for field in fields(self)
        } | changes
        return urlencode({name: value for name, value in values.items() if value not in ("", None)})


def list_cases(
    session: Session, wanted: QueueFilter, user: User, now: datetime, limit: int, offset: int = 0
) -> Sequence[Case]:
    """The wanted cases, in the wanted order, with page, institution and findings.

    Their ids are queried first, from the cases' own columns: with all joins, the database would carry every
    column along for each earlier case.
    """
    found = _rows(session, wanted, user, now)
    ids = session.scalars(found.order_by(*queue_order(wanted)).limit(limit).offset(offset)).all()
    return session.scalars(
        select(Case)
        .where(Case.id.in_(ids))
        .options(
            joinedload(Case.page).joinedload(Page.source).joinedload(Source.institution),
            joinedload(Case.reviewer),
            joinedload(Case.judgement).selectinload(JudgementRecord.findings),
            joinedload(Case.judgement).joinedload(JudgementRecord.snapshot),
        )
        .order_by(*queue_order(wanted))
    ).all()


def select_cases(session: Session, wanted: QueueFilter, user: User, now: datetime) -> Select[int]:
    """The ids of the wanted cases, each by itself."""
    return select(Case.id).where(Case.state.in_(wanted.states), *queue_conditions(session, wanted, user, now))


def _rows(session: Session, wanted: QueueFilter, user: User, now: datetime) -> Select[int]:
    """The ids of the cases that have a row."""
    found = select_cases(session, wanted, user, now)
    return found.where(leads_its_text(found)) if wanted.grouped else found


def count_rows(session: Session, wanted: QueueFilter, user: User, now: datetime) -> int:
    """How many rows the wanted cases make."""
    rows = _rows(session, wanted, user, now).subquery()
    return session.scalar(select(func.count()).select_from(rows)) or 0


def queue_order(wanted: QueueFilter) -> tuple[SQLCoreOperations[Any], ...]:
    """The wanted order; the same for all users."""
    return (*_ORDERS.get(wanted.sort, (Case.score.desc(),)), Case.id)


def count_by_state(session: Session, wanted: QueueFilter, user: User, now: datetime) -> dict[CaseState, int]:
    """How many of the wanted cases are in each state."""
    query = select(Case.state, func.count()).where(*queue_conditions(session, wanted, user, now))
    found = {row[0]: row[1] for row in session.execute(query.group_by(Case.state))}
    return {state: found.get(state, 0) for state in CaseState}


# The notices next to the tabs: values of `reached`, for cases in any state.
NOTICES: Mapping[str, str] = {
    "asked": "处置部门来函待答复",
    "overdue": "逾期未反馈",
    "unclear": "待人工核验",
}
_OFTEN: Mapping[str, tuple[CaseState, ...]] = {
    "unclear": (CaseState.DISPOSED, CaseState.VERIFIED),
    "overdue": (CaseState.TRANSFERRED, CaseState.RECEIVED),
}


def count_notices(session: Session, user: User, now: datetime) -> dict[str, int]:
    """How many cases wait for a reply to an office, or for a person to look: by the names of NOTICES."""
    found = {}
    for name in NOTICES:
        conditions = queue_conditions(session, QueueFilter(reached=name), user, now)
        if name in _OFTEN:
            conditions.append(Case.state.in_(_OFTEN[name]))
        found[name] = session.scalar(select(func.count(Case.id)).where(*conditions)) or 0
    return found


def assign(session: Session, case_ids: Sequence[int], to: User, by: User, now: datetime) -> int:
    """Give cases that wait for a reviewer, or have one, to a reviewer; returns how many were given. Others are left."""
    given = 0
    cases = session.scalars(select(Case).where(Case.id.in_(case_ids)).order_by(Case.id)).all()
    actor = workflow.actor_of(by)
    for case in cases:
        if not (is_in_reach(by, case) and is_in_reach(to, case)):
            continue
        words = f"分派给{to.display_name}"
        if case.state in _TAKEN_UP:
            workflow.step(session, case, CaseState.REVIEWING, actor=actor, now=now, reason=words)
        elif case.state in _GIVEN_AS_IT_IS and case.reviewer_id != to.id:
            workflow.note(session, case, actor=actor, now=now, reason=words)
        else:
            continue
        case.reviewer_id = to.id
        given += 1
    return given


@dataclass(frozen=True)
class Choices:
    """The options of the filters: values with their titles."""

    districts: list[tuple[str, str]]
    categories: list[tuple[str, str]]
    reviewers: list[tuple[str, str]]


def list_choices(session: Session) -> Choices:
    """The options from the registry, and from the users."""
    category = Institution.category
    reviewers = select(User).where(User.role.in_(roles_that_may(Permission.REVIEW)), User.disabled.is_(False))
    districts = session.scalars(select(Institution.district).distinct().order_by(Institution.district))
    categories = session.scalars(select(category).where(category.is_not(None)).distinct().order_by(category))
    return Choices(
        [(name, name) for name in districts],
        [(name, name) for name in categories if name],
        [
            (str(user.id), user.display_name)
            for user in session.scalars(reviewers.order_by(User.display_name))
        ],
    )


def list_saved_views(session: Session, user: User) -> Sequence[SavedView]:
    """The views that the user keeps, by name."""
    query = select(SavedView).where(SavedView.user_id == user.id).order_by(SavedView.name)
    return session.scalars(query).all()


def save_view(session: Session, user: User, name: str, wanted: QueueFilter) -> None:
    """Keep a view under a name; another of that name is replaced."""
    view = session.scalar(select(SavedView).where(SavedView.user_id == user.id, SavedView.name == name))
    if view is None:
        view = SavedView(user_id=user.id, name=name)
        session.add(view)
    view.query = wanted.address()


def forget_view(session: Session, user: User, view_id: int) -> None:
    """Forget a view of the user's own."""
    view = session.get(SavedView, view_id)
    if view is not None and view.user_id == user.id:
        session.delete(view)


def queue_conditions(
    session: Session, wanted: QueueFilter, user: User, now: datetime
) -> list[ColumnElement[bool]]:
    """The conditions of `wanted` in addition to the state. A value that is not a number is ignored."""
    found: list[ColumnElement[bool]] = []
    if (judgements := search.find_matching(session, wanted.words)) is not None:
        found.append(Case.judgement_id.in_(judgements))
    owners = _owners(wanted, user)
    if owners.whereclause is not None:
        of_owners = select(Source.id).where(Source.institution_id.in_(owners))
        found.append(Case.page_id.in_(select(Page.id).where(Page.source_id.in_(of_owners))))
    if wanted.source in _SOURCES:
        of_kind = select(Source.id).where(Source.kind == _SOURCES[wanted.source])
        found.append(Case.page_id.in_(select(Page.id).where(Page.source_id.in_(of_kind))))
    if of_findings := _of_findings(wanted):
        found.append(exists().where(FindingRecord.judgement_id == Case.judgement_id, *of_findings))
    found += _opened(wanted, now)
    if wanted.reason:
        found.append(Case.reason == wanted.reason)
    if wanted.office.isdecimal():
        handed_over = (Transfer.case_id == Case.id, Transfer.office_id == int(wanted.office))
        found.append(exists().where(*handed_over))
    if wanted.reached in _REACHED:
        found.append(_REACHED[wanted.reached])
    if wanted.reached == "overdue":
        found.append(exists().where(Transfer.case_id == Case.id, *overdue(local_day(now))))
    if result := {each.value: each for each in DisposalResult}.get(wanted.result):
        after = (_LATER_TRANSFER.case_id == Transfer.case_id, _LATER_TRANSFER.id > Transfer.id)
        is_last = ~exists().where(*after, _LATER_TRANSFER.result.is_not(None))
        found.append(exists().where(Transfer.case_id == Case.id, Transfer.result == result, is_last))
    if wanted.assignee == NOBODY:
        found += [Case.reviewer_id.is_(None), ~is_claimed(now)]
    elif wanted.assignee == MINE or wanted.assignee.isdecimal():
        holder = user.id if wanted.assignee == MINE else int(wanted.assignee)
        found.append(or_(Case.reviewer_id == holder, is_claimed_by(holder, now)))
    if wanted.cluster.isdecimal():
        cluster = select(JudgementRecord.id).where(JudgementRecord.cluster_id == int(wanted.cluster))
        found.append(Case.judgement_id.in_(cluster))
    return found


def _owners(wanted: QueueFilter, user: User) -> Select[int]:
    """The ids of the institutions whose cases are wanted; without conditions where all are."""
    owners = select(Institution.id)
    if user.district:
        owners = owners.where(Institution.district == user.district)
    if wanted.district:
        owners = owners.where(Institution.district == wanted.district)
    if wanted.category:
        no_category = wanted.category == NO_CATEGORY
        owners = owners.where(Institution.category == (None if no_category else wanted.category))
    if level := {each.value: each for each in Level}.get(wanted.level):
        owners = owners.where(Institution.level == level)
    if wanted.institution.isdecimal():
        owners = owners.where(Institution.id == int(wanted.institution))
    return owners


def _opened(wanted: QueueFilter, now: datetime) -> Iterator[ColumnElement[bool]]:
    if wanted.days.isdecimal():
        yield Case.opened_at >= now - timedelta(days=min(int(wanted.days), 36_500))
    if since := _asked_day(wanted.since):
        yield Case.opened_at >= begin_of(since)
    if until := _asked_day(wanted.until):
        yield Case.opened_at < end_of(until)


def _of_findings(wanted: QueueFilter) -> list[ColumnElement[bool]]:
    asked = (
        (FindingRecord.family, wanted.family),
        (FindingRecord.rule, wanted.rule),
        (FindingRecord.severity, wanted.severity),
    )
    return [column == value for column, value in asked if value]


def _asked_day(written: str) -> date | None:
    """A day in an address; anything else is ignored."""
    try:
        day = parse_day(written)
    except ValueError:
        return None
    return day if date(1990, 1, 1) < day < date(2200, 1, 1) else None
