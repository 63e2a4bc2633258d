"""Lists that come into force reach the stored pages: cases open, change and close by themselves, and no
person's decision is touched."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, update

from classifiers.lists.rules import RuleSet, load_rules
from jobs import rejudging
from jobs.rejudging import begin
from records import workflow
from records.cases.review import list_history
from records.database import reading, transaction
from records.lists import spreading
from records.lists.drafts import ListFolders
from records.lists.in_force import keep_files
from records.lists.rejudgings import ask_rejudging, cancel_rejudging, find_unfinished
from records.lists.term_edits import add_term
from records.models import Case, CaseState, Page, Rejudging, RejudgingState
from records.settings import PROJECT
from records.store.content_store import EvidenceStore
from tests.records import registered

ONLY_NEW = "选择我院体检中心，院内设有取单机，轻松拿结果。"
_TERM = ("cure-rate-percent", "院内{gap:4}{取单机|取片机}")


@pytest.fixture
def folders(tmp_path: Path, rules: RuleSet) -> ListFolders:
    """Two kept versions: the lists unchanged, and with one more term."""
    kept = ListFolders(tmp_path / "lists", tmp_path / "kept")
    shutil.copytree(PROJECT / "keyword_lists", kept.folder)
    keep_files(kept.folder, kept.kept, rules.version)
    file = kept.folder / "cure_rate.yaml"
    file.write_text(add_term(file.read_text("utf-8"), *_TERM), "utf-8")
    keep_files(kept.folder, kept.kept, load_rules(kept.folder).version)
    return kept


@pytest.fixture
def wider(folders: ListFolders) -> str:
    """The version with one more term."""
    return load_rules(folders.folder).version


Store = Callable[[str, str], int]


@pytest.fixture
def stored(engine: Engine, store: EvidenceStore, rules: RuleSet, now: datetime) -> Store:
    """Keeps a page, judged by the lists as they are; its page's id."""
    with transaction(engine) as session:
        source = registered.site(session)

    def keep(name: str, text: str) -> int:
        kept = registered.snapshot(engine, store, source, now, url=f"http://127.0.0.1:1/{name}", text=text)
        registered.judged(engine, rules, kept, text, now)
        return kept.page_id

    return keep


def rejudge(
    engine: Engine,
    store: EvidenceStore,
    folders: ListFolders,
    progress: Callable[[int], None] = lambda _: None,
    now: datetime | None = None,
) -> Rejudging | None:
    """As the command does: resume an unfinished rejudging and complete it."""
    moment = now or datetime.now(UTC)
    begun = begin(engine, folders, moment)
    return begun and rejudging.rejudge(engine, store, begun, progress, lambda: moment)


def run(engine: Engine, store: EvidenceStore, folders: ListFolders, version: str, now: datetime) -> Rejudging:
    with transaction(engine) as session:
        ask_rejudging(session, version, "user:analyst", now)
    done = rejudge(engine, store, folders, now=now)
    assert done is not None
    assert done.state is RejudgingState.DONE
    return done


def case_of(engine: Engine, page_id: int) -> Case | None:
    with reading(engine) as session:
        return session.scalar(select(Case).where(Case.page_id == page_id).order_by(Case.id.desc()).limit(1))


def last_words(engine: Engine, case: Case) -> str:
    with reading(engine) as session:
        return list_history(session, case.id)[-1].reason


def take(engine: Engine, case: Case, now: datetime, *then: CaseState) -> None:
    """A reviewer takes the case, and takes these steps."""
    with transaction(engine) as session:
        own, someone = session.get_one(Case, case.id), registered.reviewer(session, f"r{case.id}")
        own.reviewer_id = someone.id
        for state in (CaseState.REVIEWING, *then):
            workflow.step(session, own, state, actor=workflow.actor_of(someone), now=now, reason="已核实")


