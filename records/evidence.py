"""The evidence store: bytes kept under their SHA-256, written once, never changed."""

import hashlib
import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

_SHA256 = re.compile(r"[0-9a-f]{64}")


class EvidenceMissing(Exception):
    """No evidence is kept under that hash."""


class EvidenceAltered(Exception):
    """What is kept under a hash no longer has that hash."""


@dataclass(frozen=True)
class EvidenceStore:
    """A folder of files named by their content: `ab/abcd…`.

    A store that an early build began has some one folder deeper (`ab/cd/abcd…`): they are found there, too.
    """

    folder: Path

    def put(self, content: bytes) -> str:
        """Keep `content`; returns its SHA-256 (64 hex digits).

        The bytes are on disk before this returns. A kill on the way leaves at most a temporary file,
        never a half-written one under its final name.
        """
        sha256 = hashlib.sha256(content).hexdigest()
        path = self.path(sha256)
        if path.exists():
            return sha256
        if not path.parent.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            _flush_folder(self.folder)
        new = path.with_name(f".new-{secrets.token_hex(8)}")
        with open(new, "xb", opener=_read_only) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
        _flush_folder(path.parent)
        return sha256

    def get(self, sha256: str) -> bytes:
        """The bytes kept under `sha256`; raises EvidenceMissing or EvidenceAltered."""
        try:
            content = self.path(sha256).read_bytes()
        except FileNotFoundError:
            raise EvidenceMissing(f"证据库中没有 {sha256}") from None
        if hashlib.sha256(content).hexdigest() != sha256:
            raise EvidenceAltered(f"证据 {sha256} 的内容已被改动")
        return content

    def path(self, sha256: str) -> Path:
        """Where the bytes of `sha256` lie; raises ValueError when it is not a SHA-256."""
        if not _SHA256.fullmatch(sha256):
            raise ValueError(f"not a SHA-256 in hex: {sha256!r}")
        path = self.folder / sha256[:2] / sha256
        older = self.folder / sha256[:2] / sha256[2:4] / sha256
        return older if not path.exists() and older.exists() else path


def _read_only(path: str, flags: int) -> int:
    return os.open(path, flags, mode=0o440)


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
