"""Keeping the part of a page that arrived where its server never ends it, or sends more than is taken: a browser shows that
part to its visitors, too."""

from ipaddress import IPv4Address, IPv6Address
from typing import Any, TypeVar

from scrapy import Request
from scrapy.core.downloader.handlers import http11
from scrapy.exceptions import StopDownload
from scrapy.http import Response
from twisted.web.iweb import UNKNOWN_LENGTH

KEEPS_PART = "keeps_the_part_that_arrived"  # in a request's meta
_RECEIVED, _STOPPED = "bytes_received", "download_stopped"
_OUT_OF_TIME = "out_of_time"
UNPACKED_IN_PART, UNPACKS_NO_FURTHER = "unpacked_in_part", "unpacks_no_further"
CUT_SHORT = "响应不完整，与其声明的长度不符"
_CUTS = {
    "dataloss": CUT_SHORT,
    _OUT_OF_TIME: "响应没有在限时内结束，按已收到的部分研判",
    _STOPPED: "内容超过大小上限，按已收到的部分研判",
    UNPACKED_IN_PART: "内容解压后超过大小上限，按开头部分研判",
    UNPACKS_NO_FURTHER: "压缩的内容有误，按能解开的部分研判",
}
_Answer = TypeVar("_Answer")


def cuts_of(response: Response) -> tuple[str, ...]:
    """What a response lacks, in Chinese."""
    return tuple(_CUTS[flag] for flag in response.flags if flag in _CUTS)


def is_too_large(response: Response) -> bool:
    """Whether a response was cut at a limit of its size."""
    return not {_STOPPED, UNPACKED_IN_PART}.isdisjoint(response.flags)


def begin(request: Request, most: int) -> None:
    """Count the bytes for a request from nothing, up to a limit."""
    request.meta[_RECEIVED], request.meta["download_maxsize"] = 0, most


def stop_at_limit(data: bytes, request: Request) -> None:
    """Scrapy's signal for received bytes: raises StopDownload, with which Scrapy takes what arrived."""
    if not request.meta.get(KEEPS_PART):
        return
    request.meta[_RECEIVED] = request.meta.get(_RECEIVED, 0) + len(data)
    if request.meta[_RECEIVED] >= request.meta["download_maxsize"]:
        raise StopDownload(fail=False)


class PatientAgent(http11._ScrapyAgent):
    """Scrapy's, except that a page's response is taken as far as it came when its time is up."""

    def _cb_bodyready(self, txresponse: Any, request: Request) -> Any:  # noqa: ANN401 - Twisted's and Scrapy's own
        is_large = txresponse.length != UNKNOWN_LENGTH and txresponse.length > self._maxsize
        if is_large and request.meta.get(KEEPS_PART) and _is_text(txresponse):
            txresponse.length = UNKNOWN_LENGTH  # a length beyond the limit is no reason to take nothing
        return super()._cb_bodyready(txresponse, request)

    def _cb_timeout(  # type: ignore[override] # a response in place of an error
        self, result: _Answer, request: Request, url: str, timeout: float
    ) -> _Answer | Response:
        timer: Any = self._timeout_cl
        body = self._arrived() if request.meta.get(KEEPS_PART) and not timer.active() else b""
        if not body or self._txresponse is None:
            return super()._cb_timeout(result, request, url, timeout)
        self._txresponse._transport.stopProducing()
        return self._cb_bodydone(
            {
                "txresponse": self._txresponse,
                "body": body,
                "flags": [_OUT_OF_TIME],
                "ip_address": self._address(),
            },
            url,
        )

    def _reader(self) -> Any:  # noqa: ANN401 - Scrapy's own
        return getattr(self._txresponse, "_bodyProtocol", None)

    def _arrived(self) -> bytes:
        reader = self._reader()
        return bytes(reader._bodybuf.getvalue()) if reader is not None else b""

    def _address(self) -> IPv4Address | IPv6Address | None:
        found: IPv4Address | IPv6Address | None = self._reader()._ip_address
        return found


def _is_text(txresponse: Any) -> bool:  # noqa: ANN401 - Twisted's
    kinds = txresponse.headers.getRawHeaders(b"content-type") or [b"text/html"]
    return bool(kinds[0].strip().lower().startswith((b"text/", b"application/xhtml", b"application/xml")))
