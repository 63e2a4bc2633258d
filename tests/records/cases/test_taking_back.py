"""Cases decided by one act are taken back as one, and a transfer as long as no office has seen it."""

from datetime import timedelta

import pytest

from records.cases import review
from records.database import transaction
from records.models import Case, CaseState, Matter, Transfer, User
from records.transfers.hand_over import any_held, release_held
from records.workflow import StepRefused
from tests.records import registered

HELD = timedelta(seconds=30)


@pytest.fixture
def cases(engine, store, rules, now) -> list[int]:
    with transaction(engine) as session:
        registered.reviewer(session)
    return [registered.case(engine, store, rules, now, number) for number in (1, 2, 3)]


def person(session) -> User:
    return session.query(User).filter_by(name="reviewer").one()


def test_a_group_that_was_decided_together_is_taken_back_together(engine, cases, now) -> None:
    with transaction(engine) as session:
        first, user = review.find_case(session, cases[0]), person(session)
        decision = review.Decision("dismiss", first.row_version, "科普")
        assert review.decide_alike(session, first, user, decision, now) == 3
        assert review.count_decided_together(session, first) == 3
        second = session.get_one(Case, cases[1])
        review.undo(session, second, user, now + timedelta(minutes=1))
        states = {session.get_one(Case, case_id).state for case_id in cases}
    assert states == {CaseState.REVIEWING}, "from whichever of them it is asked for"


def test_what_has_changed_since_is_left_as_it_is(engine, cases, now) -> None:
    with transaction(engine) as session:
        first, user = review.find_case(session, cases[0]), person(session)
        review.decide_alike(session, first, user, review.Decision("dismiss", first.row_version, "科普"), now)
        other, colleague = session.get_one(Case, cases[2]), registered.reviewer(session, "colleague")
        again = review.Decision("claim", other.row_version)
        review.decide(session, other, colleague, again, now + timedelta(minutes=1))
        assert review.undo(session, first, user, now + timedelta(minutes=2)) == 2
        assert other.reviewer_id == colleague.id


def test_a_recalled_transfer_leaves_nothing_behind(engine, cases, now) -> None:
    with transaction(engine) as session:
        case, user, office = review.find_case(session, cases[0]), person(session), registered.office(session)
        review.decide(session, case, user, review.Decision("confirm", case.row_version), now)
        sent = review.Decision("transfer", case.row_version, offices=(office.id,), held_for=HELD)
        review.decide(session, case, user, sent, now + timedelta(minutes=1))
        review.undo(session, case, user, now + timedelta(minutes=1, seconds=20))
        assert case.state is CaseState.UNLAWFUL, "the decision stands"
        assert (session.query(Transfer).count(), session.query(Matter).count()) == (0, 0)
        assert review.list_history(session, case.id)[-1].reason == "撤回转送"


def test_an_office_that_was_added_is_recalled_alone(engine, cases, now) -> None:
    with transaction(engine) as session:
        case, user = review.find_case(session, cases[0]), person(session)
        first, second = registered.office(session), registered.office(session, "云溪市市场监管局")
        review.decide(session, case, user, review.Decision("confirm", case.row_version), now)
        for minute, office in ((1, first), (2, second)):
            sent = review.Decision("transfer", case.row_version, offices=(office.id,), held_for=HELD)
            moment = now + timedelta(minutes=minute)
            assert not any_held(session, now)
            review.decide(session, case, user, sent, moment)
            if office is first:
                assert release_held(session, moment + HELD) == 1
        review.undo(session, case, user, now + timedelta(minutes=2, seconds=9))
        assert case.state is CaseState.TRANSFERRED
        assert [one.office_id for one in case.transfers] == [first.id]
        with pytest.raises(StepRefused, match="不能再撤回"):
            review.undo(session, case, user, now + timedelta(minutes=3))
