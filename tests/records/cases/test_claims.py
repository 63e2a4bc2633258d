"""A case belongs to the reviewer who looks at it, for a time that ends by itself."""

from datetime import timedelta

import pytest

from records.cases import claims, review
from records.database import transaction
from records.models import Case, CaseState, User
from tests.records import registered


@pytest.fixture
def case_id(engine, store, rules, now) -> int:
    return registered.case(engine, store, rules, now)


@pytest.fixture
def two(engine) -> tuple[int, int]:
    with transaction(engine) as session:
        return tuple(registered.reviewer(session, name).id for name in ("first", "second"))


def test_a_claim_keeps_others_away_until_it_ends(engine, case_id, two, now) -> None:
    first, second = two
    with transaction(engine) as session:
        assert claims.claim_case(session, case_id, first, now)
        assert not claims.claim_case(session, case_id, second, now + timedelta(minutes=9))
        assert claims.claim_case(session, case_id, first, now + timedelta(minutes=9)), "a sign of life"
        assert claims.list_lookers(session, [case_id], now + timedelta(minutes=12))[case_id].id == first
        assert claims.find_claim(session, case_id, now + timedelta(minutes=20)) is None
        assert claims.claim_case(session, case_id, second, now + timedelta(minutes=20))
        case = session.get_one(Case, case_id)
        assert (case.state, case.reviewer_id) == (CaseState.PENDING, None), "to look is no step"


def test_who_did_not_claim_it_cannot_decide_it(engine, case_id, two, now) -> None:
    first, second = two
    with transaction(engine) as session:
        claims.claim_case(session, case_id, first, now)
        case, late = session.get_one(Case, case_id), session.get_one(User, second)
        decision = review.Decision("confirm", case.row_version)
        with pytest.raises(review.CaseChanged, match="甲正在看"):
            review.decide(session, case, late, decision, now)
        claims.take_over(session, case, late, now)
        review.decide(session, case, late, decision, now)
        assert case.state is CaseState.UNLAWFUL
        assert claims.find_claim(session, case_id, now) is None, "a decision ends it"


def test_a_case_that_was_taken_up_can_be_taken_over_and_the_history_says_so(
    engine, case_id, two, now
) -> None:
    first, second = two
    with transaction(engine) as session:
        case = session.get_one(Case, case_id)
        holder, other = session.get_one(User, first), session.get_one(User, second)
        review.decide(session, case, holder, review.Decision("claim", case.row_version), now)
        claims.take_over(session, case, other, now)
        assert case.reviewer_id == second
        assert review.list_history(session, case_id)[-1].reason == "从甲处接手"
