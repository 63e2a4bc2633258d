"""The circumstances in which evidence is taken: place, network, clock and tools.

市场监督管理行政执法电子数据取证暂行规定 (2024-04-07) requires a record to state these in addition to the
content. Facts that the program cannot know (the place, the line) are settings, or are written in by hand.
"""

import platform
import socket
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version

import dns.exception
import dns.resolver
from sqlalchemy import Engine

from evidence.stamp import StampRefused, request_stamp, stamped_at
from records.database import database_time, reading
from records.settings import settings

PROGRAM = f"清医 {version('qingyi')}"
_TOOLS = ("playwright", "Scrapy", "warcio", "wacz", "rfc3161-client")
# Time stamp authorities answer in whole seconds, and a network takes its time.
_MOST_APART = timedelta(seconds=5)


@dataclass(frozen=True)
class Circumstances:
    """The facts shared by all pages of one run; `faults` are doubts about the clock."""

    place: str
    network: tuple[str, ...]
    clock: tuple[str, ...]
    tools: tuple[str, ...]
    faults: tuple[str, ...]

    def as_facts(self) -> dict[str, object]:
        """The facts in the form that a manifest keeps."""
        return {
            "place": self.place,
            "network": list(self.network),
            "clock": list(self.clock),
            "tools": list(self.tools),
        }


def circumstances(engine: Engine) -> Circumstances:
    """The circumstances now; asks the database and, where one is set, the time stamp authority for the time."""
    clock, faults = _clock(engine)
    return Circumstances(settings().capture_place, _network(), tuple(clock), _tools(), tuple(faults))


def _clock(engine: Engine) -> tuple[list[str], list[str]]:
    """How this machine's clock differs from others', and the differences that are too large."""
    parts, faults = [], []
    compared: list[tuple[str, timedelta | str]] = [("数据库时钟", _from_database(engine))]
    if authority := settings().stamp_url:
        compared.append((f"时间戳服务 {authority}", _from_authority(authority)))
    for name, apart in compared:
        if isinstance(apart, str):
            parts.append(f"{name}：{apart}")
            continue
        words = f"{name}：相差 {apart.total_seconds():+.1f} 秒"
        parts.append(words)
        if abs(apart) > _MOST_APART:
            faults.append(f"取证主机的时钟与{words.replace('：', '')}，时间以后者为准")
    return parts, faults


def _from_database(engine: Engine) -> timedelta | str:
    """How far the database's clock is ahead of this machine's, or why there is no difference."""
    with reading(engine) as session:
        before = datetime.now(UTC)
        theirs = database_time(session)
        after = datetime.now(UTC)
    return "在取证主机上，是同一时钟" if theirs is None else theirs - (before + (after - before) / 2)


def _from_authority(authority: str) -> timedelta | str:
    """The same for a time stamp authority, which stamps the current time as text."""
    before = datetime.now(UTC)
    asked = before.isoformat().encode()
    try:
        theirs = stamped_at(request_stamp(authority, asked), asked)
    except StampRefused as refused:
        return str(refused)
    return theirs - (before + (datetime.now(UTC) - before) / 2)


def _network() -> tuple[str, ...]:
    parts = [settings().capture_network] if settings().capture_network else []
    parts += [f"本机地址 {address}"] if (address := _own_address()) else []
    if servers := _nameservers():
        parts.append(f"DNS 服务器 {'、'.join(servers)}")
    return (*parts, "浏览器经本机代理直接连接网站，不经其他代理，不使用缓存")


def _own_address() -> str:
    """The address by which this machine goes out; nothing is sent to find it."""
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # of no one (RFC 5737)
        return str(probe.getsockname()[0])
    return ""


def _nameservers() -> Sequence[str]:
    if settings().nameserver:
        return (settings().nameserver,)
    try:
        return [str(server) for server in dns.resolver.Resolver().nameservers]
    except (dns.exception.DNSException, OSError):
        return ()


def _tools() -> tuple[str, ...]:
    python = f"Python {platform.python_version()}"
    return (PROGRAM, python, *(f"{name} {version(name)}" for name in _TOOLS), platform.platform())
