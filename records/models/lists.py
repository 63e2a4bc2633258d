"""The keyword lists 关键词表 and their changes: drafts, publications, and trials of drafts over stored
pages."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from records.models.base import Base, Id, LabelledEnum, enum_column
from records.models.snapshots import Snapshot
from records.models.users import User


class DraftState(LabelledEnum):
    """How far a draft has come."""

    EDITING = "editing", "草稿"
    LIVE = "live", "已生效"
    DISCARDED = "discarded", "已放弃"


class TrialState(LabelledEnum):
    """How far a trial has come."""

    RUNNING = "running", "运行中"
    DONE = "done", "已完成"
    CANCELLED = "cancelled", "已取消"
    FAILED = "failed", "失败"


class RejudgingState(LabelledEnum):
    """How far the judging of stored pages by lists that came into force has come."""

    WAITING = "waiting", "等待中"
    RUNNING = "running", "运行中"
    DONE = "done", "已完成"
    CANCELLED = "cancelled", "已取消"


class ListDraft(Base):
    """An analyst's changes: the files that differ from the draft's base version."""

    __tablename__ = "list_drafts"

    id: Mapped[Id] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(Text, comment="what for")
    base_version: Mapped[str] = mapped_column(String(64), comment="the lists' version that it changes")
    state: Mapped[DraftState] = mapped_column(enum_column(DraftState), default=DraftState.EDITING)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    row_version: Mapped[int] = mapped_column(
        comment="counts writes, so that two people cannot overwrite each other"
    )

    author: Mapped[User] = relationship()
    files: Mapped[list["ListDraftFile"]] = relationship(order_by="ListDraftFile.name")

    __mapper_args__ = {"version_id_col": row_version}  # noqa: RUF012 - SQLAlchemy's own interface


class ListDraftFile(Base):
    """A file of a draft, byte for byte."""

    __tablename__ = "list_draft_files"

    draft_id: Mapped[int] = mapped_column(ForeignKey("list_drafts.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class ListPublication(Base):
    """A version of the lists came into force; its files are kept under its hash."""

    __tablename__ = "list_publications"

    id: Mapped[Id] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(100), comment="who published, as in the audit log")
    reason: Mapped[str] = mapped_column(Text)
    version: Mapped[str] = mapped_column(String(64))
    previous_version: Mapped[str | None] = mapped_column(String(64))
    draft_id: Mapped[int | None] = mapped_column(ForeignKey("list_drafts.id"))


class ListFile(Base):
    """A file of the lists, byte for byte, once by its content."""

    __tablename__ = "list_files"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary, comment="byte for byte")


class ListVersionFile(Base):
    """A version of the lists has a file. Every machine that judges gets its lists from here."""

    __tablename__ = "list_version_files"

    version: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("list_files.sha256"))


class ListTrial(Base):
    """A run of two versions of the lists over the same stored pages."""

    __tablename__ = "list_trials"

    id: Mapped[Id] = mapped_column(primary_key=True)
    draft_id: Mapped[int | None] = mapped_column(ForeignKey("list_drafts.id"), index=True)
    actor: Mapped[str] = mapped_column(String(100))
    version_before: Mapped[str] = mapped_column(String(64))
    version_after: Mapped[str] = mapped_column(String(64))
    state: Mapped[TrialState] = mapped_column(enum_column(TrialState), default=TrialState.RUNNING)
    pages: Mapped[int] = mapped_column(comment="to be judged")
    sample: Mapped[int | None] = mapped_column(comment="so many were drawn; none: all")
    until_snapshot_id: Mapped[Id | None] = mapped_column(comment="the newest of those that were to be judged")
    judged: Mapped[int] = mapped_column(default=0)  # in the order of the snapshots
    started_at: Mapped[datetime]
    last_heartbeat_at: Mapped[datetime] = mapped_column(comment="the last sign of life")
    finished_at: Mapped[datetime | None]
    fault: Mapped[str | None] = mapped_column(Text)
    figures: Mapped[dict[str, Any] | None] = mapped_column(JSON, comment="what it came to")

    differences: Mapped[list["TrialDifference"]] = relationship(order_by="TrialDifference.id")


class TrialDifference(Base):
    """A page that the two versions judge differently."""

    __tablename__ = "trial_differences"
    __table_args__ = (Index("ix_trial_differences_trial_id_kind", "trial_id", "kind"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    trial_id: Mapped[int] = mapped_column(ForeignKey("list_trials.id"))
    snapshot_id: Mapped[int] = mapped_column(ForeignKey("snapshots.id"))
    kind: Mapped[str] = mapped_column(String(10), comment="new, vanished, changed")
    before: Mapped[list[dict[str, Any]]] = mapped_column(comment="rule, title, quote of findings that vanish")
    after: Mapped[list[dict[str, Any]]] = mapped_column(comment="rule, title, quote of findings that are new")
    decided: Mapped[str] = mapped_column(
        String(10), comment="what reviewers said of the page: confirmed, dismissed, or nothing"
    )

    snapshot: Mapped[Snapshot] = relationship()


class Rejudging(Base):
    """A run that judges the stored pages again by lists that came into force. After any interruption it
    resumes after `after_snapshot_id`."""

    __tablename__ = "rejudgings"

    id: Mapped[Id] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(String(64), comment="the lists that judge")
    actor: Mapped[str] = mapped_column(String(100), comment="who asked for it, as in the audit log")
    state: Mapped[RejudgingState] = mapped_column(enum_column(RejudgingState), default=RejudgingState.WAITING)
    asked_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    after_snapshot_id: Mapped[Id] = mapped_column(default=0, comment="up to here all is judged")
    pages: Mapped[int] = mapped_column(default=0, comment="to be judged")
    judged: Mapped[int] = mapped_column(default=0)
    missing: Mapped[int] = mapped_column(default=0, comment="pages whose text could not be read")
    opened: Mapped[int] = mapped_column(default=0, comment="cases opened")
    changed: Mapped[int] = mapped_column(default=0, comment="undecided cases that show other findings now")
    closed: Mapped[int] = mapped_column(default=0, comment="undecided cases closed, nothing being found now")
    left_open: Mapped[int] = mapped_column(
        default=0, comment="cases in people's hands on whose page nothing is found now"
    )
