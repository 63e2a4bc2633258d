"""One person has one name in the log, at sign-in and after, in every role. Older entries keep the name that they have."""

import pytest
from sqlalchemy import Engine

from records import audit
from records.cases import review
from records.database import reading, transaction
from records.models import Case, CaseState, Role, User
from records.people.attempts import Attempt
from records.people.sign_in import add_user, check_password
from records.workflow import StepRefused, actor_of
from tests.records import registered

PASSWORD = "a-long-password"


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OFFICER])
def test_a_person_is_named_alike_at_sign_in_and_after(role: Role) -> None:
    user = User(name="zhang", role=role)
    assert user.actor == str(actor_of(user)) == "user:zhang"


def test_an_officer_is_named_with_the_office(engine: Engine, now) -> None:
    with transaction(engine) as session:
        office = registered.office(session, "云溪市网信办")
        officer = add_user(session, "li", PASSWORD, Role.OFFICER, office=office)
        assert str(actor_of(officer)) == "office:云溪市网信办/li"
        check_password(session, Attempt("li", "10.0.0.1"), PASSWORD, now)
        assert [entry.actor for entry in found(session)] == ["office:云溪市网信办/li"]


def test_an_entry_takes_a_person_or_who_else_acts_by_name(engine: Engine, now) -> None:
    with transaction(engine) as session:
        zhang = registered.reviewer(session, "zhang")
        audit.append(session, zhang, "sign_in", now)
        audit.append(session, "system:command", "registry_changed", now, "登记库")
        assert [(entry.actor, entry.subject) for entry in found(session)] == [
            ("system:command", "登记库"),
            ("user:zhang", ""),
        ]


def test_old_and_new_names_of_a_person_are_found_together(engine: Engine, now) -> None:
    with transaction(engine) as session:
        for actor in ("user:zhang", "reviewer:zhang", "user:zhao", "office:zhang"):
            audit.append(session, actor=actor, action="sign_in", now=now)
    with reading(engine) as session:
        for asked in ("user:zhang", "reviewer:zhang"):
            assert {entry.actor for entry in found(session, asked)} == {"user:zhang", "reviewer:zhang"}
        assert {entry.actor for entry in found(session, "office:zhang")} == {"office:zhang"}
        assert len(found(session, "zhang")) == 3


def test_a_decision_under_the_old_name_is_taken_back_by_the_same_person_only(
    engine: Engine, store, rules, now
) -> None:
    case_id = registered.case(engine, store, rules, now)
    with transaction(engine) as session:
        zhang, zhao = (registered.reviewer(session, name) for name in ("zhang", "zhao"))
        case = session.get_one(Case, case_id)
        case.state, case.reviewer_id = CaseState.DISMISSED, zhang.id
        old = {"actor": "reviewer:zhang", "action": "case_step", "now": now, "reason": "合法"}
        audit.append(session, step=audit.Step(case.id, CaseState.REVIEWING, CaseState.DISMISSED), **old)
        with pytest.raises(StepRefused, match="只能撤销自己"):
            review.undo(session, case, zhao, now)
        review.undo(session, case, zhang, now)
    with reading(engine) as session:
        assert [entry.actor for entry in review.list_history(session, case_id)[1:]] == [
            "reviewer:zhang",
            "user:zhang",
        ]
        assert audit.verify(session).broken_at is None
    assert registered.state(engine, case_id) == "研判中"


def found(session, actor: str = ""):
    return audit.list_entries(session, audit.AuditFilter(actor=actor), 10)
