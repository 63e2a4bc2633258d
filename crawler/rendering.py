"""When a page needs the browser, and how it is asked for."""

import asyncio
import os
import re
from collections.abc import Awaitable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from typing import TYPE_CHECKING, Any

from scrapy import Request
from scrapy.http import Response

from classifiers.values import PageText
from crawler.answers import content_type
from crawler.browser_proxy import BrowserProxy
from crawler.errors import BrowserMissing
from crawler.guard import AddressGuard
from crawler.post import Post
from crawler.visibility import MARK_UNSEEN
from records.settings import settings
from records.snapshots.encoding import is_utf8_unsaid

if TYPE_CHECKING:
    from playwright.async_api import Page, Route

# Fewer visible characters than this, on a page with scripts, is a shell that a script fills.
_SHELL = 60

GOTO_TIMEOUT_MS = 20_000
HARD_SECONDS = 45.0

_ARGUMENTS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
]


# What such a page writes itself, or fetches to write; the plain page may still have some text of its own.
_BUILT = re.compile(
    r"id=[\"']?(?:app|root|__next|__nuxt)\b|data-reactroot|ng-app|v-(?:for|html|text)=|__NUXT__|__INITIAL_STATE__"
    r"|\bfetch\(|axios[.(]|\$\.(?:ajax|get|post|getJSON)\(|XMLHttpRequest|innerHTML\s*="
)
_GAIN = 1.2


def needs_browser(html: str, text: PageText, helps: bool | None = None) -> bool:
    """Whether the browser has to show the page, by evidence: `helps` is what is known of pages of its pattern.

    Where that is not known: a shell (hardly any visible text, but scripts that could write some) does, and a page
    with signs of being built by script is tried. Where it is, that decides.
    """
    if "<script" not in html.lower():
        return False
    shell = _length(text) < _SHELL
    built = shell or _BUILT.search(html) is not None
    return built if helps is None else built and helps


def shows_more(rendered: PageText, plain: PageText) -> bool:
    """Whether the browser showed clearly more main text than the plain page has."""
    return _length(rendered) > _GAIN * _length(plain) + 10


def _length(text: PageText) -> int:
    return sum(block.end - block.start for block in text.blocks if block.region == "main")


@dataclass(frozen=True)
class PlainPage:
    """What the server answered to a plain request, and what was read in it: the browser is asked for the same page."""

    response: Response
    post: Post


@lru_cache(maxsize=1)
def browser_proxy() -> tuple[BrowserProxy, str]:
    """This process's proxy and its URL: all that the browser asks for goes through it."""
    proxy = BrowserProxy(AddressGuard(settings().allowed_networks))
    return proxy, proxy.start()


def guarded_launch_options() -> dict[str, Any]:
    """As `launch_options`, for pages that are not ours: every connection goes through `browser_proxy`."""
    return {**launch_options(), "proxy": {"server": browser_proxy()[1], "bypass": "<-loopback>"}}


def launch_options() -> dict[str, Any]:
    """How Playwright starts Debian's Chromium; raises BrowserMissing when it is not there."""
    program = settings().chromium
    if not program.exists():
        raise BrowserMissing(f"找不到浏览器 {program}：请运行 make setup，或用 QINGYI_CHROMIUM 指定路径")
    arguments = list(_ARGUMENTS)
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--no-sandbox")  # Chromium refuses to sandbox itself as root
    return {"executable_path": str(program), "headless": True, "args": arguments}


def browser_meta() -> dict[str, Any]:
    """The request meta that has scrapy-playwright fetch a page in a context of its own.

    A context keeps memory for as long as it lives, so each is closed with its page (`close_context`), whatever
    became of it; one that never comes to an end is closed by the clock.
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
        "playwright_page_methods": [PageMethod("evaluate", MARK_UNSEEN)],
        "playwright_page_goto_kwargs": {"wait_until": "networkidle", "timeout": GOTO_TIMEOUT_MS},
    }


def is_for_browser(request: Request) -> bool:
    """Whether a request was made with `browser_meta`."""
    return bool(request.meta.get("playwright"))


def close_context(meta: Mapping[str, Any]) -> None:
    """Close the context of a request that the browser was asked for, soon, without waiting."""
    page = meta.get("playwright_page")
    if page is not None:
        _soon(page.context.close())


async def _prepare_page(page: "Page", request: Request) -> None:
    """Close pop-ups, and the whole context where the page has not come to an end in time. A page that is UTF-8 and does
    not say so is shown from the bytes that came, as what it is: the browser would show it garbled."""
    context = page.context
    context.on("page", lambda popup: _soon(popup.close()) if popup is not page else None)
    clock = asyncio.get_running_loop().call_later(HARD_SECONDS, lambda: _soon(context.close()))
    context.on("close", lambda _: clock.cancel())
    plain: PlainPage | None = request.cb_kwargs.get("plain")
    if plain is None:
        return
    body, said = plain.response.body, content_type(plain.response)
    if is_utf8_unsaid(body, said):
        await answer_as_utf8(page, request.url, plain.response.status, body)


async def answer_as_utf8(page: "Page", url: str, status: int, body: bytes) -> None:
    """Have the browser take `body` for what the server answers at `url` from now on, with a header that says UTF-8."""

    async def answer(route: "Route") -> None:
        await route.fulfill(status=status, body=body, content_type="text/html; charset=utf-8")

    await page.route(lambda asked: asked == url, answer)


def _soon(work: Awaitable[None]) -> None:
    from playwright.async_api import Error  # noqa: PLC0415 - there already: it made what is awaited

    async def quietly() -> None:
        with suppress(Error):
            await work

    task = asyncio.ensure_future(quietly())
    _under_way.add(task)
    task.add_done_callback(_under_way.discard)


_contexts = count(1)
_under_way: set[asyncio.Future[None]] = set()
