"""Asks the guard before each request, again when its connection is made, and for each request of the browser.

A name that resolves to several addresses is refused when any one of them is refused.
"""

import asyncio
import socket
from collections.abc import Sequence
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.resolver import CachingThreadedResolver
from twisted.internet.base import ReactorBase
from twisted.internet.defer import Deferred
from twisted.internet.error import DNSLookupError

from crawler.browser.bounds import bounds_of, stop_scripts
from crawler.downloading.skipped import SkipPage
from crawler.network.guard import AddressGuard
from records.settings import settings

_FINE_SECONDS = 30
_NAME_SECONDS = 5.0


async def check_url(guard: AddressGuard, url: str) -> None:
    """Raises SkipPage, with the reason in Chinese, when `url` must not be requested."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise SkipPage(f"不是 http(s) 地址：{url[:100]}")
    try:
        async with asyncio.timeout(_NAME_SECONDS):
            found = await asyncio.get_running_loop().getaddrinfo(
                parts.hostname, None, type=socket.SOCK_STREAM
            )
    except (OSError, UnicodeError, TimeoutError):
        return  # the downloader reports a name that does not resolve
    if refusal := guard.refusal(parts.hostname, (str(entry[4][0]) for entry in found)):
        raise SkipPage(refusal)


class GuardMiddleware:
    """Refuses requests to addresses that must not be reached, with a readable reason, on every redirect too.

    A host that was allowed is checked again after half a minute; in between, `GuardedResolver` checks the
    addresses that it resolves to when the connection is made.
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
    """Scrapy's resolver, except that it never returns an address that must not be reached.

    This stops a name that resolves to another address the second time (rebinding).
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


# A page's text does not need these; the browser does not fetch them, and they are not stored.
_NOT_RENDERED = frozenset({"image", "media", "font", "websocket", "eventsource", "manifest"})


async def browser_must_not(request: Any) -> bool:  # noqa: ANN401 - playwright's Request, whose types are internal
    """Whether the browser's request is aborted: a refused address, a kind that text does not need, or beyond
    the page's limit."""
    if request.resource_type in _NOT_RENDERED:
        return True
    if not await _is_within_bounds(request):
        return True
    if request.url.startswith(("data:", "blob:", "about:")):
        return False
    try:
        await check_url(AddressGuard(settings().allowed_networks), request.url)
    except SkipPage:
        return True
    return False


async def _is_within_bounds(request: Any) -> bool:  # noqa: ANN401 - as above
    from playwright.async_api import Error  # noqa: PLC0415 - there already: it made the request

    try:
        page = request.frame.page
        bounds = bounds_of(page.context)
    except Error:  # its page does not exist yet, or is gone
        return True
    was_reached = bounds.are_reached
    is_allowed = bounds.allows(request.url, is_frame=request.is_navigation_request())
    if not is_allowed and not was_reached:
        await stop_scripts(page)
    return is_allowed
