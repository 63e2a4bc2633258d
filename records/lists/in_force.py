"""The keyword lists in force: the folder's, or where these cannot be used, the last version that could.

Every version that was in force is kept under its SHA-256, so that an old judgement can be explained.
"""

from dataclasses import dataclass
from pathlib import Path

from classifiers.lists.faults import ListsRefused
from classifiers.lists.rules import LEARNED_FILES, RuleSet, load_rules
from records.store.whole_files import write_file, write_folder

_CURRENT = "current"


@dataclass(frozen=True)
class ListsInForce:
    """The rules to judge by; `refused` holds the faults of the folder's lists, if they cannot be used."""

    rules: RuleSet
    refused: ListsRefused | None = None


def lists_in_force(folder: Path, kept: Path) -> ListsInForce:
    """The lists in `folder`, kept under `kept` from now on; or the last good version, if there is one.

    Raises ListsRefused when the folder's lists cannot be used and none was kept before.
    """
    try:
        rules = load_rules(folder)
    except ListsRefused as refused:
        last = _last_good(kept)
        if last is None:
            raise
        return ListsInForce(last, refused)
    keep_version(folder, kept, rules.version)
    return ListsInForce(rules)


def list_files(folder: Path) -> dict[str, bytes]:
    """The files of the lists, by name, byte for byte: a version's hash covers these."""
    paths = sorted((*folder.glob("*.yaml"), *(folder / name for name in LEARNED_FILES)))
    return {path.name: path.read_bytes() for path in paths}


def _last_good(kept: Path) -> RuleSet | None:
    try:
        version = (kept / _CURRENT).read_text("ascii").strip()
        return load_rules(kept / version)
    except (OSError, ValueError, ListsRefused):
        return None


def keep_version(folder: Path, kept: Path, version: str) -> None:
    """Copy the lists to `kept/version`, and point `kept/current` to it."""
    keep_files(folder, kept, version)
    write_file(kept / _CURRENT, version.encode("ascii"))


def keep_files(folder: Path, kept: Path, version: str) -> None:
    """Copy the lists to `kept/version`, whole or not at all."""
    kept.mkdir(parents=True, exist_ok=True)
    if not (kept / version).exists():
        write_folder(kept / version, list_files(folder))
