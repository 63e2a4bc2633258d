"""A trial is cut off and goes on where it stood, and comes to the same as one that was not."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from classifiers.lists.changes import Change
from classifiers.lists.rules import RuleSet, load_rules
from records.database import reading, transaction
from records.lists import trial_run
from records.lists.agreement import VersionMissing, keep_in_database
from records.lists.drafts import ListFolders
from records.lists.in_force import keep_files
from records.lists.spreading import in_order, in_parts
from records.lists.term_edits import add_term
from records.lists.trial_run import run_trial
from records.lists.trials import begin_trial, find_cut_off, pages_to_try, take_up_trial
from records.models import ListTrial, Source, TrialDifference, TrialState
from records.settings import PROJECT
from records.store.folder_store import FolderStore
from tests.records import registered

SPARED = "本院设有候诊区，墙面绘有动物图案。"


@pytest.fixture
def folders(tmp_path: Path, rules: RuleSet) -> ListFolders:
    return two_versions(tmp_path, rules)


_loaded = cache(load_rules)


def two_versions(folder: Path, rules: RuleSet) -> ListFolders:
    """Two kept versions: the lists unchanged, and with one more term, which the folder holds."""
    kept = ListFolders(folder / "lists", folder / "kept")
    shutil.copytree(PROJECT / "keyword_lists", kept.folder)
    keep_files(kept.folder, kept.kept, rules.version)
    file = kept.folder / "cure_rate.yaml"
    file.write_text(add_term(file.read_text("utf-8"), "cure-rate-percent", "墙面{gap:3}动物图案"), "utf-8")
    keep_files(kept.folder, kept.kept, _loaded(kept.folder).version)
    return kept


def store_pages(engine: Engine, store: FolderStore, rules: RuleSet, now: datetime, pages: int) -> Source:
    """Judged pages, of which every third the second version flags, and every fifth both; their site."""
    with transaction(engine) as session:
        source = registered.site(session)
    for number in range(pages):
        text = (
            SPARED if number % 3 == 0 else registered.UNLAWFUL if number % 5 == 0 else "门诊时间为每日八时。"
        )
        address = f"http://127.0.0.1:1/{number}"
        kept = registered.snapshot(engine, store, source, now, url=address, text=f"{text}第{number}页")
        registered.judged(engine, rules, kept, f"{text}第{number}页", now)
    return source


def begun(engine: Engine, rules: RuleSet, folders: ListFolders, now: datetime) -> tuple[int, list[int]]:
    versions = rules.version, _loaded(folders.folder).version
    with transaction(engine) as session:
        ids = pages_to_try(session, None, 0)
        return begin_trial(session, None, versions, ids, "user:analyst", now).id, ids


def outcome(engine: Engine, trial_id: int) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
    """All that a trial came to, but for its numbers."""
    columns = [
        column for column in TrialDifference.__table__.columns if column.name not in {"id", "trial_id"}
    ]
    rows = select(*columns).where(TrialDifference.trial_id == trial_id).order_by(TrialDifference.id)
    with reading(engine) as session:
        found = [dict(row) for row in session.execute(rows).mappings()]
        return session.get_one(ListTrial, trial_id).figures, found


def here(begin: Any, ids: Any) -> Iterator[Any]:
    """A `Spread` that does everything in this process."""
    yield from map(begin(), in_parts(ids, 4))


class CutOff(BaseException):
    """As when the process is killed."""


def cut_off_after(parts: int, by: BaseException):
    """A `Spread` that dies after it yielded some."""

    def spread(begin: Any, ids: Any) -> Iterator[Any]:
        for number, result in enumerate(here(begin, ids)):
            if number == parts:
                raise by
            yield result

    return spread


@pytest.mark.databases("sqlite")
def test_a_trial_that_was_cut_off_goes_on_and_comes_to_the_same(
    engine: Engine,
    store: FolderStore,
    rules: RuleSet,
    folders: ListFolders,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(trial_run, "load_rules", _loaded)  # each takes a second or more
    source = store_pages(engine, store, rules, now, 15)
    whole, ids = begun(engine, rules, folders, now)
    run_trial(engine, store, folders, whole, ids, spread=here)
    expected = outcome(engine, whole)
    assert expected[0] and expected[0]["new"] == len(expected[1]) == 5
    cut, ids = begun(engine, rules, folders, now)
    with pytest.raises(CutOff):
        run_trial(engine, store, folders, cut, ids, spread=cut_off_after(1, CutOff()))
    versions = rules.version, _loaded(folders.folder).version
    with transaction(engine) as session:
        left = find_cut_off(session, versions, None)
        assert left is not None
        assert (left.id, left.judged, left.state) == (cut, 4, TrialState.RUNNING)
        take_up_trial(left, now)
    with pytest.raises(OSError, match="no answer"):
        run_trial(engine, store, folders, cut, ids, spread=cut_off_after(1, OSError("no answer")))
    with transaction(engine) as session:
        assert find_cut_off(session, versions, 3) is None, "of another sample"
        assert find_cut_off(session, (versions[1], versions[0]), None) is None, "of other versions"
        left = find_cut_off(session, versions, None)
        assert left is not None
        assert (left.id, left.judged, left.state) == (cut, 8, TrialState.FAILED)
        assert left.fault == "OSError: no answer"
        take_up_trial(left, now)
        assert (left.state, left.fault, left.finished_at) == (TrialState.RUNNING, None, None)
        registered_since = session.get_one(ListTrial, cut).until_snapshot_id
    later = registered.snapshot(engine, store, source, now, url="http://127.0.0.1:1/later", text=SPARED)
    registered.judged(engine, rules, later, SPARED, now)
    with reading(engine) as session:
        assert len(pages_to_try(session, None, 0)) == 16
        assert pages_to_try(session, None, 0, registered_since) == ids, "what is judged since is none of it"
    done: list[int] = []
    run_trial(engine, store, folders, cut, ids, done.append, here)
    assert sum(done) == 7
    assert outcome(engine, cut) == expected
    with transaction(engine) as session:
        assert find_cut_off(session, versions, None) is None


@pytest.mark.databases("sqlite")
def test_a_machine_that_has_not_the_lists_takes_them_from_the_database(
    engine: Engine, store: FolderStore, rules: RuleSet, folders: ListFolders, now: datetime
) -> None:
    store_pages(engine, store, rules, now, 1)
    trial, ids = begun(engine, rules, folders, now)
    after = _loaded(folders.folder).version
    with transaction(engine) as session:
        keep_in_database(session, after, folders.of(after))
    shutil.rmtree(folders.of(after))
    run_trial(engine, store, folders, trial, ids, spread=here)
    assert len(outcome(engine, trial)[1]) == 1
    shutil.rmtree(folders.of(rules.version))
    lost, ids = begun(engine, rules, folders, now)
    with pytest.raises(VersionMissing):
        run_trial(engine, store, folders, lost, ids, spread=here)


def test_results_come_in_the_order_of_the_parts_and_what_is_left_is_dropped() -> None:
    given: list[list[int]] = []
    dropped: list[int] = []
    parts = iter([[1], [2], [3], [4], [5]])
    results = in_order(
        parts, lambda part: given.append(part) or part[0], lambda one: one * 10, 3, dropped.append
    )
    assert next(results) == 10
    assert given == [[1], [2], [3]]
    assert next(results) == 20
    results.close()
    assert (given, dropped) == ([[1], [2], [3], [4]], [3, 4])


class Everything:
    """A change that can touch any text."""

    def touches(self, text: str) -> bool:
        return True


def test_judging_what_the_change_can_touch_finds_what_judging_all_does(
    engine: Engine, store: FolderStore, rules: RuleSet, folders: ListFolders, now: datetime
) -> None:
    store_pages(engine, store, rules, now, 12)
    _, ids = begun(engine, rules, folders, now)
    before, after = rules, _loaded(folders.folder)
    with reading(engine) as session:
        opened = trial_run._Opened(
            engine, store, before, after, Change(before, after), trial_run.register_of(session)
        )
    told = trial_run._compare(opened, ids)
    assert told == trial_run._compare(replace(opened, change=Everything()), ids)
    assert len(told.different) == 4
