"""A transfer is locked and its lease is checked in one step, for every reply of an office."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from records.cases import review
from records.database import transaction
from records.models import Case, Transfer
from records.transfers import leases
from records.transfers.leases import LeaseLost, transfer_to_answer
from records.transfers.office_queue import NotThisOffice
from tests.records import registered

HELD = timedelta(seconds=60)


@pytest.fixture
def transfer(engine: Engine, store, rules, now) -> Transfer:
    """A transfer that an office has and has not answered."""
    case_id = registered.case(engine, store, rules, now)
    with transaction(engine) as session:
        office, user = registered.office(session), registered.reviewer(session)
        for action, offices in (("confirm", ()), ("transfer", (office.id,))):
            version = session.get_one(Case, case_id).row_version
            review.decide(
                session,
                review.find_case(session, case_id),
                user,
                review.Decision(action, version, offices=offices),
                now,
            )
        return session.scalars(select(Transfer)).one()


def test_what_nobody_holds_is_anybodys_of_the_office(engine: Engine, transfer, now) -> None:
    with transaction(engine) as session:
        assert transfer_to_answer(session, transfer.office_id, transfer.id, None, now).id == transfer.id
        with pytest.raises(NotThisOffice, match="没有编号为"):
            transfer_to_answer(session, transfer.office_id + 1, transfer.id, None, now)


def test_what_is_held_is_its_holders_until_the_lease_runs_out(engine: Engine, transfer, now) -> None:
    with transaction(engine) as session:
        held = leases.lease(session, transfer.office_id, 1, 60, now)
    with transaction(engine) as session:
        asked = (session, transfer.office_id, transfer.id)
        assert transfer_to_answer(*asked, held.id, now).lease_id == held.id
        for lease_id, moment, why in (
            (None, now, "正由另一租约持有"),
            ("another", now, "不在这个租约中"),
            (held.id, now + HELD, "租约已过期"),
        ):
            with pytest.raises(LeaseLost, match=why):
                transfer_to_answer(*asked, lease_id, moment)
        assert transfer_to_answer(*asked, None, now + HELD).id == transfer.id


def test_the_same_report_again_needs_no_lease(engine: Engine, transfer, now) -> None:
    with transaction(engine) as session:
        held = leases.lease(session, transfer.office_id, 1, 60, now)
        asked = (session, transfer.office_id, transfer.id)
        with pytest.raises(LeaseLost):
            transfer_to_answer(*asked, None, now, closed_too=True)
        transfer_to_answer(*asked, held.id, now).closed_at = now
        session.flush()
        assert transfer_to_answer(*asked, None, now, closed_too=True).id == transfer.id
        with pytest.raises(LeaseLost):
            transfer_to_answer(*asked, None, now)
