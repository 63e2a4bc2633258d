"""Stored pages are judged on Ray as they are without it: the same to the byte, whatever dies on the way."""

import os
import signal
from datetime import datetime
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlalchemy import Engine

from classifiers.lists.rules import RuleSet
from jobs import on_ray
from jobs.on_ray import OnRay, RayMissing
from records.lists.drafts import ListFolders
from records.lists.trial_run import run_trial
from records.store.folder_store import FolderStore
from tests.records.lists.test_trial_run import begun, outcome, store_pages, two_versions

pytestmark = [
    pytest.mark.skipif(
        find_spec("ray") is None, reason="an extra: make ray"
    ),  # not imported here: see jobs.on_ray
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.databases("sqlite"),
]


@pytest.fixture
def folders(tmp_path: Path, rules: RuleSet) -> ListFolders:
    return two_versions(tmp_path, rules)


def open_doubling(folder: Path) -> Any:
    """Begins the work below, and writes down in which process."""
    (folder / str(os.getpid())).touch()
    return partial(double, folder)


def double(folder: Path, ids: list[int]) -> list[int]:
    """Twice each; the process that first comes to 7 is killed."""
    if 7 in ids and not (folder / "killed").exists():
        (folder / "killed").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return [2 * one for one in ids]


def test_a_trial_comes_to_the_same_to_the_byte(
    engine: Engine,
    store: FolderStore,
    rules: RuleSet,
    folders: ListFolders,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(on_ray, "_AT_ONCE", 4)
    store_pages(engine, store, rules, now, 15)
    plain, ids = begun(engine, rules, folders, now)
    run_trial(engine, store, folders, plain, ids)
    spread, ids = begun(engine, rules, folders, now)
    run_trial(engine, store, folders, spread, ids, spread=OnRay(workers=2))
    assert outcome(engine, spread) == outcome(engine, plain)


def test_what_a_killed_worker_did_is_done_again_and_nothing_listens_but_on_loopback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(on_ray, "_AT_ONCE", 2)
    results = OnRay(workers=2)(partial(open_doubling, tmp_path), range(40))
    assert next(results) == [0, 2]
    services = psutil.Process().children(recursive=True)
    addresses = {
        one.laddr.ip
        for process in services
        if process.is_running() and process.status() != psutil.STATUS_ZOMBIE
        for one in process.net_connections()
        if one.status == psutil.CONN_LISTEN
    }
    assert addresses, "Ray's services listen"
    assert addresses <= {"127.0.0.1", "::1", "::ffff:127.0.0.1"}
    assert [one for part in results for one in part] == [2 * one for one in range(2, 40)]
    assert len([path for path in tmp_path.iterdir() if path.name.isdigit()]) == 3, (
        "two, and the killed one's heir"
    )


class LateRay:
    """As Ray on a machine so busy that its services are late a few times."""

    def __init__(self, late: int) -> None:
        self.late, self.begun, self.ended = late, 0, 0

    def init(self, **_: object) -> None:
        self.begun += 1
        if self.begun <= self.late:
            raise Exception("The current node timed out during startup.")  # Ray's own

    def shutdown(self) -> None:
        self.ended += 1


def test_a_ray_whose_services_are_late_is_started_again_and_given_up_in_words() -> None:
    ray = LateRay(2)
    on_ray._start(ray, {"address": "local"}, 3)
    assert (ray.begun, ray.ended) == (3, 2)
    with pytest.raises(RayMissing, match=r"Ray（local）3 次都没有启动或应答：.*timed out"):
        on_ray._start(LateRay(9), {"address": "local"}, 3)
