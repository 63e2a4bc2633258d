"""Flagged pages that say the same fall into one cluster."""

from sqlalchemy import Engine

from classifiers.values import PageText
from records.cases.review import Decision, decide_alike, list_history
from records.database import reading, transaction
from records.judgements.clusters import find_cluster, list_cluster_cases
from records.models import Case, Source
from tests.records import registered

ADVERT = "云溪男科门诊部引进新设备，治愈率98%，永不复发，专家团队每周坐诊，欢迎咨询。" * 2


def seen(engine: Engine, store, rules, now, text: str, path: str) -> int:
    with transaction(engine) as session:
        source = session.query(Source).first() or registered.site(session)
    url = f"http://127.0.0.1:1/{path}"
    kept = registered.snapshot(engine, store, source, now, url=url, text=text)
    case = registered.judged(engine, rules, kept, text, now)
    assert case is not None
    return case


def test_a_repost_joins_the_first_ones_cluster_and_another_advert_does_not(
    engine: Engine, store, rules, now
) -> None:
    first = seen(engine, store, rules, now, ADVERT, "a")
    second = seen(engine, store, rules, now, ADVERT.replace("云溪", "河湾", 1), "b")
    other = seen(engine, store, rules, now, "祖传秘方，一贴见效，传男不传女，神医坐诊。", "c")
    with reading(engine) as session:
        case = session.get_one(Case, first)
        assert [found.id for found in list_cluster_cases(session, case)] == [second]
        assert list_cluster_cases(session, session.get_one(Case, other)) == []


def test_the_pages_that_say_the_same_are_counted(engine: Engine, store, rules, now) -> None:
    first = seen(engine, store, rules, now, ADVERT, "a")
    with reading(engine) as session:
        page_id = session.get_one(Case, first).page_id
        assert find_cluster(session, PageText.of_plain(ADVERT), page_id).other_pages == 0
        assert find_cluster(session, PageText.of_plain(ADVERT), page_id + 1).other_pages == 1
        assert (
            find_cluster(session, PageText.of_plain("门诊时间：周一至周五。"), page_id + 1).other_pages == 0
        )


def test_one_decision_decides_what_says_the_same_and_leaves_what_breaks_another_rule(
    engine: Engine, store, rules, now
) -> None:
    first, second = (seen(engine, store, rules, now, ADVERT, path) for path in "ab")
    also = seen(engine, store, rules, now, ADVERT + "祖传秘方。", "c")
    with transaction(engine) as session:
        case, person = session.get_one(Case, first), registered.reviewer(session)
        decision = Decision("confirm", case.row_version, "同一模板")
        assert decide_alike(session, case, person, decision, now) == 2
    assert registered.state(engine, second) == "认定违法"
    assert registered.state(engine, also) == "待研判"
    with reading(engine) as session:
        entry = list_history(session, second)[-1]
        assert f"与案件 {first} 内容相同" in entry.reason
        assert entry.actor == "user:reviewer"


def test_one_decision_stays_within_the_reviewers_district(engine: Engine, store, rules, now) -> None:
    first = seen(engine, store, rules, now, ADVERT, "a")
    with transaction(engine) as session:
        elsewhere = registered.institution(session, 2)
        elsewhere.district = "城西区"
        source = registered.site(session, "http://127.0.0.1:2/")
        source.institution_id = elsewhere.id
    url = "http://127.0.0.1:2/b"
    kept = registered.snapshot(engine, store, source, now, url=url, text=ADVERT)
    second = registered.judged(engine, rules, kept, ADVERT, now)
    with transaction(engine) as session:
        case, person = session.get_one(Case, first), registered.reviewer(session)
        person.district = "城东区"
        assert [one.id for one in list_cluster_cases(session, case)] == [second]
        assert list_cluster_cases(session, case, district=person.district) == []
        assert (
            decide_alike(session, case, person, Decision("confirm", case.row_version, "同一模板"), now) == 1
        )
    assert registered.state(engine, second) == "待研判"
