"""The evidence store: bytes kept under their SHA-256, written once, never changed. There are two kinds:
`records.store.folder_store` and `records.store.bucket_store`."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from typing import Protocol

_SHA256 = re.compile(r"[0-9a-f]{64}")


class EvidenceMissing(Exception):
    """No evidence is kept under that hash."""


class EvidenceAltered(Exception):
    """The content under a hash no longer has that hash."""


def sha256_of(content: bytes) -> str:
    """The name that `content` is kept under: 64 hex digits."""
    return hashlib.sha256(content).hexdigest()


def is_sha256(name: str) -> bool:
    """Whether something could be kept under that name."""
    return _SHA256.fullmatch(name) is not None


class EvidenceStore(Protocol):
    """A store of evidence. Its methods raise errors that `records.storage_faults` recognises as our own
    faults."""

    @property
    def place(self) -> str:
        """Where it is, for people: a folder or an address."""

    def put(self, content: bytes) -> str:
        """Keep `content`; returns its SHA-256 (64 hex digits). It is durable before this returns; a kill on
        the way leaves nothing that could be read."""

    def put_many(self, contents: Sequence[bytes]) -> list[str]:
        """Keep contents that belong together; returns their SHA-256. As `put`, all of them or none."""

    def get(self, sha256: str) -> bytes:
        """The bytes kept under `sha256`; raises EvidenceMissing or EvidenceAltered, and ValueError when it is
        not a SHA-256."""

    def holds(self, sha256s: Sequence[str]) -> set[str]:
        """Those of some SHA-256 that are kept; whether they are whole, `get` tells."""

    def packed(self, sha256s: Sequence[str]) -> set[str]:
        """Those of some SHA-256 that were kept together with others."""

    def names(self) -> Iterator[str]:
        """All stored SHA-256."""

    def fault(self) -> str | None:
        """Why nothing can be stored, in Chinese; None without a fault."""
