"""HTTP exchanges as WARC (ISO 28500), by warcio."""

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from w3lib.url import safe_url_string
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

# A body is kept decoded, so these headers no longer describe it; they are kept under another name.
_OF_THE_WIRE = frozenset({"content-encoding", "transfer-encoding", "content-length"})
_RENAMED = "X-Archive-Orig-"
_BREAKS = re.compile(r"[\r\n]+[ \t]*")


@dataclass(frozen=True)
class Exchange:
    """One request and its response: headers as (name, value), the body with its content coding undone, when,
    and from which address. A header's value has a character for each byte (Latin-1); other characters are
    written as UTF-8."""

    url: str
    at: datetime
    request_headers: Sequence[tuple[str, str]]
    status: int
    response_headers: Sequence[tuple[str, str]]
    body: bytes
    method: str = "GET"
    address: str | None = None


@dataclass(frozen=True)
class Resource:
    """Something made from a page rather than received: a screenshot, the DOM, text."""

    uri: str
    media_type: str
    content: bytes
    at: datetime


def write_warc(
    exchanges: Iterable[Exchange], resources: Iterable[Resource], about: Mapping[str, str]
) -> bytes:
    """A gzipped WARC 1.1 of these, after a warcinfo record that says `about`."""
    buffer = io.BytesIO()
    writer = WARCWriter(buffer, gzip=True, warc_version="WARC/1.1")
    writer.write_record(writer.create_warcinfo_record("exchange.warc.gz", dict(about)))
    for exchange in exchanges:
        _write_exchange(writer, exchange)
    for resource in resources:
        writer.write_record(
            writer.create_warc_record(
                safe_url_string(resource.uri),
                "resource",
                payload=io.BytesIO(resource.content),
                warc_content_type=resource.media_type,
                warc_headers_dict={"WARC-Date": _date(resource.at)},
            )
        )
    return buffer.getvalue()


def _write_exchange(writer: WARCWriter, exchange: Exchange) -> None:
    of_the_wire = {"WARC-Date": _date(exchange.at)}
    if exchange.address:
        of_the_wire["WARC-IP-Address"] = exchange.address
    url = safe_url_string(exchange.url)
    response = writer.create_warc_record(
        url,
        "response",
        payload=io.BytesIO(exchange.body),
        http_headers=_AsReceived(
            f"{exchange.status} {_phrase(exchange.status)}",
            [*map(_kept, exchange.response_headers), ("Content-Length", str(len(exchange.body)))],
            protocol="HTTP/1.1",
        ),
        warc_headers_dict=of_the_wire,
    )
    path = url.split("://", 1)[-1].partition("/")[2]
    request = writer.create_warc_record(
        url,
        "request",
        http_headers=_AsReceived(
            f"{exchange.method} /{path.partition('#')[0]} HTTP/1.1",
            [(name, _one_line(value)) for name, value in exchange.request_headers],
            is_http_request=True,
        ),
        warc_headers_dict={"WARC-Date": _date(exchange.at)},
    )
    writer.write_request_response_pair(request, response)


def _kept(header: tuple[str, str]) -> tuple[str, str]:
    name, value = header
    return (f"{_RENAMED}{name}" if name.lower() in _OF_THE_WIRE else name), _one_line(value)


def _one_line(value: str) -> str:
    """A value without the line breaks that would end it; every other byte is unchanged."""
    if not value.isascii() and any(ord(character) > 255 for character in value):
        value = value.encode("utf-8", "surrogatepass").decode("latin-1")
    return _BREAKS.sub(" ", value).strip(" \t")


class _AsReceived(StatusAndHeaders):  # type: ignore[misc] # comes without types
    """A head whose bytes are written as received; warcio would percent-encode those that are not ASCII."""

    def compute_headers_buffer(self, header_filter: Any = None) -> None:  # noqa: ANN401 - warcio's to choose
        self.headers_buff = self.to_bytes(header_filter, "latin-1")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def _date(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
