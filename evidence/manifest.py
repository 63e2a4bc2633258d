"""A manifest: the files captured of one page, each with its SHA-256, chained to the previous manifest.

The chain is by hash: a manifest names the SHA-256 of the previous one, so that a later change of any file, or
of any manifest, breaks the chain (as in RFC 6962's idea of an append-only log, as a plain list).
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, TypeVar

FORMAT = "qingyi-evidence/1"


class ManifestFaulty(Exception):
    """Bytes that are not a manifest; the message says why, in Chinese."""


@dataclass(frozen=True)
class Item:
    """One file of the evidence: `role` describes it in Chinese; `size` in bytes."""

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
    """The captured files. `number` counts from 1 without gaps; `previous` is the SHA-256 of the manifest
    before.

    `page`, `server`, `collector` and `judgement` are the facts that a reader needs, as plain values.
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
        """The hash that the next manifest names as its `previous`."""
        return hashlib.sha256(self.to_bytes()).hexdigest()


def read_manifest(content: bytes) -> Manifest:
    """The manifest in these bytes; raises ManifestFaulty, with the place of the first value of a wrong
    kind."""
    try:
        found = json.loads(content.decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError) as error:
        raise ManifestFaulty(f"清单无法读取：{error}") from error
    facts = _of_kind(found, dict, "清单")
    if facts.get("format") != FORMAT:
        raise ManifestFaulty(f"清单格式是 {str(facts.get('format'))[:40]}，应为 {FORMAT}")
    if facts.keys() != _FIELDS:
        raise ManifestFaulty(f"清单缺少或多出：{'、'.join(sorted(map(str, facts.keys() ^ _FIELDS)))[:200]}")
    for name in ("page", "server", "collector", "judgement"):
        _of_kind(facts[name], dict, name)
    for name in ("url", "final_url"):
        _of_kind(facts["page"].get(name), str, f"page.{name}")
    _of_kind(facts["page"].get("title") or "", str, "page.title")
    for number, finding in enumerate(
        _of_kind(facts["judgement"].get("findings", []), list, "judgement.findings")
    ):
        where = f"judgement.findings[{number}]"
        for name, kind in (("quote", str), ("title", str), ("law", list)):
            _of_kind(_of_kind(finding, dict, where).get(name), kind, f"{where}.{name}")
    items = tuple(
        _item(one, f"items[{number}]") for number, one in enumerate(_of_kind(facts["items"], list, "items"))
    )
    if len({item.name for item in items}) != len(items):
        raise ManifestFaulty("清单两次列出同一个文件")
    if facts["previous"] is not None:
        _hash(facts["previous"], "previous")
    return Manifest(
        number=_of_kind(facts["number"], int, "number"),
        previous=facts["previous"],
        captured_at=_moment(facts["captured_at"], "captured_at"),
        page=facts["page"],
        server=facts["server"],
        collector=facts["collector"],
        judgement=facts["judgement"],
        items=items,
        notes=tuple(_of_kind(note, str, "notes") for note in _of_kind(facts["notes"], list, "notes")),
    )


_FIELDS = {
    *(
        "format",
        "number",
        "previous",
        "captured_at",
        "page",
        "server",
        "collector",
        "judgement",
        "items",
        "notes",
    )
}
_NAME = re.compile(r"[\w-][\w.-]{0,100}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_KINDS = {dict: "一组事实", list: "列表", str: "文字", int: "整数"}
Kind = TypeVar("Kind")


def _of_kind(value: Any, kind: type[Kind], where: str) -> Kind:  # noqa: ANN401 - whatever JSON holds
    if not isinstance(value, kind) or isinstance(value, bool):
        raise ManifestFaulty(f"清单的 {where} 应为{_KINDS[kind]}")
    return value


def _hash(value: Any, where: str) -> str:  # noqa: ANN401 - as above
    if not _SHA256.fullmatch(_of_kind(value, str, where)):
        raise ManifestFaulty(f"清单的 {where} 应为 SHA-256")
    return str(value)


def _moment(value: Any, where: str) -> datetime:  # noqa: ANN401 - as above
    try:
        moment = datetime.fromisoformat(_of_kind(value, str, where))
    except ValueError as error:
        raise ManifestFaulty(f"清单的 {where} 应为时间") from error
    if moment.tzinfo is None:
        raise ManifestFaulty(f"清单的 {where} 没有时区")
    return moment


def _item(value: Any, where: str) -> Item:  # noqa: ANN401 - as above
    fields = _of_kind(value, dict, where)
    if fields.keys() != {"name", "role", "media_type", "sha256", "size"}:
        raise ManifestFaulty(f"清单的 {where} 缺少或多出事实")
    name = _of_kind(fields["name"], str, f"{where}.name")
    if not _NAME.fullmatch(name):
        raise ManifestFaulty(f"清单的 {where}.name 不是文件名")
    return Item(
        name,
        _of_kind(fields["role"], str, f"{where}.role"),
        _of_kind(fields["media_type"], str, f"{where}.media_type"),
        _hash(fields["sha256"], f"{where}.sha256"),
        _of_kind(fields["size"], int, f"{where}.size"),
    )
