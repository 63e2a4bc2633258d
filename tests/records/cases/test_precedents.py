"""Precedents are the newest decided cases with the same rule, whether the rule found much or little."""

from datetime import timedelta

import pytest

from records.cases import precedents, review
from records.cases.precedents import find_precedents
from records.database import transaction
from records.models import Case, CaseState
from tests.records import registered


@pytest.mark.parametrize("few", [0, 500], ids=["a rule with many findings", "a rule with few"])
def test_the_newest_decisions_are_shown_with_their_words_and_reasons(
    engine, store, rules, now, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(precedents, "_FEW", few)
    made = [registered.case(engine, store, rules, now, number) for number in range(1, 5)]
    actions = {made[1]: "confirm", made[2]: "dismiss", made[3]: "confirm"}
    with transaction(engine) as session:
        person = registered.reviewer(session)
        for hours, (case_id, action) in enumerate(actions.items()):
            case = session.get_one(Case, case_id)
            asked = review.Decision(action, case.row_version, f"理由{case_id}")
            review.decide(session, case, person, asked, now + timedelta(hours=hours))
        case = session.get_one(Case, made[3])
        offices = (registered.office(session).id,)
        sent = review.Decision("transfer", case.row_version, "", offices, held_for=timedelta(seconds=30))
        review.decide(session, case, person, sent, now + timedelta(hours=3))
        review.undo(session, case, person, now + timedelta(hours=3, seconds=5))
        assert case.state is CaseState.UNLAWFUL
    with transaction(engine) as session:
        found = find_precedents(session, review.find_case(session, made[0]), limit=2)
        assert [(one.case_id, one.reason) for one in found] == [
            (made[3], f"理由{made[3]}"),
            (made[2], f"理由{made[2]}"),
        ]
        assert all(one.quote for one in found)
        assert find_precedents(session, review.find_case(session, made[0]), district="城西区") == []
        assert len(find_precedents(session, review.find_case(session, made[0]), district="城东区")) == 3
        of_decided = find_precedents(session, review.find_case(session, made[3]))
        assert [one.case_id for one in of_decided] == [made[2], made[1]], "not the case itself"
