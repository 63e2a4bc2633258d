"""Which addresses may be reached. Asked before a request, and again when its connection is made.

Only addresses that are globally routable (IANA special-purpose registries, RFC 6890), unless a network is
allowed by the settings. A name that resolves to several addresses is refused when any of them is.
"""

import asyncio
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.resolver import CachingThreadedResolver
from twisted.internet.base import ReactorBase
from twisted.internet.defer import Deferred
from twisted.internet.error import DNSLookupError

from crawler.skipped import SkipPage
from records.settings import settings

_FINE_SECONDS = 30


@dataclass(frozen=True)
class AddressGuard:
    """Decides on addresses; `allowed` are networks that may be reached although they are not public."""

    allowed: tuple[IPv4Network | IPv6Network, ...] = ()

    def refuses(self, address: str) -> bool:
        """Whether `address` (an IP address in text) must not be reached."""
        parsed = _unwrapped(ip_address(address.split("%", maxsplit=1)[0]))
        if any(parsed.version == network.version and parsed in network for network in self.allowed):
            return False
        return not _is_public(parsed)

    def is_public(self, address: str) -> bool:
        """Whether `address` is one of the open net, allowed or not."""
        return _is_public(_unwrapped(ip_address(address.split("%", maxsplit=1)[0])))

    def refused_among(self, addresses: Iterable[str]) -> str | None:
        """The first address that must not be reached, or None."""
        return next((address for address in addresses if self.refuses(address)), None)


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    return address.is_global and not address.is_multicast


def _unwrapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address inside an IPv6 one that only carries it (mapped, 6to4, NAT64, Teredo)."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped:
        return address.ipv4_mapped
    if address.sixtofour:
        return address.sixtofour
    if address.teredo:
        return address.teredo[1]
    if address in IPv6Network("64:ff9b::/96"):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


async def check_url(guard: AddressGuard, url: str) -> None:
    """Raises SkipPage, with the reason in Chinese, when `url` must not be requested."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise SkipPage(f"不是 http(s) 地址：{url[:100]}")
    try:
        found = await asyncio.get_running_loop().getaddrinfo(parts.hostname, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return  # a name that does not resolve is the downloader's to report
    refused = guard.refused_among(str(entry[4][0]) for entry in found)
    if refused:
        raise SkipPage(f"拒绝访问内部地址 {refused}（{parts.hostname}）")


class GuardMiddleware:
    """Refuses requests to addresses that must not be reached, with a readable reason, on every redirect too.

    A host that was found fine is asked about again after half a minute; what it resolves to in between is refused by
    `GuardedResolver`, when the connection is made.
    """

    def __init__(self) -> None:
        self._guard = AddressGuard(settings().allowed_networks)
        self._fine_until: dict[tuple[str, str | None], float] = {}  # monotonic seconds, by scheme and host

    async def process_request(self, request: Request) -> None:
        """Raises SkipPage for a refused address."""
        parts, now = urlsplit(request.url), monotonic()
        origin = parts.scheme, parts.hostname
        if self._fine_until.get(origin, 0) < now:
            await check_url(self._guard, request.url)
            self._fine_until[origin] = now + _FINE_SECONDS


class GuardedResolver(CachingThreadedResolver):
    """Scrapy's resolver, which hands the connection no address that must not be reached.

    This is where a name that resolves to another address the second time (rebinding) is stopped.
    """

    def __init__(self, reactor: ReactorBase, cache_size: int, timeout: float) -> None:
        super().__init__(reactor, cache_size, timeout)
        self._guard = AddressGuard(settings().allowed_networks)

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> "GuardedResolver":
        """Made by Scrapy."""
        return cls(reactor, 0, crawler.settings.getfloat("DNS_TIMEOUT"))

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> "Deferred[str]":  # noqa: N802 - Twisted's
        """The address of `name`; fails with DNSLookupError when it must not be reached."""
        return super().getHostByName(name, timeout).addCallback(self._checked)

    def _checked(self, address: str) -> str:
        if self._guard.refuses(address):
            raise DNSLookupError(f"refused address {address}")
        return address


# What a page shows to a reader does not need these; they are neither fetched by the browser nor stored.
_NOT_RENDERED = frozenset({"image", "media", "font", "websocket", "eventsource", "manifest"})


async def browser_must_not(request: Any) -> bool:  # noqa: ANN401 - playwright's Request, whose types are internal
    """Whether the browser's request is aborted: a refused address, or nothing that text needs."""
    if request.resource_type in _NOT_RENDERED:
        return True
    if request.url.startswith(("data:", "blob:", "about:")):
        return False
    try:
        await check_url(AddressGuard(settings().allowed_networks), request.url)
    except SkipPage:
        return True
    return False
