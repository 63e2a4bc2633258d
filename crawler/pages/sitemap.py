"""A site's own list of its pages: robots.txt names sitemaps, and sitemaps name pages or further sitemaps."""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from scrapy.utils.gz import gunzip
from scrapy.utils.sitemap import Sitemap, sitemap_urls_from_robots

from records.snapshots.encoding import decode_html

_MOST_MAPS, _MOST_PAGES = 20, 5_000
_MARKUP = re.compile(rb"\s*(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?\s*\0?<")
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
        lines = body[: 1 << 20].splitlines()
        return SiteMap(maps=tuple(dict.fromkeys(_named_in_robots(lines, url)))[:_MOST_MAPS])
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
    """A map as text: an address a line (sitemaps.org, "Text file"). Empty where most lines are not
    addresses."""
    lines = [line.strip() for line in decode_html(body, "").splitlines()]
    addresses = [line for line in lines if line.startswith(("http://", "https://"))]
    return iter(dict.fromkeys(addresses) if len(addresses) * 2 > len(list(filter(None, lines))) else ())


def _named_in_robots(lines: Sequence[bytes], url: str) -> Iterator[str]:
    """The maps that robots.txt names; a line without an address is skipped, not the file."""
    for line in lines:
        with suppress(ValueError):
            yield from sitemap_urls_from_robots(line, base_url=url)
