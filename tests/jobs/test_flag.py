"""Every page ends judged or with a reason: one that cannot be judged holds up no other."""

from concurrent.futures.process import BrokenProcessPool
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Engine, select, update

from classifiers.lists.rules import RuleSet
from jobs import flag
from jobs.flag import flag_new, flag_waiting
from jobs.judging import Judging
from records.database import reading, transaction
from records.lists import term_statistics
from records.models import Case, CaseState, JudgementRecord, Page, Snapshot
from records.store.content_store import EvidenceStore
from tests.records import registered


@pytest.fixture
def three_pages(engine: Engine, store: EvidenceStore, now: datetime) -> list[int]:
    """The ids of the snapshots of three unlawful pages."""
    with transaction(engine) as session:
        source = registered.site(session)
    texts = [f"{registered.UNLAWFUL}第{number}页。" for number in "一二三"]
    urls = [f"http://127.0.0.1:1/{number}.html" for number in range(3)]
    return [
        registered.snapshot(engine, store, source, now, url=url, text=text).id
        for url, text in zip(urls, texts, strict=True)
    ]


def reasons(engine: Engine) -> dict[int, str | None]:
    with reading(engine) as session:
        return {row.id: row.unjudged_because for row in session.scalars(select(Snapshot))}


def flagged(engine: Engine) -> set[str]:
    with reading(engine) as session:
        return set(session.scalars(select(Page.url).join(Case, Case.page_id == Page.id)))


def test_a_page_whose_text_is_gone_is_told_and_the_others_are_judged(
    engine: Engine, store: EvidenceStore, rules: RuleSet, now: datetime, three_pages: list[int]
) -> None:
    lost = three_pages[1]
    with transaction(engine) as session:
        session.execute(update(Snapshot).where(Snapshot.id == lost).values(text_sha256="f" * 64))
    result = flag_waiting(engine, store, rules, now)
    assert (result.judged, result.refused) == (2, 1)
    assert len(flagged(engine)) == 2
    assert (reasons(engine)[lost] or "").startswith("文字未能读取：EvidenceMissing")


@pytest.mark.databases("sqlite")
def test_a_page_that_cannot_be_judged_is_not_tried_by_every_crawl_but_by_hand(
    engine: Engine,
    store: EvidenceStore,
    rules: RuleSet,
    now: datetime,
    three_pages: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real, tried = flag.judge_page, []

    def judge(session: Any, rules: RuleSet, page: Any, snapshot: Snapshot, *more: Any) -> Any:
        tried.append(snapshot.id)
        if snapshot.id == three_pages[0]:
            raise RecursionError("too deep")
        return real(session, rules, page, snapshot, *more)

    monkeypatch.setattr(flag, "judge_page", judge)
    for _ in range(2):
        flag_waiting(engine, store, rules, now)
    assert tried == three_pages
    assert reasons(engine) == {
        three_pages[0]: "未能研判：RecursionError too deep",
        three_pages[1]: None,
        three_pages[2]: None,
    }
    monkeypatch.undo()
    assert flag_new(engine, store, rules, now, lambda _: None).judged == 1
    assert len(flagged(engine)) == 3


class Dying:
    """Judges as the process of a crawl does, but dies of these snapshots."""

    def __init__(self, *of: int) -> None:
        self.of, self.judged = set(of), list[int]()

    def run(self, within: Any, seconds: float, task: Any, some: list[int], now: datetime) -> tuple[int, int]:
        if self.of & set(some):
            raise BrokenProcessPool
        self.judged += some
        return len(some), 0, 0


@pytest.mark.databases("sqlite")
def test_a_page_that_costs_the_process_is_found_among_its_fellows_and_told(
    engine: Engine, store: EvidenceStore, three_pages: list[int]
) -> None:
    judging = Judging(engine, store, (store.folder, store.folder), lambda *_: None)
    judging._process = dying = Dying(three_pages[1])
    judging._judge(three_pages)
    assert dying.judged == [three_pages[0], three_pages[2]]
    assert "研判进程" in (reasons(engine)[three_pages[1]] or "")
    assert reasons(engine)[three_pages[0]] is None


@pytest.mark.databases("sqlite")
def test_pages_are_not_blamed_for_a_machine_that_ends_every_process(
    engine: Engine, store: EvidenceStore, three_pages: list[int]
) -> None:
    judging = Judging(engine, store, (store.folder, store.folder), lambda *_: None)
    judging._process = Dying(*three_pages)
    with pytest.raises(BrokenProcessPool):
        judging._judge(three_pages)
    assert reasons(engine)[three_pages[2]] is None


@pytest.mark.parametrize("status", [201, 203, 404, 500])
def test_a_page_is_judged_whatever_status_its_server_puts_before_it(
    engine: Engine, store: EvidenceStore, rules: RuleSet, now: datetime, status: int
) -> None:
    with transaction(engine) as session:
        source = registered.site(session)
    url = "http://127.0.0.1:1/a.html"
    registered.snapshot(engine, store, source, now, url=url, text=registered.UNLAWFUL, status=status)
    flag_new(engine, store, rules, now, lambda _: None)
    with reading(engine) as session:
        case = session.scalars(select(Case)).one()
        assert case.state is CaseState.PENDING


def test_only_a_flagged_page_keeps_its_text_in_the_database_and_words_are_suggested_all_the_same(
    engine: Engine, store: EvidenceStore, rules: RuleSet, now: datetime
) -> None:
    with transaction(engine) as session:
        source = registered.site(session)
    texts = {"lawful": registered.LAWFUL, "unlawful": registered.UNLAWFUL}
    for name, text in texts.items():
        registered.snapshot(engine, store, source, now, url=f"http://127.0.0.1:1/{name}", text=text)
    flag_new(engine, store, rules, now, lambda _: None)
    with reading(engine) as session:
        records = {record.unlawful: record for record in session.scalars(select(JudgementRecord))}
        assert registered.UNLAWFUL in records[True].page_text
        assert records[False].page_text == ""
        assert term_statistics._text(session, store, records[False]) == registered.LAWFUL
