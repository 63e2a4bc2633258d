"""Flagged pages that say the same fall into one cluster."""

from sqlalchemy import Engine

from classifiers.values import PageText
from records.clusters import cluster_cases, similar_pages
from records.database import reading, transaction
from records.models import Case, Site
from tests.records import registered

ADVERT = "云溪男科门诊部引进新设备，治愈率98%，永不复发，专家团队每周坐诊，欢迎咨询。" * 2


def seen(engine: Engine, store, rules, now, text: str, path: str) -> int:
    with transaction(engine) as session:
        source = session.query(Site).first() or registered.site(session)
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
        assert [found.id for found in cluster_cases(session, case)] == [second]
        assert cluster_cases(session, session.get_one(Case, other)) == []


def test_the_pages_that_say_the_same_are_counted(engine: Engine, store, rules, now) -> None:
    first = seen(engine, store, rules, now, ADVERT, "a")
    with reading(engine) as session:
        page_id = session.get_one(Case, first).page_id
        assert similar_pages(session, PageText.of_plain(ADVERT), page_id) == 0
        assert similar_pages(session, PageText.of_plain(ADVERT), page_id + 1) == 1
        assert similar_pages(session, PageText.of_plain("门诊时间：周一至周五。"), page_id + 1) == 0
