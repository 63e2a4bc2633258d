"""Findings of one page become one case, and stay one."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select

from records.database import reading, transaction
from records.judgements.judgements import list_unjudged
from records.models import Case, CaseState, Source
from records.workflow import Actor, step
from tests.records import registered

REVIEWER = Actor("user", "甲")


def seen(engine: Engine, store, rules, now, text: str, url: str = "http://127.0.0.1:1/a.html") -> int | None:
    with transaction(engine) as session:
        source = session.query(Source).first() or registered.site(session)
    kept = registered.snapshot(engine, store, source, now, url=url, text=text)
    return registered.judged(engine, rules, kept, text, now)


def cases(engine: Engine) -> int:
    with reading(engine) as session:
        return session.scalar(select(func.count()).select_from(Case))


def test_a_lawful_page_opens_no_case(engine: Engine, store, rules, now) -> None:
    assert seen(engine, store, rules, now, registered.LAWFUL) is None
    assert cases(engine) == 0


def test_a_page_that_changes_while_its_case_is_open_keeps_the_one_case(
    engine: Engine, store, rules, now
) -> None:
    first = seen(engine, store, rules, now, registered.UNLAWFUL)
    second = seen(engine, store, rules, now + timedelta(days=1), registered.UNLAWFUL + "最权威。")
    assert first == second
    assert cases(engine) == 1


@pytest.mark.parametrize(
    ("status", "state", "is_about_it"),
    [
        (404, "normal", False),
        (503, "normal", False),
        (200, "deleted_by_author", False),
        (200, "unknown", False),
        (200, "normal", True),
    ],
)
@pytest.mark.databases("sqlite")
def test_what_stands_in_place_of_a_page_does_not_become_what_its_case_is_about(
    engine: Engine, store, rules, now, status: int, state: str, is_about_it: bool
) -> None:
    case_id = seen(engine, store, rules, now, registered.UNLAWFUL)
    with transaction(engine) as session:
        source = session.query(Source).one()
    later, url = now + timedelta(days=1), "http://127.0.0.1:1/a.html"
    text = "页面暂时不能显示。"
    kept = registered.snapshot(engine, store, source, later, url=url, text=text, status=status, state=state)
    registered.judged(engine, rules, kept, text, later)
    with reading(engine) as session:
        case = session.get_one(Case, case_id)
        assert (case.judgement.snapshot_id == kept.id) is is_about_it
        assert bool(case.judgement.findings) is not is_about_it


def test_two_pages_are_two_cases(engine: Engine, store, rules, now) -> None:
    seen(engine, store, rules, now, registered.UNLAWFUL)
    seen(engine, store, rules, now, registered.UNLAWFUL, url="http://127.0.0.1:1/b.html")
    assert cases(engine) == 2


@pytest.mark.parametrize(
    ("text", "expected"), [(registered.UNLAWFUL + "。", 1), ("军医专家坐诊，老军医。", 2)]
)
def test_a_dismissed_page_comes_again_only_with_other_findings(
    engine, store, rules, now, text, expected
) -> None:
    case_id = seen(engine, store, rules, now, registered.UNLAWFUL)
    with transaction(engine) as session:
        case = session.get_one(Case, case_id)
        step(session, case, CaseState.REVIEWING, actor=REVIEWER, now=now)
        step(session, case, CaseState.DISMISSED, actor=REVIEWER, now=now, reason="合法")
    seen(engine, store, rules, now + timedelta(days=1), text)
    assert cases(engine) == expected


def test_the_same_bytes_are_not_judged_again(engine: Engine, store, rules, now) -> None:
    seen(engine, store, rules, now, registered.UNLAWFUL)
    with transaction(engine) as session:
        source = session.query(Source).first()
    url = "http://127.0.0.1:1/a.html"
    again = registered.snapshot(
        engine, store, source, now + timedelta(days=1), url=url, text=registered.UNLAWFUL
    )
    assert again.unchanged_since_id is not None
    with reading(engine) as session:
        assert list(list_unjudged(session, 10)) == []
