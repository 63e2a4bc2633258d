"""The rules in force for a long-lived process: read again when the lists' files have changed."""

import threading
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from classifiers.lists.faults import ListsRefused
from classifiers.lists.rules import RuleSet
from records.lists.drafts import ListFolders
from records.lists.in_force import keep_version, lists_in_force
from records.lists.publications import notice_version


class LiveRules:
    """Gives the rules in force at any time; threads share one."""

    def __init__(self, rules: RuleSet, folders: ListFolders) -> None:
        """`rules` are those that `folders` holds now; they are kept from now on."""
        self.folders = folders
        keep_version(folders.folder, folders.kept, rules.version)
        self._rules, self._seen = rules, _signature(folders.folder)
        self._lock = threading.Lock()

    def published(self, session: Session, now: datetime) -> RuleSet:
        """The rules in force, which are the ones published last: as `notice_version` has it."""
        notice_version(session, self.folders, self.rules().version, now)
        return self.rules()

    def rules(self) -> RuleSet:
        """The rules in force: the last good ones where the files have become unusable."""
        with self._lock:
            seen = _signature(self.folders.folder)
            if seen != self._seen:
                with suppress(ListsRefused):  # and none was kept: this process keeps its first rules
                    self._rules = lists_in_force(self.folders.folder, self.folders.kept).rules
                self._seen = seen
            return self._rules


def _signature(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Name, time and size of each file: changes when any of them does."""
    files = ((path.name, path.stat()) for path in sorted(folder.iterdir()) if path.is_file())
    return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in files)
