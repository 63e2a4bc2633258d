"""The format of a pack: entries one after the other, each a line with its SHA-256 and its length, then the
bytes, then a line break. The bytes are compressed (`records.store.compression`) where that makes them fewer;
the SHA-256 is that of the plain ones."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

_HEADER = 64 + 1 + 20 + 1  # bytes at most: SHA-256, blank, length, line break


@dataclass(frozen=True)
class Place:
    """Where the bytes of a SHA-256 (hex) begin in a pack, and how many they are."""

    sha256: str
    start: int
    length: int


def written_entries(stored: Mapping[str, bytes], start: int) -> tuple[bytes, list[Place]]:
    """The entries of a pack from `start` on, from stored bytes by SHA-256; and their places."""
    entries, places = [], []
    for sha256, content in stored.items():
        header = f"{sha256} {len(content)}\n".encode()
        places.append(Place(sha256, start + len(header), len(content)))
        entries.append(header + content + b"\n")
        start += len(entries[-1])
    return b"".join(entries), places


def read_entries(file: BinaryIO, size: int) -> Iterator[Place]:
    """The places of the whole entries of a pack of `size` bytes."""
    while line := file.readline(_HEADER):
        sha256, _, length = line.decode("ascii", "replace").partition(" ")
        if len(sha256) != 64 or not length.endswith("\n") or not length.strip().isdecimal():
            return
        place = Place(sha256, file.tell(), int(length))
        if end_of(place) > size:
            return
        yield place
        file.seek(end_of(place))


def end_of(place: Place) -> int:
    """Where the entry at a place ends, and the next begins."""
    return place.start + place.length + 1
