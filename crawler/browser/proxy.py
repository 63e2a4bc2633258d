"""The only way out for the browser: a proxy on loopback that connects to no address that must not be reached.

Asking before a request is not enough for a browser, which resolves names by itself, and again: a name that changes
its address between question and connection (rebinding) would get through. Here the address that was checked is the
one that is connected to. The browser is told to send everything through it, loopback too.
"""

import asyncio
import contextlib
import threading
from collections.abc import Coroutine, Sequence
from typing import Any
from urllib.parse import urlsplit

from crawler.network.guard import AddressGuard

_LONGEST_HEAD = 64 << 10
_LARGEST_ANSWER = 64 << 20  # bytes a connection may bring in
_CONNECT_SECONDS, _IDLE_SECONDS = 10.0, 60.0
_HOP_HEADERS = (b"proxy-connection:", b"connection:", b"keep-alive:", b"proxy-authorization:")


class Refused(Exception):
    """A connection that is not made; the message says why."""


class BrowserProxy:
    """Runs in a thread of its own from `start` until the process ends, or `stop`."""

    def __init__(self, guard: AddressGuard) -> None:
        self._guard = guard
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="browser-proxy", daemon=True)
        self._server: asyncio.Server | None = None
        self.addresses: dict[str, str] = {}
        self.refused: list[str] = []

    def start(self) -> str:
        """Listen on a free port of loopback; returns the proxy's URL."""
        self._thread.start()
        self._server = self._run(asyncio.start_server(self._serve, "127.0.0.1", 0, limit=_LONGEST_HEAD))
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def stop(self) -> None:
        """Stop listening, and drop what is under way."""
        self._run(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    async def _end(self) -> None:
        if self._server is not None:
            self._server.close()
        under_way = asyncio.all_tasks() - {asyncio.current_task()}
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:  # noqa: ANN401 - whatever the work returns
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, TimeoutError):
            try:
                await self._handle(reader, writer)
            except (Refused, ValueError, asyncio.LimitOverrunError) as error:
                self.refused.append(str(error))
                writer.write(b"HTTP/1.1 403 Refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                await writer.drain()
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()

    async def _handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), _IDLE_SECONDS)
        request, *headers = head[:-4].split(b"\r\n")
        method, target, version = request.split(b" ", 2)
        if method == b"CONNECT":
            host, _, port = target.decode("ascii").rpartition(":")
            server, to_server = await self._connect(host.strip("[]"), int(port))
            writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
        else:
            parts = urlsplit(target.decode("ascii"))
            if parts.scheme != "http" or not parts.hostname:
                raise Refused(f"not an http address: {target[:100]!r}")
            server, to_server = await self._connect(parts.hostname, parts.port or 80)
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            first = b" ".join((method, path.encode("ascii"), version))
            to_server.write(_closing(first, headers))
        upward = asyncio.create_task(_pipe(reader, to_server))
        try:
            if method != b"CONNECT":
                await _answer_head(server, writer)
            await _pipe(server, writer)
        finally:
            upward.cancel()
            to_server.close()
            with contextlib.suppress(OSError):
                await to_server.wait_closed()

    async def _connect(self, host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=1)
        except (OSError, UnicodeError) as error:
            raise Refused(f"{host}: {error}") from error
        addresses = [str(entry[4][0]) for entry in found]
        refused = self._guard.refused_among(addresses)
        if refused:
            raise Refused(f"拒绝访问内部地址 {refused}（{host}）")
        connection = await asyncio.wait_for(asyncio.open_connection(addresses[0], port), _CONNECT_SECONDS)
        self.addresses[host] = addresses[0]
        return connection


def _closing(first: bytes, headers: Sequence[bytes]) -> bytes:
    """A head that says that the connection carries no more than this."""
    kept = [line for line in headers if not line.lower().startswith(_HOP_HEADERS)]
    return b"\r\n".join((first, *kept, b"Connection: close", b"", b""))


async def _answer_head(server: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass on an answer's head, so that the browser asks for the next page by a connection of its own; what is none,
    or too long, is left as it is."""
    try:
        head = await asyncio.wait_for(server.readuntil(b"\r\n\r\n"), _IDLE_SECONDS)
    except asyncio.IncompleteReadError as cut_off:
        writer.write(cut_off.partial)
        return
    except asyncio.LimitOverrunError:
        return
    first, *headers = head[:-4].split(b"\r\n")
    writer.write(_closing(first, headers))


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    left = _LARGEST_ANSWER
    with contextlib.suppress(OSError, TimeoutError):
        while left > 0 and (part := await asyncio.wait_for(reader.read(64 << 10), _IDLE_SECONDS)):
            left -= len(part)
            writer.write(part)
            await writer.drain()
    with contextlib.suppress(OSError, RuntimeError):
        if writer.can_write_eof():
            writer.write_eof()
