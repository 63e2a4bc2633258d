"""A manifest: what was captured of one page, each file by its SHA-256, chained to the manifest before it.

The chain is by hash: a manifest names the SHA-256 of the one before, so that a later change of any file, or of
any manifest, no longer fits what follows (as in RFC 6962's idea of an append-only log, as a plain list).
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

FORMAT = "qingyi-evidence/1"


class ManifestFaulty(Exception):
    """Bytes that are no manifest; the message says why, in Chinese."""


@dataclass(frozen=True)
class Item:
    """One file of the evidence: `role` says in Chinese what it is; `size` in bytes."""

    name: str
    role: str
    media_type: str
    sha256: str
    size: int

    @staticmethod
    def of(name: str, role: str, media_type: str, content: bytes) -> "Item":
        """The item for these bytes."""
        return Item(name, role, media_type, hashlib.sha256(content).hexdigest(), len(content))


@dataclass(frozen=True)
class Manifest:
    """What was captured. `number` counts from 1 without gaps; `previous` is the SHA-256 of the manifest before.

    `page`, `server`, `collector` and `judgement` are what a reader has to know, in plain values.
    """

    number: int
    previous: str | None
    captured_at: datetime
    page: Mapping[str, Any]
    server: Mapping[str, Any]
    collector: Mapping[str, Any]
    judgement: Mapping[str, Any]
    items: tuple[Item, ...]
    notes: tuple[str, ...] = field(default=())

    def to_bytes(self) -> bytes:
        """The manifest as canonical JSON: sorted keys, UTF-8, no spaces, one line break at the end."""
        content = {
            "format": FORMAT,
            "number": self.number,
            "previous": self.previous,
            "captured_at": self.captured_at.isoformat(),
            "page": dict(self.page),
            "server": dict(self.server),
            "collector": dict(self.collector),
            "judgement": dict(self.judgement),
            "items": [asdict(item) for item in self.items],
            "notes": list(self.notes),
        }
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return (text + "\n").encode("utf-8", "surrogatepass")

    @property
    def sha256(self) -> str:
        """What the next manifest names as its `previous`."""
        return hashlib.sha256(self.to_bytes()).hexdigest()


def read_manifest(content: bytes) -> Manifest:
    """The manifest in these bytes; raises ManifestFaulty."""
    try:
        found = json.loads(content.decode("utf-8", "surrogatepass"))
        if found["format"] != FORMAT:
            raise ManifestFaulty(f"清单格式是 {found['format']}，应为 {FORMAT}")
        return Manifest(
            number=int(found["number"]),
            previous=found["previous"],
            captured_at=datetime.fromisoformat(found["captured_at"]),
            page=found["page"],
            server=found["server"],
            collector=found["collector"],
            judgement=found["judgement"],
            items=tuple(Item(**item) for item in found["items"]),
            notes=tuple(found["notes"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise ManifestFaulty(f"清单无法读取：{error}") from error
