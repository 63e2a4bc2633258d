"""The registry: institutions 机构, their sources 来源 (sites 站点 and accounts 公众号), and certificates
审查证明; and their revision, so that derived data need not be built again."""

import secrets
from datetime import date, datetime
from itertools import chain

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, event, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, ORMExecuteState, Session, mapped_column, relationship

from records.models.base import Base, Id, LabelledEnum, enum_column


class Level(LabelledEnum):
    """The campaign's two reporting groups (量化统计表, parts one and two)."""

    PUBLIC_SECONDARY = "public_secondary", "二级以上公立"
    OTHER = "other", "其他"


class SourceKind(LabelledEnum):
    """Where an institution publishes. In descending order of their values sites come first, as people list them."""

    SITE = "site", "站点"
    ACCOUNT = "account", "公众号"


class CertificateStatus(LabelledEnum):
    """The issuing office's status of a certificate; its dates tell its validity in time."""

    VALID = "valid", "有效"
    REVOKED = "revoked", "撤销"
    CANCELLED = "cancelled", "注销"


class Institution(Base):
    """A medical institution 医疗机构 as its licence 执业许可证 names it."""

    __tablename__ = "institutions"

    id: Mapped[Id] = mapped_column(primary_key=True)
    credit_code: Mapped[str] = mapped_column(
        String(18), unique=True, comment="统一社会信用代码, GB 32100-2015"
    )
    name: Mapped[str] = mapped_column(String(200), index=True, comment="第一名称")
    other_names: Mapped[list[str]] = mapped_column(comment="其他名称")
    licence_number: Mapped[str | None] = mapped_column(String(40), comment="执业许可证登记号")
    reviewed_until: Mapped[date | None] = mapped_column(
        comment="校验有效期至: when the licence is up for its review"
    )
    ownership: Mapped[str | None] = mapped_column(String(40), comment="所有制形式")
    level: Mapped[Level] = mapped_column(enum_column(Level), comment="级别: 二级以上公立 or other")
    category: Mapped[str | None] = mapped_column(String(60), comment="医疗机构类别")
    district: Mapped[str] = mapped_column(String(60), index=True, comment="辖区")
    departments: Mapped[list[str]] = mapped_column(comment="诊疗科目")
    addresses: Mapped[list[str]] = mapped_column(comment="地址")
    phones: Mapped[list[str]] = mapped_column(comment="电话")

    sources: Mapped[list["Source"]] = relationship(
        back_populates="institution", order_by="(Source.kind.desc(), Source.id)"
    )
    certificates: Mapped[list["Certificate"]] = relationship(back_populates="institution")


class Source(Base):
    """A source 来源 of an institution: a website 站点, or a public account 公众号 that is read through a feed of its
    posts; and how it is crawled."""

    __tablename__ = "sources"
    __table_args__ = (
        UniqueConstraint("address", "kind"),
        CheckConstraint("(kind = 'account') = (name IS NOT NULL)", name="account_has_name"),
        Index("ix_sources_due", "enabled", "next_visit_at"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institutions.id"), index=True)
    kind: Mapped[SourceKind] = mapped_column(enum_column(SourceKind))
    address: Mapped[str] = mapped_column(
        String(500),
        comment="where a visit begins: a site's start page, the RSS or Atom feed of an account's posts",
    )
    name: Mapped[str | None] = mapped_column(String(100), comment="an account's name as readers see it")
    biz: Mapped[str | None] = mapped_column(String(40), comment="the platform's id of an account")
    other_hosts: Mapped[list[str]] = mapped_column(
        default=list, comment="subdomains and other hosts that belong to a site"
    )
    max_depth: Mapped[int] = mapped_column(default=4, comment="links from the address; 1: a feed's posts")
    max_pages: Mapped[int] = mapped_column(default=500, comment="pages or posts a visit")
    max_minutes: Mapped[int] = mapped_column(default=30, comment="minutes a visit")
    delay_seconds: Mapped[float] = mapped_column(default=1.0, comment="between two requests to one host")
    obey_robots: Mapped[bool] = mapped_column(default=True)
    robots_reason: Mapped[str | None] = mapped_column(Text, comment="who overrode robots.txt, and why")
    interval_hours: Mapped[float] = mapped_column(default=24.0, comment="from one visit to the next")
    visit_hours: Mapped[str | None] = mapped_column(
        String(5), comment="such as 22-6, local time; empty: any hour"
    )
    interval_factor: Mapped[float] = mapped_column(
        default=1.0, comment="the interval is multiplied by it: less for what changes or offends"
    )
    enabled: Mapped[bool] = mapped_column(default=True)
    next_visit_at: Mapped[datetime | None] = mapped_column(comment="empty: due at once")

    institution: Mapped[Institution] = relationship(back_populates="sources")

    @property
    def display_name(self) -> str:
        """An account by its name, a site by its address."""
        return self.name or self.address


class Certificate(Base):
    """An ad-review certificate 医疗广告审查证明 (医疗广告管理办法, arts. 3, 10-14)."""

    __tablename__ = "certificates"
    __table_args__ = (UniqueConstraint("number"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institutions.id"), index=True)
    number: Mapped[str] = mapped_column(String(80), comment="文号 in its canonical form")
    number_as_written: Mapped[str] = mapped_column(String(120), comment="文号 as the certificate prints it")
    valid_from: Mapped[date] = mapped_column(comment="first day of its year")
    valid_to: Mapped[date] = mapped_column(comment="last day of its year")
    media: Mapped[list[str]] = mapped_column(comment="广告发布媒体类别")
    approved_text: Mapped[str] = mapped_column(Text, comment="the approved sample's text 成品样件")
    issuing_office: Mapped[str] = mapped_column(String(100), comment="审查机关")
    status: Mapped[CertificateStatus] = mapped_column(enum_column(CertificateStatus))

    institution: Mapped[Institution] = relationship(back_populates="certificates")


_COUNTED = (Institution, Certificate)


class RegistryRevision(Base):
    """One row, whose value changes whenever an institution or a certificate is written."""

    __tablename__ = "registry_revision"

    id: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(String(32), comment="drawn at random")


def find_registry_revision(session: Session) -> str | None:
    """The registry's revision; None where nothing was ever written to it."""
    return session.scalar(select(RegistryRevision.value).where(RegistryRevision.id == 1))


@event.listens_for(Session, "before_flush")
def _rows_are_written(session: Session, *_: object) -> None:
    if any(isinstance(row, _COUNTED) for row in chain(session.new, session.dirty, session.deleted)):
        _renew(session)


@event.listens_for(Session, "do_orm_execute")
def _rows_are_written_together(state: ORMExecuteState) -> None:
    is_write = state.is_insert or state.is_update or state.is_delete
    if is_write and state.bind_mapper is not None and state.bind_mapper.class_ in _COUNTED:
        _renew(state.session)


def _renew(session: Session) -> None:
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    insert = sqlite.insert(RegistryRevision) if is_sqlite else postgresql.insert(RegistryRevision)
    row = insert.values(id=1, value=secrets.token_hex(16))
    written = row.on_conflict_do_update(index_elements=["id"], set_={"value": row.excluded.value})
    session.connection().execute(written)
