"""Fetched pages: visits, the pages they planned, and snapshots 快照 of the responses."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from records.models.base import Base, Id, LabelledEnum, enum_column
from records.models.registry import Source


class VisitKind(LabelledEnum):
    """The purpose of a visit."""

    SITE = "site", "站点巡查"
    ACCOUNT = "account", "公众号巡查"
    RECHECK = "recheck", "处置核验"
    MOBILE = "mobile", "手机访客核查"
    TIP = "tip", "线索核查"


class PlannedState(LabelledEnum):
    """How far a planned page of a visit has come."""

    WAITING = "waiting", "待抓取"
    FETCHED = "fetched", "已抓取"
    FAILED = "failed", "抓取失败"
    SKIPPED = "skipped", "不予抓取"


class Page(Base):
    """One address of one source, over all visits."""

    __tablename__ = "pages"

    id: Mapped[Id] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(String(2000), unique=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"), index=True)

    source: Mapped[Source] = relationship()


class Visit(Base):
    """One crawl of one source, or one re-check of pages whose disposal was reported.

    A visit without `finished_at` was cut off and resumes where it stopped.
    """

    __tablename__ = "visits"
    __table_args__ = (Index("ix_visits_source_id_finished_at", "source_id", "finished_at"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    kind: Mapped[VisitKind] = mapped_column(enum_column(VisitKind))
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"))
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    seconds_used: Mapped[float] = mapped_column(
        default=0.0, comment="of the time budget, over all resumptions"
    )
    outcome: Mapped[str | None] = mapped_column(String(200), comment="why it ended")
    fence: Mapped[int] = mapped_column(
        BigInteger, default=0, comment="counts who took it: only the last one may write"
    )

    source: Mapped[Source] = relationship()


class PlannedPage(Base):
    """A page that a visit has planned: the frontier, kept in the database so that a kill loses nothing."""

    __tablename__ = "planned_pages"
    __table_args__ = (
        UniqueConstraint("visit_id", "url"),
        Index("ix_planned_pages_visit_id_state", "visit_id", "state"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visits.id"))
    url: Mapped[str] = mapped_column(String(2000))
    depth: Mapped[int]
    is_feed: Mapped[bool] = mapped_column(default=False, comment="a feed of posts, not a page to judge")
    state: Mapped[PlannedState] = mapped_column(enum_column(PlannedState), default=PlannedState.WAITING)
    reason: Mapped[str | None] = mapped_column(String(300), comment="why it failed or was skipped")


class Snapshot(Base):
    """One response as received, at one moment. Bytes are in the evidence store, by SHA-256."""

    __tablename__ = "snapshots"
    __table_args__ = (
        UniqueConstraint("visit_id", "page_id"),
        Index("ix_snapshots_page_id_fetched_at", "page_id", "fetched_at"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("pages.id"))
    visit_id: Mapped[int] = mapped_column(ForeignKey("visits.id"))
    fetched_at: Mapped[datetime]
    status: Mapped[int] = mapped_column(comment="HTTP status")
    final_url: Mapped[str] = mapped_column(String(2000), comment="after redirects")
    headers: Mapped[dict[str, Any]] = mapped_column(comment="response headers as received, name to values")
    request_headers: Mapped[dict[str, Any]] = mapped_column(comment="as sent, name to values")
    server_address: Mapped[str | None] = mapped_column(String(60), comment="IP address that answered")
    etag: Mapped[str | None] = mapped_column(String(300))
    last_modified: Mapped[str | None] = mapped_column(String(100))
    body_sha256: Mapped[str] = mapped_column(String(64), comment="raw bytes of the response's body")
    body_size: Mapped[int] = mapped_column(comment="bytes")
    rendered_sha256: Mapped[str | None] = mapped_column(
        String(64), comment="the page's DOM as the browser built it"
    )
    text_sha256: Mapped[str | None] = mapped_column(String(64), comment="extracted text (JSON of blocks)")
    main_sha256: Mapped[str | None] = mapped_column(
        String(64), comment="of the main text alone: what the reader came for"
    )
    title: Mapped[str | None] = mapped_column(Text)
    post: Mapped[dict[str, Any] | None] = mapped_column(
        JSON, comment="what a post says of itself: account, its id, when, where it leads, videos, pictures"
    )
    page_state: Mapped[str] = mapped_column(String(40), comment="normal, or what a platform shows instead")
    unchanged_since_id: Mapped[int | None] = mapped_column(
        ForeignKey("snapshots.id"), comment="the snapshot that this one repeats (304 or same bytes)"
    )

    seconds: Mapped[float | None] = mapped_column(
        comment="that the page took so far: answer, browser, pictures, visitors' looks"
    )

    unjudged_because: Mapped[str | None] = mapped_column(
        String(300), comment="why it could not be judged; tried again by `qingyi flag` alone"
    )

    page: Mapped[Page] = relationship()
    visit: Mapped[Visit] = relationship()

    @property
    def is_mobile(self) -> bool:
        """Whether a mobile visitor was shown it."""
        return self.visit.kind is VisitKind.MOBILE


class AwaitingJudgement(Base):
    """A snapshot shows something new and is not judged yet, or could not be. Only a few rows at any time: the
    snapshots to judge are found without scanning all."""

    __tablename__ = "awaiting_judgement"

    snapshot_id: Mapped[int] = mapped_column(ForeignKey("snapshots.id"), primary_key=True)


class Capture(Base):
    """The evidence 取证 of one flagged snapshot: its manifest, by hash, chained to the one before."""

    __tablename__ = "captures"
    __table_args__ = (UniqueConstraint("snapshot_id"), UniqueConstraint("number"))

    id: Mapped[Id] = mapped_column(primary_key=True)
    snapshot_id: Mapped[int] = mapped_column(ForeignKey("snapshots.id"))
    number: Mapped[int] = mapped_column(comment="counts from 1 without gaps")
    captured_at: Mapped[datetime]
    manifest_sha256: Mapped[str] = mapped_column(String(64), comment="the manifest's bytes in the store")
    screenshot_sha256: Mapped[str | None] = mapped_column(String(64), comment="PNG of the whole page")
    stamp_sha256: Mapped[str | None] = mapped_column(String(64), comment="RFC 3161 stamp over the manifest")
    note: Mapped[str | None] = mapped_column(Text, comment="what could not be captured, and why")

    snapshot: Mapped[Snapshot] = relationship()


class Image(Base):
    """A picture that was on a page, once by its content, with the text that was read in it (OCR)."""

    __tablename__ = "images"
    __table_args__ = (Index("ix_images_read_at", "read_at"),)

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    width: Mapped[int] = mapped_column(comment="pixels")
    height: Mapped[int] = mapped_column(comment="pixels")
    read_at: Mapped[datetime | None] = mapped_column(comment="empty: not read yet")
    lines: Mapped[list[dict[str, Any]]] = mapped_column(comment="text, score and box (pixels) of each line")
    preview_sha256: Mapped[str | None] = mapped_column(
        String(64), comment="the picture drawn anew as JPEG, to be shown"
    )
    fault: Mapped[str | None] = mapped_column(String(200), comment="why it could not be read")


class PageImage(Base):
    """A snapshot's page shows a picture."""

    __tablename__ = "page_images"

    snapshot_id: Mapped[int] = mapped_column(ForeignKey("snapshots.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("images.sha256"), primary_key=True)
    url: Mapped[str] = mapped_column(String(2000))

    image: Mapped[Image] = relationship()


class UrlPattern(Base):
    """The lessons from the addresses of one pattern on one host."""

    __tablename__ = "url_patterns"

    host: Mapped[str] = mapped_column(String(255), primary_key=True)
    pattern: Mapped[str] = mapped_column(
        String(500), primary_key=True, comment="an address with its numbers left out"
    )
    pages: Mapped[int] = mapped_column(comment="fetched, over all visits")
    rendered: Mapped[int] = mapped_column(comment="times the browser was asked")
    gained: Mapped[int] = mapped_column(comment="times it showed more than the plain page")
    is_trap: Mapped[bool] = mapped_column(comment="ever new addresses, no new text")
