"""The next case is from the view, in its order, held by nobody else, and never one that was passed over."""

import threading
from datetime import timedelta

import pytest

from records.cases import claims, review
from records.cases.next_case import count_passed, find_next_case, keep_ahead, take_next
from records.cases.review_queue import QueueFilter, assign
from records.database import transaction
from records.models import Case, CaseState, Role, User
from records.people.sign_in import add_user
from tests.records import registered


@pytest.fixture
def cases(engine, store, rules, now) -> list[int]:
    """Three alike, in the order of the queue."""
    made = [registered.case(engine, store, rules, now, number) for number in (1, 2, 3)]
    with transaction(engine) as session:
        for case in session.query(Case):
            case.score = 100 - case.id
    return made


def decided(session, case_id: int, user: User, action: str, now, reason: str = "") -> None:
    case = session.get_one(Case, case_id)
    review.decide(
        session, case, user, review.Decision(action, case.row_version, reason), now, needs_approval=True
    )


def test_three_who_ask_at_the_same_moment_get_three_cases(engine, cases, now) -> None:
    with transaction(engine) as session:
        people = [registered.reviewer(session, f"reviewer{number}") for number in range(3)]
        works = [registered.signed_in(session, person, now) for person in people]
    taken: list[int | None] = []
    gate = threading.Barrier(len(works))

    def take(work) -> None:
        gate.wait()
        with transaction(engine) as session:
            taken.append(take_next(session, QueueFilter(), work, now))

    threads = [threading.Thread(target=take, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == cases
    with transaction(engine) as session:
        assert take_next(session, QueueFilter(), works[0], now) in cases, "what one has is given again"


def test_what_was_passed_over_does_not_come_back_until_it_is_asked_for(engine, cases, now) -> None:
    with transaction(engine) as session:
        work = registered.signed_in(session, registered.reviewer(session), now)
        other = registered.signed_in(session, registered.reviewer(session, "other"), now)
        seen = []
        while (found := take_next(session, QueueFilter(), work, now)) is not None:
            seen.append(found)
            claims.pass_over(session, found, work)
        assert seen == cases, "each once, the highest score first"
        assert count_passed(session, QueueFilter(), work, now) == 3
        assert take_next(session, QueueFilter(), other, now) == cases[0], "others can have it at once"
        claims.forget_passed(session, work)
        assert take_next(session, QueueFilter(), work, now) == cases[1]


def test_ones_own_unfinished_case_comes_first(engine, cases, now) -> None:
    with transaction(engine) as session:
        person = registered.reviewer(session)
        work = registered.signed_in(session, person, now)
        decided(session, cases[2], person, "claim", now)
        assert find_next_case(session, QueueFilter(), work, now) == cases[2]
        assert find_next_case(session, QueueFilter(), work, now, after=cases[2]) == cases[0]
        assert find_next_case(session, QueueFilter(sort="newest"), work, now) == cases[2]
        assert find_next_case(session, QueueFilter(state="pending"), work, now) == cases[0]


@pytest.mark.parametrize("state", [CaseState.RETURNED, CaseState.RECURRED])
def test_a_case_that_came_back_comes_first_to_whom_it_is_given(engine, cases, now, state: CaseState) -> None:
    with transaction(engine) as session:
        decider, given = registered.reviewer(session), registered.reviewer(session, "other")
        for case in cases[1:]:
            back = session.get_one(Case, case)
            back.state, back.reviewer = state, decider
        own, other = (registered.signed_in(session, person, now) for person in (given, decider))
        assert find_next_case(session, QueueFilter(), own, now) == cases[0], (
            "the highest score: none is theirs"
        )
        assert assign(session, [cases[2]], given, decider, now) == 1
        for view in (QueueFilter(), QueueFilter(sort="oldest")):
            assert find_next_case(session, view, own, now) == cases[2]
            assert find_next_case(session, view, other, now) == cases[1]
        assert session.get_one(Case, cases[2]).state is state, "figures count what an office did with it"


def test_a_claim_that_ran_out_is_nobodys(engine, cases, now) -> None:
    with transaction(engine) as session:
        one = registered.signed_in(session, registered.reviewer(session), now)
        other = registered.signed_in(session, registered.reviewer(session, "other"), now)
        assert take_next(session, QueueFilter(), one, now) == cases[0]
        assert find_next_case(session, QueueFilter(), other, now) == cases[1]
        assert find_next_case(session, QueueFilter(), other, now + timedelta(minutes=11)) == cases[0]


def test_an_approver_stays_among_what_waits_for_approval(engine, cases, now) -> None:
    with transaction(engine) as session:
        person = registered.reviewer(session)
        approver = add_user(session, "approver", "a-long-password", Role.APPROVER, display_name="乙")
        decided(session, cases[0], person, "confirm", now)
        decided(session, cases[1], approver, "confirm", now)
        decided(session, cases[2], person, "confirm", now)
        own = registered.signed_in(session, approver, now)
        proposed = QueueFilter(state="proposed")
        assert find_next_case(session, proposed, own, now) == cases[0]
        assert find_next_case(session, proposed, own, now, after=cases[0]) == cases[2], "never one's own"
        assert find_next_case(session, proposed, registered.signed_in(session, person, now), now) is None


def test_a_case_taken_ahead_stays_ones_own_until_a_colleague_has_it(engine, cases, now) -> None:
    later = now + timedelta(minutes=8)
    with transaction(engine) as session:
        one = registered.signed_in(session, registered.reviewer(session), now)
        colleague = registered.reviewer(session, "other")
        other = registered.signed_in(session, colleague, now)
        first, second, _ = cases
        assert take_next(session, QueueFilter(), one, now, after=first) == second
        version = session.get_one(Case, second).row_version
        assert keep_ahead(session, second, QueueFilter(), one, later) == version
        assert keep_ahead(session, second, QueueFilter(), other, later + timedelta(minutes=8)) is None, (
            "kept for ten minutes more"
        )
        claims.take_over(session, session.get_one(Case, second), colleague, later)
        assert keep_ahead(session, second, QueueFilter(), one, later) is None
        decided(session, second, colleague, "claim", later)
        decided(session, second, colleague, "confirm", later)
        assert keep_ahead(session, second, QueueFilter(), one, later) is None, "it is decided"
        assert claims.find_claim(session, second, later) is None


def test_a_case_outside_ones_district_is_not_kept(engine, cases, now) -> None:
    with transaction(engine) as session:
        person = registered.reviewer(session)
        person.district = "别处"
        work = registered.signed_in(session, person, now)
        assert keep_ahead(session, cases[0], QueueFilter(), work, now) is None
        assert claims.find_claim(session, cases[0], now) is None
