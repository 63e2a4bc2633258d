"""The layer that every response passes: safe headers, the address for scripts, and the count."""

import logging
import re
import secrets
import time

from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from telemetry.logs import begin_request
from telemetry.traces import begin_span

_LOG = logging.getLogger(__name__)
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)
COUNTED = CollectorRegistry()
_REQUESTS = Counter(
    "qingyi_http_requests", "Requests answered", ("method", "route", "status"), registry=COUNTED
)
_SECONDS = Histogram(
    "qingyi_http_request_seconds", "Time from a request to its answer", ("route",), registry=COUNTED
)


class Answering:
    """Wraps the application. One plain layer: a chain of FastAPI's own costs more than a short call."""

    def __init__(self, app: ASGIApp, headers: dict[str, str]) -> None:
        self._app, self._headers = app, headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, request_id = time.perf_counter(), _request_id(scope)
        begin_request(request=request_id)

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._complete(scope, message)
                MutableHeaders(scope=message)["X-Request-Id"] = request_id
                _count(scope, message["status"], time.perf_counter() - began)
            await send(message)

        with begin_span("API request", method=scope["method"]) as span:
            scope["span"] = span
            await self._app(scope, receive, answer)

    def _complete(self, scope: Scope, message: Message) -> None:
        headers = MutableHeaders(scope=message)
        for name, value in self._headers.items():
            headers.setdefault(name, value)
        if not scope["path"].startswith("/static/"):
            headers.setdefault("Cache-Control", "no-store")
        if message["status"] == 303 and Headers(scope=scope).get("X-Form") == "script":
            _name_what_follows(message, headers)


def _name_what_follows(message: Message, headers: MutableHeaders) -> None:
    """Tell a form that was sent by script (`X-Form: script`) the address of the page that follows in
    `X-Location`: a script cannot read a redirect, only follow it, and the page would be loaded twice."""
    message["status"] = 200
    headers["X-Location"] = headers["location"]
    del headers["location"]


def _request_id(scope: Scope) -> str:
    """The number of this request in the log: the proxy's, where it gives one, or a new one."""
    given = Headers(scope=scope).get("x-request-id", "")
    return given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)


def _count(scope: Scope, status: int, seconds: float) -> None:
    """Count a request by its route, never by the values in its address; log its path, never its query."""
    route = getattr(scope.get("route"), "path", "other")
    _REQUESTS.labels(scope["method"], route, status).inc()
    _SECONDS.labels(route).observe(seconds)
    scope["span"].tell(route=route, status=status)
    if _LOG.isEnabledFor(logging.INFO):
        about = {"method": scope["method"], "path": scope["path"], "status": status}
        _LOG.info("request", extra={**about, "milliseconds": round(seconds * 1000, 1)})
