"""A hostile site on loopback: answers that a careful server would never give, byte by byte."""

import gzip
import socketserver
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any

import zstandard

from tests.servers.background import in_background

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
_KLINGON = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=klingon\r\n"
Write = Callable[[bytes], Any]


def _whole(body: bytes, head: bytes = OK) -> Callable[[Write], None]:
    def answer(write: Write) -> None:
        write(head + b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body)

    return answer


def _redirect(target: str) -> Callable[[Write], None]:
    return _whole(b"", f"HTTP/1.1 302 Found\r\nLocation: {target}\r\n".encode())


@cache
def _bombs() -> tuple[bytes, bytes]:
    """A page that unpacks to 100 MiB, and one in two layers, with words at its beginning. They take a second to make."""
    words = f"<title>门诊</title><p>{UNLAWFUL}</p>".encode()
    layered = gzip.compress(zstandard.compress(words + b"<p>x" * (25 << 20)))
    return gzip.compress(b"<p>" + b"0" * (100 << 20), 1), layered


def _bomb(write: Write) -> None:
    _whole(_bombs()[0], OK + b"Content-Encoding: gzip\r\n")(write)


def _layered_bomb(write: Write) -> None:
    _whole(_bombs()[1], OK + b"Content-Encoding: zstd, gzip\r\n")(write)


def _endless(write: Write) -> None:
    write(OK + b"Connection: close\r\n\r\n")
    for _ in range(100_000):
        write(b"<p>" + b"x" * 65_536)


def _endless_head(write: Write) -> None:
    write(OK)
    for number in range(100_000):
        write(b"".join(b"X-%d-%d: %s\r\n" % (number, line, b"a" * 80) for line in range(700)))


def _drip(write: Write) -> None:
    write(OK + b"Content-Length: 100000\r\n\r\n")
    for _ in range(200):
        write(b"<")
        time.sleep(0.5)


