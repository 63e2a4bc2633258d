"""A site's own list of its pages: robots.txt names sitemaps, and sitemaps name pages or further sitemaps."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from scrapy.utils.gz import gunzip
from scrapy.utils.sitemap import Sitemap

from crawler.pages.urls import resolved
from records.snapshots.encoding import decode_html

_MOST_MAPS, _MOST_PAGES = 20, 5_000
_MARKUP = re.compile(rb"\s*+(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?+\s*+\0?<")
_IN_ROBOTS = re.compile(r"^[\s\ufeff]*sitemap\s*[:：]\s*([^\s#]+)", re.I | re.M)
_FIRST_WORD = re.compile(r"[^\s,;]+")
_LARGEST = 32 << 20  # bytes, unpacked


@dataclass(frozen=True)
class SiteMap:
    """The addresses of pages, newest first where it says when they changed, and of further maps."""

    pages: tuple[str, ...] = ()
    maps: tuple[str, ...] = ()


def first_maps(start_url: str) -> tuple[str, ...]:
    """Where a site's maps are looked for, from the address of its start page."""
    root = "/".join(start_url.split("/", 3)[:3])
    return (f"{root}/robots.txt", f"{root}/sitemap.xml")


def read_map(url: str, body: bytes) -> SiteMap:
    """Read robots.txt or a sitemap, gzipped or not. Total: anything else gives an empty map."""
    if url.endswith("/robots.txt"):
        named = _IN_ROBOTS.findall(decode_html(body[: 1 << 20], ""))
        maps = dict.fromkeys(address for link in named if (address := resolved(url, link)))
        return SiteMap(maps=tuple(maps)[:_MOST_MAPS])
    try:
        if body.startswith(b"\x1f\x8b"):
            body = gunzip(body, max_size=_LARGEST)
        if not _MARKUP.match(body):
            return SiteMap(pages=tuple(_lines_of(body))[:_MOST_PAGES])
        found = Sitemap(body)
        entries = [entry for entry in found if entry.get("loc")]
    except Exception:  # lxml, zlib and Scrapy raise anything on hostile bytes
        return SiteMap()
    addresses = [
        str(entry["loc"])
        for entry in sorted(entries, key=lambda entry: entry.get("lastmod") or "", reverse=True)
    ]
    if found.type == "sitemapindex":
        return SiteMap(maps=tuple(addresses[:_MOST_MAPS]))
    return SiteMap(pages=tuple(addresses[:_MOST_PAGES]))


def _lines_of(body: bytes) -> Iterator[str]:
    """A map as text: an address or a path a line (sitemaps.org, "Text file"), with or without a day after it.
    Empty where most lines are neither."""
    text = decode_html(body, "").removeprefix("\ufeff")
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    first = [word[0] for line in lines if (word := _FIRST_WORD.match(line))]
    addresses = [word for word in first if word.lower().startswith(("http://", "https://", "/"))]
    return iter(dict.fromkeys(addresses) if len(addresses) * 2 > len(lines) else ())
