"""A guarded browser for evidence: one context per page, every step bounded, replaced when it crashes."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import Any

from playwright.async_api import (
    Browser,
    BrowserContext,
    Error,
    Page,
    Playwright,
    Request,
    Response,
    async_playwright,
)

from crawler.browser.bounds import PageBounds, bounds_of, loaded, stop_scripts
from crawler.browser.exchanges import MOST_BYTES, MOST_EXCHANGES, exchanges_of
from crawler.browser.launch import GOTO_TIMEOUT_MS, answer_as_utf8, guarded_launch_options
from crawler.browser.memory_watch import REASON, memory_watch
from crawler.browser.visitors import DESKTOP, BrowserProfile
from crawler.browser.wire import Wire
from crawler.page_clock import PageClock, PageOutOfTime
from evidence.warc import Exchange
from records.snapshots.encoding import is_utf8

_QUIET_MS = 4_000
_LOADING_SECONDS = 8.0
_FIRST_SHARE = 0.55  # of a page's time, for the first try
_IS_OF_THE_NETWORK = re.compile("net::ERR_(?!ABORTED|TIMED_OUT)")
_MOST_SCREENS = 15
_TALLEST = 16_000  # pixels; Chromium draws nothing below
_CLOSING = 3.0  # seconds


@dataclass(frozen=True)
class Box:
    """Where the words of a finding stand on the screenshot, in pixels from its upper left corner."""

    finding: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class PageView:
    """The browser's view of one page. `screenshot` is a PNG of the whole page, up to 16,000 pixels high."""

    url: str
    at: datetime
    status: int | None
    html: str
    screenshot: bytes | None
    exchanges: Sequence[Exchange]
    boxes: Sequence[Box]
    browser: str
    notes: tuple[str, ...]
    steps: tuple[tuple[datetime, str], ...] = ()


@dataclass
class _Manner:
    """How a page is opened: as by a visitor; or with care, by the beginning of its document, and without its scripts where
    these held the browser. The note says so, and why, in Chinese."""

    note: str = ""
    with_scripts: bool = True
    is_shown: bool = False  # whether its document arrived

    def with_care(self, why: str) -> "_Manner":
        """As the page is opened after it failed."""
        scripts = "，不运行其脚本" if self.is_shown else ""
        return _Manner(
            f"第一次打开没有成功（{why[:100]}）；再次打开时只取网页开头{scripts}", not self.is_shown
        )


class PageNotRendered(Exception):
    """The browser could not show the page; the message says why, in Chinese."""


