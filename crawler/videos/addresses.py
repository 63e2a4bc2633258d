"""The addresses of a page's pictures and videos, and what a video's file looks like."""

import re
from collections.abc import Sequence
from itertools import chain

from crawler.pages.links import base_of
from crawler.pages.pictures import image_addresses
from crawler.pages.tree import parsed
from crawler.pages.urls import resolved

LARGEST_VIDEO = 32 << 20  # bytes
_MOST_VIDEOS = 2  # a page
_LONGEST_ADDRESS = 2_000
_FILE = re.compile(r"\.(?:mp4|m4v|mov|webm|ogv)(?:[?#]|$)", re.I)
_BEGINNINGS = (
    (0, b"\x1aE\xdf\xa3"),
    (4, b"ftyp"),
    (0, b"OggS"),
)  # WebM, MP4 and QuickTime, Ogg: where, and which bytes


def media_addresses(html: str, url: str, pictures: Sequence[str], videos: Sequence[str]) -> list[str]:
    """The addresses of a page's pictures and of its videos that are files; `pictures` and `videos` are addresses known from
    elsewhere."""
    return image_addresses(html, url, pictures) + video_addresses(html, url, videos)


def video_addresses(html: str, url: str, more: Sequence[str] = ()) -> list[str]:
    """The addresses of a page's videos that are files, at most two; streams and other sites' players have none."""
    if not more and "<video" not in html.lower():
        return []
    tree = parsed(html)
    base = base_of(tree, url)
    named = (node.attributes.get("src") for node in tree.css("video[src], video source[src]"))
    found: dict[str, None] = {}
    for address in chain(named, more):
        if address and len(address) <= _LONGEST_ADDRESS and is_video_address(address):
            found_at = resolved(base, address.strip())
            found.update({found_at: None} if found_at else {})
    return list(found)[:_MOST_VIDEOS]


def is_video_address(address: str) -> bool:
    """Whether an address names a video's file."""
    return bool(_FILE.search(address))


def is_video(content: bytes) -> bool:
    """Whether bytes begin as a video's file does."""
    return any(content[at : at + len(bytes_)] == bytes_ for at, bytes_ in _BEGINNINGS)
