"""One row of each kind of registry file: its columns in Chinese, and their valid values."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, ClassVar
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationInfo,
    field_validator,
    model_validator,
)
from stdnum.cn import uscc
from stdnum.exceptions import InvalidChecksum, ValidationError

from classifiers.page.certificates import canonical_number
from records.local_time import parse_day
from records.models import CertificateStatus, Level, SourceKind
from records.visits.hours import Hours

_LIST_MARKS = str.maketrans(dict.fromkeys(";\n、，,|", "；"))
# An area code's zero is lost where a phone was kept as a number: 0571 and eight digits leave eleven that begin with no 1.
_NO_ZERO = re.compile(r"(?!400|800)[1-9]\d{9}|[2-9]\d{10}")
# Two numbers in one cell, with a stroke or a blank between them; 0571 88886666 is one, and so is …6666/8.
_BETWEEN_PHONES = re.compile(r"(?<=\d{7})\s*[/\s]\s*(?=(?:[(+]?\d[\d)-]{6}))")
_YES, _NO = {"是", "启用", "遵守", "1", "true", "yes"}, {"否", "停用", "不遵守", "0", "false", "no"}


def _plain(value: object) -> str:
    """A code, number, choice or address as it is meant: full-width characters are those of an input method."""
    return unicodedata.normalize("NFKC", str(value if value is not None else "")).strip()


def _empty_to_none(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


def _credit_code(value: object) -> str:
    text = re.sub(r"\s", "", _plain(value)).upper()
    try:
        return str(uscc.validate(text))
    except InvalidChecksum:
        if text.endswith("000") and text.isdecimal():
            raise ValueError(
                f"统一社会信用代码“{text}”的末尾像是被表格软件改成了 0，请设为文本格式后重新填写"
            ) from None
        raise ValueError(f"统一社会信用代码“{text}”的校验位不正确") from None
    except ValidationError:
        raise ValueError(f"统一社会信用代码“{text}”应为18位数字和大写字母") from None


def _several(value: object) -> list[str]:
    text = str(value or "").translate(_LIST_MARKS)
    return list(dict.fromkeys(part.strip() for part in text.split("；") if part.strip()))


def _level(value: object) -> Level:
    text = _plain(value).replace("其它", "其他")
    by_label = {level.label: level for level in Level}
    if text not in by_label:
        raise ValueError(f"级别“{text}”应为：{'、'.join(by_label)}")
    return by_label[text]


def _status(value: object) -> CertificateStatus:
    text = _plain(value) or CertificateStatus.VALID.label
    by_label = {status.label: status for status in CertificateStatus}
    if text not in by_label:
        raise ValueError(f"状态“{text}”应为：{'、'.join(by_label)}")
    return by_label[text]


def _yes_or_no(value: object) -> bool:
    text = _plain(value).lower()
    if text in _YES or not text:
        return True
    if text in _NO:
        return False
    raise ValueError(f"“{text}”应为：是、否")


def _hours(value: object) -> str | None:
    text = _plain(value)
    return str(Hours.of(text)) if text else None


def _web_address(value: object) -> str:
    text = str(value or "").strip()
    if not text.lower().startswith("http"):
        text = _plain(text)
    try:
        parts = urlsplit(text)
        is_web = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        is_web = False
    if not is_web:
        raise ValueError(f"“{text}”不是 http(s) 网址")
    return text if parts.path else f"{text}/"


def _phones(value: object) -> list[str]:
    found = _several(_BETWEEN_PHONES.sub("；", _plain(value)))
    for phone in found:
        if _NO_ZERO.fullmatch(phone):
            raise ValueError(f"电话“{phone}”缺少区号开头的 0，请把单元格设为文本格式后重新填写")
    return found


def _certificate_number(value: object) -> str:
    text = str(value or "").strip()
    canonical_number(text)
    return text


Several = Annotated[list[str], BeforeValidator(_several), PlainSerializer("；".join)]
CreditCode = Annotated[str, BeforeValidator(_credit_code)]
WebAddress = Annotated[str, BeforeValidator(_web_address), Field(max_length=500)]
Day = Annotated[date, BeforeValidator(parse_day), PlainSerializer(date.isoformat)]
Phones = Annotated[list[str], BeforeValidator(_phones), PlainSerializer("；".join)]
Optional = Annotated[str | None, BeforeValidator(_empty_to_none)]
OptionalDay = Annotated[
    date | None,
    BeforeValidator(lambda value: parse_day(value) if str(value or "").strip() else None),
    PlainSerializer(lambda day: day.isoformat() if day else ""),
]
VisitHours = Annotated[str | None, BeforeValidator(_hours)]
YesOrNo = Annotated[bool, BeforeValidator(_yes_or_no), PlainSerializer(lambda value: "是" if value else "否")]
Words = Annotated[str, Field(min_length=1)]


class Row(BaseModel):
    """A row. `alias` of a field is its column's heading; `key` names the field that identifies the record among those
    of the table with the values `of_table`; `fixed` are values without a column."""

    model_config = ConfigDict(populate_by_name=True, str_strip_whitespace=True, extra="ignore")

    kind: ClassVar[str]
    title: ClassVar[str]
    key: ClassVar[str]
    of_table: ClassVar[Mapping[str, Any]] = {}
    fixed: ClassVar[Mapping[str, Any]] = {}

    @field_validator("*", mode="before")
    @classmethod
    def _digits_are_digits(cls, value: object, info: ValidationInfo) -> object:
        is_number = cls.model_fields[info.field_name or ""].annotation in {int, float}
        return _plain(value) if is_number else value

    @classmethod
    def headings(cls) -> dict[str, str]:
        """Column heading to field name, in the order of the file."""
        return {str(info.alias): name for name, info in cls.model_fields.items()}

    @classmethod
    def required_headings(cls) -> set[str]:
        """The columns that a file must have."""
        return {str(info.alias) for info in cls.model_fields.values() if info.is_required()}


class InstitutionRow(Row):
    """An institution 医疗机构."""

    kind = "institutions"
    title = "机构"
    key = "credit_code"

    credit_code: CreditCode = Field(alias="统一社会信用代码")
    name: Words = Field(alias="第一名称", max_length=200)
    other_names: Several = Field(alias="其他名称", default_factory=list)
    licence_number: Optional = Field(alias="执业许可证登记号", default=None, max_length=40)
    ownership: Optional = Field(alias="所有制形式", default=None, max_length=40)
    level: Annotated[Level, BeforeValidator(_level), PlainSerializer(lambda level: level.label)] = Field(
        alias="级别"
    )
    category: Optional = Field(alias="类别", default=None, max_length=60)
    district: Words = Field(alias="辖区", max_length=60)
    departments: Several = Field(alias="诊疗科目", default_factory=list)
    addresses: Several = Field(alias="地址", default_factory=list)
    phones: Phones = Field(alias="电话", default_factory=list)
    reviewed_until: OptionalDay = Field(alias="校验有效期至", default=None)


class OwnedRow(Row):
    """A row of something that belongs to an institution."""

    credit_code: CreditCode = Field(alias="统一社会信用代码")


class SiteRow(OwnedRow):
    """A site 站点."""

    kind = "sites"
    title = "站点"
    key = "address"
    of_table: ClassVar = {"kind": SourceKind.SITE}

    address: WebAddress = Field(alias="网址")
    other_hosts: Several = Field(alias="其他域名", default_factory=list)
    max_depth: int = Field(alias="最大深度", default=4, ge=0, le=20)
    max_pages: int = Field(alias="最大页数", default=500, ge=1, le=100_000)
    max_minutes: int = Field(alias="最长分钟", default=30, ge=1, le=1440)
    delay_seconds: float = Field(alias="请求间隔秒", default=1.0, ge=0, le=600)
    obey_robots: YesOrNo = Field(alias="遵守robots", default=True)
    robots_reason: Optional = Field(alias="不遵守理由", default=None)
    interval_hours: float = Field(alias="巡查间隔小时", default=24.0, gt=0, le=8760)
    visit_hours: VisitHours = Field(alias="巡查时段", default=None)
    enabled: YesOrNo = Field(alias="启用", default=True)

    @model_validator(mode="after")
    def _override_has_its_reason(self) -> "SiteRow":
        if not self.obey_robots and not self.robots_reason:
            raise ValueError("不遵守robots时必须填写“不遵守理由”（谁批准、为什么）")
        return self


class AccountRow(OwnedRow):
    """A public account 公众号."""

    kind = "accounts"
    title = "公众号"
    key = "address"
    of_table: ClassVar = {"kind": SourceKind.ACCOUNT}
    fixed: ClassVar = {"max_depth": 1}

    name: Words = Field(alias="公众号名称", max_length=100)
    biz: Optional = Field(alias="biz", default=None, max_length=40)
    address: WebAddress = Field(alias="订阅源网址")
    max_pages: int = Field(alias="最大篇数", default=100, ge=1, le=10_000)
    max_minutes: int = Field(alias="最长分钟", default=15, ge=1, le=1440)
    delay_seconds: float = Field(alias="请求间隔秒", default=2.0, ge=0, le=600)
    interval_hours: float = Field(alias="巡查间隔小时", default=24.0, gt=0, le=8760)
    visit_hours: VisitHours = Field(alias="巡查时段", default=None)
    enabled: YesOrNo = Field(alias="启用", default=True)


class CertificateRow(OwnedRow):
    """An ad-review certificate 医疗广告审查证明."""

    kind = "certificates"
    title = "审查证明"
    key = "number"

    number_as_written: Annotated[str, BeforeValidator(_certificate_number)] = Field(
        alias="文号", max_length=120
    )
    valid_from: Day = Field(alias="有效期起")
    valid_to: Day = Field(alias="有效期止")
    media: Several = Field(alias="媒体类别", default_factory=list)
    approved_text: Words = Field(alias="成品样件")
    issuing_office: Words = Field(alias="审查机关", max_length=100)
    status: Annotated[
        CertificateStatus, BeforeValidator(_status), PlainSerializer(lambda status: status.label)
    ] = Field(alias="状态", default=CertificateStatus.VALID)

    @property
    def number(self) -> str:
        """The number in its canonical form."""
        return canonical_number(self.number_as_written)

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> "CertificateRow":
        if self.valid_to < self.valid_from:
            raise ValueError(f"有效期止 {self.valid_to} 早于有效期起 {self.valid_from}")
        return self


ROW_KINDS: tuple[type[Row], ...] = (InstitutionRow, SiteRow, AccountRow, CertificateRow)
