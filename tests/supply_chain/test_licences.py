"""Every locked package is under a licence that the policy allows, and the policy decides by name where a
package states none."""

from importlib.metadata import Distribution, PathDistribution
from pathlib import Path

import pytest

from supply_chain.licences import POLICY, Policy, judge, list_licences, statements
from supply_chain.lock import LockedPackage, list_locked

SOME = LockedPackage("some", "1.0")
POLICY_OF_OURS = Policy(frozenset({"MIT", "BSD-2-Clause"}), {"MIT License": "MIT"}, {})


def installed(folder: Path, *lines: str) -> Distribution:
    (folder / "METADATA").write_text(
        "\n".join(["Metadata-Version: 2.4", "Name: some", *lines]) + "\n", "utf-8"
    )
    return PathDistribution(folder)


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        (["MIT"], ""),
        (["MIT License"], ""),
        (["MIT License", "MIT"], ""),
        (["GPL-3.0-only OR MIT"], ""),
        (["MIT AND (GPL-3.0-only OR BSD-2-Clause)"], ""),
        (["MIT AND GPL-3.0-only"], "not allowed"),
        (["GPL-3.0-only"], "not allowed"),
        (["MIT", "GPL-3.0-only"], "says GPL-3.0-only and MIT"),
        (["Freeware, ask me"], "no SPDX expression"),
        ([], "says nothing"),
    ],
)
def test_an_expression_must_be_met_by_what_is_allowed(said: list[str], fault: str) -> None:
    assert fault in judge(SOME, said, POLICY_OF_OURS).fault
    assert bool(fault) == bool(judge(SOME, said, POLICY_OF_OURS).fault)


def test_what_was_decided_by_name_stands_with_its_reason() -> None:
    policy = Policy(frozenset(), {}, {"some": {"licence": "GPL-2.0-only", "why": "read on a Monday"}})
    found = judge(SOME, [], policy)
    assert (found.licence, found.fault, found.note) == ("GPL-2.0-only", "", "read on a Monday")


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["License-Expression: MIT", "License: whatever"], ["MIT"]),
        (["License: MIT", "Classifier: License :: OSI Approved :: BSD License"], ["BSD License"]),
        (["License: ISC", "Classifier: License :: OSI Approved"], ["ISC"]),
        (["Classifier: License :: Public Domain"], ["Public Domain"]),
        (["Classifier: Programming Language :: Python"], []),
    ],
)
def test_the_newest_way_to_say_a_licence_is_believed(
    tmp_path: Path, lines: list[str], said: list[str]
) -> None:
    assert statements(installed(tmp_path, *lines)) == said


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('allowed = ["MIT", "MTI"]', "MTI"),
        ('allowed = []\n[packages.some]\nlicence = "MIT"', "no reason"),
        ('allowed = []\n[written_as]\n"Mine" = "My own"', "My own"),
    ],
)
def test_a_policy_says_what_is_wrong_with_it(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "licences.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(ValueError, match=says):
        Policy.read(file)


def test_all_that_is_locked_is_allowed() -> None:
    policy, locked = Policy.read(), list_locked()
    found, elsewhere = list_licences(policy, locked)
    assert [one for one in found if one.fault] == []
    assert len(elsewhere) < len(found) / 4, "the list is of what is installed"
    assert policy.decided.keys() <= {one.name for one in locked}, f"{POLICY.name} decides what is not locked"


def test_a_lock_without_packages_is_none(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text("# nothing\n", "utf-8")
    with pytest.raises(ValueError, match="names no package"):
        list_locked(tmp_path / "lock")
