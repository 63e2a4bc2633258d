"""Demerits 不良执业行为记分 as they are imposed on institutions, struck off, and counted by scoring year 记分年度."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from records import audit
from records.cases.stages import STAGES
from records.local_time import local_day
from records.models import Case, Demerit, Institution, User
from records.reference.points import POINTS
from records.reference.tables import read_rows
from records.sanctions.typed import SanctionRefused, find_typed_case

MOST_POINTS = 100


@dataclass(frozen=True)
class NewDemerit:
    """Demerits as they are typed. Without points the standard's are taken."""

    case: str
    words: str
    points: str
    imposed_on: date | None
    document_number: str
    reason: str


@dataclass(frozen=True)
class ScoringYear:
    """A year by which demerits are counted, with its own, newest first."""

    first: date
    demerits: Sequence[Demerit]

    @property
    def last(self) -> date:
        """Its last day."""
        return self.first.replace(year=self.first.year + 1) - timedelta(days=1)

    @property
    def points(self) -> int:
        """The points in force."""
        return sum(one.points for one in self.demerits if one.struck_at is None)


def impose(
    session: Session, institution: Institution, new: NewDemerit, *, by: User, now: datetime
) -> Demerit:
    """Impose demerits for one of the institution's cases, and write it into the log. Raises SanctionRefused."""
    session.get_one(Institution, institution.id, with_for_update=True)  # one at a time
    case = _case(session, institution, new.case)
    words = new.words.strip()
    if not 0 < len(words) <= 60:
        raise SanctionRefused("请填写违法情形，不超过 60 字", "words")
    points, basis = _points(session, words, new.points)
    imposed_on = new.imposed_on or local_day(now)
    if imposed_on > local_day(now):
        raise SanctionRefused(f"{imposed_on} 在今天之后", "imposed_on")
    if imposed_on < local_day(case.opened_at):
        found_on = local_day(case.opened_at)
        raise SanctionRefused(f"{imposed_on} 早于案件 {case.id} 的发现日期 {found_on}", "imposed_on")
    if not new.reason.strip():
        raise SanctionRefused("请填写理由")
    same = select(Demerit.id).where(
        Demerit.case_id == case.id, Demerit.words == words, Demerit.struck_at.is_(None)
    )
    if session.scalar(same) is not None:
        raise SanctionRefused(f"案件 {case.id} 已因“{words}”记分", "words")
    imposed = Demerit(
        institution_id=institution.id,
        case_id=case.id,
        words=words,
        points=points,
        basis=basis,
        imposed_on=imposed_on,
        document_number=new.document_number.strip(),
        reason=new.reason.strip(),
        imposed_at=now,
        imposed_by_id=by.id,
    )
    session.add(imposed)
    session.flush()
    _log(session, by, now, institution, imposed, f"记 {points} 分（{words}）：{imposed.reason}")
    return imposed


def strike(
    session: Session, institution: Institution, demerit_id: int, reason: str, *, by: User, now: datetime
) -> None:
    """Strike off demerits of the institution's, which stay in its record with the reason. Raises SanctionRefused."""
    found = session.get(Demerit, demerit_id, with_for_update=True)
    if found is None or found.institution_id != institution.id:
        raise SanctionRefused(f"{institution.name}没有编号为 {demerit_id} 的记分")
    if found.struck_at is not None:
        raise SanctionRefused("已经撤销")
    if not reason.strip():
        raise SanctionRefused("请填写撤销的理由")
    found.struck_at, found.struck_by_id, found.struck_because = now, by.id, reason.strip()
    words = f"撤销 {found.points} 分（{found.words}）：{found.struck_because}"
    _log(session, by, now, institution, found, words)


def list_scoring_years(
    session: Session, institution_id: int, begins: str, today: date
) -> Sequence[ScoringYear]:
    """The institution's demerits by scoring year, the newest first; the current year always. `begins` is the day and
    month of a year's first day, such as 04-01."""
    query = select(Demerit).where(Demerit.institution_id == institution_id)
    query = query.options(
        joinedload(Demerit.case), joinedload(Demerit.imposed_by), joinedload(Demerit.struck_by)
    )
    found = session.scalars(query.order_by(Demerit.imposed_on.desc(), Demerit.id.desc())).all()
    years = {
        first: ScoringYear(first, list(own))
        for first, own in groupby(found, lambda one: _first_day(one.imposed_on, begins))
    }
    current = _first_day(today, begins)
    years.setdefault(current, ScoringYear(current, ()))
    return [years[first] for first in sorted(years, reverse=True)]


def _case(session: Session, institution: Institution, written: str) -> Case:
    """The institution's case that is found unlawful."""
    case = find_typed_case(session, institution, written)
    if case is None:
        raise SanctionRefused(f"{institution.name}没有这个案件", "case")
    if case.state not in STAGES["is-confirmed"].states:
        raise SanctionRefused(f"案件 {case.id} 处于“{case.state.label}”，没有认定违法", "case")
    return case


def _points(session: Session, words: str, written: str) -> tuple[int, str]:
    """The points and their basis: those typed, else those of the standard."""
    standard = next((one for one in read_rows(session, POINTS) if one.words == words), None)
    basis = standard.basis if standard else ""
    if not written.strip():
        if standard is None:
            raise SanctionRefused(f"记分标准里没有“{words}”，请填写分值", "points")
        points = standard.points
    else:
        plain = written.strip()
        points = int(plain) if plain.isascii() and plain.isdecimal() and len(plain) <= 3 else 0
    if not 1 <= points <= MOST_POINTS:
        raise SanctionRefused(f"分值应为 1 至 {MOST_POINTS} 的整数", "points")
    return points, basis


def _first_day(day: date, begins: str) -> date:
    """The first day of the scoring year in which `day` lies."""
    month, number = (int(part) for part in begins.split("-"))
    own = date(day.year, month, number)
    return own if own <= day else own.replace(year=day.year - 1)


def _log(
    session: Session, by: User, now: datetime, institution: Institution, one: Demerit, words: str
) -> None:
    detail = {"demerit": one.id, "case": one.case_id, "points": one.points, "on": one.imposed_on.isoformat()}
    audit.append(session, by, "demerit_changed", now, institution.name, reason=words, detail=detail)
