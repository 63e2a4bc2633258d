"""The HTTP exchanges behind a page, for its evidence: headers and bodies as received, up to a number and a size."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit

from playwright.async_api import Error, Response

from crawler.browser.launch import browser_proxy
from crawler.browser.wire import Answer, Wire, header_value
from evidence.warc import Exchange

_SETTLE_SECONDS = 5.0
MOST_EXCHANGES, MOST_BYTES = 300, 40 << 20


async def exchanges_of(responses: Sequence[Response], wire: Wire, notes: list[str]) -> list[Exchange]:
    """The HTTP exchanges behind the page, bodies as received, up to a number and size."""
    await wire.settled(_SETTLE_SECONDS)
    kept: list[Exchange] = []
    size = recoded = 0
    for response in responses[:MOST_EXCHANGES]:
        if not response.url.startswith(("http://", "https://")):
            continue
        answer = wire.take(response.request.method, response.url, response.status)
        try:
            async with asyncio.timeout(5):
                body = answer.body if answer and answer.body is not None else await _copy(response)
                exchange = await _exchange(response, answer, body)
        except (Error, TimeoutError):
            continue
        size += len(body)
        if size > MOST_BYTES:
            notes.append(f"页面资源超过 {MOST_BYTES >> 20} MiB，其余未保存")
            break
        recoded += (answer is None or answer.body is None) and _may_be_recoded(exchange)
        kept.append(exchange)
    if len(responses) > MOST_EXCHANGES:
        notes.append(f"页面资源超过 {MOST_EXCHANGES} 个，其余未保存")
    if recoded:
        notes.append(f"{recoded} 个资源没有取得原始字节，保存的是浏览器转码后的内容")
    return kept


async def _copy(response: Response) -> bytes:
    """The browser's own copy of a body."""
    return b"" if 300 <= response.status < 400 else await response.body()


def _may_be_recoded(exchange: Exchange) -> bool:
    """Whether the browser's copy may differ from the received bytes: so for text that is not UTF-8."""
    kind = next((value for name, value in exchange.response_headers if name.lower() == "content-type"), "")
    is_text = any(word in kind.lower() for word in ("text", "script", "json", "xml")) or not kind
    return is_text and not exchange.body.isascii()


async def _exchange(response: Response, answer: Answer | None, body: bytes) -> Exchange:
    request = response.request
    received = [(header["name"], header_value(header["value"])) for header in await response.headers_array()]
    if answer:  # the browser sorts them
        order = {name.lower(): place for place, name in reversed(list(enumerate(answer.header_names)))}
        received.sort(key=lambda header: order.get(header[0].lower(), len(order)))
    host = urlsplit(response.url).hostname or ""
    return Exchange(
        url=response.url,
        at=datetime.now(UTC),
        request_headers=[(header["name"], header["value"]) for header in await request.headers_array()],
        status=response.status,
        response_headers=received,
        body=body,
        method=request.method,
        address=browser_proxy()[0].addresses.get(host),
    )
