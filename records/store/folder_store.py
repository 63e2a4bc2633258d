"""The evidence store of one machine: a folder on its disk."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from records.store.content_store import EvidenceAltered, EvidenceMissing, is_sha256, sha256_of
from records.store.packs import Packs
from records.store.whole_files import flush_to_disk, write_file


@dataclass(frozen=True)
class FolderStore:
    """A folder of files named by their content: `ab/abcd…`; numerous contents, pages and their texts, are in
    `packs`.

    A store that an early build began has some one folder deeper (`ab/cd/abcd…`): they are found there, too.
    """

    folder: Path

    @property
    def packs(self) -> Packs:
        """The store's packs."""
        return Packs(self.folder / "packs")

    @property
    def place(self) -> str:
        """The folder."""
        return str(self.folder)

    def put_many(self, contents: Sequence[bytes]) -> list[str]:
        """As `EvidenceStore.put_many`: in a pack."""
        names = [sha256_of(content) for content in contents]
        kept = dict(zip(names, contents, strict=True))
        new = {name: content for name, content in kept.items() if not self.path(name).exists()}
        if new:
            self.packs.put(new)
        return names

    def put(self, content: bytes) -> str:
        """As `EvidenceStore.put`: in a file of its own, which is on disk before this returns. A kill on the way leaves at
        most a temporary file, never a half-written one under its final name."""
        sha256 = sha256_of(content)
        path = self.path(sha256)
        if path.exists() or self.packs.holds([sha256]):
            return sha256
        if not path.parent.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            flush_to_disk(self.folder)
        write_file(path, content, mode=0o440, flush=True)
        return sha256

    def get(self, sha256: str) -> bytes:
        """As `EvidenceStore.get`."""
        content = self.packs.get(sha256) if is_sha256(sha256) else None
        if content is None:
            try:
                content = self.path(sha256).read_bytes()
            except FileNotFoundError:
                raise EvidenceMissing(f"证据库中没有 {sha256}") from None
        if sha256_of(content) != sha256 and (kept_plain := self._as_stored(sha256)) is not None:
            content = kept_plain
        if sha256_of(content) != sha256:
            raise EvidenceAltered(f"证据 {sha256} 的内容已被改动")
        return content

    def holds(self, sha256s: Sequence[str]) -> set[str]:
        """As `EvidenceStore.holds`."""
        return self.packs.holds(sha256s) | {name for name in sha256s if self.path(name).exists()}

    def packed(self, sha256s: Sequence[str]) -> set[str]:
        """As `EvidenceStore.packed`."""
        return self.packs.holds(sha256s)

    def names(self) -> Iterator[str]:
        """As `EvidenceStore.names`."""
        yield from self.packs.names()
        for path in self.folder.glob("[0-9a-f][0-9a-f]/**/*"):
            if is_sha256(path.name):
                yield path.name

    def fault(self) -> str | None:
        """As `EvidenceStore.fault`: the folder, or its parent, cannot be written to."""
        nearest = next(one for one in (self.folder, *self.folder.absolute().parents) if one.exists())
        good = nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)
        return None if good else f"{nearest} 不能写入"

    def _as_stored(self, sha256: str) -> bytes | None:
        """The bytes packed by a build without compression, where they look compressed."""
        return self.packs.get_stored(sha256)

    def path(self, sha256: str) -> Path:
        """Where the bytes of `sha256` lie if they have a file of their own; raises ValueError when it is not a SHA-256."""
        if not is_sha256(sha256):
            raise ValueError(f"not a SHA-256 in hex: {sha256!r}")
        path = self.folder / sha256[:2] / sha256
        older = self.folder / sha256[:2] / sha256[2:4] / sha256
        return older if not path.exists() and older.exists() else path
