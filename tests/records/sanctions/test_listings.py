"""Credit lists: two people, one institution once a list, and an end with its reason."""

import pytest

from records.database import reading, transaction
from records.models import AuditEntry, CreditListing, Institution, ListingKind, Role, User
from records.people.sign_in import add_user
from records.sanctions.listings import NewListing, approve, end, list_listings, propose
from records.sanctions.typed import SanctionRefused
from tests.records import registered

pytestmark = pytest.mark.databases("sqlite")
NEW = NewListing(ListingKind.BLACKLIST, "一年内三次保证治愈", "信用管理办法第五条")


@pytest.fixture
def people(engine) -> dict[str, int]:
    with transaction(engine) as session:
        registered.institution(session)
        made = [
            add_user(session, name, "a-long-password", role, display_name=name, district=district)
            for name, role, district in (
                ("proposer", Role.APPROVER, None),
                ("approver", Role.LEADER, None),
                ("elsewhere", Role.LEADER, "城西区"),
            )
        ]
        session.flush()
        return {one.name: one.id for one in made}


def act(engine, people, name: str, do, now) -> int:
    with transaction(engine) as session:
        return do(session, session.get_one(User, people[name]), now).id


def put(new: NewListing = NEW):
    return lambda session, by, now: propose(session, session.get_one(Institution, 1), new, by=by, now=now)


def approved(number: int):
    return lambda session, by, now: approve(session, number, by=by, now=now)


def ended(number: int, reason: str):
    return lambda session, by, now: end(session, number, reason, by=by, now=now)


def test_nobody_approves_what_they_proposed(engine, people, now) -> None:
    number = act(engine, people, "proposer", put(), now)
    with pytest.raises(SanctionRefused, match="另一人"):
        act(engine, people, "proposer", approved(number), now)
    with reading(engine) as session:
        assert list_listings(session, only_in_force=True) == []
    act(engine, people, "approver", approved(number), now)
    with reading(engine) as session:
        (one,) = list_listings(session, kind=ListingKind.BLACKLIST, only_in_force=True)
        assert (one.standing, one.approved_by.display_name) == ("已列入", "approver")
        assert list_listings(session, kind=ListingKind.CREDIT) == []
        assert list_listings(session, district="城西区") == []


def test_an_institution_stands_once_on_a_list_until_it_is_taken_off(engine, people, now) -> None:
    number = act(engine, people, "proposer", put(), now)
    with pytest.raises(SanctionRefused, match="失信名单待批准"):
        act(engine, people, "proposer", put(), now)
    with pytest.raises(SanctionRefused, match="请填写理由"):
        act(engine, people, "approver", ended(number, " "), now)
    act(engine, people, "approver", ended(number, "事由不足"), now)
    with pytest.raises(SanctionRefused, match="未批准"):
        act(engine, people, "approver", approved(number), now)
    again = act(engine, people, "proposer", put(), now)
    act(engine, people, "approver", approved(again), now)
    act(engine, people, "approver", ended(again, "期满"), now)
    with reading(engine) as session:
        assert [session.get_one(CreditListing, one).standing for one in (number, again)] == [
            "未批准",
            "已移出",
        ]
        said = [
            one.reason
            for one in session.query(AuditEntry).order_by(AuditEntry.id)
            if one.action == "listing_changed"
        ]
    assert said == [
        "提请列入失信名单：一年内三次保证治愈",
        "不批准列入失信名单：事由不足",
        "提请列入失信名单：一年内三次保证治愈",
        "批准列入失信名单",
        "移出失信名单：期满",
    ]


def test_another_districts_leader_decides_nothing(engine, people, now) -> None:
    number = act(engine, people, "proposer", put(), now)
    with pytest.raises(SanctionRefused, match="没有编号"):
        act(engine, people, "elsewhere", approved(number), now)


@pytest.mark.parametrize(
    ("field", "new"),
    [
        ("reason", NewListing(ListingKind.CREDIT, " ")),
        ("case", NewListing(ListingKind.CREDIT, "屡犯", case="77")),
        ("case", NewListing(ListingKind.CREDIT, "屡犯", case="七")),
    ],
)
def test_what_does_not_fit_is_refused_at_its_field(engine, people, now, field, new) -> None:
    with pytest.raises(SanctionRefused) as refused:
        act(engine, people, "proposer", put(new), now)
    assert refused.value.field == field
