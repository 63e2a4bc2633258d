"""Several machines, one version of the lists: the published version is kept in the database, and each
machine's folder follows it. A folder that was changed by hand, where it was up to date, is published from
there."""

import hashlib
import logging
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from classifiers.lists.rules import load_rules
from records.lists.drafts import DraftRefused, ListFolders
from records.lists.in_force import keep_files, keep_version, list_files
from records.models import ListFile, ListPublication, ListVersionFile
from records.store.whole_files import write_file, write_folder

_LOG = logging.getLogger(__name__)


class VersionMissing(Exception):
    """A version of the lists is neither in the database nor kept on this machine; the message says which, in Chinese."""


def last_publication(session: Session) -> ListPublication | None:
    """The publication that came into force last."""
    return session.scalar(select(ListPublication).order_by(ListPublication.id.desc()).limit(1))


def hold(session: Session) -> ListPublication | None:
    """The publication that came into force last, and until the end of this transaction no other. A publication writes the
    folder before its transaction ends: who compares the two must not do so in between."""
    newest = select(ListPublication.id).order_by(ListPublication.id.desc()).limit(1)
    session.execute(newest.with_for_update())
    return last_publication(session)


def was_changed_here(folders: ListFolders, version: str, published: str) -> bool:
    """Whether a folder that is at `version` was at the one that is `published` before: then somebody has changed it by
    hand. Else it is behind, or new to this database."""
    mark = _mark(folders)
    agreed = mark.read_text("ascii") if mark.exists() else None
    if agreed is None:  # kept by a build that made no mark, or a new machine
        return folders.of(published).is_dir()
    return agreed == published and version != published


def agree(session: Session, folders: ListFolders, version: str) -> None:
    """The folder is at the version in force: keep its files in the database, and note that they agree."""
    keep_in_database(session, version, folders.folder)
    _note(folders, version)


def keep_in_database(session: Session, version: str, folder: Path) -> None:
    """Keep a version, whose files are in a folder, where every machine has it."""
    existing = select(ListVersionFile.version).where(ListVersionFile.version == version).limit(1)
    if session.scalar(existing) is not None:
        return
    files = list_files(folder)
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    known = set(session.scalars(select(ListFile.sha256).where(ListFile.sha256.in_(hashes.values()))))
    new = {hashes[name]: content for name, content in files.items() if hashes[name] not in known}
    session.add_all(ListFile(sha256=sha256, content=content) for sha256, content in new.items())
    session.flush()
    session.add_all(
        ListVersionFile(version=version, name=name, sha256=sha256) for name, sha256 in hashes.items()
    )
    session.flush()


def follow(session: Session, folders: ListFolders) -> bool:
    """Bring a folder that is behind to the version in force; returns whether it was behind. Its old content
    is kept under its version."""
    last = last_publication(session)
    if last is None or load_rules(folders.folder).version == last.version:
        return False
    last = hold(session) or last
    here = load_rules(folders.folder).version
    if here == last.version or was_changed_here(folders, here, last.version):
        return False
    if not restore_version(session, folders, last.version):
        _LOG.warning("关键词表版本 %s 不在数据库中，本机仍用 %s", last.version[:12], here[:12])
        return False
    keep_files(folders.folder, folders.kept, here)
    put_in_force(folders, list_files(folders.of(last.version)), last.version)
    _note(folders, last.version)
    _LOG.warning("关键词表由 %s 更新为现行版本 %s", here[:12], last.version[:12])
    return True


def restore_version(session: Session, folders: ListFolders, version: str) -> bool:
    """Have a version among those that this machine keeps; whether it is known."""
    if folders.of(version).is_dir():
        return True
    rows = session.execute(
        select(ListVersionFile.name, ListFile.content)
        .join(ListFile, ListFile.sha256 == ListVersionFile.sha256)
        .where(ListVersionFile.version == version)
    )
    files = {row.name: row.content for row in rows}
    if not files:
        return False
    folders.kept.mkdir(parents=True, exist_ok=True)
    write_folder(folders.of(version), files)
    return True


def require_version(session: Session, folders: ListFolders, version: str) -> None:
    """As `restore_version`; raises VersionMissing where it is not known."""
    if not restore_version(session, folders, version):
        raise VersionMissing(f"没有保存关键词表版本 {version[:12]}，无法据以研判")


def put_in_force(folders: ListFolders, files: Mapping[str, bytes], version: str) -> None:
    """Write the files into the folder, those that differ, each whole or not at all. Raises DraftRefused where the folder
    was changed meanwhile."""
    existing = list_files(folders.folder)
    for name, content in files.items():
        if existing.get(name) == content:
            continue
        write_file(folders.folder / name, content, flush=True)
    for name in existing.keys() - files.keys():
        (folders.folder / name).unlink()
    found = load_rules(folders.folder).version
    if found != version:
        raise DraftRefused(f"写入后版本为 {found[:12]}，应为 {version[:12]}：文件夹被同时改动")
    keep_version(folders.folder, folders.kept, version)


def _note(folders: ListFolders, version: str) -> None:
    mark = _mark(folders)
    if not mark.exists() or mark.read_text("ascii") != version:
        folders.kept.mkdir(parents=True, exist_ok=True)
        write_file(mark, version.encode("ascii"))


def _mark(folders: ListFolders) -> Path:
    """Where it is noted at which version this folder was up to date last."""
    digest = hashlib.sha256(str(folders.folder.resolve()).encode()).hexdigest()[:12]
    return folders.kept / f"agreed-{digest}"
