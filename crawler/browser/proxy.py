"""The browser's only way out: a proxy on loopback that refuses every address that must not be reached.

Asking before a request is not enough for a browser, which resolves names by itself, and again: a name that changes
its address between question and connection (rebinding) would get through. Here the address that was checked
is the address connected to. A request that names two hosts is refused, and every request is rewritten before
it is passed on, so that no server reads a host in it that was not checked. The browser is told to send
everything through it, loopback too.
"""

import asyncio
import contextlib
import re
import threading
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import h11

from crawler.network.guard import AddressGuard

_LONGEST_HEAD = 64 << 10
_LARGEST_ANSWER = 64 << 20  # bytes a connection may bring in
_CONNECT_SECONDS, _IDLE_SECONDS = 10.0, 60.0
_PART = 64 << 10
_HOP_HEADERS = (b"proxy-connection:", b"connection:", b"keep-alive:", b"proxy-authorization:")
_REPLACED = frozenset({b"host", *(header.rstrip(b":") for header in _HOP_HEADERS)})
_NO_HOST = re.compile(r"[^\w.:\[\]-]|\.\.|^[.:]", re.A)  # a browser writes other letters as xn--


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
        """Stop listening, and drop open connections."""
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

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:  # noqa: ANN401 - the type that the work returns
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
        browser = h11.Connection(h11.SERVER, max_incomplete_event_size=_LONGEST_HEAD)
        request = await _next_event(browser, reader)
        if not isinstance(request, h11.Request):
            raise Refused("not a request")
        asked = asked_for(request)
        server, to_server = await self._connect(asked.host, asked.port)
        if asked.path is None:
            writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
            early, _ = browser.trailing_data
            to_server.write(early)
            upward = asyncio.create_task(_pipe(reader, to_server))
        else:
            upward = asyncio.create_task(_pass_on(request, asked, browser, reader, to_server))
        try:
            if asked.path is not None:
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
        if refusal := self._guard.refusal(host, addresses):
            raise Refused(refusal)
        connection = await asyncio.wait_for(asyncio.open_connection(addresses[0], port), _CONNECT_SECONDS)
        self.addresses[host] = addresses[0]
        return connection


@dataclass(frozen=True)
class Asked:
    """Where a request is to go: the host and port that are checked and connected to; the path, or
    None for a tunnel."""

    host: str
    port: int
    path: str | None

    @property
    def authority(self) -> str:
        """The value of the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == 80 else f"{host}:{self.port}"


def asked_for(request: h11.Request) -> Asked:
    """Where `request` is to go, by its first line (RFC 9112, 3.2). Raises Refused or ValueError for a request
    that gives two different targets, or one in a form not used with proxies."""
    target = request.target.decode("ascii")
    if request.method == b"CONNECT":
        parts, path = urlsplit(f"//{target}"), None
        if parts.path or parts.query or parts.fragment or not parts.port:
            raise Refused(f"not a host and port: {target[:100]!r}")
    else:
        parts = urlsplit(target)
        if parts.scheme != "http":
            raise Refused(f"not an http address: {target[:100]!r}")
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not parts.hostname or parts.username is not None or _NO_HOST.search(parts.netloc):
        raise Refused(f"no host: {target[:100]!r}")
    asked = Asked(parts.hostname, parts.port or 80, path)
    for named in (value.decode("ascii") for name, value in request.headers if name == b"host"):
        also = urlsplit(f"//{named}")
        if also.netloc != named or (also.hostname, also.port or asked.port) != (asked.host, asked.port):
            raise Refused(f"two hosts: {parts.netloc[:100]!r} and {named[:100]!r}")
    return asked


async def _next_event(connection: h11.Connection, reader: asyncio.StreamReader) -> object:
    """The next part of a request. Raises Refused for bytes that are not HTTP."""
    try:
        while (event := connection.next_event()) is h11.NEED_DATA:
            connection.receive_data(await asyncio.wait_for(reader.read(_PART), _IDLE_SECONDS))
    except h11.RemoteProtocolError as error:
        raise Refused(f"not HTTP: {error}") from error
    return event


async def _pass_on(
    request: h11.Request,
    asked: Asked,
    browser: h11.Connection,
    reader: asyncio.StreamReader,
    to_server: asyncio.StreamWriter,
) -> None:
    """Send the one request, rewritten: with the host that was checked, its own body, and nothing after it."""
    assert asked.path is not None
    headers_kept = (
        (name, value) for name, value in request.headers.raw_items() if name.lower() not in _REPLACED
    )
    headers = [(b"Host", asked.authority.encode("ascii")), *headers_kept, (b"Connection", b"close")]
    server = h11.Connection(h11.CLIENT)
    with contextlib.suppress(OSError, TimeoutError, Refused):
        head = h11.Request(method=request.method, target=asked.path.encode("ascii"), headers=headers)
        to_server.write(server.send(head) or b"")
        while isinstance(part := await _next_event(browser, reader), h11.Data):
            to_server.write(server.send(h11.Data(data=part.data)) or b"")
            await to_server.drain()
        if isinstance(part, h11.EndOfMessage):
            to_server.write(server.send(h11.EndOfMessage()) or b"")
        while await reader.read(_PART):
            pass  # later bytes are dropped: the response says that the connection ends with it
        to_server.write_eof()


def _closing(first: bytes, headers: Sequence[bytes]) -> bytes:
    """A head that says that the connection ends after this message."""
    kept = [line for line in headers if not line.lower().startswith(_HOP_HEADERS)]
    return b"\r\n".join((first, *kept, b"Connection: close", b"", b""))


async def _answer_head(server: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass on a response's head, so that the browser opens a new connection for its next request. A head that
    is malformed or too long is passed on unchanged."""
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
        while left > 0 and (part := await asyncio.wait_for(reader.read(_PART), _IDLE_SECONDS)):
            left -= len(part)
            writer.write(part)
            await writer.drain()
    with contextlib.suppress(OSError, RuntimeError):
        if writer.can_write_eof():
            writer.write_eof()
