"""Bytes as they are kept: by zstandard (RFC 8878) where that makes them fewer: pages to a third or less."""

import threading

import zstandard

_LEVEL = 3
_MAGIC = zstandard.FRAME_HEADER
_LARGEST = 1 << 30  # bytes; nothing larger is kept


class _Coders(threading.local):
    """The coders of a thread: they are not shared."""

    def __init__(self) -> None:
        self.compressor = zstandard.ZstdCompressor(level=_LEVEL)
        self.decompressor = zstandard.ZstdDecompressor()


_coders = _Coders()


def compressed(content: bytes) -> bytes:
    """`content` to be kept, which `plain` gives back: content that looks compressed is compressed in any
    case."""
    made = _coders.compressor.compress(content)
    return made if len(made) < len(content) or content.startswith(_MAGIC) else content


def plain(stored: bytes) -> bytes:
    """The original of `compressed`. Total: anything but a whole zstandard frame is returned unchanged."""
    if not stored.startswith(_MAGIC):
        return stored
    try:
        size = zstandard.frame_content_size(stored)
        return _coders.decompressor.decompress(stored) if 0 <= size <= _LARGEST else stored
    except zstandard.ZstdError:
        return stored
