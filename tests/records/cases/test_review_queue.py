"""The queue: wanted cases are found, counted, taken by one person, given to another."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from records.cases import review_queue as queues
from records.cases.review import list_history
from records.cases.review_queue import QueueFilter
from records.database import reading, transaction
from records.models import (
    Case,
    CaseState,
    FindingRecord,
    Institution,
    JudgementRecord,
    Level,
    Source,
    SourceKind,
    User,
)
from tests.records import registered

WITNESS = "患者王女士说：我在这里治好了，感谢李主任，无痛根治，欢迎拨打咨询热线。"


@pytest.fixture
def cases(engine: Engine, store, rules, now) -> dict[str, int]:
    """A cure rate on a site of the east, a witness on a site of the west, a cure rate on the east's account."""
    with transaction(engine) as session:
        east = registered.site(session, "http://127.0.0.1:1/")
        west = registered.institution(session, 2)
        west.name, west.district, west.category, west.level = "河湾口腔门诊部", "城西区", "口腔", Level.OTHER
        site = Source(
            kind=SourceKind.SITE, institution_id=west.id, address="http://127.0.0.1:2/", delay_seconds=0.0
        )
        session.add(site)
        account = registered.account(session, "http://127.0.0.1:3/feed")
    found = {}
    for name, source, url, text in (
        ("rate", east, "http://127.0.0.1:1/rate.html", registered.UNLAWFUL),
        ("witness", site, "http://127.0.0.1:2/story.html", WITNESS),
        ("post", account, "http://127.0.0.1:3/s/1", registered.UNLAWFUL + "军医坐诊。"),
    ):
        kept = registered.snapshot(engine, store, source, now, url=url, text=text)
        found[name] = registered.judged(engine, rules, kept, text, now)
    return found


@pytest.fixture
def person(engine: Engine) -> User:
    with transaction(engine) as session:
        return registered.reviewer(session)


def names(engine: Engine, cases: dict[str, int], person: User, now, **asked: str) -> set[str]:
    with reading(engine) as session:
        wanted = QueueFilter(**asked)
        shown = [case.id for case in queues.list_cases(session, wanted, person, now, 10)]
        counted = queues.count_by_state(session, wanted, person, now)
        assert sum(counted[state] for state in wanted.states) == len(shown)
    return {name for name, case_id in cases.items() if case_id in shown}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, {"rate", "witness", "post"}),
        ({"district": "城西区"}, {"witness"}),
        ({"category": "口腔"}, {"witness"}),
        ({"source": "account"}, {"post"}),
        ({"source": "site"}, {"rate", "witness"}),
        ({"words": "治愈率"}, {"rate", "post"}),
        ({"words": "治愈率98"}, {"rate", "post"}),
        ({"words": "河湾"}, {"witness"}),
        ({"words": "军"}, {"post"}),
        ({"words": "治愈 军医"}, {"post"}),
        ({"words": "愈率治"}, set()),
        ({"words": "story"}, {"witness"}),
        ({"words": "\" * ' & ) (:"}, {"rate", "witness", "post"}),
        ({"assignee": "mine"}, set()),
        ({"assignee": "nobody"}, {"rate", "witness", "post"}),
        ({"state": "dismissed"}, set()),
        ({"days": "1"}, {"rate", "witness", "post"}),
        ({"since": "2026年11月24日", "until": "2026/11/24"}, {"rate", "witness", "post"}),
        ({"since": "2026年11月25日"}, set()),
        ({"since": "soon", "until": "0001-01-01"}, {"rate", "witness", "post"}),
        ({"institution": "x", "cluster": "-1", "days": "soon"}, {"rate", "witness", "post"}),
    ],
)
def test_what_is_asked_for_is_found(engine, cases, person, now, asked, expected) -> None:
    assert names(engine, cases, person, now, **asked) == expected


