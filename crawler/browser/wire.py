"""The bytes that came over the wire for a page, taken by the protocol's Fetch domain before the browser reads
them.

A browser hands out its own copy of a response's body: text in another encoding comes out as UTF-8, under a
header that says otherwise. Here each response is held when it arrives, its bytes are copied, and it is
released. Content codings (gzip, br) are undone by then; the encoding is unchanged.
"""

import asyncio
import base64
import binascii
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from playwright.async_api import CDPSession, Error, Page

_BODY_SECONDS = 15.0
# Streams may never end, so they are not held.
_ENDLESS = frozenset({"Media", "EventSource", "WebSocket"})
_NO_BODY = frozenset({204, 205, 304})
_BEGINNING_SECONDS, _BEGINNING_BYTES = 4.0, 128 << 10
_FINE, _PART = 64, 2 << 10  # bytes to ask for at a time, up to as many bytes, and later
_OF_THE_TRANSFER = frozenset({"content-encoding", "content-length", "transfer-encoding"})


@dataclass(frozen=True)
class Answer:
    """A response as received: the names of its headers in their order, and its body (None: not copied)."""

    header_names: Sequence[str]
    body: bytes | None


class Wire:
    """Copies the responses of one page, from `tap` until the page is closed."""

    def __init__(self, session: CDPSession, most_bytes: int, *, beginnings: bool = False) -> None:
        self._session, self._beginnings = session, beginnings
        self._left = most_bytes
        self._answers: dict[tuple[str, str, int], deque[Answer]] = defaultdict(deque)
        self._under_way: set[asyncio.Task[None]] = set()

    @classmethod
    async def tap(cls, page: Page, most_bytes: int, *, beginnings: bool = False) -> "Wire":
        """Start, before the page sends a request; copy at most `most_bytes`. With `beginnings`, the page is shown by the
        beginning of its document, which may have no end."""
        wire = cls(await page.context.new_cdp_session(page), most_bytes, beginnings=beginnings)
        wire._session.on("Fetch.requestPaused", wire._paused)
        await wire._session.send(
            "Fetch.enable", {"patterns": [{"urlPattern": "*", "requestStage": "Response"}]}
        )
        return wire

    async def settled(self, seconds: float) -> None:
        """Wait until no response is held, for at most `seconds`."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=seconds)

    def take(self, method: str, url: str, status: int) -> Answer | None:
        """The next response to such a request; None where none was seen (frames in processes of their
        own)."""
        waiting = self._answers.get((method, url.partition("#")[0], status))
        return waiting.popleft() if waiting else None

    def _paused(self, event: dict[str, Any]) -> None:
        task = asyncio.ensure_future(self._take(event))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _take(self, event: Mapping[str, Any]) -> None:
        held, status = {"requestId": event["requestId"]}, event.get("responseStatusCode")
        is_document = event.get("resourceType") == "Document"
        if self._beginnings and is_document and status is not None and _has_body(status):
            await self._show_beginning(event, held)
            return
        if self._beginnings and event.get("resourceType") == "Font":  # a screenshot waits for each
            with suppress(Error):
                await self._session.send("Fetch.failRequest", {**held, "errorReason": "Aborted"})
            return
        body: bytes | None = None
        with suppress(Error, TimeoutError, binascii.Error):
            if status is not None and self._is_wanted(event, status):
                async with asyncio.timeout(_BODY_SECONDS):
                    found = await self._session.send("Fetch.getResponseBody", held)
                body = base64.b64decode(found["body"]) if found["base64Encoded"] else found["body"].encode()
                self._left -= len(body)
        if status is not None:
            names = [header["name"] for header in event.get("responseHeaders") or ()]
            request = event["request"]
            self._answers[request["method"], request["url"], status].append(Answer(names, body))
        try:
            await self._session.send("Fetch.continueRequest", held)
        except Error:  # its body is still under way: it would hold the page for ever
            with suppress(Error):
                await self._session.send("Fetch.failRequest", {**held, "errorReason": "TimedOut"})

    async def _show_beginning(self, event: Mapping[str, Any], held: dict[str, Any]) -> None:
        """Have the browser show the beginning of a body."""
        status, headers, request = (
            event["responseStatusCode"],
            event.get("responseHeaders") or (),
            event["request"],
        )
        body = bytearray()
        with suppress(Error):
            stream = (await self._session.send("Fetch.takeResponseBodyAsStream", held))["stream"]
            with suppress(TimeoutError):
                async with asyncio.timeout(_BEGINNING_SECONDS):
                    await self._read_beginning(stream, body)
            await self._session.send("IO.close", {"handle": stream})
        names = [header["name"] for header in headers]
        self._answers[request["method"], request["url"], status].append(Answer(names, bytes(body)))
        shown = [header for header in headers if header["name"].lower() not in _OF_THE_TRANSFER]
        given = {"responseCode": status, "responseHeaders": shown, "body": base64.b64encode(body).decode()}
        with suppress(Error):
            await self._session.send("Fetch.fulfillRequest", {**held, **given})

    async def _read_beginning(self, stream: str, body: bytearray) -> None:
        """Read up to a size. The browser waits for as many bytes as are asked for: the fewer, the less is lost of a body
        that drips."""
        while len(body) < _BEGINNING_BYTES:
            asked = {"handle": stream, "size": _FINE if len(body) < _PART else _PART}
            part = await self._session.send("IO.read", asked)
            body += base64.b64decode(part["data"]) if part["base64Encoded"] else part["data"].encode()
            if part["eof"]:
                return

    def _is_wanted(self, event: Mapping[str, Any], status: int) -> bool:
        """Whether the body ends and there is room for it."""
        headers = {header["name"].lower(): header["value"] for header in event.get("responseHeaders") or ()}
        length = headers.get("content-length", "")
        endless = event.get("resourceType") in _ENDLESS or "event-stream" in headers.get("content-type", "")
        return _has_body(status) and not endless and self._left > (int(length) if length.isdecimal() else 0)


def _has_body(status: int) -> bool:
    return status not in _NO_BODY and not 300 <= status < 400


def header_value(shown: str) -> str:
    """A header's value with one character for each received byte. The protocol decodes the bytes as
    windows-1252 (WHATWG Encoding, section 9, maps all 256)."""
    return "".join(map(_byte, shown))


def _byte(character: str) -> str:
    if ord(character) < 256:
        return character
    try:
        return chr(character.encode("cp1252")[0])
    except UnicodeEncodeError:
        return character
