"""The spider for hospital sites 站点: follows a site's own pages."""

import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import urlsplit

from crawler.pages.links import links_of
from crawler.pages.sitemap import SiteMap, read_map
from crawler.pages.urls import canonical, resolved
from crawler.platforms.feed import post_urls
from crawler.spiders.visit import VisitSpider
from records.snapshots.encoding import decoded, is_utf8
from records.visits.targets import Target

_ENTRY = re.compile(rb"<(?:item|entry)[\s>]")


class SiteSpider(VisitSpider):
    """Plans every link that stays on the site's hosts."""

    name: str = "site"

    def links(self, target: Target, url: str, html: str, body: bytes) -> Iterable[str]:
        """Links of all kinds (`links_of`) that belong to the site."""
        encoding = "utf-8" if is_utf8(body) else decoded(body, "").encoding
        return self._own(target, links_of(html, url, encoding))

    def read_map(self, target: Target, url: str, body: bytes) -> SiteMap:
        """The site's own pages in a map, and further maps on its hosts."""
        found = read_map(url, body)
        hosts = _hosts(target)
        maps = tuple(address for address in found.maps if _netloc(address) in hosts)
        # A feed may serve as a map (sitemaps.org, "Syndication feed").
        named = found.pages or (post_urls(body, url) if _ENTRY.search(body) else ())
        pages = (address for link in named if (address := resolved(url, link)))
        return SiteMap(tuple(self._own(target, pages)), maps)

    def _own(self, target: Target, links: Iterable[str]) -> Iterable[str]:
        hosts = _hosts(target)
        for link in links:
            found, netloc = _canonical(link)
            if found and netloc in hosts:
                yield found


@lru_cache(maxsize=50_000)
def _canonical(link: str) -> tuple[str | None, str]:
    """The canonical address of a link, and its host and port; None where it is not a page's address."""
    found = canonical(link)
    return found, urlsplit(found or "").netloc


def _netloc(address: str) -> str:
    """The host and port of an address that a map names; "" where it is malformed."""
    try:
        return urlsplit(address).netloc.lower()
    except ValueError:
        return ""


def _hosts(target: Target) -> set[str]:
    return {urlsplit(target.start_url).netloc.lower(), *target.hosts}
