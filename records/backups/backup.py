"""Takes a backup into a folder, and puts one back.

evidence/               an evidence store, shared by all backups of the folder: each adds new evidence
2026-11-28T214500Z/ one backup: the database at that moment, the kept lists, and `backup.json`, which
describes them

The database is read first, at one moment. Evidence is written before the rows that name it and never changed,
so that all evidence named by that moment's rows is in the store when it is copied afterwards.
"""

import fcntl
import hashlib
import json
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from records import audit, migrations
from records.backups.dump import NAMES, BackupFailed, count_rows, dumped, end_sign_ins, load, require_empty
from records.backups.evidence_copy import copy_evidence, find_faults
from records.backups.named import list_named
from records.cases.captures import check_captures
from records.database import find_tables_version, newest_revision, reading, transaction
from records.models import Capture
from records.store.bucket_store import BucketStore
from records.store.content_store import EvidenceStore
from records.store.folder_store import FolderStore
from records.store.gathering import index_again
from records.store.whole_files import flush_to_disk

FORMAT = "qingyi-backup/1"
_LISTS, _FACTS = "lists", "backup.json"
_MOST_FACTS = 1 << 20  # bytes
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Backup:
    """The contents of a backup. `kind` is sqlite or postgresql; `rows` how many each table has; the heads are
    those of the log's and of the manifests' chains, None where they are empty."""

    name: str
    made_at: str
    kind: str
    revision: str
    database_sha256: str
    rows: dict[str, int]
    log_head: str | None
    last_manifest: str | None
    evidence: int


_BACKUP = TypeAdapter(Backup)


@dataclass(frozen=True)
class BackupResult:
    """The outcome of a backup or its restoration: its contents, and its faults in Chinese."""

    backup: Backup
    faults: list[str]


def take_backup(
    engine: Engine,
    store: EvidenceStore,
    lists: Path,
    folder: Path,
    now: datetime,
    progress: Progress = lambda _: None,
) -> BackupResult:
    """Take a backup of the database, of the evidence in `store` that it names, and of the versions of the
    lists kept in `lists`. Every copy is read again. `progress` is called with the number of pieces of
    evidence newly done.

    Evidence that the store itself has lost is among the faults; the rest is kept. Raises BackupFailed and
    OSError, with nothing left behind that could be taken for a backup.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    kept = FolderStore(folder / "evidence")
    kept.folder.mkdir(exist_ok=True, mode=0o700)
    name = now.strftime("%Y-%m-%dT%H%M%SZ")
    with _told(), _alone(folder), tempfile.TemporaryDirectory(dir=folder, prefix=".new-") as scratch:
        made = Path(scratch) / name
        made.mkdir(mode=0o700)
        with dumped(engine, made) as session:
            lost = list(dict.fromkeys(copy_evidence(list_named(session, store), store, kept, progress)))
            faults = list(dict.fromkeys(find_faults(list_named(session, kept), kept)))
            backup = _described(session, name, now, made, kept)
        if lists.is_dir():
            shutil.copytree(lists, made / _LISTS)
        (made / _FACTS).write_text(json.dumps({"format": FORMAT, **asdict(backup)}, indent=1), "utf-8")
        for path in (made, *made.rglob("*")):
            path.chmod(0o700 if path.is_dir() else 0o600)
            flush_to_disk(path)
        made.rename(folder / name)
        flush_to_disk(folder)
    return BackupResult(backup, list(dict.fromkeys(lost + faults)))


def list_backups(folder: Path) -> list[Backup]:
    """The whole backups in a folder, oldest first. One whose `backup.json` cannot be read, or names another place than
    its own, does not count."""
    found = []
    for path in sorted(folder.glob(f"[0-9]*/{_FACTS}")):
        try:
            facts = json.loads(_small_text(path))
            if facts.pop("format") == FORMAT:
                backup = _BACKUP.validate_python(facts)
                found += [backup] if backup.name == path.parent.name and not path.parent.is_symlink() else []
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            continue
    return found


def _small_text(path: Path) -> str:
    """The text of a file of our own. Raises ValueError for one that is a link, no file, or too large to be ours."""
    if path.is_symlink() or not path.is_file() or path.stat().st_size > _MOST_FACTS:
        raise ValueError(f"not a description of a backup: {path}")
    return path.read_text("utf-8")


def drop_older(folder: Path, keep: int) -> list[str]:
    """Remove all but the newest `keep` backups' databases; evidence stays. Returns the names of those
    removed."""
    dropped = [one.name for one in list_backups(folder)[:-keep]]
    for name in dropped:
        shutil.rmtree(folder / name)
    return dropped


def put_back(
    folder: Path,
    name: str | None,
    engine: Engine,
    store: EvidenceStore,
    lists: Path,
    now: datetime,
    progress: Progress = lambda _: None,
) -> BackupResult:
    """Put back a backup (the newest, or the one of that name) into an empty database; evidence and versions
    of the lists are added to those present. Everything is checked afterwards; all sign-ins have ended.

    Evidence comes first, so that a killed restoration is simply started again; in a bucket it is indexed by
    the database, and comes after it. Raises BackupFailed.
    """
    backup = _chosen(folder, name)
    place = folder / backup.name
    _require_fit(backup, place, engine)
    require_empty(engine)
    kept = FolderStore(folder / "evidence")
    lost = [] if isinstance(store, BucketStore) else _copied(kept, store, progress)
    if (place / _LISTS).is_dir():
        shutil.copytree(place / _LISTS, lists, dirs_exist_ok=True)
    load(engine, place)
    with reading(engine) as session:
        rows = count_rows(session)
    migrations.upgrade(engine)
    if isinstance(store, BucketStore):
        lost = _copied(kept, store, progress)
    faults = [*lost, *_differences(engine, store, backup, rows)]
    end_sign_ins(engine)
    with transaction(engine) as session:
        audit.append(session, "operator", "restored", now, backup.name, detail={"log_head": backup.log_head})
    return BackupResult(backup, list(dict.fromkeys(faults)))


def put_evidence_back(
    folder: Path, engine: Engine, store: EvidenceStore, progress: Progress = lambda _: None
) -> list[str]:
    """Add to `store` the evidence of the backups that it lacks; returns in Chinese which evidence named by
    the database is still missing or altered. Raises BackupFailed."""
    kept = FolderStore(folder / "evidence")
    if not kept.folder.is_dir():
        raise BackupFailed(f"{folder} 中没有备份")
    lost = _copied(kept, store, progress)
    with _told(), reading(engine) as session:
        return list(dict.fromkeys([*lost, *find_faults(list_named(session, store), store)]))


def _copied(kept: FolderStore, store: EvidenceStore, progress: Progress) -> list[str]:
    """Add the evidence of the backups; returns in Chinese which they have lost. A bucket is indexed first:
    the index may be older than the bucket, or another bucket's."""
    with _told():
        if isinstance(store, BucketStore):
            index_again(store)
        return list(copy_evidence(kept.names(), kept, store, progress))


