"""Runs a server of the standard library in a thread while a block lasts."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import BaseServer

Reply = tuple[int, Mapping[str, str], bytes]  # status, headers, body
_NOTICED_WITHIN = 0.02  # seconds in which the server notices its end; its own default is half a second


@contextmanager
def in_background(server: BaseServer) -> Iterator[None]:
    """Serve until the block is left; then the port is free again."""
    with server:
        thread = threading.Thread(target=server.serve_forever, args=(_NOTICED_WITHIN,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def receiving_posts(reply: Callable[[Mapping[str, str], bytes], Reply]) -> Iterator[str]:
    """Answer every POST by what `reply` makes of its headers (by lower-case name) and body; the server's address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, headers, said = reply({name.lower(): value for name, value in self.headers.items()}, body)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    with in_background(server):
        yield f"http://127.0.0.1:{server.server_port}"
