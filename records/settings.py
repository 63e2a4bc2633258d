"""The settings of one deployment, read from the environment (`QINGYI_…`) or a `.env` file."""

import os
import re
from datetime import date
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import quote

from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

PROJECT = Path(__file__).resolve().parent.parent
_IS_CHECKOUT = (PROJECT / "alembic.ini").is_file()
# Files of the program other than code: migrations, keyword lists, documents. In a wheel it lies in a package.
SHIPPED = PROJECT if _IS_CHECKOUT else PROJECT / "qingyi" / "shipped"
_DATA = PROJECT / "var" if _IS_CHECKOUT else user_data_path("qingyi")


class Settings(BaseSettings):
    """One field, one variable: `database_url` is set by `QINGYI_DATABASE_URL`."""

    model_config = SettingsConfigDict(env_prefix="QINGYI_", env_file=".env", extra="ignore")

    database_url: str = Field(
        default=f"sqlite:///{_DATA / 'qingyi.db'}",
        repr=False,  # a password may be in it
        description="SQLAlchemy URL: sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST/NAME",
    )
    evidence_dir: Path = Field(
        default=_DATA / "evidence", description="folder of the content-addressed evidence store"
    )
    evidence_url: str = Field(
        default="",
        description="s3://BUCKET/PREFIX: evidence is kept there, where all machines reach it; empty: in `evidence_dir`",
    )
    evidence_endpoint: str = Field(
        default="", description="http(s) address of the S3-compatible server; empty: Amazon's"
    )
    evidence_region: str = Field(default="", description="the bucket's region, where the server has any")
    evidence_key: str = Field(default="", description="access key of the bucket; empty: what the machine has")
    evidence_secret: SecretStr = Field(default=SecretStr(""), description="the access key's secret")
    queue: Literal["", "postgresql"] = Field(
        default="",
        description="postgresql: what is due is work for `qingyi worker` on any machine; empty: the clock does it here",
    )
    ray: str = Field(
        default="",
        description="HOST:PORT of the Ray cluster that `qingyi lists trial --engine ray` works on; empty: this machine",
    )
    worker_silent_seconds: float = Field(
        default=30.0,
        ge=1,
        description="after so long without a sign of life a worker's work is given to others",
    )
    lists_dir: Path = Field(default=SHIPPED / "keyword_lists", description="folder of the keyword lists")
    lists_kept_dir: Path = Field(
        default=_DATA / "lists", description="where every version of the lists in force is kept"
    )
    allow_networks: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="networks that the crawler may reach although they are not public, e.g. 127.0.0.0/8",
    )
    webhook_networks: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="networks that webhooks may be sent to although they are not public, e.g. 10.20.0.0/16",
    )
    chromium: Path = Field(default=Path("/usr/bin/chromium"), description="the browser's program")
    browsers_url: SecretStr = Field(
        default=SecretStr(""),
        description="ws://HOST:PORT/SECRET of `qingyi browsers`, where crawlers open pages; empty: a browser of their own",
    )
    nameserver: str = Field(
        default="",
        description="DNS server (ADDRESS or ADDRESS#PORT) that is asked whether a domain is gone; empty: the system's",
    )
    user_agent: str = Field(
        default="Qingyi/0.1 (medical advertising monitor of a health commission)",
        description="how the crawler introduces itself",
    )
    visitor_address: str = Field(
        default="",
        pattern=r"^[0-9a-fA-F.:]*$",
        description="an IP address of the region, named by visitors who look for cloaked pages; empty: none",
    )
    download_seconds: float = Field(default=30.0, gt=0, description="how long one answer may take")
    page_seconds: float = Field(
        default=30.0,
        ge=5,
        description="how long one page may take over all steps: answer and retry, browser, pictures, evidence",
    )
    stamp_url: str = Field(default="", description="RFC 3161 time stamp authority; empty: none is asked")
    heads_dir: Path | None = Field(
        default=None,
        description="another disk's or machine's folder, into which the heads of both chains are noted daily",
    )
    crawl_every_minutes: int = Field(default=60, ge=1, description="how often due sites are looked for")
    recheck_every_minutes: int = Field(default=60, ge=1, description="how often due re-checks are looked for")
    tips_every_minutes: int = Field(
        default=5,
        ge=1,
        description="how often tips that wait are looked for, beside at once when one is added",
    )
    webhooks_every_seconds: int = Field(
        default=15, ge=5, description="how often messages that wait to be sent are looked for"
    )
    viewer_dir: Path = Field(
        default=Path("var/viewer"), description="the viewer by which evidence is replayed (make viewer)"
    )
    steps_dir: Path = Field(
        default_factory=lambda valid: valid["evidence_dir"].parent / "steps",
        description="the output of steps that the clock or a page started; by default next to the evidence, since "
        "a service may write nowhere else",
    )
    metrics_token: SecretStr = Field(
        default=SecretStr(""), description="with which /metrics is read (Bearer); empty: by nobody"
    )
    public_lookup: bool = Field(
        default=False, description="anybody may look up institutions, their sites and certificates at /public"
    )
    public_url: str = Field(
        default="",
        pattern=r"^(https?://[^/\s]+)?$",
        description="the address at which people reach the pages, for the codes that hospitals hang up",
    )
    public_lookups_per_minute: int = Field(
        default=60, ge=1, description="pages of /public that one address may ask for, from each process"
    )
    capture_place: str = Field(
        default="", description="where evidence is taken, as its record names the place"
    )
    capture_network: str = Field(
        default="",
        description="by which line, operator and address outside the network is reached, for the record",
    )
    quality_pages_a_week: int = Field(
        default=60,
        ge=0,
        description="pages on which nothing was found that are drawn each week for people to check",
    )
    quality_decisions_a_week: int = Field(
        default=20, ge=0, description="decisions that are drawn each week to be made again by another person"
    )
    recheck_after_hours: float = Field(
        default=24.0, ge=0, description="hours from a reported disposal to its verification"
    )
    two_person: bool = Field(
        default=False, description="认定违法 by a reviewer counts only when an approver has approved it"
    )
    claim_minutes: int = Field(
        default=10,
        ge=1,
        description="for how long a case belongs to who looks at it, after their last sign of life",
    )
    recall_seconds: int = Field(
        default=30,
        ge=0,
        description="for how long a transfer can be recalled before the office has it; 0: never",
    )
    confirm_transfers: bool = Field(
        default=False, description="认定违法 transfers too, where one office alone is suggested"
    )
    public_self_check: bool = Field(
        default=False, description="institutions may check texts without signing in"
    )
    commission_name: str = Field(default="卫生健康委", description="who writes letters, as they name it")
    letter_code: str = Field(
        default="卫健移函", description="机关代字 by which letters are numbered, before 〔year〕number号"
    )
    letter_contact: str = Field(default="", description="whom offices ask about a letter: name and phone")
    answer_within_days: int = Field(
        default=7, ge=1, description="days that an office has to answer a transferred case"
    )
    boundaries_file: Path | None = Field(
        default=None, description="GeoJSON with the districts' boundaries, for the report's map; empty: none"
    )
    scoring_year_begins: str = Field(
        default="01-01",
        description="month and day with which a year of demerits 记分年度 begins",
    )
    api_calls_per_minute: int = Field(default=600, ge=1, description="how often a token may call the API")
    session_hours: float = Field(default=10.0, gt=0, description="hours after which a sign-in ends")
    oidc_issuer: str = Field(
        default="", description="OpenID Connect provider by which users may sign in; empty: none"
    )
    oidc_client_id: str = Field(default="", description="how the provider knows us")
    oidc_client_secret: SecretStr = Field(default=SecretStr(""), description="our secret with the provider")
    oidc_claim: str = Field(
        default="preferred_username", description="the claim that is the user's name in Qingyi"
    )
    second_factor: Literal["off", "offered", "required"] = Field(
        default="offered", description="codes of a phone beside the password: for whom"
    )
    secure_cookies: bool = Field(default=False, description="send cookies over HTTPS only (set behind TLS)")
    log_format: Literal["plain", "json"] = Field(
        default="plain", description="the form of the log: plain lines of text, or a JSON object a line"
    )

    traces_url: str = Field(
        default="",
        pattern=r"^(https?://\S+)?$",
        description="OTLP receiver (http://HOST:4318/v1/traces) that the spans of our work are sent to; empty: none",
    )

    @field_validator("database_url")
    @classmethod
    def _is_database_url(cls, value: str) -> str:
        try:
            backend = make_url(value).get_backend_name()
        except ArgumentError:
            raise ValueError("不是数据库地址，应形如 sqlite:///FILE 或 postgresql+psycopg://…") from None
        if backend not in {"sqlite", "postgresql"}:
            raise ValueError(f"不支持 {backend}：请用 sqlite 或 postgresql+psycopg")
        return value

    @field_validator("scoring_year_begins")
    @classmethod
    def _is_day_of_each_year(cls, value: str) -> str:
        try:
            return f"{date.fromisoformat(f'2001-{value}'):%m-%d}"  # no leap year: the day must be in each
        except ValueError:
            raise ValueError("不是每年都有的一天，应形如 01-01（月-日）") from None

    @field_validator("browsers_url")
    @classmethod
    def _is_pool(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and not re.fullmatch(
            r"wss?://[\w.:\[\]-]+:\d+/[\w-]{20,}", value.get_secret_value()
        ):
            raise ValueError(
                "不是浏览器池的地址，应形如 ws://HOST:PORT/SECRET，其中 SECRET 至少 20 个字母或数字"
            )
        return value

    @field_validator("evidence_url")
    @classmethod
    def _is_bucket(cls, value: str, before: ValidationInfo) -> str:
        if value and not re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[\w./-]*)?", value):
            raise ValueError("不是存储桶地址，应形如 s3://BUCKET 或 s3://BUCKET/PREFIX")
        if value and not before.data.get("database_url", "").startswith("postgresql"):
            raise ValueError("需要 PostgreSQL 数据库（QINGYI_DATABASE_URL），证据的索引在其中")
        return value

    @field_validator("allow_networks", "webhook_networks", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(filter(None, value.replace(" ", "").split(","))) if isinstance(value, str) else value

    @field_validator("allow_networks", "webhook_networks")
    @classmethod
    def _are_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for network in value:
            ip_network(network)
        return value

    @property
    def deployment(self) -> str:
        """The name of this deployment, the same on all its machines."""
        return f"{self.commission_name}/{Path(make_url(self.database_url).database or '').name}"

    @property
    def secrets(self) -> tuple[str, ...]:
        """The secrets that are set, as they could stand in a text."""
        hidden = [
            value for name in type(self).model_fields if isinstance(value := getattr(self, name), SecretStr)
        ]
        password = make_url(self.database_url).password
        written = () if password is None else (str(password), quote(str(password), safe=""))
        return tuple(filter(None, (*written, *(value.get_secret_value() for value in hidden))))

    @property
    def allowed_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """`allow_networks` as networks."""
        return tuple(ip_network(network) for network in self.allow_networks)

    @property
    def allowed_for_webhooks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """`webhook_networks` as networks."""
        return tuple(ip_network(network) for network in self.webhook_networks)


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process; raises pydantic.ValidationError when one is bad.

    Secrets may be in files instead of the environment, which other users of the machine may see: a file
    `qingyi_database_url` in the folder that QINGYI_SECRETS_DIR names. The environment has precedence.
    """
    folder = os.environ.get("QINGYI_SECRETS_DIR")
    return Settings(_secrets_dir=folder) if folder else Settings()  # type: ignore[call-arg] # pydantic-settings' own
