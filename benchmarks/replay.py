"""Whether captured pages replay in the public's viewer as they were seen.

Usage: python -m benchmarks.replay

Twenty pages of different making are served on loopback, captured by the evidence browser, replayed in ReplayWeb.page (`make
viewer`), and compared: words and picture, 0 to 1. Each is replayed again with one word of its page changed, which must be
named. Exits 1 where a page differs, or a changed one is not named.
"""

import asyncio
import gzip
import io
import os
import threading
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import brotli
from PIL import Image, ImageDraw
from rich.console import Console
from rich.table import Table

from crawler.browser.evidence_browser import EvidenceBrowser, PageView, evidence_browser
from crawler.browser.replay import viewer_browser
from crawler.browser.visitors import monitor
from evidence.manifest import Manifest
from evidence.package import WARC
from evidence.warc import Exchange, write_warc
from jobs.replay import ReplayResult, compare_replay
from records.settings import settings

_QUOTE, _OTHER = "永不复发", "少有复发"
_WORDS = f"<h1>云溪门诊部</h1><p>三个疗程，{_QUOTE}。</p>" + "".join(
    f"<p>第{number}段：门诊时间为每日八时至十七时，请携带证件，提前一日预约。</p>" for number in range(12)
)


def _page(body: str, head: str = "", charset: str = "utf-8") -> bytes:
    text = f'<!doctype html><html><head><meta charset="{charset}"><title>特惠</title>{head}</head><body>{body}</body></html>'
    return text.encode("gb18030" if charset.startswith("gb") else charset)


def _picture(kind: str, colour: str) -> bytes:
    picture = Image.new("RGB", (600, 400), "white")
    ImageDraw.Draw(picture).rectangle((40, 40, 560, 360), fill=colour)
    made = io.BytesIO()
    picture.save(made, kind)
    return made.getvalue()


_SCRIPT = f"document.body.insertAdjacentHTML('beforeend', '{_WORDS}')"
_LAZY = (
    '<p style="height:1600px">看</p><img width=600 height=400 data-src="/p.png"><script>new IntersectionObserver((seen) =>'
    "seen.forEach((one) => { if (one.isIntersecting) one.target.src = one.target.dataset.src }))"
    '.observe(document.querySelector("img"))</script>'
)
# A page's name: its bytes, and further headers.
PAGES: Mapping[str, tuple[bytes, Mapping[str, str]]] = {
    "utf-8": (_page(_WORDS), {}),
    "gbk by meta": (_page(_WORDS, charset="gbk"), {}),
    "gb18030 by header": (_page(_WORDS, charset="gb18030"), {"Content-Type": "text/html; charset=gb18030"}),
    "utf-16": (_page(_WORDS, charset="utf-16"), {}),
    "brotli": (brotli.compress(_page(_WORDS)), {"Content-Encoding": "br"}),
    "gzip, gbk": (gzip.compress(_page(_WORDS, charset="gbk")), {"Content-Encoding": "gzip"}),
    "chunked": (_page(_WORDS * 3), {"Transfer-Encoding": "chunked"}),
    "script-built": (_page('<script src="/s.js"></script>'), {}),
    "built of JSON": (
        _page(
            '<script>fetch("/d.json").then((a) => a.json()).then((d) => document.body.innerHTML = d.html)</script>'
        ),
        {},
    ),
    "long": (_page(_WORDS * 12), {}),
    "lazy pictures": (_page(_WORDS + _LAZY), {}),
    "pictures of a set": (
        _page(_WORDS + '<picture><source srcset="/p.webp"><img src="/p.png"></picture>'),
        {},
    ),
    "background": (_page(_WORDS + '<div style="height:400px;background:url(/p.png)"></div>'), {}),
    "svg words": (
        _page(_WORDS + "<svg width=600 height=90><text y=50 font-size=30>包治百病</text></svg>"),
        {},
    ),
    "svg file": (_page(_WORDS + '<img width=600 src="/v.svg">'), {}),
    "a frame": (_page(_WORDS + '<iframe src="/f.html" width=600 height=300></iframe>'), {}),
    "srcdoc": (_page(_WORDS + '<iframe srcdoc="&lt;p&gt;内页&lt;/p&gt;" width=600></iframe>'), {}),
    "styles of a file": (_page(_WORDS, '<link rel=stylesheet href="/s.css">'), {}),
    "query in gbk": (_page(_WORDS + '<img src="/q.png?k=皮肤">', charset="gbk"), {}),
    "module script": (_page('<script type="module" src="/m.js"></script>'), {}),
}
_PARTS: Mapping[str, tuple[bytes, str]] = {
    "/s.js": (_SCRIPT.encode(), "text/javascript; charset=utf-8"),
    "/m.js": (b'import "/s.js"', "text/javascript"),
    "/d.json": (('{"html": "' + _WORDS + '"}').encode(), "application/json"),
    "/p.png": (_picture("PNG", "#a00000"), "image/png"),
    "/q.png": (_picture("PNG", "#0000a0"), "image/png"),
    "/p.webp": (_picture("WEBP", "#00a000"), "image/webp"),
    "/v.svg": (
        b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 3"><rect width="8" height="3"/></svg>',
        "image/svg+xml",
    ),
    "/f.html": (_page("<h2>内页</h2><p>周六、周日照常门诊。</p>"), "text/html"),
    "/s.css": (b"body { background: #eef } h1 { color: #a00; font-size: 60px }", "text/css"),
}


