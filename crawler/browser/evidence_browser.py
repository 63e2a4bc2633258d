"""A guarded browser for evidence: one context per page, every step bounded, replaced when it crashes."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

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

from crawler.browser.bounds import PageBounds, bounds_of, stop_scripts
from crawler.browser.launch import GOTO_TIMEOUT_MS, answer_as_utf8, browser_proxy, guarded_launch_options
from crawler.browser.memory_watch import REASON, memory_watch
from crawler.browser.visitors import DESKTOP, BrowserProfile
from crawler.browser.wire import Answer, Wire, header_value
from crawler.page_clock import PageClock, PageOutOfTime
from evidence.warc import Exchange
from records.snapshots.encoding import is_utf8

_QUIET_MS = 4_000
_SETTLE_SECONDS = 5.0
_MOST_SCREENS = 15
_TALLEST = 16_000  # pixels; Chromium draws nothing below
_MOST_EXCHANGES, _MOST_BYTES = 300, 40 << 20
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
        """Look at `url`, and for `quotes` on it, in the time that the page has left. Raises PageNotRendered after two
        tries, or when that time is up."""
        failure, begun = "", monotonic()
        clock = clock or PageClock()
        for _ in range(2):
            left = clock.left
            try:
                with clock.running():
                    async with asyncio.timeout(left):
                        return await self._look(url, visitor, quotes)
            except PageOutOfTime as error:
                raise PageNotRendered(f"浏览器无法打开：{failure[:200] or error}") from None
            except TimeoutError:
                failure = failure or f"{left:.0f} 秒内没有完成"
                raise PageNotRendered(f"浏览器无法打开：{failure[:200]}，{clock.reason}") from None
            except Error as error:
                if memory_watch().has_ended_since(begun):
                    raise PageNotRendered(REASON) from None
                failure = (str(error).splitlines() or ["没有说明"])[0]
        raise PageNotRendered(f"浏览器无法打开：{failure[:200]}")

    async def _started(self) -> Browser:
        async with self._starting:
            memory_watch()
            if self._browser is None or not self._browser.is_connected():
                self._browser = await self._playwright.chromium.launch(**guarded_launch_options())
            return self._browser

    @asynccontextmanager
    async def _context(self, visitor: BrowserProfile) -> AsyncIterator[BrowserContext]:
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
        )
        try:
            yield context
        finally:
            with suppress(Error, TimeoutError):
                await asyncio.wait_for(context.close(), _CLOSING)

    async def _look(self, url: str, visitor: BrowserProfile, quotes: Sequence[str]) -> PageView:
        async with self._context(visitor) as context:
            page = await context.new_page()
            page.on("dialog", lambda dialog: asyncio.ensure_future(_dismissed(dialog)))
            context.on("page", lambda popup: asyncio.ensure_future(_closed(popup)) if popup != page else None)
            responses: list[Response] = []
            bounds = bounds_of(context)
            page.on("response", lambda response: _note(response, responses, bounds))
            page.on("request", lambda request: _count(request, bounds, page))
            notes: list[str] = []
            wire = await Wire.tap(page, _MOST_BYTES)
            at = datetime.now(UTC)
            steps = [(at, f"在新的浏览器环境（没有缓存、没有登录）中打开 {url}")]
            first = await page.goto(
                url, wait_until="domcontentloaded", timeout=GOTO_TIMEOUT_MS, referer=visitor.referer
            )
            await _settle(page)
            shown = f"服务器返回 HTTP {first.status}，" if first else ""
            steps.append((datetime.now(UTC), f"{shown}等页面静止，逐屏滚动一遍"))
            exchanges = await _exchanges(responses, wire, notes)
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
    if len(kept) <= _MOST_EXCHANGES:
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


async def _settle(page: Page) -> None:
    """Wait until the page is quiet, scrolling through it once to trigger lazy loading; bounded."""
    with suppress(Error):
        await page.wait_for_load_state("networkidle", timeout=_QUIET_MS)
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


async def _exchanges(responses: Sequence[Response], wire: Wire, notes: list[str]) -> list[Exchange]:
    """The HTTP exchanges behind the page, bodies as received, up to a number and size."""
    await wire.settled(_SETTLE_SECONDS)
    kept: list[Exchange] = []
    size = recoded = 0
    for response in responses[:_MOST_EXCHANGES]:
        if not response.url.startswith(("http://", "https://")):
            continue
        answer = wire.take(response.request.method, response.url, response.status)
        try:
            async with asyncio.timeout(5):
                body = answer.body if answer and answer.body is not None else await _copy(response)
                exchange = await _exchange(response, answer, body)
        except (Error, TimeoutError):
            continue
        size += len(body)
        if size > _MOST_BYTES:
            notes.append(f"页面资源超过 {_MOST_BYTES >> 20} MiB，其余未保存")
            break
        recoded += (answer is None or answer.body is None) and _may_be_recoded(exchange)
        kept.append(exchange)
    if len(responses) > _MOST_EXCHANGES:
        notes.append(f"页面资源超过 {_MOST_EXCHANGES} 个，其余未保存")
    if recoded:
        notes.append(f"{recoded} 个资源没有取得原始字节，保存的是浏览器转码后的内容")
    return kept


async def _copy(response: Response) -> bytes:
    """The browser's own copy of a body."""
    return b"" if 300 <= response.status < 400 else await response.body()


def _may_be_recoded(exchange: Exchange) -> bool:
    """Whether the browser's copy may differ from the received bytes: so for text that is not UTF-8."""
    kind = next((value for name, value in exchange.response_headers if name.lower() == "content-type"), "")
    is_text = any(word in kind.lower() for word in ("text", "script", "json", "xml")) or not kind
    return is_text and not exchange.body.isascii()


async def _exchange(response: Response, answer: Answer | None, body: bytes) -> Exchange:
    request = response.request
    received = [(header["name"], header_value(header["value"])) for header in await response.headers_array()]
    if answer:  # the browser sorts them
        order = {name.lower(): place for place, name in reversed(list(enumerate(answer.header_names)))}
        received.sort(key=lambda header: order.get(header[0].lower(), len(order)))
    host = urlsplit(response.url).hostname or ""
    return Exchange(
        url=response.url,
        at=datetime.now(UTC),
        request_headers=[(header["name"], header["value"]) for header in await request.headers_array()],
        status=response.status,
        response_headers=received,
        body=body,
        method=request.method,
        address=browser_proxy()[0].addresses.get(host),
    )


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
