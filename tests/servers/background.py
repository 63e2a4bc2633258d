"""Runs a server of the standard library in a thread while a block lasts."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import BaseServer

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
