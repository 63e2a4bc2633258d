"""Publishing the keyword lists: a draft comes into force, an earlier version comes back, files changed by hand are
noticed. The version in force is the one published last, on each machine the files in its lists' folder
(`records.lists.agreement`); each earlier version is kept under its hash."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from classifiers.examples import failing_examples
from classifiers.lists.faults import ListsRefused
from classifiers.lists.rules import RuleSet, load_rules
from records import audit
from records.lists.agreement import (
    agree,
    follow,
    hold,
    last_publication,
    put_in_force,
    restore_version,
    was_changed_here,
)
from records.lists.drafts import DraftRefused, ListFolders, difference, whole
from records.lists.in_force import list_files
from records.lists.rejudgings import ask_rejudging
from records.local_time import local_day
from records.models import DraftState, ListDraft, ListPublication, ListTrial, TrialState, User
from records.workflow import actor_of

_BY_HAND = "system:files"


def notice_version(session: Session, folders: ListFolders, version: str, now: datetime) -> ListPublication:
    """The publication in force. One that came by the files themselves (`version` is the folder's) is noted now; a folder
    that is behind, since another machine published, is brought up to date, and publishes nothing."""
    last = last_publication(session)
    if last is not None and last.version == version:
        agree(session, folders, version)
        return last
    last = hold(session)
    with suppress(ListsRefused):  # then the version is the last one that could be used
        version = load_rules(folders.folder).version  # it may have been published since it was read
    if last is not None and last.version == version:
        agree(session, folders, version)
        return last
    if last is not None and not was_changed_here(folders, version, last.version):
        follow(session, folders)
        return last
    words = "关键词表文件被直接修改" if last else "首次启用"
    return _publish(session, folders, version, actor=_BY_HAND, reason=words, draft=None, now=now)


def list_publications(session: Session, limit: int = 100) -> Sequence[ListPublication]:
    """The publications, newest first."""
    return session.scalars(select(ListPublication).order_by(ListPublication.id.desc()).limit(limit)).all()


def find_publication(session: Session, publication_id: int) -> ListPublication | None:
    """A publication."""
    return session.get(ListPublication, publication_id)


def publish_draft(
    session: Session, folders: ListFolders, draft: ListDraft, publisher: User, now: datetime
) -> RuleSet:
    """Bring a draft into force, and return its rules. Raises DraftRefused: where the lists changed since, where it
    changes nothing, has faults or examples that fail, or was not tried over the stored pages as it stands."""
    hold(session)
    follow(session, folders)
    current = load_rules(folders.folder).version
    if draft.state is not DraftState.EDITING:
        raise DraftRefused(f"草稿{draft.state.label}")
    if draft.base_version != current:
        raise DraftRefused("起草之后关键词表已有新版本，请先“更新到现行版本”")
    if not draft.files:
        raise DraftRefused("草稿没有改动任何文件")
    with whole(folders, draft) as folder:
        rules = _checked(folder, local_day(now))
        if trial_of(session, draft, rules.version) is None:
            raise DraftRefused("草稿的当前内容还没有在已存页面上试运行完，请先试运行")
        put_in_force(folders, list_files(folder), rules.version)
    draft.state, draft.changed_at = DraftState.LIVE, now
    _publish(
        session,
        folders,
        rules.version,
        actor=str(actor_of(publisher)),
        reason=draft.reason,
        draft=draft,
        now=now,
    )
    return rules


def roll_back(
    session: Session, folders: ListFolders, version: str, publisher: User, reason: str, now: datetime
) -> RuleSet:
    """Bring a version back that was in force before, and return its rules. Raises DraftRefused."""
    hold(session)
    known = session.scalar(select(ListPublication.id).where(ListPublication.version == version).limit(1))
    if known is None or not restore_version(session, folders, version):
        raise DraftRefused("没有保存这个版本")
    if not reason.strip():
        raise DraftRefused("请写明为什么回退")
    rules = _checked(folders.of(version), None)
    if version == load_rules(folders.folder).version:
        raise DraftRefused("这就是现行版本")
    put_in_force(folders, list_files(folders.of(version)), version)
    words = f"回退到 {version[:12]}：{reason.strip()}"
    _publish(session, folders, version, actor=str(actor_of(publisher)), reason=words, draft=None, now=now)
    return rules


def trial_of(session: Session, draft: ListDraft, version: str) -> ListTrial | None:
    """The newest finished trial of the draft as it stands (`version`) against its base."""
    return session.scalar(
        select(ListTrial)
        .where(
            ListTrial.draft_id == draft.id,
            ListTrial.version_after == version,
            ListTrial.version_before == draft.base_version,
            ListTrial.state == TrialState.DONE,
        )
        .order_by(ListTrial.id.desc())
        .limit(1)
    )


def version_changes(
    session: Session, folders: ListFolders, before: str | None, after: str
) -> list[tuple[str, list[str]]]:
    """The differences between two versions, by file."""
    if not all(restore_version(session, folders, version) for version in (before, after) if version):
        return []
    old = list_files(folders.of(before)) if before else {}
    new = list_files(folders.of(after))
    names = [name for name in sorted({*old, *new}) if old.get(name) != new.get(name)]
    return [(name, difference(old.get(name, b""), new.get(name, b""), name)) for name in names]


def _checked(folder: Path, day: date | None) -> RuleSet:
    try:
        rules = load_rules(folder)
    except ListsRefused as refused:
        raise DraftRefused(f"关键词表有误：\n{refused}") from None
    failing = list(failing_examples(rules, day)) if day else []
    if failing:
        faults = [f"“{rules.by_id[fault.rule].title}”（{fault}）" for fault in failing]
        raise DraftRefused(f"例句没有通过 {len(faults)} 条：\n" + "\n".join(faults))
    return rules


def _publish(
    session: Session,
    folders: ListFolders,
    version: str,
    *,
    actor: str,
    reason: str,
    draft: ListDraft | None,
    now: datetime,
) -> ListPublication:
    last = last_publication(session)
    publication = ListPublication(
        at=now.astimezone(UTC),
        actor=actor,
        reason=reason,
        version=version,
        previous_version=last.version if last else None,
        draft_id=draft.id if draft else None,
    )
    session.add(publication)
    session.flush()
    agree(session, folders, version)
    if last is not None:
        ask_rejudging(session, version, actor, now)
    audit.append(
        session,
        actor,
        "lists_published",
        now,
        f"版本 {version[:12]}",
        reason=reason,
        detail={"version": version, "draft": draft.id if draft else None},
    )
    return publication
