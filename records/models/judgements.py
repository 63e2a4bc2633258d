"""Judgements of snapshots, with their findings 命中."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from records.models.base import Base, Id
from records.models.snapshots import Snapshot


class JudgementRecord(Base):
    """The judgement of one snapshot by one version of the lists. Another one follows where lists that came into force
    later find something else; the newest counts."""

    __tablename__ = "judgements"
    __table_args__ = (UniqueConstraint("snapshot_id", "rejudging_id"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    snapshot_id: Mapped[int] = mapped_column(ForeignKey("snapshots.id"))
    rejudging_id: Mapped[Id] = mapped_column(
        default=0, comment="0: judged when it was kept; else judged again, see `rejudgings`"
    )
    judged_at: Mapped[datetime]
    lists_version: Mapped[str] = mapped_column(String(64), comment="SHA-256 over the keyword lists in force")
    page_kind: Mapped[str] = mapped_column(String(20), comment="advert, education, news, notice …")
    page_kind_reasons: Mapped[list[str]]
    unlawful: Mapped[bool]
    score: Mapped[int] = mapped_column(comment="sum that the case page takes apart")
    score_parts: Mapped[list[dict[str, Any]]] = mapped_column(comment="the score's summands in words")
    spared: Mapped[list[dict[str, Any]]] = mapped_column(comment="hits that their context excused, and why")
    gravity: Mapped[str] = mapped_column(
        String(20), comment="tier of 医疗广告监管工作指南: unpunished … police"
    )
    gravity_reasons: Mapped[list[str]]
    contacts: Mapped[list[dict[str, Any]]] = mapped_column(comment="phones, ids, widgets, and whose they are")
    mentions: Mapped[list[dict[str, Any]]] = mapped_column(comment="registered names on the page")
    alignment: Mapped[list[dict[str, Any]]] = mapped_column(comment="the page beside its approved sample")
    signature: Mapped[bytes | None] = mapped_column(comment="MinHash of the text, where something was found")
    cluster_id: Mapped[Id | None] = mapped_column(
        index=True, comment="the first judgement of pages that say the same; itself where it is the first"
    )
    images: Mapped[list[dict[str, Any]]] = mapped_column(
        comment="which of the text was read in which picture"
    )
    wording_measure: Mapped[float | None] = mapped_column(
        comment="the highest threshold by which its wording is suspected"
    )
    hits_measure: Mapped[float | None] = mapped_column(
        comment="the highest threshold that one of its terms passes"
    )
    # Empty without findings and without a case: then the snapshot's text applies.
    page_text: Mapped[str] = mapped_column(Text, comment="the text judged; findings' positions count in it")

    findings: Mapped[list["FindingRecord"]] = relationship(
        back_populates="judgement", order_by="FindingRecord.start"
    )
    snapshot: Mapped[Snapshot] = relationship()


class SimilarBand(Base):
    """One band of a judgement's signature: judgements that share one may say the same."""

    __tablename__ = "similar_bands"
    __table_args__ = (Index("ix_similar_bands_value", "value"),)

    judgement_id: Mapped[int] = mapped_column(ForeignKey("judgements.id"), primary_key=True)
    band: Mapped[int] = mapped_column(primary_key=True, comment="0 to 31")
    value: Mapped[int] = mapped_column(BigInteger, comment="what the band hashes to")


class FindingRecord(Base):
    """One finding 命中: the words on the page, the rule, the law's article, and why."""

    __tablename__ = "findings"
    __table_args__ = (Index("ix_findings_rule", "rule"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    judgement_id: Mapped[int] = mapped_column(ForeignKey("judgements.id"), index=True)
    rule: Mapped[str] = mapped_column(String(80), comment="the rule's id")
    family: Mapped[str] = mapped_column(String(40), comment="the rule family's id")
    title: Mapped[str] = mapped_column(String(100), comment="the rule's title when it judged")
    severity: Mapped[str] = mapped_column(String(10), comment="low, medium, high")
    law: Mapped[list[str]] = mapped_column(comment="articles, as 医疗广告管理办法第七条第（三）项")
    start: Mapped[int] = mapped_column(comment="first character in the page's text")
    end: Mapped[int] = mapped_column(comment="one past the last character")
    quote: Mapped[str] = mapped_column(Text, comment="the page's own characters from start to end")
    why: Mapped[str] = mapped_column(Text, comment="one Chinese sentence")
    term: Mapped[str] = mapped_column(
        Text, default="", comment="the list's term that found it; empty: found by what the page is"
    )
    read_as: Mapped[str] = mapped_column(
        Text, default="", server_default="", comment="the quote with its disguise undone; empty: written so"
    )

    judgement: Mapped[JudgementRecord] = relationship(back_populates="findings")