class EvidenceBrowser:
    """Looks at pages one by one; starts the browser again after a crash."""

    def __init__(self, playwright: Playwright) -> None:
        self._playwright = playwright
        self._browser: Browser | None = None
        self._starting = asyncio.Lock()

    async def look_at(
        self, url: str, visitor: BrowserProfile, quotes: Sequence[str] = (), clock: PageClock | None = None
    ) -> PageView:
        """Look at `url`, and for `quotes` on it, in the time that the page has left. A page that holds the browser or fills
        its memory is opened once more with care. Raises PageNotRendered after two tries, or when that time is up."""
        failure, manner = "", _Manner()
        clock = clock or PageClock()
        for share in (_FIRST_SHARE, 1.0):
            begun, left = monotonic(), share * clock.left
            try:
                with clock.running():
                    async with asyncio.timeout(left):
                        return await self._look(url, visitor, quotes, manner)
            except PageOutOfTime as error:
                raise PageNotRendered(f"浏览器无法打开：{failure[:200] or error}") from None
            except TimeoutError:
                why, is_held = f"{left:.0f} 秒内没有完成", True
            except Error as error:
                is_too_large = memory_watch().has_ended_since(begun)
                why = REASON if is_too_large else (str(error).splitlines() or ["没有说明"])[0]
                is_held = is_too_large or not _IS_OF_THE_NETWORK.search(why)
            failure = failure or why
            if is_held:
                manner = manner.with_care(failure)
        ending = f"，{clock.reason}" if clock.is_used_up else ""
        raise PageNotRendered(REASON if failure == REASON else f"浏览器无法打开：{failure[:200]}{ending}")

    async def _started(self) -> Browser:
        async with self._starting:
            memory_watch()
            if self._browser is None or not self._browser.is_connected():
                self._browser = await self._playwright.chromium.launch(**guarded_launch_options())
            return self._browser

    @asynccontextmanager
    async def _context(self, visitor: BrowserProfile, *, with_scripts: bool) -> AsyncIterator[BrowserContext]:
        browser = await self._started()
        context = await browser.new_context(
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            user_agent=visitor.user_agent,
            viewport=visitor.viewport,  # type: ignore[arg-type] # a plain dict has the right keys
            is_mobile=visitor.is_mobile,
            has_touch=visitor.is_mobile,
            extra_http_headers=dict(visitor.headers),
            accept_downloads=False,
            service_workers="block",
            permissions=[],
            java_script_enabled=with_scripts,
        )
        try:
            yield context
        finally:
            with suppress(Error, TimeoutError):
                await asyncio.wait_for(context.close(), _CLOSING)

    async def _look(
        self, url: str, visitor: BrowserProfile, quotes: Sequence[str], manner: "_Manner"
    ) -> PageView:
        async with self._context(visitor, with_scripts=manner.with_scripts) as context:
            page = await context.new_page()
            page.on("dialog", lambda dialog: asyncio.ensure_future(_dismissed(dialog)))
            context.on("page", lambda popup: asyncio.ensure_future(_closed(popup)) if popup != page else None)
            responses: list[Response] = []
            bounds = bounds_of(context)
            page.on("response", lambda response: _note(response, responses, bounds))
            page.on("request", lambda request: _count(request, bounds, page))
            notes = [manner.note] if manner.note else []
            wire = await Wire.tap(page, MOST_BYTES, beginnings=bool(manner.note))
            at = datetime.now(UTC)
            steps = [(at, f"在新的浏览器环境（没有缓存、没有登录）中打开 {url}")]
            first = await page.goto(
                url, wait_until="commit", timeout=GOTO_TIMEOUT_MS, referer=visitor.referer
            )
            manner.is_shown = True
            await loaded(page, "domcontentloaded", _LOADING_SECONDS)
            await _settle(page, scrolls=manner.with_scripts)
            shown = f"服务器返回 HTTP {first.status}，" if first else ""
            steps.append((datetime.now(UTC), f"{shown}等页面静止，逐屏滚动一遍"))
            exchanges = await exchanges_of(responses, wire, notes)
            notes.extend(bounds.cut)
            steps.append((datetime.now(UTC), f"保存 {len(exchanges)} 次 HTTP 交互"))
            await _as_utf8(page, exchanges, notes)
            html = await page.content()
            screenshot = await _screenshot(page, notes)
            steps.append((datetime.now(UTC), f"保存浏览器生成的页面{'，截取整页画面' if screenshot else ''}"))
            return PageView(
                url=page.url,
                at=at,
                status=first.status if first else None,
                html=html,
                screenshot=screenshot,
                exchanges=exchanges,
                boxes=await _boxes(page, quotes),
                browser=f"Chromium {context.browser.version}" if context.browser else "Chromium",
                notes=tuple(notes),
                steps=tuple(steps),
            )

    async def close(self) -> None:
        """End the browser."""
        if self._browser is not None:
            with suppress(Error, TimeoutError):
                await asyncio.wait_for(self._browser.close(), _CLOSING)


@asynccontextmanager
async def evidence_browser() -> AsyncIterator[EvidenceBrowser]:
    """A browser that ends with the block; raises BrowserMissing when its program is not there."""
    guarded_launch_options()
    async with async_playwright() as playwright:
        browser = EvidenceBrowser(playwright)
        try:
            yield browser
        finally:
            await browser.close()


def _note(response: Response, kept: list[Response], bounds: PageBounds) -> None:
    bounds.received(response.headers.get("content-length", ""))
    if len(kept) <= MOST_EXCHANGES:
        kept.append(response)


def _count(request: Request, bounds: PageBounds, page: Page) -> None:
    """Stop a page that has sent too many requests; what it has loaded is still captured."""
    was_reached = bounds.are_reached
    if not bounds.allows(request.url, is_frame=request.is_navigation_request()) and not was_reached:
        asyncio.ensure_future(stop_scripts(page))  # noqa: RUF006 - it lives as long as the page does


async def _dismissed(dialog: Any) -> None:  # noqa: ANN401 - playwright's Dialog
    with suppress(Error):
        await dialog.dismiss()


