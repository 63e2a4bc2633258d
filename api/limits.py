"""Limits on the size and the time of a request, checked before anything of it is stored.

Routes read their bodies whole, and forms are spooled to disk before a route can ask who sends them; so a
large body is counted here, byte by byte, and accepted only from users who are signed in or have a token.
"""

import asyncio
from datetime import UTC, datetime
from typing import NoReturn

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.context import app_state, signed_in_or_nobody
from api.error_responses import answer
from api.errors import BodyTooLarge, BodyTooSlow
from records.database import reading
from records.people.office_tokens import find_token

LARGEST_OF_ANYBODY = 1 << 20  # bytes: the longest text of the self-check, as a form writes it, has room
LARGEST = 24 << 20  # of a known user: the largest upload (20 MB), and the form around it
_NEXT_PART, _WHOLE = 20.0, 180.0  # seconds


class Limits:
    """Wraps the application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = _Body(Request(scope), receive, send)
        try:
            await body.announced()
            await self._app(scope, body.receive, body.send)
        except (BodyTooLarge, BodyTooSlow):
            await body.refuse()
        else:
            if body.fault and not body.is_answered:
                await body.refuse()


class _Body:
    """A request's body on its way in, and the response on its way out."""

    def __init__(self, request: Request, receive: Receive, send: Send) -> None:
        self._request, self._receive, self._send = request, receive, send
        self._begun = asyncio.get_running_loop().time()
        self._taken, self._limit = 0, LARGEST_OF_ANYBODY
        self._is_whole = False
        self.fault: Exception | None = None
        self.is_answered = False

    async def announced(self) -> None:
        """Raises BodyTooLarge where the declared length is too large."""
        declared = self._request.headers.get("content-length", "")
        if declared.isascii() and declared.isdecimal() and len(declared) < 20:
            await self._check(int(declared))
        elif declared:
            self._fail(BodyTooLarge("Content-Length 不是有效的长度"))

    async def receive(self) -> Message:
        """The next part. Raises BodyTooLarge and BodyTooSlow, which readers of forms may turn into another
        error: the response is then replaced."""
        if self._is_whole:
            return await self._receive()  # whether the client is still there
        left = _WHOLE - (asyncio.get_running_loop().time() - self._begun)
        try:
            message = await asyncio.wait_for(self._receive(), max(0.0, min(_NEXT_PART, left)))
        except TimeoutError:
            self._fail(BodyTooSlow("请求体没有在规定时间内到齐"))
        self._is_whole = message["type"] != "http.request" or not message.get("more_body")
        self._taken += len(message.get("body", b""))
        await self._check(self._taken)
        return message

    async def send(self, message: Message) -> None:
        """Pass the response on, unless the body was refused."""
        if self.fault is None:
            self.is_answered = True
            await self._send(message)

    async def refuse(self) -> None:
        """Respond with the reason, and end the connection: the rest of the body is not read."""
        assert self.fault is not None
        response = await answer(self._request, self.fault)
        response.headers["Connection"] = "close"
        await response(self._request.scope, self._receive, self._send)

    async def _check(self, length: int) -> None:
        if length > self._limit and self._limit < LARGEST and await run_in_threadpool(self._is_known):
            self._limit = LARGEST
        if length > self._limit:
            most = f"{self._limit >> 20} MB"
            self._fail(
                BodyTooLarge(
                    f"请求体超过 {most}" + ("" if self._limit == LARGEST else "，登录或提供令牌后才可更大")
                )
            )

    def _is_known(self) -> bool:
        app, now = app_state(self._request), datetime.now(UTC)
        kind, _, token = self._request.headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            with reading(app.engine) as session:
                return find_token(session, token.strip(), now) is not None
        return signed_in_or_nobody(self._request, app, now) is not None

    def _fail(self, fault: Exception) -> NoReturn:
        self.fault = fault
        raise fault
