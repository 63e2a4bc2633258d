"""A bad list never takes over: the last good version stays in force, and every version is kept."""

import shutil
from pathlib import Path

import pytest

from classifiers.lists.faults import ListsRefused
from records.lists.in_force import lists_in_force
from records.settings import PROJECT


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PROJECT / "keyword_lists", tmp_path / "lists"))


def test_good_lists_are_in_force_and_kept_under_their_version(folder: Path, tmp_path: Path) -> None:
    found = lists_in_force(folder, tmp_path / "kept")
    assert found.refused is None
    assert (tmp_path / "kept" / found.rules.version / "military.yaml").exists()


def test_a_bad_list_is_refused_and_the_last_good_version_stays(folder: Path, tmp_path: Path) -> None:
    good = lists_in_force(folder, tmp_path / "kept").rules
    (folder / "military.yaml").write_text("family: [", "utf-8")
    found = lists_in_force(folder, tmp_path / "kept")
    assert found.rules.version == good.version
    assert "military.yaml:2" in str(found.refused)


def test_without_a_good_version_a_bad_list_is_an_error(folder: Path, tmp_path: Path) -> None:
    (folder / "military.yaml").write_text("family: [", "utf-8")
    with pytest.raises(ListsRefused):
        lists_in_force(folder, tmp_path / "kept")


def test_a_mended_list_takes_over_again(folder: Path, tmp_path: Path) -> None:
    first = lists_in_force(folder, tmp_path / "kept").rules
    text = (folder / "military.yaml").read_text("utf-8")
    (folder / "military.yaml").write_text(text.replace("severity: high", "severity: medium", 1), "utf-8")
    second = lists_in_force(folder, tmp_path / "kept")
    assert second.refused is None
    assert second.rules.version != first.version
    assert len([path for path in (tmp_path / "kept").iterdir() if path.is_dir()]) == 2
