"""The spider for hospital sites 站点: follows a site's own pages."""

from collections.abc import Iterable
from functools import lru_cache
from typing import ClassVar
from urllib.parse import urlsplit

from crawler.pages.links import page_links
from crawler.pages.sitemap import SiteMap
from crawler.pages.urls import canonical, resolved
from crawler.platforms import read_site_page
from crawler.platforms.feed import map_or_feed
from crawler.spiders.reading import Readers
from crawler.spiders.visit import VisitSpider
from records.visits.targets import Target


class SiteSpider(VisitSpider):
    """Plans every link that stays on the site's hosts."""

    name: str = "site"

    readers: ClassVar[Readers] = Readers(read_site_page, page_links, map_or_feed)

    def own(self, target: Target, links: Iterable[str]) -> Iterable[str]:
        """Links of all kinds that belong to the site."""
        hosts = _hosts(target)
        for link in links:
            found, netloc = _canonical(link)
            if found and netloc in hosts:
                yield found

    def own_map(self, target: Target, found: SiteMap, url: str) -> SiteMap:
        """The site's own pages in a map, and further maps on its hosts."""
        hosts = _hosts(target)
        maps = tuple(address for address in found.maps if _netloc(address) in hosts)
        pages = (address for link in found.pages if (address := resolved(url, link)))
        return SiteMap(tuple(self.own(target, pages)), maps)


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
