"""A transfer is never held twice, and a call that is made again gets its first answer, whatever happens between.

The rules are tried one after the other against a model, and all at once on PostgreSQL, where each program's
believed holdings are recorded and checked for overlaps.
"""

import random
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine, delete, event, select, update
from sqlalchemy.orm import Session

from records.cases import review
from records.database import transaction
from records.idempotency import Call, once
from records.models import AnsweredCall, Case, CaseState, DisposalResult, Transfer
from records.transfers import leases
from records.transfers.answers import Disposal, report_disposed, take
from records.transfers.leases import LeaseLost, transfer_to_answer
from records.transfers.office_queue import NotThisOffice
from records.workflow import Actor, StepRefused
from tests.records import registered

REFUSALS = (LeaseLost, NotThisOffice, StepRefused)
ACTOR = Actor("office", "网信办")
REPORT = Disposal(DisposalResult.DELETED, date(2026, 11, 24))


@pytest.fixture
def office_id(engine: Engine, store, rules, now) -> int:
    """An office with three transfers."""
    return three_transfers(engine, store, rules, now)


def three_transfers(engine: Engine, store, rules, now: datetime) -> int:
    cases = [registered.case(engine, store, rules, now, number) for number in (1, 2, 3)]
    with transaction(engine) as session:
        office, user = registered.office(session), registered.reviewer(session)
        for case_id in cases:
            for action, offices in (("confirm", ()), ("transfer", (office.id,))):
                version = session.get_one(Case, case_id).row_version
                found = review.find_case(session, case_id)
                review.decide(session, found, user, review.Decision(action, version, offices=offices), now)
        return office.id


def ids_of(engine: Engine) -> list[int]:
    with transaction(engine) as session:
        return list(session.scalars(select(Transfer.id).order_by(Transfer.id)))


def report(session: Session, office_id: int, transfer_id: int, lease_id: str | None, now: datetime) -> None:
    transfer = transfer_to_answer(session, office_id, transfer_id, lease_id, now, closed_too=True)
    take(session, transfer, actor=ACTOR, now=now) if transfer.received_at is None else None
    report_disposed(session, transfer, REPORT, actor=ACTOR, now=now, recheck_after=timedelta(hours=1))


@contextmanager
def meanwhile(work: Callable[[], object]) -> Iterator[Future[object]]:
    """`work` in a thread, started and waiting for the caller's locks."""
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(work)
        time.sleep(0.3)  # give it time to wait, which cannot be observed from outside
        yield future


@pytest.mark.databases("postgresql")
@pytest.mark.parametrize("late", ["extend", "release", "report"])
def test_who_comes_late_while_what_ran_out_is_given_on_changes_nothing(
    engine: Engine, office_id: int, now: datetime, late: str
) -> None:
    """The first holder's call came in time, and waits for the database while the second is given the transfers."""
    with transaction(engine) as session:
        first = leases.lease(session, office_id, 3, 60, now)
    just_before, after = now + timedelta(seconds=59), now + timedelta(seconds=61)

    def come_late() -> object:
        with transaction(engine) as session:
            if late == "extend":
                return leases.extend(session, office_id, first.id, 600, just_before)
            if late == "release":
                return leases.release(session, office_id, first.id)
            return report(session, office_id, first.transfers[0].id, first.id, just_before)

    with transaction(engine) as session:
        second = leases.lease(session, office_id, 3, 60, after)
        assert len(second.transfers) == 3
        with meanwhile(come_late) as future:
            session.commit()
            if late == "release":
                assert future.result(10) == 0
            else:
                with pytest.raises(LeaseLost):
                    future.result(10)
    with transaction(engine) as session:
        rows = session.scalars(select(Transfer)).all()
        assert {(row.lease_id, row.leased_until, row.closed_at) for row in rows} == {
            (second.id, second.until, None)
        }


@pytest.mark.databases("postgresql")
def test_what_is_being_reported_is_not_given_on(engine: Engine, office_id: int, now: datetime) -> None:
    with transaction(engine) as session:
        first = leases.lease(session, office_id, 1, 60, now)
    held = first.transfers[0].id
    with transaction(engine) as session:
        report(session, office_id, held, first.id, now + timedelta(seconds=59))
        with transaction(engine) as other:
            given = leases.lease(other, office_id, 3, 60, now + timedelta(seconds=61), with_received=True)
            assert held not in {one.id for one in given.transfers}