class _Site(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        body, kind = _PARTS.get(path, (b"", "text/html"))
        more: Mapping[str, str] = {}
        if path[1:].isdecimal():
            body, more = list(PAGES.values())[int(path[1:])]
        self.send_response(200)
        for name, value in {"Content-Type": kind, **more}.items():
            self.send_header(name, value)
        if "Transfer-Encoding" in more:
            self.end_headers()
            for at in range(0, len(body), 500):
                part = body[at : at + 500]
                self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
            self.wfile.write(b"0\r\n\r\n")
            return
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def _changed(exchanges: list[Exchange]) -> list[Exchange]:
    """The exchanges with another word in place of the quote."""
    made = []
    for one in exchanges:
        body = one.body
        for codec in ("utf-8", "gb18030", "utf-16-le"):
            body = body.replace(_QUOTE.encode(codec), _OTHER.encode(codec))
        made.append(Exchange(one.url, one.at, one.request_headers, one.status, one.response_headers, body))
    return made


async def _compared(viewer: object, number: int, seen: PageView, exchanges: list[Exchange]) -> ReplayResult:
    manifest = Manifest(
        number,
        None,
        seen.at,
        {"final_url": seen.url, "title": "特惠"},
        {},
        {},
        {"findings": [{"quote": _QUOTE}]},
        (),
    )
    files = {
        WARC: write_warc(exchanges, [], {"software": "benchmark"}),
        "screenshot.png": seen.screenshot or b"",
        "dom.html": seen.html.encode("utf-8", "surrogatepass"),
    }
    return await compare_replay(viewer, settings().viewer_dir, manifest, files)  # type: ignore[arg-type]


async def _measure(root: str, table: Table) -> int:
    faults = 0
    async with evidence_browser() as browser, viewer_browser() as viewer:
        for number, name in enumerate(PAGES):
            faults += await _row(browser, viewer, f"{root}/{number}", name, table)
    return faults


async def _row(browser: EvidenceBrowser, viewer: object, url: str, name: str, table: Table) -> int:
    begun = time.perf_counter()
    seen = await browser.look_at(url, monitor())
    captured = time.perf_counter() - begun
    plain = await _compared(viewer, 1, seen, list(seen.exchanges))
    other = await _compared(viewer, 1, seen, _changed(list(seen.exchanges)))
    named = not other.is_as_seen
    table.add_row(
        name,
        ReplayResult.share(plain.words),
        ReplayResult.share(plain.picture),
        plain.said or "as seen",
        "named" if named else "NOT NAMED",
        f"{captured:.1f}",
    )
    return (not plain.is_as_seen) + (not named)


def main() -> None:
    """Capture, replay and compare each page; print the table."""
    os.environ["QINGYI_ALLOW_NETWORKS"] = "127.0.0.0/8"  # the pages are served on loopback
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    table = Table(
        "page", "words", "picture", "replay", "changed", "s to capture", title=f"{len(PAGES)} pages replayed"
    )
    faults = asyncio.run(_measure(f"http://127.0.0.1:{server.server_port}", table))
    server.shutdown()
    Console(width=120).print(table, f"faults: {faults}")
    if faults:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
