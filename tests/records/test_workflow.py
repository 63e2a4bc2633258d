"""The state machine of a case: its steps, its refusals, its audit."""

from itertools import pairwise, product

import pytest
from sqlalchemy import Engine, select

from records.database import transaction
from records.models import AuditEntry, Case, CaseState
from records.workflow import NEEDS_REASON, OFFICE, STEPS, SYSTEM, USER, Actor, StepRefused, step
from tests.records import registered

S = CaseState
WHO = {USER: Actor(USER, "甲"), OFFICE: Actor(OFFICE, "网信办"), SYSTEM: Actor(SYSTEM, "recheck")}

# The whole life of a case, as the issue of this machine draws it.
PATHS = [
    [
        S.PENDING,
        S.REVIEWING,
        S.UNLAWFUL,
        S.TRANSFERRED,
        S.RECEIVED,
        S.DISPOSED,
        S.VERIFIED,
        S.RECURRED,
        S.TRANSFERRED,
    ],
    [S.PENDING, S.REVIEWING, S.NEEDS_MORE, S.REVIEWING, S.DISMISSED, S.REVIEWING, S.PENDING],
    [S.PENDING, S.REVIEWING, S.UNLAWFUL, S.TRANSFERRED, S.RECEIVED, S.RETURNED, S.TRANSFERRED],
    [S.PENDING, S.REVIEWING, S.UNLAWFUL, S.TRANSFERRED, S.RECEIVED, S.DISPOSED, S.RECURRED, S.REVIEWING],
]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: "-".join(state.value for state in path))
def test_a_life_of_a_case_is_written_down_step_by_step(engine: Engine, store, rules, now, path) -> None:
    case_id = registered.case(engine, store, rules, now)
    with transaction(engine) as session:
        case = session.get_one(Case, case_id)
        for before, to in pairwise(path):
            who = min(STEPS[before, to])
            step(session, case, to, actor=WHO[who], now=now, reason="因为")
    with transaction(engine) as session:
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(entry.from_state, entry.to_state) for entry in entries] == [(None, S.PENDING), *pairwise(path)]
    assert {entry.at for entry in entries} == {now}
    assert all(entry.actor and entry.reason for entry in entries)


@pytest.mark.parametrize(
    ("before", "to"),
    [pair for pair in product(S, S) if pair not in STEPS],
    ids=lambda state: state.value,
)
def test_what_is_no_step_is_refused(before: CaseState, to: CaseState, now) -> None:
    case = Case(id=1, state=before)
    for actor in WHO.values():
        with pytest.raises(StepRefused):
            step(None, case, to, actor=actor, now=now, reason="因为")
    assert case.state is before


@pytest.mark.parametrize(("before", "to"), list(STEPS), ids=lambda state: state.value)
def test_a_step_is_refused_to_others(before: CaseState, to: CaseState, now) -> None:
    for kind, actor in WHO.items():
        if kind not in STEPS[before, to]:
            with pytest.raises(StepRefused, match="不是"):
                step(None, Case(id=1, state=before), to, actor=actor, now=now, reason="因为")


@pytest.mark.parametrize("to", sorted(NEEDS_REASON))
def test_a_step_that_needs_its_grounds_is_refused_without(to: CaseState, now) -> None:
    before, who = next((step[0], whos) for step, whos in STEPS.items() if step[1] is to)
    (kind,) = who
    with pytest.raises(StepRefused, match="必须写明理由"):
        step(None, Case(id=1, state=before), to, actor=WHO[kind], now=now, reason="  ")
