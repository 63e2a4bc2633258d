"""Content codings undone: a page's response as far as it unpacks, since a browser shows that part to its visitors, too.

A few kilobytes may unpack to gigabytes, in layers as well, and a coding may break after the words.
"""

import zlib
from collections.abc import Callable, Iterator

import brotli
import zstandard
from scrapy import Request
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.http import Response, TextResponse
from scrapy.responsetypes import responsetypes

from crawler.network.arriving import KEEPS_PART, UNPACKED_IN_PART, UNPACKS_NO_FURTHER

_MOST_LAYERS = 16
_STEP = 256  # packed bytes at a time: no coding makes more than some mebibytes of them at once
_BROKEN = (zlib.error, brotli.error, zstandard.ZstdError)
_ZLIB_METHOD = 8  # in the lower bits of the first byte (RFC 1950); the first two bytes are a multiple of 31


class CannotUnpack(Exception):
    """Nothing of a page's response can be unpacked; the message says why, in Chinese."""


class PageUnpacking(HttpCompressionMiddleware):
    """Scrapy's, except that a page's response is taken by its beginning where it unpacks to too much, or breaks."""

    def process_response(  # type: ignore[override] # the spider, which is Scrapy's older way to call it
        self, request: Request, response: Response
    ) -> Request | Response:
        """The response unpacked; raises CannotUnpack."""
        codings = response.headers.getlist("Content-Encoding")
        layers, unknown = self._split_encodings(codings)
        if not request.meta.get(KEEPS_PART) or not layers or unknown:
            return super().process_response(request, response)
        most = request.meta.get("download_maxsize", self._max_size)
        body, flags = unpacked(response.body, [layer.decode() for layer in layers], most)
        headers = response.headers.copy()
        del headers["Content-Encoding"]
        kind = responsetypes.from_args(headers=headers, url=response.url, body=body)
        more = {"encoding": None} if issubclass(kind, TextResponse) else {}
        return response.replace(cls=kind, headers=headers, body=body, flags=[*response.flags, *flags], **more)


def unpacked(body: bytes, layers: list[str], most: int) -> tuple[bytes, list[str]]:
    """The beginning of `body`, from which each of the layers is taken, the outermost first, and the flags that say what it
    lacks. Raises CannotUnpack."""
    if len(layers) > _MOST_LAYERS:
        raise CannotUnpack(f"内容压缩了 {len(layers)} 层，超过 {_MOST_LAYERS} 层，未解开")
    flags = dict[str, None]()
    for layer in layers:
        packed, (body, flag) = body, _beginning(layer, body, most)
        if flag:
            flags[flag] = None
        if packed and not body and flag:
            raise CannotUnpack(f"内容声明以 {layer} 压缩，但无法解开")
    return body, list(flags)


def _beginning(coding: str, packed: bytes, most: int, fine: int | None = None) -> tuple[bytes, str | None]:
    """The content in `packed` up to `most` bytes and to the byte that breaks it, with a flag where that is not all. `fine`
    is the step in which it breaks, where that is known."""
    more, has_ended = _DECODERS[coding](packed)
    made = bytearray()
    for start, end in _steps(len(packed), fine):
        try:
            made += more(packed[start:end], most + 1 - len(made))
        except _BROKEN:
            return (
                _beginning(coding, packed, most, start) if fine is None else (bytes(made), UNPACKS_NO_FURTHER)
            )
        if len(made) > most:
            return bytes(made[:most]), UNPACKED_IN_PART
        if has_ended():
            break
    return bytes(made), None


def _steps(length: int, fine: int | None) -> Iterator[tuple[int, int]]:
    """Where each step begins and ends; the step at `fine` byte by byte."""
    for start in range(0, length, _STEP):
        size = 1 if start == fine else _STEP
        for at in range(start, min(start + _STEP, length), size):
            yield at, at + size


# More of the content, for more of the packed bytes, up to a number where the coding can make many; whether it has ended.
_Decoder = tuple[Callable[[bytes, int], bytes], Callable[[], bool]]


def _gzip(_: bytes) -> _Decoder:
    return _inflating(zlib.MAX_WBITS | 16)


def _deflate(packed: bytes) -> _Decoder:
    """With the head that the standard asks for, or without, as some servers send it."""
    has_head = packed[:1] and packed[0] & 15 == _ZLIB_METHOD and int.from_bytes(packed[:2]) % 31 == 0
    return _inflating(zlib.MAX_WBITS if has_head else -zlib.MAX_WBITS)


def _inflating(window: int) -> _Decoder:
    decoder = zlib.decompressobj(window)
    return decoder.decompress, lambda: decoder.eof


def _brotli(_: bytes) -> _Decoder:
    decoder = brotli.Decompressor()
    return lambda data, most: decoder.process(data, output_buffer_limit=most), decoder.is_finished


def _zstandard(_: bytes) -> _Decoder:
    decoder = zstandard.ZstdDecompressor().decompressobj(read_across_frames=True)
    return lambda data, _most: decoder.decompress(data), lambda: False


_DECODERS: dict[str, Callable[[bytes], _Decoder]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstandard,
}
