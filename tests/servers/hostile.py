"""A hostile site on loopback: answers that a careful server would never give, byte by byte."""

import gzip
import socketserver
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from tests.servers.background import in_background

_OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
_KLINGON = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=klingon\r\n"
Write = Callable[[bytes], Any]


def _whole(body: bytes, head: bytes = _OK) -> Callable[[Write], None]:
    def answer(write: Write) -> None:
        write(head + b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body)

    return answer


def _redirect(target: str) -> Callable[[Write], None]:
    return _whole(b"", f"HTTP/1.1 302 Found\r\nLocation: {target}\r\n".encode())


def _bomb(write: Write) -> None:
    body = gzip.compress(b"<p>" + b"0" * (400 << 20))
    _whole(body, _OK + b"Content-Encoding: gzip\r\n")(write)


def _endless(write: Write) -> None:
    write(_OK + b"Connection: close\r\n\r\n")
    for _ in range(100_000):
        write(b"<p>" + b"x" * 65_536)


def _drip(write: Write) -> None:
    write(_OK + b"Content-Length: 100000\r\n\r\n")
    for _ in range(200):
        write(b"<")
        time.sleep(0.5)


def _wrong_length(write: Write) -> None:
    write(_OK + b"Content-Length: 5000\r\nConnection: close\r\n\r\n<p>short")


LOOP = "<script>for (;;) { try { alert(1) } catch (e) {} }</script>"
FRAMES = '<div id="app"></div>' + '<iframe src="/frame"></iframe>' * 1000 + "<script>1</script>"
ANSWERS: dict[str, Callable[[Write], None]] = {
    "/bomb": _bomb,
    "/endless": _endless,
    "/drip": _drip,
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
    "/headers": _whole(b"<p>x", _OK + b"X-Long: " + b"a" * 200_000 + b"\r\n"),
    "/never-ends": _whole(f"<title>t</title><div id=app></div>{LOOP}".encode()),
    "/frames": _whole(FRAMES.encode()),
    "/frame": _whole(b"<p>frame"),
}


@contextmanager
def hostile_site() -> Iterator[str]:
    """The site's address; its start page links to all that is bad, and to one page that is good."""
    good = "<p>" + "门诊时间为每日八时至十七时，欢迎监督。" * 5
    links = "".join(f'<a href="{path}">{path}</a>' for path in (*ANSWERS, "/good"))
    answers = {**ANSWERS, "/": _whole((good + links).encode()), "/good": _whole(good.encode())}

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            asked = self.rfile.readline(65_536).split()
            while self.rfile.readline(65_536).strip():
                pass
            answer = answers.get(asked[1].decode() if len(asked) > 1 else "")
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