def test_rules_severity_cluster_age_and_institution_narrow_it(engine, cases, person, now) -> None:
    with reading(engine) as session:
        rule = session.scalars(
            select(FindingRecord.rule)
            .join(JudgementRecord)
            .join(Case, Case.judgement_id == JudgementRecord.id)
            .where(Case.id == cases["witness"])
        ).first()
        cluster = session.get_one(Case, cases["rate"]).judgement.cluster_id
        west = session.scalars(select(Institution.id).where(Institution.district == "城西区")).one()
    assert "witness" in names(engine, cases, person, now, rule=rule)
    assert "rate" in names(engine, cases, person, now, cluster=str(cluster))
    assert names(engine, cases, person, now, institution=str(west)) == {"witness"}
    assert names(engine, cases, person, now + timedelta(days=8), days="7") == set()
    assert names(engine, cases, person, now, severity="high") | names(
        engine, cases, person, now, severity="medium"
    ) == {"rate", "witness", "post"}


def test_an_address_says_what_is_wanted_and_is_read_back() -> None:
    wanted = QueueFilter(state="pending", words="治愈率 98%", district="城东区")
    assert QueueFilter.of(wanted.address()) == wanted
    assert QueueFilter.of("unknown=1&words=" + "长" * 300).words == "长" * 200
    assert wanted.address(state="", words="") == "district=%E5%9F%8E%E4%B8%9C%E5%8C%BA"


def test_cases_are_given_to_a_reviewer_and_it_is_written_down(engine, cases, person, now) -> None:
    with transaction(engine) as session:
        by = session.get_one(User, person.id)
        to = registered.reviewer(session, "other")
        to.display_name = "乙"
        assert queues.assign(session, [cases["rate"], cases["post"], 99_999], to, by, now) == 2
        assert queues.assign(session, [cases["rate"]], to, by, now) == 0, "it is theirs already"
        assert queues.assign(session, [cases["rate"]], by, by, now) == 1
    with reading(engine) as session:
        case = session.get_one(Case, cases["rate"])
        assert (case.state, case.reviewer_id) == (CaseState.REVIEWING, person.id)
        assert [entry.reason for entry in list_history(session, case.id)][-2:] == ["分派给乙", "分派给甲"]


@pytest.mark.parametrize("state", queues.TO_REVIEW)
def test_every_case_that_waits_can_be_given_out(engine, cases, person, now, state: CaseState) -> None:
    with transaction(engine) as session:
        case = session.get_one(Case, cases["rate"])
        case.state, case.reviewer = state, session.get_one(User, person.id)
        to = registered.reviewer(session, "other")
        assert queues.assign(session, [case.id], to, session.get_one(User, person.id), now) == 1
        assert case.state in (state, CaseState.REVIEWING)
    assert names(engine, cases, to, now, assignee="mine") == {"rate"}


def test_the_order_is_the_one_that_is_asked_for(engine, cases, person, now) -> None:
    with reading(engine) as session:
        shown = [case.id for case in queues.list_cases(session, QueueFilter(sort="page"), person, now, 10)]
        by_score = [case.score for case in queues.list_cases(session, QueueFilter(), person, now, 10)]
        odd = queues.list_cases(session, QueueFilter(sort="nonsense"), person, now, 10)
    assert shown == [cases["rate"], cases["witness"], cases["post"]]
    assert by_score == sorted(by_score, reverse=True) == [case.score for case in odd]


def test_a_view_is_kept_for_its_owner_only(engine, person) -> None:
    with transaction(engine) as session:
        other = registered.reviewer(session, "other")
        mine = session.get_one(User, person.id)
        queues.save_view(session, mine, "城东", QueueFilter(district="城东区"))
        queues.save_view(session, mine, "城东", QueueFilter(district="城东区", severity="high"))
        session.flush()
        (view,) = queues.list_saved_views(session, mine)
        assert QueueFilter.of(view.query) == QueueFilter(district="城东区", severity="high")
        assert queues.list_saved_views(session, other) == []
        queues.forget_view(session, other, view.id)
        session.flush()
        assert len(queues.list_saved_views(session, mine)) == 1
        queues.forget_view(session, mine, view.id)
        session.flush()
        assert queues.list_saved_views(session, mine) == []
