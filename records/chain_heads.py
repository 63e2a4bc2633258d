"""The heads of both chains, noted outside the database: the log's and the manifests'.

Whoever can write to the database can cut a chain's end off, or make a whole new chain that fits itself. They cannot do the
same to notes in another place, nor to a time stamp: a noted head that is no longer in its chain reveals
either.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evidence.stamp import StampRefused, stamped_at
from records import audit
from records.models import AuditEntry, Capture
from records.store.whole_files import write_file

FORMAT = "qingyi-heads/1"
Stamp = Callable[[bytes], bytes]


@dataclass(frozen=True)
class Heads:
    """Both chains at one moment: how long each was, and the SHA-256 (hex) of its last link; "" where it was empty."""

    at: str
    log_entries: int
    log_head: str
    manifests: int
    manifest_head: str


def current_heads(session: Session, now: datetime) -> Heads:
    """The present heads of both chains."""
    entries = session.scalar(select(func.count(AuditEntry.id))) or 0
    log_head = session.scalar(select(AuditEntry.sha256).order_by(AuditEntry.id.desc()).limit(1))
    last = session.scalar(select(Capture).order_by(Capture.number.desc()).limit(1))
    return Heads(
        now.isoformat(),
        entries,
        log_head or "",
        last.number if last else 0,
        last.manifest_sha256 if last else "",
    )


def note_heads(heads: Heads, folder: Path, stamp: Stamp | None) -> Path:
    """Write heads into a file of their own in `folder`, with a time stamp (RFC 3161) next to it where `stamp`
    makes one; returns the file. Raises OSError and the errors of `stamp`: the note is written first."""
    folder.mkdir(parents=True, exist_ok=True)
    name = datetime.fromisoformat(heads.at).strftime("%Y-%m-%dT%H%M%S.%f")
    content = (json.dumps({"format": FORMAT, **asdict(heads)}, sort_keys=True) + "\n").encode()
    path = folder / f"{name}.json"
    write_file(path, content, mode=0o440, flush=True)
    if stamp is not None:
        write_file(path.with_suffix(".tsr"), stamp(content), mode=0o440, flush=True)
    return path


def compare_heads(session: Session, folder: Path, roots: Sequence[x509.Certificate] = ()) -> Iterator[str]:
    """The notes in `folder` that no longer match, in Chinese. With `roots`, each note must have a stamp whose
    signature leads to one of them."""
    notes = sorted(folder.glob("*.json"))
    if not notes:
        yield f"{folder} 中没有记下的链尾"
    for path in notes:
        try:
            content = path.read_bytes()
            facts = json.loads(content)
            if facts.pop("format") != FORMAT:
                raise ValueError("不是链尾的记录")
            heads = Heads(**facts)
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            yield f"{path.name} 无法读取：{error}"
            continue
        yield from (f"{path.name}：{fault}" for fault in _stamp_faults(path, content, heads, roots))
        yield from (f"{path.name}：{fault}" for fault in _differences(session, heads))


def _stamp_faults(
    path: Path, content: bytes, heads: Heads, roots: Sequence[x509.Certificate]
) -> Iterator[str]:
    stamp = path.with_suffix(".tsr")
    if not stamp.exists():
        if roots:
            yield "没有时间戳"
        return
    try:
        at = stamped_at(stamp.read_bytes(), content, roots)
    except (StampRefused, OSError) as error:
        yield str(error)
        return
    if abs((at - datetime.fromisoformat(heads.at)).total_seconds()) > 86_400:
        yield f"时间戳的时间 {at:%Y-%m-%d %H:%M} 与所记的 {heads.at[:16]} 相差一天以上"


def _differences(session: Session, heads: Heads) -> Iterator[str]:
    entries = session.scalar(select(func.count(AuditEntry.id))) or 0
    if entries < heads.log_entries:
        yield f"当时日志有 {heads.log_entries} 条，现在只有 {entries} 条：末尾被截去"
    if heads.log_head and not audit.is_in_chain(session, heads.log_head):
        yield f"日志链中没有当时的链尾 {heads.log_head[:12]}：日志被截去或整条重做"
    if heads.manifest_head:
        now = session.scalar(select(Capture.manifest_sha256).where(Capture.number == heads.manifests))
        if now is None:
            yield f"第 {heads.manifests} 号取证不在了：末尾被截去"
        elif now != heads.manifest_head:
            yield f"第 {heads.manifests} 号取证的清单已不是当时的：清单链被重做"
