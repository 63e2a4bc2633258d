"""Several machines, each with a folder of lists, on one database: one version is in force, and nobody publishes back."""

import shutil
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from classifiers.lists.rules import load_rules
from records.database import transaction
from records.lists.agreement import follow
from records.lists.drafts import ListFolders
from records.lists.in_force import lists_in_force
from records.lists.publications import notice_version, version_changes
from records.models import ListPublication
from records.settings import PROJECT


class Machine:
    """A folder of lists with a folder of kept versions, as a separate machine has them."""

    def __init__(self, folder: Path) -> None:
        self.folders = ListFolders(folder / "lists", folder / "kept")
        shutil.copytree(PROJECT / "keyword_lists", self.folders.folder)

    @property
    def version(self) -> str:
        return load_rules(self.folders.folder).version

    def edit(self, words: str) -> None:
        file = self.folders.folder / "words.yaml"
        file.write_text(f"{file.read_text()}# {words}\n")

    def look(self, engine: Engine, now: datetime) -> None:
        """As a process that serves does: it reads its folder's lists, and shows the published version."""
        version = lists_in_force(self.folders.folder, self.folders.kept).rules.version
        with transaction(engine) as session:
            notice_version(session, self.folders, version, now)


@pytest.fixture
def machines(tmp_path: Path) -> tuple[Machine, Machine]:
    return Machine(tmp_path / "a"), Machine(tmp_path / "b")


def published(engine: Engine) -> list[tuple[str, str]]:
    with transaction(engine) as session:
        rows = session.scalars(select(ListPublication).order_by(ListPublication.id))
        return [(row.reason, row.version) for row in rows]


def test_a_machine_whose_folder_differs_follows_and_publishes_nothing(
    engine: Engine, machines: tuple[Machine, Machine], now: datetime
) -> None:
    a, b = machines
    b.edit("its own, before it ever saw this database")
    before = b.version
    for machine in (a, b, a, b, a):
        machine.look(engine, now)
    assert published(engine) == [("首次启用", a.version)]
    assert b.version == a.version
    assert load_rules(b.folders.of(before)).version == before, "what it held is not lost"


@pytest.mark.databases("sqlite")
def test_a_change_by_hand_is_published_once_and_goes_to_the_others(
    engine: Engine, machines: tuple[Machine, Machine], now: datetime
) -> None:
    a, b = machines
    a.look(engine, now)
    b.look(engine, now)
    first = a.version
    b.edit("an analyst's change")
    for machine in (b, a, b, a):
        machine.look(engine, now)
    assert published(engine) == [("首次启用", first), ("关键词表文件被直接修改", b.version)]
    assert a.version == b.version != first
    with transaction(engine) as session:
        ((name, _),) = version_changes(session, a.folders, first, b.version)
    assert name == "words.yaml"


def test_who_read_the_lists_before_they_were_published_does_not_take_them_back(
    engine: Engine, machines: tuple[Machine, Machine], now: datetime
) -> None:
    a, _ = machines
    a.look(engine, now)
    before = a.version
    a.edit("published while another request waits")
    a.look(engine, now)
    known = published(engine)
    with transaction(engine) as session:
        assert notice_version(session, a.folders, before, now).version == a.version
    assert published(engine) == known


@pytest.mark.databases("sqlite")
def test_a_folder_that_was_up_to_date_before_there_were_marks_is_told_from_a_new_one(
    engine: Engine, machines: tuple[Machine, Machine], now: datetime
) -> None:
    a, _ = machines
    a.look(engine, now)
    for mark in a.folders.kept.glob("agreed-*"):
        mark.unlink()
    a.edit("by hand")
    a.look(engine, now)
    assert [reason for reason, _ in published(engine)] == ["首次启用", "关键词表文件被直接修改"]


@pytest.mark.databases("sqlite")
def test_a_machine_that_judges_follows_what_another_published(
    engine: Engine, machines: tuple[Machine, Machine], now: datetime
) -> None:
    a, b = machines
    with transaction(engine) as session:
        assert not follow(session, b.folders), "nothing is published yet"
    a.edit("published")
    a.look(engine, now)
    with transaction(engine) as session:
        assert follow(session, b.folders)
        assert not follow(session, b.folders)
    assert b.version == a.version
