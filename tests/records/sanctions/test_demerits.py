"""Demerits: imposed for a case, by the standard or typed, struck off with a reason, counted by scoring year."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from records import audit
from records.database import reading, transaction
from records.figures.case_figures import list_case_facts
from records.figures.period import Period
from records.models import AuditEntry, Case, CaseState, Demerit, Institution, Role
from records.people.sign_in import add_user
from records.reference.points import POINTS
from records.reference.tables import replace_rows
from records.sanctions.demerits import NewDemerit, impose, list_scoring_years, strike
from records.sanctions.typed import SanctionRefused
from tests.records import registered

pytestmark = pytest.mark.databases("sqlite")
STANDARD = [{"words": "保证治愈", "points": "4", "basis": "本市记分办法第九条"}]


@pytest.fixture
def asked(engine, store, rules, now) -> NewDemerit:
    """Demerits for a case that was found unlawful, by the standard."""
    case_id = registered.case(engine, store, rules, now - timedelta(days=400))
    with transaction(engine) as session:
        leader = add_user(session, "leader", "a-long-password", Role.LEADER, display_name="领导")
        session.get_one(Case, case_id).state = CaseState.UNLAWFUL
        replace_rows(session, POINTS, STANDARD, by=leader, now=now)
    return NewDemerit(str(case_id), "保证治愈", "", None, "云卫记〔2026〕3号", "自查后仍未改正")


def act(engine, now, new: NewDemerit) -> int:
    with transaction(engine) as session:
        return impose(session, session.query(Institution).one(), new, by=leader(session), now=now).id


def leader(session):
    return session.scalar(select(registered.User).where(registered.User.name == "leader"))


def strike_off(engine, now, demerit_id: int, reason: str) -> None:
    with transaction(engine) as session:
        owner = session.query(Institution).one()
        strike(session, owner, demerit_id, reason, by=leader(session), now=now)


def test_without_points_the_standards_are_taken_with_their_basis(engine, now, asked) -> None:
    number = act(engine, now, asked)
    with reading(engine) as session:
        one = session.get_one(Demerit, number)
        assert (one.points, one.basis, one.imposed_by.display_name) == (4, "本市记分办法第九条", "领导")
        entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert (entry.actor, entry.action) == ("user:leader", "demerit_changed")
        assert entry.reason == "记 4 分（保证治愈）：自查后仍未改正"
        assert entry.detail["case"] == int(asked.case)


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("case", {"case": "999"}),
        ("case", {"case": "九"}),
        ("words", {"words": " "}),
        ("words", {"words": "长" * 61}),
        ("points", {"words": "标准里没有的"}),
        ("points", {"points": "0"}),
        ("points", {"points": "101"}),
        ("points", {"points": "2.5"}),
        ("imposed_on", {"imposed_on": date(2199, 1, 1)}),
        ("imposed_on", {"imposed_on": date(2001, 1, 1)}),
        ("reason", {"reason": ""}),
    ],
)
def test_what_does_not_fit_is_refused_at_its_field(engine, now, asked, field, change) -> None:
    with pytest.raises(SanctionRefused) as refused:
        act(engine, now, replace(asked, **change))
    assert refused.value.field == field
    with reading(engine) as session:
        assert session.query(Demerit).count() == 0


def test_a_case_that_was_not_found_unlawful_costs_nothing(engine, now, asked) -> None:
    with transaction(engine) as session:
        session.query(Case).one().state = CaseState.DISMISSED
    with pytest.raises(SanctionRefused, match="没有认定违法"):
        act(engine, now, asked)


def test_the_same_is_not_imposed_twice_unless_it_was_struck_off(engine, now, asked) -> None:
    number = act(engine, now, asked)
    with pytest.raises(SanctionRefused, match="已因“保证治愈”记分"):
        act(engine, now, asked)
    with pytest.raises(SanctionRefused, match="撤销的理由"):
        strike_off(engine, now, number, " ")
    strike_off(engine, now, number, "复核后不成立")
    with pytest.raises(SanctionRefused, match="已经撤销"):
        strike_off(engine, now, number, "再来一次")
    act(engine, now, asked)
    with reading(engine) as session:
        said = session.scalars(
            select(AuditEntry.reason).where(AuditEntry.action == "demerit_changed").order_by(AuditEntry.id)
        ).all()
        assert said[1] == "撤销 4 分（保证治愈）：复核后不成立"
        assert audit.verify(session).broken_at is None


def find_facts(engine, now) -> tuple[int, ...]:
    """The points that figures count for the one case."""
    with reading(engine) as session:
        (fact,) = list_case_facts(session, Period((now - timedelta(days=500)).date(), now.date()))
        return fact.demerits


def test_points_count_in_the_scoring_year_in_which_they_were_imposed(engine, now, asked) -> None:
    """A scoring year that begins on 1 April: 31 March still belongs to the year before."""
    days = (date(2026, 3, 31), date(2026, 4, 1), date(2026, 5, 2))
    with transaction(engine) as session:
        session.query(Case).one().opened_at = now.replace(year=2025)
    for day, words in zip(days, ("甲", "乙", "丙"), strict=True):
        act(engine, now.replace(year=2027), replace(asked, words=words, points="3", imposed_on=day))
    with reading(engine) as session:
        last = session.scalars(select(Demerit.id).order_by(Demerit.id.desc())).first()
    facts = find_facts(engine, now)
    strike_off(engine, now, last, "复核后不成立")
    assert (facts, find_facts(engine, now)) == ((3, 3, 3), (3, 3)), "figures count those in force"
    with reading(engine) as session:
        years = list_scoring_years(session, session.query(Institution).one().id, "04-01", date(2027, 4, 1))
        assert [(year.first, year.last, year.points, len(year.demerits)) for year in years] == [
            (date(2027, 4, 1), date(2028, 3, 31), 0, 0),
            (date(2026, 4, 1), date(2027, 3, 31), 3, 2),
            (date(2025, 4, 1), date(2026, 3, 31), 3, 1),
        ]
