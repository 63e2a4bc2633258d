"""Packs: many small contents in one file. Creating a file costs the disk more than writing its content.

Where their entries (`records.store.pack_format`) lie is in an index (SQLite). Nothing in a pack is ever changed: it only
grows, and where a process was killed while it wrote, the next one begins a new pack. The index can be made again from the
packs.
"""

import os
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from records.store.compression import compressed, plain
from records.store.pack_format import end_of, read_entries, written_entries
from records.store.whole_files import flush_to_disk

_LARGEST = 256 << 20  # bytes; a longer pack stops growing
_WAIT_SECONDS = 60
_MOST_OPEN = 4  # indexes a thread: one store, or the two between which evidence is moved
_TABLES = """
CREATE TABLE IF NOT EXISTS packs (id INTEGER PRIMARY KEY, size INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS places (sha256 BLOB PRIMARY KEY, pack INTEGER NOT NULL, start INTEGER NOT NULL,
    length INTEGER NOT NULL) WITHOUT ROWID;
"""


class _Index:
    """A connection to an index, closed when its thread ends."""

    def __init__(self, path: Path) -> None:
        # Another thread than the ended one may close it.
        self.connection = sqlite3.connect(
            path, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False
        )
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            self.connection.execute(f"PRAGMA {pragma}")
        self.connection.executescript(_TABLES)

    def __del__(self) -> None:
        if hasattr(self, "connection"):  # it could be opened
            self.connection.close()


class _Open(threading.local):
    """The indexes that this thread has open, by process and folder."""

    def __init__(self) -> None:
        self.indexes: dict[str, _Index] = {}

    def make_room(self) -> None:
        """Close the longest open of this process's indexes where there are too many. Those that a forked process has
        from its parent are not its own to close."""
        mine = [key for key in self.indexes if key.startswith(f"{os.getpid()} ")]
        if len(mine) >= _MOST_OPEN:
            del self.indexes[mine[0]]


_open = _Open()


@dataclass(frozen=True)
class Packs:
    """The packs of one folder, `1.pack`, `2.pack` …, and `index.db`."""

    folder: Path

    def get(self, sha256: str) -> bytes | None:
        """The content packed under a SHA-256 (64 hex digits), plain but unchecked; None if absent."""
        stored = self.get_stored(sha256)
        return None if stored is None else plain(stored)

    def get_stored(self, sha256: str) -> bytes | None:
        """As `get`, but the bytes as they lie in the pack."""
        if not self._is_begun():
            return None
        place = self._index().execute(
            "SELECT pack, start, length FROM places WHERE sha256 = ?", (bytes.fromhex(sha256),)
        ).fetchone()  # fmt: skip
        if place is None:
            return None
        pack, start, length = place
        try:
            with self.path(pack).open("rb", buffering=0) as file:
                return os.pread(file.fileno(), length, start)
        except FileNotFoundError:
            return None

    def holds(self, sha256s: Sequence[str]) -> set[str]:
        """Those of some SHA-256 that are packed."""
        return _known(self._index(), sha256s) if self._is_begun() else set()

    def names(self) -> Iterator[str]:
        """All packed SHA-256."""
        if self._is_begun():
            for (sha256,) in self._index().execute("SELECT sha256 FROM places ORDER BY pack, start"):
                yield sha256.hex()

    def put(self, contents: Mapping[str, bytes]) -> None:
        """Keep contents by their SHA-256, each once. They are on disk before this returns, all of them or none."""
        known = self.holds(list(contents))
        stored = {sha256: compressed(content) for sha256, content in contents.items() if sha256 not in known}
        if not stored:
            return
        with self._writing() as index:  # another process may have been faster
            known = _known(index, list(stored))
            new = {sha256: content for sha256, content in stored.items() if sha256 not in known}
            if not new:
                return
            pack, size = self._growing(index)
            entries, places = written_entries(new, size)
            with self.path(pack).open("ab", buffering=0) as file:
                _write(file.fileno(), entries)
                os.fsync(file.fileno())
            rows = [(bytes.fromhex(one.sha256), pack, one.start, one.length) for one in places]
            index.executemany("INSERT INTO places VALUES (?, ?, ?, ?)", rows)
            index.execute("UPDATE packs SET size = ? WHERE id = ?", (size + len(entries), pack))

    def path(self, pack: int) -> Path:
        """Where a pack lies."""
        return self.folder / f"{pack}.pack"

    def _growing(self, index: sqlite3.Connection) -> tuple[int, int]:
        """The pack for the next contents, and its size in bytes: the newest, or a new one where that is full,
        lost, or longer than the index knows, since a writer was killed."""
        newest = index.execute("SELECT id, size FROM packs ORDER BY id DESC LIMIT 1").fetchone()
        if newest and newest[1] < _LARGEST and _size_of(self.path(newest[0])) == newest[1]:
            return newest[0], newest[1]
        pack = (newest[0] if newest else 0) + 1
        while self.path(pack).exists():  # started by a killed process
            pack += 1
        self.path(pack).touch(0o640)
        flush_to_disk(self.folder)
        index.execute("INSERT INTO packs VALUES (?, 0)", (pack,))
        return pack, 0

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """The index, with nobody else writing to it or to a pack."""
        index = self._index()
        index.execute("BEGIN IMMEDIATE")
        try:
            yield index
            index.execute("COMMIT")
        finally:
            if index.in_transaction:
                index.execute("ROLLBACK")

    @property
    def _key(self) -> str:
        return f"{os.getpid()} {self.folder}"  # a forked process opens its own

    def _is_begun(self) -> bool:
        return self._key in _open.indexes or self.folder.is_dir()

    def _index(self) -> sqlite3.Connection:
        """This thread's connection; an index that knows of no pack is made from those that are there."""
        key = self._key
        if key not in _open.indexes:
            if not self.folder.is_dir():
                self.folder.mkdir(parents=True, exist_ok=True)
                flush_to_disk(self.folder.parent)
            _open.make_room()
            _open.indexes[key] = opened = _Index(self.folder / "index.db")
            if not opened.connection.execute("SELECT 1 FROM packs LIMIT 1").fetchone():
                self._index_packs()
        return _open.indexes[key].connection

    def _index_packs(self) -> None:
        with self._writing() as index:
            for path in sorted(self.folder.glob("*.pack"), key=lambda path: int(path.stem)):
                pack = int(path.stem)
                with path.open("rb") as file:
                    places = list(read_entries(file, path.stat().st_size))
                rows = [(bytes.fromhex(one.sha256), pack, one.start, one.length) for one in places]
                index.executemany("INSERT OR IGNORE INTO places VALUES (?, ?, ?, ?)", rows)
                size = end_of(places[-1]) if places else 0
                index.execute("INSERT OR REPLACE INTO packs VALUES (?, ?)", (pack, size))


def _size_of(path: Path) -> int | None:
    return path.stat().st_size if path.exists() else None


def _known(index: sqlite3.Connection, sha256s: Sequence[str]) -> set[str]:
    query = "SELECT 1 FROM places WHERE sha256 = ?"
    return {sha256 for sha256 in sha256s if index.execute(query, (bytes.fromhex(sha256),)).fetchone()}


def _write(descriptor: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
