"""Many cases are decided with one reason, and taken back as one; cases that others hold are left."""

import pytest

from records.cases import claims, review
from records.cases.bulk_decision import decide_many
from records.database import transaction
from records.models import Case, CaseState, Role
from records.people.sign_in import add_user
from records.workflow import StepRefused
from tests.records import registered


def test_all_that_can_be_are_decided_and_taken_back_together(engine, store, rules, now) -> None:
    cases = [registered.case(engine, store, rules, now, number) for number in (1, 2, 3)]
    with transaction(engine) as session:
        user, other = registered.reviewer(session), registered.reviewer(session, "other")
        claims.claim_case(session, cases[2], other.id, now)
        decision = review.Decision("dismiss", 0, "同一科普栏目")
        came = decide_many(session, cases, user, decision, now)
        assert (came.done, came.left) == (tuple(cases[:2]), (cases[2],))
        assert review.undo(session, session.get_one(Case, cases[0]), user, now) == 2
        assert session.get_one(Case, cases[1]).state is CaseState.REVIEWING


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("action", "reason", "words"),
    [("dismiss", " ", "必须写明理由"), ("transfer", "x", "没有“transfer”"), ("confirm", "", "请先选择")],
)
def test_what_says_too_little_decides_nothing(engine, now, action, reason, words) -> None:
    with transaction(engine) as session, pytest.raises(StepRefused, match=words):
        ids = [] if action == "confirm" else [1]
        decide_many(session, ids, registered.reviewer(session), review.Decision(action, 0, reason), now)


def test_an_approver_approves_several_at_once_but_none_of_their_own(engine, store, rules, now) -> None:
    cases = [registered.case(engine, store, rules, now, number) for number in (1, 2, 3)]
    with transaction(engine) as session:
        user = registered.reviewer(session)
        approver = add_user(session, "approver", "a-long-password", Role.APPROVER)
        decide_many(session, cases[:2], user, review.Decision("confirm", 0), now, needs_approval=True)
        decide_many(session, cases[2:], approver, review.Decision("confirm", 0), now, needs_approval=True)
        refused = decide_many(session, cases, user, review.Decision("approve", 0), now)
        assert refused.done == (), "a reviewer approves nothing"
        came = decide_many(session, cases, approver, review.Decision("approve", 0), now, needs_approval=True)
        assert (came.done, came.left) == (tuple(cases[:2]), (cases[2],))
        assert session.get_one(Case, cases[0]).state is CaseState.UNLAWFUL
