"""The terms of a hand-over to the police: three days for the head, for the police, for asking for a review."""

from datetime import UTC, date, datetime

from records.database import transaction
from records.models import (
    Case,
    CaseState,
    DisposalResult,
    JudgementRecord,
    Office,
    OfficeKind,
    Transfer,
)
from records.reference.working_days import WorkingCalendar
from records.transfers.hand_over import transfer_case
from records.transfers.police import list_police_terms
from records.workflow import Actor
from tests.records import registered

FIRST_FROM = WorkingCalendar({}).first_from
FRIDAY = datetime(2026, 11, 20, 4, tzinfo=UTC)
POLICE, NETWORK = OfficeKind.POLICE, OfficeKind.CYBERSPACE


def case(state: CaseState, *transfers: Transfer, gravity: str = "police") -> Case:
    judgement = JudgementRecord(gravity=gravity)
    return Case(state=state, changed_at=FRIDAY, judgement=judgement, transfers=list(transfers))


def transfer(kind: OfficeKind = POLICE, number: int = 1, **values: object) -> Transfer:
    office = Office(name="云溪市公安局", kind=kind)
    return Transfer(office=office, round=number, due_on=date(2026, 11, 23), **values)


def told(of: Case) -> list[tuple[str, date]]:
    return [(one.article, one.until) for one in list_police_terms(of, FIRST_FROM)]


def test_the_head_decides_within_three_days_of_the_finding() -> None:
    assert told(case(CaseState.UNLAWFUL)) == [("第五条", date(2026, 11, 23))]
    assert told(case(CaseState.UNLAWFUL, gravity="heavier")) == []
    assert told(case(CaseState.PENDING)) == []


def test_the_police_decide_and_a_refusal_can_be_reviewed() -> None:
    waiting = case(CaseState.TRANSFERRED, transfer(), transfer(NETWORK))
    assert told(waiting) == [("第八条", date(2026, 11, 23))]
    opened = transfer(closed_at=FRIDAY, result=DisposalResult.FILED)
    assert told(case(CaseState.DISPOSED, opened)) == []
    wednesday = datetime(2026, 11, 18, 4, tzinfo=UTC)
    refused = transfer(closed_at=wednesday, result=DisposalResult.NO_ACTION)
    assert told(case(CaseState.DISPOSED, refused)) == [("第九条", date(2026, 11, 23))], "a Saturday, moved"
    earlier = transfer(closed_at=wednesday, result=DisposalResult.NO_ACTION)
    assert told(case(CaseState.TRANSFERRED, earlier, transfer(NETWORK, 2))) == [], "a newer round has begun"


def test_a_case_is_due_at_the_police_in_three_days(engine, store, rules, now) -> None:
    number = registered.case(engine, store, rules, now)
    with transaction(engine) as session:
        found = session.get_one(Case, number)
        found.state = CaseState.UNLAWFUL
        police = Office(name="云溪市公安局", kind=POLICE)
        session.add(police)
        session.flush()
        sent = transfer_case(session, found, police, actor=Actor("user", "a"), now=now)
        assert sent.due_on == date(2026, 11, 27), "from Tuesday 24 November"