def test_a_refusal_is_an_answer_that_a_repeated_call_gets_again(
    engine: Engine, office_id: int, now: datetime
) -> None:
    transfer_id = ids_of(engine)[0]
    with transaction(engine) as session:
        held = leases.lease(session, office_id, 1, 60, now)
    call = Call(office_id, "key-1", "a" * 64)

    def work(session: Session) -> str:
        report(session, office_id, transfer_id, None, now)
        return "done"

    for _ in range(2):
        with pytest.raises(LeaseLost, match="正由另一租约持有"):
            once(engine, call, now, work, REFUSALS)
        with transaction(engine) as session:
            leases.release(session, office_id, held.id)  # the second time, it would be done
            assert session.get_one(Transfer, transfer_id).closed_at is None
    assert once(engine, Call(office_id, "key-2", "a" * 64), now, work, REFUSALS) == "done"


def test_a_refused_call_is_answered_as_the_same_call_that_was_made_meanwhile(
    engine: Engine, office_id: int, now: datetime
) -> None:
    call = Call(office_id, "key", "a" * 64)

    made: list[str] = []

    def refused(_: Session) -> str:
        event.listen(engine, "checkin", again, once=True)  # after all is undone, before the refusal is noted
        raise LeaseLost("正由另一租约持有")

    def again(*_: object) -> None:
        made.append(once(engine, call, now, lambda _: "done", REFUSALS))

    assert once(engine, call, now, refused, REFUSALS) == "done"
    assert made == ["done"]


def test_of_what_broke_on_the_way_nothing_is_noted(engine: Engine, office_id: int, now: datetime) -> None:
    call = Call(office_id, "key", "a" * 64)

    def broken(session: Session) -> str:
        session.execute(update(Transfer).values(note="half"))
        raise ConnectionError("the database went away")

    with pytest.raises(ConnectionError):
        once(engine, call, now, broken, REFUSALS)
    assert once(engine, call, now, lambda _: "done", REFUSALS) == "done"
    with transaction(engine) as session:
        assert not session.scalars(select(Transfer).where(Transfer.note == "half")).all()


@dataclass
class _Held:
    """The transfers that a program believes to hold."""

    lease_id: str
    until: datetime
    ids: set[int]


