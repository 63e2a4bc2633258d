"""A real site on loopback for the crawler's tests: pages by path, each request written down."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.servers.background import in_background


@dataclass
class Answer:
    """The site's response for a path."""

    body: bytes | str = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    etag: str | None = None
    delay: float = 0.0
    lasts: float = 0.0  # seconds that the connection stays open after the content

    @property
    def content(self) -> bytes:
        return self.body.encode() if isinstance(self.body, str) else self.body


@dataclass
class LoopbackSite:
    """Pages, and the requests for them: (path, headers) in order."""

    url: str
    pages: dict[str, Answer | Callable[[], Answer]]
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    under_way: int = 0
    most_at_once: int = 0

    def paths(self) -> list[str]:
        """The paths that were asked for, without robots.txt and sitemap.xml."""
        return [path for path, _ in self.requests if path not in {"/robots.txt", "/sitemap.xml"}]


@contextmanager
def serving(
    pages: dict[str, Answer | Callable[[], Answer]], host: str = "127.0.0.1"
) -> Iterator[LoopbackSite]:
    """Serve `pages` on a port of its own."""
    site = LoopbackSite("", pages)
    counting = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            site.requests.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            found = site.pages.get(self.path)
            answer = Answer("nothing here", 404) if found is None else found() if callable(found) else found
            with counting:
                site.under_way += 1
                site.most_at_once = max(site.most_at_once, site.under_way)
            time.sleep(answer.delay)
            with counting:
                site.under_way -= 1
            status, content = answer.status, answer.content
            if answer.etag and self.headers.get("If-None-Match") == answer.etag:
                status, content = 304, b""
            self.send_response(status)
            for name, value in {"Content-Type": "text/html", **answer.headers}.items():
                self.send_header(name, value)
            if answer.etag:
                self.send_header("ETag", answer.etag)
            if "Content-Length" not in answer.headers:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            time.sleep(answer.lasts)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.do_GET()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer((host, 0), Handler)
    server.daemon_threads = True
    site.url = f"http://{host}:{server.server_port}"
    with in_background(server):
        yield site


def page(
    *links: str,
    words: str = "我院设内科、外科、儿科，门诊时间为每日八时至十七时，急诊二十四小时开放，欢迎监督。" * 2,
) -> str:
    """A page with links and enough words not to be a shell."""
    anchors = "".join(f'<a href="{link}">{link}</a> ' for link in links)
    return f"<!doctype html><html><head><title>页</title></head><body><nav>{anchors}</nav><p>{words}</p></body></html>"