def _picture_that_drips(write: Write) -> None:
    write(b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 100000\r\n\r\n")
    for _ in range(200):
        write(b"<")
        time.sleep(0.5)


def _wrong_length(write: Write) -> None:
    write(OK + b"Content-Length: 5000\r\nConnection: close\r\n\r\n<p>short")


LOOP = "<script>for (;;) { try { alert(1) } catch (e) {} }</script>"
FRAMES = '<div id="app"></div>' + '<iframe src="/frame"></iframe>' * 1000 + "<script>1</script>"
UNLAWFUL = "我院治愈率98%，永不复发，欢迎咨询。" * 3
_DIGITS = "9" * 5_000


def _escaping(markup: str, head: bytes = OK) -> Callable[[Write], None]:
    """An unlawful page that hides itself by the markup around its words."""
    return _whole(f"<title>门诊</title>{markup}<p>{UNLAWFUL}</p>".encode("utf-8", "surrogatepass"), head)


def _unlawful_drip(write: Write) -> None:
    write(OK + b"Connection: close\r\n\r\n" + f"<title>门诊</title><p>{UNLAWFUL}</p>".encode())
    for _ in range(200):
        write(b"<p>x")
        time.sleep(0.5)


# Visitors can read each of these pages: it has to be judged and found unlawful.
ESCAPES: dict[str, Callable[[Write], None]] = {
    "/escape/width": _escaping(f'<img src="/a.png" width="{_DIGITS}">'),
    "/escape/colour": _escaping(f'<p style="color:rgb({_DIGITS},0,0);background:#fff">色</p>'),
    "/escape/bracket": _escaping(
        '<a href="http://[">一</a><img src="http://[::1"><iframe src="http://]/"></iframe>'
    ),
    "/escape/port": _escaping('<a href="http://a:port/">一</a><img src="http://a:port/1.png">'),
    "/escape/refresh": _escaping('<meta http-equiv="refresh" content="0;url=http://[">'),
    "/escape/refresh-itself": _escaping(
        '<meta http-equiv="refresh" content="1;url=/escape/refresh-itself?">'
    ),
    "/escape/refresh-later": _escaping('<meta http-equiv="refresh" content="30;url=/good">'),
    "/escape/nul": _escaping("<p>\x00\x01\x1f</p><p id='\x00'>", OK + b"X-Nul: a\x01b\r\n"),
    "/escape/surrogate": _escaping("<p>\ud800</p>"),
    "/escape/title": _escaping("<title>" + "\x0b长" * 3_000 + "</title>"),
    "/escape/script": _escaping("<!--" + "<a" * 100_000 + "-->"),
    "/escape/attributes": _escaping(f"<p {' '.join(f'a{number}=1' for number in range(400_000))}>"),
    "/escape/drip": _unlawful_drip,
    "/escape/bomb": _layered_bomb,
    "/escape/status": _escaping("", b"HTTP/1.1 203 Fine\r\nContent-Type: text/html; charset=utf-8\r\n"),
    "/escape/not-found": _escaping(
        "", b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html; charset=utf-8\r\n"
    ),
    "/escape/no-such-status": _escaping(
        "", b"HTTP/1.1 999 Own\r\nContent-Type: text/html; charset=utf-8\r\n"
    ),
    "/escape/encoding": _escaping("<meta charset=utf-7>", _KLINGON),
}
_ROBOTS = f"User-agent: *\nCrawl-delay: {_DIGITS}\nSitemap: http://[\nSitemap: http://a:port/\nDisallow: http://[\n\x00\n"
_MAP = "<urlset><url><loc>http://[</loc></url><url><loc>http://a:port/x</loc><lastmod>9999</lastmod></url></urlset>"
ANSWERS: dict[str, Callable[[Write], None]] = {
    "/bomb": _bomb,
    "/endless": _endless,
    "/drip": _drip,
    "/endless-head": _endless_head,
    "/loop": _redirect("/loop"),
    "/loop2": _redirect("/loop3"),
    "/loop3": _redirect("/loop2"),
    "/inside": _redirect("http://10.0.0.1/"),
    "/metadata": _redirect("http://169.254.169.254/latest/meta-data/"),
    "/nested": _whole(b"<div>" * 2_000_000 + "深处".encode()),
    "/short": _wrong_length,
    "/encoding": _whole(
        b"\xff\xfe\x00<p>\xd6\xce\xd3\xfa" * 50,
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=klingon\r\n",
    ),
    "/garbage": lambda write: write(b"\x00\x01\x02 no http at all\r\n\r\n"),
    "/headers": _whole(b"<p>x", OK + b"X-Long: " + b"a" * 200_000 + b"\r\n"),
    "/never-ends": _whole(f"<title>t</title><div id=app></div>{LOOP}".encode()),
    "/frames": _whole(FRAMES.encode()),
    "/frame": _whole(b"<p>frame"),
    "/pictures": _whole(
        ("<p>门诊时间公示</p>" + "".join(f'<img src="/picture?{number}">' for number in range(40))).encode()
    ),
    **ESCAPES,
}


@contextmanager
def hostile_site() -> Iterator[str]:
    """The site's address; its start page links to all that is bad, and to one page that is good."""
    _bombs()
    good = "<p>" + "门诊时间为每日八时至十七时，欢迎监督。" * 5
    links = "".join(f'<a href="{path}">{path}</a>' for path in (*ANSWERS, "/good"))
    maps = {"/robots.txt": _whole(_ROBOTS.encode()), "/sitemap.xml": _whole(_MAP.encode())}
    answers = {**ANSWERS, **maps, "/": _whole((good + links).encode()), "/good": _whole(good.encode())}
    with hostile_answers(answers) as url:
        yield url


@contextmanager
def hostile_answers(answers: dict[str, Callable[[Write], Any]]) -> Iterator[str]:
    """The address of a server that answers each path as it is told."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            asked = self.rfile.readline(65_536).split()
            while self.rfile.readline(65_536).strip():
                pass
            path = asked[1].decode() if len(asked) > 1 else ""
            answer = _picture_that_drips if path.startswith("/picture?") else answers.get(path)
            with suppress(OSError):
                (answer or _whole(b"", b"HTTP/1.1 404 Not Found\r\n"))(self.wfile.write)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            pass

    server = Server(("127.0.0.1", 0), Handler)
    with in_background(server):
        yield f"http://127.0.0.1:{server.server_address[1]}"