@pytest.mark.databases("sqlite")
def test_leases_and_keys_do_what_a_model_of_them_does(engine: Engine, office_id: int, now: datetime) -> None:
    ids = ids_of(engine)

    class Machine(RuleBasedStateMachine):
        """Two programs and a clock. A call is sent again at any time, with its key."""

        @initialize()
        def begin(self) -> None:
            with transaction(engine) as session:
                fresh = {"lease_id": None, "leased_until": None, "received_at": None, "closed_at": None}
                session.execute(update(Transfer).values(**fresh, result=None, disposed_on=None))
                session.execute(update(Case).values(state=CaseState.TRANSFERRED))
                session.execute(delete(AnsweredCall))
            self.now, self.calls = now, 0
            self.held: list[_Held] = []
            self.closed: set[int] = set()
            self.received: set[int] = set()
            self.sent: list[tuple[Call, Callable[[Session], str], str]] = []

        def ask(self, work: Callable[[Session], str]) -> str:
            """The answer, or the refusal in its words; sent again, it is the same."""
            self.calls += 1
            call = Call(office_id, f"key-{self.calls}", f"{self.calls:064d}")
            answer = self.answer_to(call, work)
            self.sent.append((call, work, answer))
            return answer

        def answer_to(self, call: Call, work: Callable[[Session], str]) -> str:
            try:
                return once(engine, call, self.now, work, REFUSALS)
            except REFUSALS as refused:
                return f"refused: {refused}"

        def valid(self, held: _Held) -> bool:
            return held.until > self.now

        @rule(seconds=st.sampled_from([1, 10, 60]))
        def time_passes(self, seconds: int) -> None:
            self.now += timedelta(seconds=seconds)

        @rule(limit=st.integers(1, 3), seconds=st.sampled_from([5, 30]), with_received=st.booleans())
        def lease(self, limit: int, seconds: int, with_received: bool) -> None:
            moment, found = self.now, list[leases.TransferLease]()

            def work(session: Session) -> str:
                found.append(
                    leases.lease(session, office_id, limit, seconds, moment, with_received=with_received)
                )
                return found[0].id

            self.ask(work)
            given = {one.id for one in found[0].transfers}
            taken = {one for held in self.held if self.valid(held) for one in held.ids}
            free = [
                one
                for one in ids
                if one not in taken | self.closed and (with_received or one not in self.received)
            ]
            assert given == set(free[:limit])
            for held in self.held:
                held.ids -= given
            self.held.append(_Held(found[0].id, found[0].until, given))

        @precondition(lambda self: self.held)
        @rule(data=st.data())
        def extend(self, data: st.DataObject) -> None:
            held, moment = data.draw(st.sampled_from(self.held)), self.now
            answer = self.ask(
                lambda session: str(
                    len(leases.extend(session, office_id, held.lease_id, 30, moment).transfers)
                )
            )
            left = held.ids - self.closed if self.valid(held) else set()
            assert answer == str(len(left)) if left else answer.startswith("refused")
            if left:
                held.until = moment + timedelta(seconds=30)

        @precondition(lambda self: self.held)
        @rule(data=st.data())
        def release(self, data: st.DataObject) -> None:
            held = data.draw(st.sampled_from(self.held))
            answer = self.ask(lambda session: str(leases.release(session, office_id, held.lease_id)))
            assert answer == str(len(held.ids - self.closed))
            held.ids.clear()

        @rule(transfer_id=st.sampled_from(ids), data=st.data())
        def report(self, transfer_id: int, data: st.DataObject) -> None:
            held = data.draw(st.sampled_from([None, *self.held]))
            moment, lease_id = self.now, held.lease_id if held else None

            def work(session: Session) -> str:
                report(session, office_id, transfer_id, lease_id, moment)
                return "done"

            answer = self.ask(work)
            holders = [one for one in self.held if transfer_id in one.ids and self.valid(one)]
            may = transfer_id in self.closed or holders == ([held] if held else [])
            assert answer == "done" if may else answer.startswith("refused")
            if may:
                self.closed.add(transfer_id)
                self.received.add(transfer_id)

        @precondition(lambda self: self.sent)
        @rule(data=st.data())
        def send_again(self, data: st.DataObject) -> None:
            call, work, answer = data.draw(st.sampled_from(self.sent))
            assert self.answer_to(call, work) == answer

        @invariant()
        def nothing_is_held_twice(self) -> None:
            valid = [one for held in getattr(self, "held", ()) if self.valid(held) for one in held.ids]
            assert len(valid) == len(set(valid))

    run_state_machine_as_test(
        Machine, settings=settings(max_examples=15, stateful_step_count=25, deadline=None)
    )


@dataclass
class _History:
    """The programs' believed holdings, and when, by their shared clock."""

    spans: dict[int, list[tuple[float, float, str]]] = field(default_factory=lambda: defaultdict(list))
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, transfer_id: int, begun: float, ended: float, who: str) -> None:
        with self.lock:
            self.spans[transfer_id].append((begun, ended, who))

    def overlaps(self) -> list[tuple[int, object, object]]:
        found = []
        for transfer_id, spans in self.spans.items():
            ordered = sorted(spans)
            found += [(transfer_id, one, two) for one, two in pairwise(ordered) if two[0] < one[1] - 1e-6]
        return found


@pytest.mark.databases("postgresql")
@pytest.mark.soak
def test_programs_at_once_never_hold_the_same(engine: Engine, office_id: int, soak: bool) -> None:
    """Leases of a few hundredths of a second, programs that stall with a call under way, all ways to end a holding."""
    history, until = _History(), time.time() + (60.0 if soak else 4.0)

    def pull(number: int) -> None:
        draw = random.Random(number)
        while time.time() < until:
            with transaction(engine) as session:
                held = leases.lease(session, office_id, 2, 0.05, datetime.now(UTC), with_received=True)
            got = time.time()
            last = held.until.timestamp()
            time.sleep(draw.random() * 0.06)
            act = draw.choice(("extend", "release", "nothing"))
            asked, moment = time.time(), datetime.now(UTC)
            if act != "nothing":
                time.sleep(draw.random() * 0.05)  # the call is under way
                try:
                    with transaction(engine) as session:
                        if act == "extend":
                            longer = leases.extend(session, office_id, held.id, 0.05, moment)
                            last = longer.until.timestamp()
                        else:
                            leases.release(session, office_id, held.id)
                            last = min(last, asked)
                except LeaseLost:
                    pass
            for one in held.transfers:
                history.add(one.id, got, max(got, last), held.id)

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(pull, number) for number in range(8)]:
            done.result()
    assert sum(map(len, history.spans.values())) > 50
    assert history.overlaps() == []
