"""Drafts of the keyword lists: files that differ from a version, checked as a whole before they count."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from difflib import unified_diff
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from classifiers.lists.faults import ListFault, ListsRefused
from classifiers.lists.rules import THRESHOLDS, load_rules
from records import audit
from records.lists.in_force import list_files
from records.models import DraftState, ListDraft, ListDraftFile, User

_LARGEST = 2_000_000  # bytes of one file


class DraftRefused(Exception):
    """A draft cannot be changed or published so; the message says why, in Chinese."""


@dataclass(frozen=True)
class ListFolders:
    """Where the lists lie: the folder in force, and the folder of every version that was."""

    folder: Path
    kept: Path

    def of(self, version: str) -> Path:
        """The folder of a version that was in force."""
        return self.kept / version


def list_drafts(session: Session) -> list[ListDraft]:
    """All drafts, newest first."""
    query = select(ListDraft).options(joinedload(ListDraft.author))
    return list(session.scalars(query.order_by(ListDraft.id.desc()).limit(100)))


def begin_draft(session: Session, author: User, reason: str, version: str, now: datetime) -> ListDraft:
    """A draft of `version`, which changes nothing yet. Raises DraftRefused without a reason."""
    if not reason.strip():
        raise DraftRefused("请写明为什么修改")
    draft = ListDraft(
        author_id=author.id, reason=reason.strip(), base_version=version, created_at=now, changed_at=now
    )
    session.add(draft)
    session.flush()
    audit.append(session, author, "lists_draft", now, _name(draft), reason=f"起草：{draft.reason}")
    return draft


def save_file(
    session: Session,
    folders: ListFolders,
    draft: ListDraft,
    name: str,
    content: bytes,
    author: User,
    now: datetime,
    *,
    version: int | None = None,
) -> None:
    """Keep a file of the draft; one equal to the base's is not a change. `version` is the draft's on the
    page that was edited. Raises DraftRefused."""
    _must_be_open(draft)
    if version is not None and draft.row_version != version:
        raise DraftRefused("草稿已被他人修改，请刷新后再改")
    base = list_files(folders.of(draft.base_version))
    if name not in base and name != THRESHOLDS:  # lists of before have none, and take it
        raise DraftRefused(f"没有名为 {name} 的关键词表文件；可用：{'、'.join(base)}")
    if len(content) > _LARGEST:
        raise DraftRefused(f"{name} 超过 {_LARGEST // 1_000_000} MB")
    kept = next((file for file in draft.files if file.name == name), None)
    if content == base.get(name):
        if kept is not None:
            draft.files.remove(kept)
            session.delete(kept)
    elif kept is None:
        draft.files.append(ListDraftFile(draft_id=draft.id, name=name, content=content))
    elif kept.content == content:
        return
    else:
        kept.content = content
    draft.changed_at = now
    session.flush()
    audit.append(session, author, "lists_draft", now, _name(draft), reason=f"修改 {name}")


def discard(session: Session, draft: ListDraft, author: User, now: datetime) -> None:
    """Discard a draft; its content is kept. Raises DraftRefused."""
    _must_be_open(draft)
    draft.state, draft.changed_at = DraftState.DISCARDED, now
    audit.append(session, author, "lists_draft", now, _name(draft), reason="放弃草稿")


def take_up_again(session: Session, draft: ListDraft, author: User, now: datetime) -> None:
    """Resume a discarded draft, unchanged. Raises DraftRefused for any other."""
    if draft.state is not DraftState.DISCARDED:
        raise DraftRefused(f"草稿{draft.state.label}，只有已放弃的草稿可以恢复")
    draft.state, draft.changed_at = DraftState.EDITING, now
    audit.append(session, author, "lists_draft", now, _name(draft), reason="恢复草稿")


def rebase(
    session: Session, folders: ListFolders, draft: ListDraft, version: str, author: User, now: datetime
) -> None:
    """Put the draft on the lists as they are now. Raises DraftRefused where both changed the same file."""
    _must_be_open(draft)
    before, after = list_files(folders.of(draft.base_version)), list_files(folders.of(version))
    both = [file.name for file in draft.files if before.get(file.name) != after.get(file.name)]
    if both:
        raise DraftRefused(f"{'、'.join(both)} 在起草之后也有改动，请在新草稿里重做这些修改")
    draft.base_version, draft.changed_at = version, now
    audit.append(session, author, "lists_draft", now, _name(draft), reason="更新到现行版本")


def draft_file(folders: ListFolders, draft: ListDraft, name: str) -> bytes | None:
    """A file as the draft has it; None where there is no such file."""
    changed = {file.name: file.content for file in draft.files}
    return changed.get(name, list_files(folders.of(draft.base_version)).get(name))


@contextmanager
def whole(
    folders: ListFolders, draft: ListDraft, changed: Mapping[str, bytes] | None = None
) -> Iterator[Path]:
    """A folder with the lists as the draft (and `changed` on top of it) makes them, while the block runs."""
    with tempfile.TemporaryDirectory(prefix="qingyi-lists-") as scratch:
        folder = Path(scratch)
        for path in folders.of(draft.base_version).iterdir():
            shutil.copyfile(path, folder / path.name)
        for file in draft.files:
            (folder / file.name).write_bytes(file.content)
        for name, content in (changed or {}).items():
            (folder / name).write_bytes(content)
        yield folder


def faults_of(
    folders: ListFolders, draft: ListDraft, changed: Mapping[str, bytes] | None = None
) -> list[ListFault]:
    """The faults of the lists as the draft makes them, by file, line and field."""
    with whole(folders, draft, changed) as folder:
        try:
            load_rules(folder)
        except ListsRefused as refused:
            return refused.faults
    return []


def difference(before: bytes, after: bytes, name: str) -> list[str]:
    """The lines that differ between two contents of a file, as a unified difference."""
    old, new = (content.decode("utf-8", "replace").splitlines() for content in (before, after))
    return list(unified_diff(old, new, name, name, lineterm="", n=2))


def changes(folders: ListFolders, draft: ListDraft) -> list[tuple[str, list[str]]]:
    """The draft's files, each with its difference from the base."""
    base = list_files(folders.of(draft.base_version))
    return [
        (file.name, difference(base.get(file.name, b""), file.content, file.name)) for file in draft.files
    ]


def _must_be_open(draft: ListDraft) -> None:
    if draft.state is not DraftState.EDITING:
        raise DraftRefused(f"草稿{draft.state.label}，不能再改")


def _name(draft: ListDraft) -> str:
    """The draft's name in the log."""
    return f"草稿 {draft.id}"