def _described(session: Session, name: str, now: datetime, made: Path, kept: EvidenceStore) -> Backup:
    kind = session.get_bind().dialect.name
    return Backup(
        name=name,
        made_at=now.isoformat(),
        kind=kind,
        revision=find_tables_version(session.connection()).revision or "",
        database_sha256=_sha256_of(made / NAMES[kind]),
        rows=count_rows(session),
        log_head=audit.verify(session).head or None,
        last_manifest=_last_manifest(session),
        evidence=sum(1 for _ in kept.names()),
    )


def _chosen(folder: Path, name: str | None) -> Backup:
    found = {one.name: one for one in list_backups(folder)}
    if not found:
        raise BackupFailed(f"{folder} 中没有完整的备份")
    if name is not None and name not in found:
        raise BackupFailed(f"{folder} 中没有备份 {name}；有：{'、'.join(found)}")
    return found[name or max(found)]


def _require_fit(backup: Backup, place: Path, engine: Engine) -> None:
    """Raises BackupFailed for faults that can be found before anything is changed."""
    if backup.kind != engine.dialect.name:
        raise BackupFailed(
            f"备份 {backup.name} 是 {backup.kind} 的，QINGYI_DATABASE_URL 是 {engine.dialect.name} 的"
        )
    if backup.revision > newest_revision():
        raise BackupFailed(
            f"备份 {backup.name} 的数据库结构版本 {backup.revision} 比程序的 {newest_revision()} 新：请先升级程序"
        )
    if odd := next((path for path in place.rglob("*") if not _is_plain(path)), None):
        raise BackupFailed(
            f"备份 {backup.name} 中的 {odd.relative_to(place)} 是链接或特殊文件，不是备份写下的：请另选备份"
        )
    file = place / NAMES[backup.kind]
    if not file.is_file() or _sha256_of(file) != backup.database_sha256:
        raise BackupFailed(f"备份 {backup.name} 的 {file.name} 不在了或已被改动：请用另一份备份")


def _is_plain(path: Path) -> bool:
    """Whether it is a folder or a file, as all of a backup is: a link would lead out of it."""
    return not path.is_symlink() and (path.is_file() or path.is_dir())


def _differences(engine: Engine, store: EvidenceStore, backup: Backup, rows: dict[str, int]) -> Iterator[str]:
    """The differences from the moment of the backup."""
    for table in sorted(backup.rows.keys() | rows.keys()):
        if backup.rows.get(table) != rows.get(table):
            yield f"表 {table} 有 {rows.get(table)} 行，备份时 {backup.rows.get(table)} 行"
    with reading(engine) as session:
        log = audit.verify(session)
        if log.broken_at:
            yield f"日志链在第 {log.broken_at} 条断开：{log.fault}"
        elif (log.head or None) != backup.log_head:
            yield "日志的链尾与备份时记下的不同"
        if _last_manifest(session) != backup.last_manifest:
            yield "取证清单的链尾与备份时记下的不同"
        for number, faults in check_captures(session, store):
            yield from (f"第 {number} 号取证：{fault}" for fault in faults)
        yield from find_faults(list_named(session, store), store)


def _last_manifest(session: Session) -> str | None:
    return session.scalar(select(Capture.manifest_sha256).order_by(Capture.number.desc()).limit(1))


@contextmanager
def _told() -> Iterator[None]:
    """Report errors of a store's index like those of its files."""
    try:
        yield
    except sqlite3.Error as error:
        raise BackupFailed(f"证据库的索引无法读写：{error}") from error


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Raises BackupFailed while another backup goes into the folder."""
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupFailed(f"另一个备份正在写入 {folder}") from None
        yield


def _sha256_of(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
