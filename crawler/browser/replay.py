"""A page replayed by the viewer that the public has (ReplayWeb.page), in a browser that reaches nothing else."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.async_api import Browser, Error, Frame, Page, async_playwright

from crawler.browser.launch import launch_options
from crawler.errors import ViewerMissing

_TALLEST = 8_000  # pixels
_PAGE_SECONDS, _QUIET_MS = 40.0, 8_000
_FILES = {"/ui.js": "ui.js", "/replay/ui.js": "ui.js", "/replay/sw.js": "sw.js"}


@dataclass(frozen=True)
class Replayed:
    """A page as the viewer shows it: its DOM, and a PNG of as much of it as was asked for."""

    html: str
    screenshot: bytes


class NotReplayed(Exception):
    """The viewer shows nothing; the message says why, in Chinese."""


@asynccontextmanager
async def viewer_browser() -> AsyncIterator[Browser]:
    """A browser for replays: it reaches loopback only. Raises BrowserMissing."""
    options = launch_options()
    options["args"] = [*options["args"], "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(**options)
        try:
            yield browser
        finally:
            await browser.close()


async def replay(browser: Browser, viewer: Path, wacz: bytes, url: str, size: tuple[int, int]) -> Replayed:
    """Replay the page at `url` from a WACZ, seen in a window as wide and high as `size`. Raises NotReplayed, and
    ViewerMissing where the viewer's files are not in the folder."""
    failure = ""
    with _serving(viewer, wacz, url) as address:
        for _ in range(2):  # a service worker that starts late may miss its first page
            try:
                async with asyncio.timeout(_PAGE_SECONDS):
                    return await _replayed(browser, address, (size[0], min(size[1], _TALLEST)))
            except (Error, TimeoutError) as error:
                failure = (str(error).splitlines() or [""])[0] or f"超过 {_PAGE_SECONDS:.0f} 秒"
    raise NotReplayed(f"浏览程序无法重放：{failure[:150]}")


async def _replayed(browser: Browser, address: str, size: tuple[int, int]) -> Replayed:
    context = await browser.new_context(
        viewport={"width": size[0], "height": size[1]}, locale="zh-CN", timezone_id="Asia/Shanghai"
    )
    try:
        page = await context.new_page()
        await page.goto(address)
        frame = await _replayed_frame(page)
        with suppress(Error):
            await frame.wait_for_load_state("networkidle", timeout=_QUIET_MS)
        return Replayed(await frame.content(), await page.screenshot(animations="disabled"))
    finally:
        with suppress(Error):
            await context.close()


async def _replayed_frame(page: Page) -> Frame:
    """The frame in which the viewer shows the page, as soon as it is there."""
    while not (found := next((frame for frame in page.frames if "mp_/" in frame.url), None)):
        await asyncio.sleep(0.1)
    await found.wait_for_load_state("domcontentloaded")
    return found


@contextmanager
def _serving(viewer: Path, wacz: bytes, url: str) -> Iterator[str]:
    """The viewer with one page in it, on a port of loopback."""
    if not (viewer / "ui.js").is_file() or not (viewer / "sw.js").is_file():
        raise ViewerMissing(
            f"{viewer} 里没有重放用的浏览程序：请运行 make viewer，或用 QINGYI_VIEWER_DIR 指定文件夹"
        )
    files = {path: ("text/javascript", (viewer / name).read_bytes()) for path, name in _FILES.items()}
    shown = (
        '<!doctype html><meta charset="utf-8"><script src="/ui.js"></script><body style="margin:0">'
        '<replay-web-page style="display:block;height:100vh" source="/page.wacz" embed="replayonly" '
        f'replayBase="/replay/" url="{escape(url, quote=True)}"></replay-web-page>'
    )
    files["/"] = ("text/html; charset=utf-8", shown.encode("utf-8", "replace"))
    files["/page.wacz"] = ("application/wacz", wacz)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(with_body=True)

        def do_HEAD(self) -> None:
            self._answer(with_body=False)

        def _answer(self, *, with_body: bool) -> None:
            kind, body = files.get(self.path.partition("?")[0], ("", b""))
            self.send_response(200 if kind else 404)
            self.send_header("Content-Type", kind or "text/plain")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if with_body:
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
