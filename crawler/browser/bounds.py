"""Limits on the requests of one page in the browser. Requests beyond them are not sent, and the page's record
says so.

A page that keeps sending requests would block the crawl; one that keeps naming new hosts would block the
resolver.
"""

import asyncio
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

MOST_REQUESTS = 400
_STOPPING = 2.0  # seconds
MOST_NAMES = 60
MOST_FRAMES = 60
MOST_BYTES = 64 << 20  # as the responses declare them; the proxy counts each connection's own


class PageBounds:
    """Counts the requests of one page."""

    seconds = 30.0  # that the page has in the browser

    def __init__(self) -> None:
        self._requests = self._frames = self._bytes = 0
        self._names: set[str] = set()
        self._cut: dict[str, None] = {}
        self._unloaded: tuple[str, ...] = ()

    @property
    def cut(self) -> tuple[str, ...]:
        """The kinds of request that were cut, and that the page was not loaded in time, in Chinese."""
        return (*self._cut, *self._unloaded)

    @property
    def is_unloaded(self) -> bool:
        """Whether the page was not loaded in time."""
        return bool(self._unloaded)

    def end_loading(self, seconds: float) -> None:
        """Note that the page was still loading after some seconds."""
        self._unloaded = (f"网页在 {seconds:.0f} 秒内没有装载完，按当时所见研判",)

    @property
    def are_reached(self) -> bool:
        """Whether anything was cut."""
        return bool(self._cut)

    def allows(self, url: str, *, is_frame: bool) -> bool:
        """Count a request; False when it exceeds a limit."""
        self._requests += 1
        self._frames += is_frame
        if (name := urlsplit(url).hostname) and len(self._names) <= MOST_NAMES:
            self._names.add(name)
        over = {
            f"页面的请求超过 {MOST_REQUESTS} 次": self._requests > MOST_REQUESTS,
            f"页面的框架超过 {MOST_FRAMES} 个": is_frame and self._frames > MOST_FRAMES,
            f"页面用到的域名超过 {MOST_NAMES} 个": len(self._names) > MOST_NAMES,
            f"页面的内容超过 {MOST_BYTES >> 20} MiB": self._bytes > MOST_BYTES,
        }
        for what, is_over in over.items():
            if is_over:
                self._cut.setdefault(f"{what}，其余未取")
        return not any(over.values())

    def received(self, length: str) -> None:
        """Count a response by the length that it declares."""
        self._bytes += int(length) if length.isascii() and length.isdecimal() and len(length) < 20 else 0


_of_contexts: "WeakKeyDictionary[Any, PageBounds]" = WeakKeyDictionary()


def bounds_of(context: Any) -> PageBounds:  # noqa: ANN401 - playwright's BrowserContext, whose types are internal
    """The bounds of a page by its context, of which each page has one of its own."""
    return _of_contexts.setdefault(context, PageBounds())


async def loaded(page: Any, state: str, seconds: float) -> None:  # noqa: ANN401 - as above
    """Wait until a page is loaded as far as `state` says. One that does not come to that is stopped, and noted: what it has
    is still shown."""
    from playwright.async_api import Error  # noqa: PLC0415 - as below
    from playwright.async_api import TimeoutError as NotInTime  # noqa: PLC0415

    try:
        await page.wait_for_load_state(state, timeout=seconds * 1000)
    except NotInTime:
        bounds_of(page.context).end_loading(seconds)
        with suppress(Error, TimeoutError):
            async with asyncio.timeout(_STOPPING):
                session = await page.context.new_cdp_session(page)
                await session.send("Page.stopLoading")


async def stop_scripts(page: Any) -> None:  # noqa: ANN401 - as above
    """Stop the page's own scripts and those of its frames; its content stays, and our scripts can read it.

    Refusing each request of a page that never stops would cost as much as making it.
    """
    from playwright.async_api import Error  # noqa: PLC0415 - there already: it made the page

    with suppress(Error):
        session = await page.context.new_cdp_session(page)
        await session.send("Emulation.setScriptExecutionDisabled", {"value": True})
        await session.send("Page.stopLoading")