async def _closed(popup: Page) -> None:
    with suppress(Error):
        await popup.close()


async def _settle(page: Page, *, scrolls: bool = True) -> None:
    """Wait until the page is quiet, scrolling through it once to trigger lazy loading; bounded."""
    with suppress(Error):
        await page.wait_for_load_state("networkidle", timeout=_QUIET_MS)
    if not scrolls:
        return
    with suppress(Error):
        await page.evaluate(
            """async (screens) => {
                for (let screen = 0; screen < screens; screen++) {
                    const before = window.scrollY;
                    window.scrollBy(0, window.innerHeight);
                    await new Promise((done) => setTimeout(done, 60));
                    if (window.scrollY === before) break;
                }
                window.scrollTo(0, 0);
            }""",
            _MOST_SCREENS,
        )
    with suppress(Error):
        await page.wait_for_load_state("networkidle", timeout=_QUIET_MS)


async def _as_utf8(page: Page, exchanges: Sequence[Exchange], notes: list[str]) -> None:
    """Show a page again as UTF-8 where it is undeclared UTF-8 and was shown garbled: from the received bytes,
    with a header that names the encoding. The exchanges of the first load are kept."""
    shown_as, url = await page.evaluate("document.characterSet"), page.url
    exchange_of_page = next((exchange for exchange in exchanges if exchange.url == url), None)
    if (
        shown_as == "UTF-8"
        or exchange_of_page is None
        or exchange_of_page.body.isascii()
        or not is_utf8(exchange_of_page.body)
    ):
        return
    await answer_as_utf8(page, url, exchange_of_page.status, exchange_of_page.body)
    await page.goto(url, wait_until="domcontentloaded", timeout=GOTO_TIMEOUT_MS)
    await _settle(page)
    notes.append(
        f"页面没有声明编码，浏览器按 {shown_as} 显示为乱码；截图与渲染结果按其实际编码 UTF-8 重新显示"
    )


async def _screenshot(page: Page, notes: list[str]) -> bytes | None:
    try:
        height = await page.evaluate("document.documentElement.scrollHeight")
        if isinstance(height, int | float) and height > _TALLEST:
            notes.append(f"页面高 {int(height)} 像素，截图到 {_TALLEST} 像素为止")
            viewport = page.viewport_size or DESKTOP
            await page.set_viewport_size({"width": viewport["width"], "height": _TALLEST})
            return await page.screenshot(timeout=GOTO_TIMEOUT_MS, animations="disabled")
        return await page.screenshot(full_page=True, timeout=GOTO_TIMEOUT_MS, animations="disabled")
    except Error as error:
        notes.append(f"截图失败：{str(error).splitlines()[0][:120]}")
        return None


async def _boxes(page: Page, quotes: Sequence[str]) -> list[Box]:
    """Where the quotes stand: found in the page's text ignoring spaces, by the ranges of their characters."""
    if not quotes:
        return []
    try:
        found = await page.evaluate(_FIND, [quote[:200] for quote in quotes[:200]])
        return [Box(int(box[0]), *map(float, box[1:])) for box in found]
    except (Error, ValueError, TypeError):
        return []


_FIND = """(quotes) => {
    const nodes = [], places = [];
    let text = "";
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node && text.length < 400000; node = walker.nextNode()) {
        if (["SCRIPT", "STYLE", "NOSCRIPT"].includes(node.parentElement?.tagName)) continue;
        [...node.data].reduce((at, character) => {
            if (character.trim()) {
                text += character;
                for (let unit = 0; unit < character.length; unit++) places.push([nodes.length, at + unit]);
            }
            return at + character.length;
        }, 0);
        nodes.push(node);
    }
    const boxes = [];
    quotes.forEach((quote, number) => {
        const wanted = quote.replace(/\\s+/g, "");
        const start = wanted ? text.indexOf(wanted) : -1;
        if (start < 0) return;
        const [first, from] = places[start], [last, to] = places[start + wanted.length - 1];
        const range = document.createRange();
        range.setStart(nodes[first], from);
        range.setEnd(nodes[last], to + 1);
        for (const box of [...range.getClientRects()].slice(0, 20))
            if (box.width && box.height)
                boxes.push([number, box.x + scrollX, box.y + scrollY, box.width, box.height]);
    });
    return boxes;
}"""