@pytest.mark.databases("postgresql")
def test_what_a_list_finds_and_finds_no_more_reaches_the_stored_pages(
    engine: Engine,
    store: EvidenceStore,
    rules: RuleSet,
    now: datetime,
    folders: ListFolders,
    wider: str,
    stored: Store,
) -> None:
    lawful = [stored(name, ONLY_NEW + name) for name in ("free", "taken", "decided")]
    flagged = stored("flagged", registered.UNLAWFUL + ONLY_NEW)
    stored("other", "门诊时间为每日八时至十七时，急诊二十四小时开放。")
    before = case_of(engine, flagged)
    assert before is not None

    done = run(engine, store, folders, wider, now)
    assert (done.judged, done.opened, done.changed, done.closed) == (5, 3, 1, 0)
    cases = [case_of(engine, page_id) for page_id in lawful]
    assert all(case is not None and case.state is CaseState.PENDING for case in cases)
    free, taken, decided = (case for case in cases if case is not None)
    changed = case_of(engine, flagged)
    assert changed is not None
    assert (changed.id, changed.judgement_id > before.judgement_id) == (before.id, True)
    assert "取单机" in last_words(engine, changed)
    take(engine, taken, now)
    take(engine, decided, now, CaseState.DISMISSED)

    done = run(engine, store, folders, rules.version, now)
    assert (done.opened, done.changed, done.closed, done.left_open) == (0, 1, 1, 1)
    ended = case_of(engine, lawful[0])
    assert ended is not None
    assert (ended.id, ended.state) == (free.id, CaseState.DISMISSED)
    assert "不再命中；此前命中" in last_words(engine, ended)
    held = case_of(engine, lawful[1])
    assert held is not None
    assert held.state is CaseState.REVIEWING, "it is a person's to decide"
    assert "请研判员决定" in last_words(engine, held)

    done = run(engine, store, folders, wider, now)
    latest = case_of(engine, lawful[2])
    assert latest is not None
    assert (latest.id, latest.state) == (decided.id, CaseState.DISMISSED), "a person dismissed just this"


@pytest.mark.databases("sqlite")
def test_what_is_stored_brings_nothing_back_that_is_beyond_the_reviewers(
    engine: Engine, store: EvidenceStore, now: datetime, folders: ListFolders, wider: str, stored: Store
) -> None:
    beyond = (CaseState.VERIFIED, CaseState.RETURNED, CaseState.TRANSFERRED)
    before = {state: case_of(engine, stored(state.value, registered.UNLAWFUL + ONLY_NEW)) for state in beyond}
    for state, case in before.items():
        assert case is not None
        with transaction(engine) as session:
            session.execute(update(Case).where(Case.id == case.id).values(state=state))

    done = run(engine, store, folders, wider, now)
    assert (done.judged, done.opened, done.changed, done.closed, done.left_open) == (3, 0, 0, 0, 0)
    for state, case in before.items():
        assert case is not None
        after = case_of(engine, case.page_id)
        assert after is not None
        assert (after.id, after.state, after.judgement_id) == (case.id, state, case.judgement_id)
        assert "关键词表更新" not in last_words(engine, after)


@pytest.mark.databases("sqlite")
def test_what_was_cut_off_goes_on_where_it_stood_and_what_is_cancelled_ends(
    engine: Engine,
    store: EvidenceStore,
    now: datetime,
    folders: ListFolders,
    wider: str,
    stored: Store,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(spreading, "AT_ONCE", 1)
    monkeypatch.setattr(spreading, "_WORKERS", 1)
    for name in "abcd":
        stored(name, ONLY_NEW + name)

    def cut_off(_: int) -> None:
        raise KeyboardInterrupt

    with transaction(engine) as session:
        ask_rejudging(session, wider, "user:analyst", now)
    with pytest.raises(KeyboardInterrupt):
        rejudge(engine, store, folders, cut_off)
    with reading(engine) as session:
        begun = find_unfinished(session)
        assert begun is not None
        assert (begun.state, begun.judged, begun.opened) == (RejudgingState.RUNNING, 1, 1)

    def cancel(_: int) -> None:
        with transaction(engine) as session:
            found = find_unfinished(session)
            if found is not None:
                cancel_rejudging(session, found, "user:analyst", now)

    done = rejudge(engine, store, folders, cancel)
    assert done is not None
    assert (done.state, done.judged, done.pages) == (RejudgingState.CANCELLED, 2, 4)
    with reading(engine) as session:
        assert len(session.scalars(select(Case.id).join(Page)).all()) == 2, "one each, none twice"
    assert rejudge(engine, store, folders) is None
