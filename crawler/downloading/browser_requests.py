"""Requests that go through the browser, and the closing of the contexts that it opens for them."""

import asyncio
from collections.abc import Awaitable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

from scrapy import Request
from scrapy.http import Response

from crawler.browser.bounds import bounds_of, loaded
from crawler.browser.launch import GOTO_TIMEOUT_MS, answer_as_utf8, answer_with
from crawler.downloading.arrangement import ARRANGE
from crawler.downloading.page_scripts import MARK_UNSEEN, REVEAL
from crawler.downloading.responses import content_type
from crawler.network.arriving import is_too_large
from crawler.pages.post import Post
from records.snapshots.encoding import is_undeclared_utf8

if TYPE_CHECKING:
    from playwright.async_api import Page

HARD_SECONDS = 27.0
BOUNDS = "page_bounds"
SECONDS = "browser_seconds"  # that the browser may take
_REVEAL_SECONDS = 6.0
_OF_ITS_TIME = 0.7  # for loading


@dataclass(frozen=True)
class PlainPage:
    """The server's response to a plain request, and the text read from it, when the browser loads the same
    page."""

    response: Response
    post: Post


def browser_meta() -> dict[str, Any]:
    """The request meta that has scrapy-playwright fetch a page in a context of its own.

    A context keeps memory for as long as it lives, so each is closed with its page (`close_context`),
    whatever the outcome; one that never ends is closed when its time is up.
    """
    from scrapy_playwright.page import PageMethod  # noqa: PLC0415 - brings Playwright, which most crawls do without

    return {
        "playwright": True,
        "playwright_include_page": True,
        "playwright_context": f"page-{next(_contexts)}",
        "playwright_context_kwargs": {
            "locale": "zh-CN",
            "accept_downloads": False,
            "service_workers": "block",
            "permissions": [],
        },
        "playwright_page_init_callback": _prepare_page,
        "playwright_page_methods": [
            PageMethod(_settle),
            PageMethod(_reveal),
            PageMethod("evaluate", MARK_UNSEEN),
            PageMethod("evaluate", ARRANGE),
        ],
        "playwright_page_goto_kwargs": {"wait_until": "commit", "timeout": GOTO_TIMEOUT_MS},
    }


def is_for_browser(request: Request) -> bool:
    """Whether a request was made with `browser_meta`."""
    return bool(request.meta.get("playwright"))


def close_context(meta: Mapping[str, Any]) -> None:
    """Close the context of a browser request soon, without waiting."""
    page = meta.get("playwright_page")
    if page is not None:
        _soon(page.context.close())


def what_was_cut(meta: Mapping[str, Any]) -> tuple[str, ...]:
    """The parts that a browser request lost to the limits of a page, in Chinese."""
    page = meta.get("playwright_page")
    return bounds_of(page.context).cut if page is not None else ()


async def _prepare_page(page: "Page", request: Request) -> None:
    """Close pop-ups, and the whole context where the page does not end in time. A page of undeclared UTF-8 is
    shown from its received bytes as UTF-8: the browser would show it garbled. One that is too large is shown by its
    beginning."""
    context = page.context
    bounds = request.meta[BOUNDS] = bounds_of(context)
    bounds.seconds = request.meta.get(SECONDS, HARD_SECONDS)
    context.on("response", lambda answer: bounds.received(answer.headers.get("content-length", "")))
    context.on("page", lambda popup: _soon(popup.close()) if popup is not page else None)
    clock = asyncio.get_running_loop().call_later(bounds.seconds, lambda: _soon(context.close()))
    context.on("close", lambda _: clock.cancel())
    plain: PlainPage | None = request.cb_kwargs.get("plain")
    if plain is None:
        return
    body, declared = plain.response.body, content_type(plain.response)
    if is_undeclared_utf8(body, declared):
        await answer_as_utf8(page, request.url, plain.response.status, body)
    elif is_too_large(plain.response):
        await answer_with(page, request.url, plain.response.status, body, declared)


async def _settle(page: "Page") -> None:
    """Wait until the page is quiet; one that never is, or never ends, is read as far as it came."""
    seconds = min(GOTO_TIMEOUT_MS / 1000, _OF_ITS_TIME * bounds_of(page.context).seconds)
    await loaded(page, "networkidle", seconds)


async def _reveal(page: "Page") -> None:
    """Make the page show the content that a click or scrolling reveals, within limits."""
    from playwright.async_api import Error  # noqa: PLC0415 - there already: it made the page

    with suppress(Error, TimeoutError):
        async with asyncio.timeout(_REVEAL_SECONDS):
            if await page.evaluate(REVEAL) and not bounds_of(page.context).is_unloaded:
                await page.wait_for_load_state("networkidle")


def _soon(work: Awaitable[None]) -> None:
    from playwright.async_api import Error  # noqa: PLC0415 - there already: it made the awaitable

    async def quietly() -> None:
        with suppress(Error):
            await work

    task = asyncio.ensure_future(quietly())
    _under_way.add(task)
    task.add_done_callback(_under_way.discard)


_contexts = count(1)
_under_way: set[asyncio.Future[None]] = set()
