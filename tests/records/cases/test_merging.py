"""Cases of one institution decided as one, and taken apart again."""

import pytest
from sqlalchemy import Engine

from records.cases import merging, review, review_queue
from records.cases.next_case import find_next_case
from records.cases.review import CaseChanged, Decision
from records.cases.review_queue import QueueFilter
from records.database import reading, transaction
from records.models import Case, CaseState, Source, SourceKind, User
from records.transfers import office_queue
from records.workflow import StepRefused
from tests.records import registered


@pytest.fixture
def cases(engine: Engine, store, rules, now) -> list[int]:
    ids = [registered.case(engine, store, rules, now, number) for number in (1, 2, 3)]
    with transaction(engine) as session:
        registered.reviewer(session)
    return ids


def merged(engine: Engine, ids: list[int], now) -> int:
    with transaction(engine) as session:
        return merging.merge(session, ids, session.query(User).one(), now).id


def decide(engine: Engine, case_id: int, action: str, now, **more) -> None:
    with transaction(engine) as session:
        case = review.find_case(session, case_id)
        review.decide(
            session, case, session.query(User).one(), Decision(action, case.row_version, **more), now
        )


def states(engine: Engine, ids: list[int]) -> list[str]:
    return [registered.state(engine, case_id) for case_id in ids]


def test_one_decision_decides_all_that_is_merged(engine: Engine, cases, now) -> None:
    lead = merged(engine, cases, now)
    with transaction(engine) as session:
        office_id = registered.office(session).id
    decide(engine, lead, "confirm", now, reason="属实")
    assert states(engine, cases) == ["认定违法"] * 3
    decide(engine, lead, "transfer", now, offices=(office_id,))
    with reading(engine) as session:
        assert len(office_queue.list_queued(session, office_queue.Queued(office_id))) == 3
        other = next(case_id for case_id in cases if case_id != lead)
        words = [entry.reason for entry in review.list_history(session, other)]
        assert f"并入案件 {lead}" in words
        assert f"属实（随案件 {lead}）" in words


def test_what_is_merged_is_decided_by_its_lead_only_until_it_is_split(engine: Engine, cases, now) -> None:
    lead = merged(engine, cases, now)
    other = next(case_id for case_id in cases if case_id != lead)
    with pytest.raises(CaseChanged, match=f"已并入案件 {lead}"):
        decide(engine, other, "confirm", now)
    with transaction(engine) as session:
        work = registered.signed_in(session, session.query(User).one(), now)
        assert find_next_case(session, QueueFilter(), work, now, after=lead) is None
    with transaction(engine) as session:
        merging.split(session, session.get_one(Case, other), session.query(User).one(), now)
    decide(engine, other, "dismiss", now, reason="科普")
    assert registered.state(engine, lead) == "待研判"


def test_undoing_the_leads_decision_undoes_all(engine: Engine, cases, now) -> None:
    lead = merged(engine, cases, now)
    decide(engine, lead, "dismiss", now, reason="科普")
    with transaction(engine) as session:
        case = review.find_case(session, lead)
        review.undo(session, case, session.query(User).one(), now)
    assert states(engine, cases) == ["研判中"] * 3


def test_more_is_merged_into_the_same_lead(engine: Engine, store, rules, cases, now) -> None:
    lead = merged(engine, cases[:2], now)
    decide(engine, lead, "claim", now)
    assert merged(engine, [lead, cases[2]], now) == lead
    assert states(engine, cases) == ["研判中"] * 3
    with reading(engine) as session:
        assert len(merging.list_merged_cases(session, session.get_one(Case, lead))) == 2


def test_cases_of_two_institutions_or_decided_ones_are_not_merged(
    engine: Engine, store, rules, cases, now
) -> None:
    with transaction(engine) as session:
        other = registered.institution(session, 2)
        source = Source(
            kind=SourceKind.SITE, institution_id=other.id, address="http://127.0.0.1:3/", delay_seconds=0
        )
        session.add(source)
    kept = registered.snapshot(
        engine, store, source, now, url="http://127.0.0.1:3/a", text=registered.UNLAWFUL
    )
    foreign = registered.judged(engine, rules, kept, registered.UNLAWFUL, now)
    with pytest.raises(StepRefused, match="同一机构"):
        merged(engine, [cases[0], foreign], now)
    with pytest.raises(StepRefused, match="至少两个"):
        merged(engine, cases[:1], now)
    decide(engine, cases[0], "confirm", now)
    with pytest.raises(StepRefused, match="不能并案"):
        merged(engine, cases, now)


def test_an_institutions_repeated_text_is_one_row_over_its_sites_and_accounts(
    engine: Engine, store, rules, now, cases
) -> None:
    with transaction(engine) as session:
        account = registered.account(session, "http://127.0.0.1:1/feed")
        other = registered.institution(session, 2)
        elsewhere = registered.site(session, "http://127.0.0.1:2/")
        elsewhere.institution_id = other.id
    found = []
    for number, (source, text) in enumerate(
        (
            (account, registered.UNLAWFUL),
            (elsewhere, registered.UNLAWFUL),
            (account, "本院三个疗程保证根治鼻炎，签约治疗，无效全额退款，欢迎来电咨询。"),
        )
    ):
        url = f"http://127.0.0.1:1/more{number}"
        kept = registered.snapshot(engine, store, source, now, url=url, text=text)
        found.append(registered.judged(engine, rules, kept, text, now))
    with reading(engine) as session:
        user, wanted = session.query(User).one(), QueueFilter(grouped="1")
        rows = review_queue.list_cases(session, wanted, user, now, 50)
        assert len(review_queue.list_cases(session, QueueFilter(), user, now, 50)) == 6
        assert {row.id for row in rows} == {
            found[0],
            found[1],
            found[2],
        }  # the last one's score counts the others
        assert review_queue.count_rows(session, wanted, user, now) == 3
        all_open = review_queue.select_cases(session, wanted, user, now)
        (counts,) = merging.count_same_texts(session, rows, all_open).values()
        assert counts == {SourceKind.SITE: 3, SourceKind.ACCOUNT: 1}
        assert merging.with_same_texts(session, [cases[1]], all_open) == [
            cases[1],
            cases[0],
            cases[2],
            found[0],
        ]
        # What leads is what the view has: of the sites' three the best, though the account's is better.
        sites = QueueFilter(grouped="1", source="site")
        rows = review_queue.list_cases(session, sites, user, now, 50)
        assert {row.id for row in rows} == {cases[2], found[1]}
        of_sites = review_queue.select_cases(session, sites, user, now)
        assert merging.with_same_texts(session, [cases[2]], of_sites) == [cases[2], cases[0], cases[1]]
    with transaction(engine) as session:
        session.get_one(Case, found[0]).state = CaseState.UNLAWFUL
    with reading(engine) as session:
        rows = review_queue.list_cases(session, wanted, session.query(User).one(), now, 50)
        assert {row.id for row in rows} == {cases[2], found[1], found[2]}  # the next of them leads
        assert merging.with_same_texts(session, [cases[1]], all_open) == [cases[1], cases[0], cases[2]]
