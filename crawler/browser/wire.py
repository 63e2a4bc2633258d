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


@dataclass(frozen=True)
class Answer:
    """A response as received: the names of its headers in their order, and its body (None: not copied)."""

    header_names: Sequence[str]
    body: bytes | None


class Wire:
    """Copies the responses of one page, from `tap` until the page is closed."""

    def __init__(self, session: CDPSession, most_bytes: int) -> None:
        self._session = session
        self._left = most_bytes
        self._answers: dict[tuple[str, str, int], deque[Answer]] = defaultdict(deque)
        self._under_way: set[asyncio.Task[None]] = set()

    @classmethod
    async def tap(cls, page: Page, most_bytes: int) -> "Wire":
        """Start, before the page sends a request; copy at most `most_bytes`."""
        wire = cls(await page.context.new_cdp_session(page), most_bytes)
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

    def _is_wanted(self, event: Mapping[str, Any], status: int) -> bool:
        """Whether the body ends and there is room for it."""
        headers = {header["name"].lower(): header["value"] for header in event.get("responseHeaders") or ()}
        length = headers.get("content-length", "")
        has_body = status not in _NO_BODY and not 300 <= status < 400
        endless = event.get("resourceType") in _ENDLESS or "event-stream" in headers.get("content-type", "")
        return has_body and not endless and self._left > (int(length) if length.isdecimal() else 0)


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
