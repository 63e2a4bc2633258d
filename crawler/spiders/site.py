"""The spider for hospital sites 站点: follows a site's own pages."""

import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

from crawler.pages.sitemap import SiteMap, read_map
from crawler.pages.tree import parsed
from crawler.pages.urls import canonical
from crawler.spiders.visit import VisitSpider
from records.visits.targets import Target

_REFRESH = re.compile(r"url\s*=\s*['\"]?([^'\"]+)", re.I)
# A script that does nothing but send visitors on.
_SENT_ON = re.compile(r"(?:window|document|top|self)?\.?location(?:\.href)?\s*=\s*['\"]([^'\"]{1,500})['\"]")
_SHORT_SCRIPT = 400
_LEADING = "a[href], area[href], iframe[src], frame[src], link[rel][href], meta[http-equiv], script"


class SiteSpider(VisitSpider):
    """Plans every link that stays on the site's hosts."""

    name: str = "site"

    def links(self, target: Target, url: str, html: str, body: bytes) -> Iterable[str]:
        """Links of anchors, image maps, frames, variants of the page, and refreshes, that belong to the site."""
        return self._own(target, url, _hrefs(html))

    def read_map(self, target: Target, url: str, body: bytes) -> SiteMap:
        """The site's own pages in a map, and further maps on its hosts."""
        found = read_map(url, body)
        hosts = _hosts(target)
        maps = tuple(address for address in found.maps if _netloc(address) in hosts)
        return SiteMap(tuple(self._own(target, url, found.pages)), maps)

    def _own(self, target: Target, base: str, links: Iterable[str]) -> Iterable[str]:
        hosts = _hosts(target)
        origin = urljoin(base, "/")
        for link in dict.fromkeys(links):
            # Most links are written from the root, the same on every page of a site.
            from_root = link.startswith("/") and not link.startswith("//")
            found, netloc = _resolved(origin if from_root else base, link)
            if found and netloc in hosts:
                yield found


@lru_cache(maxsize=50_000)
def _resolved(base: str, link: str) -> tuple[str | None, str]:
    """The canonical address of a link, and its host and port; None for what is no page."""
    try:
        found = canonical(urljoin(base, link))
        return found, urlsplit(found or "").netloc
    except ValueError:
        return None, ""


def _netloc(address: str) -> str:
    """The host and port of an address that a map names; "" where it is none."""
    try:
        return urlsplit(address).netloc.lower()
    except ValueError:
        return ""


def _hosts(target: Target) -> set[str]:
    return {urlsplit(target.start_url).netloc.lower(), *target.hosts}


def _hrefs(html: str) -> Iterable[str]:
    for node in parsed(html).css(_LEADING):
        tag, attributes = node.tag, node.attributes
        if tag in {"a", "area"}:
            yield (attributes.get("href") or "").strip()
        elif tag in {"iframe", "frame"}:
            yield (attributes.get("src") or "").strip()
        elif tag == "link":
            if (attributes.get("rel") or "").lower() in {"alternate", "next", "prev", "canonical"}:
                yield (attributes.get("href") or "").strip()
        elif tag == "meta":
            refresh = _REFRESH.search(attributes.get("content") or "")
            if refresh:
                yield refresh[1].strip()
        else:
            script = node.text()
            if 0 < len(script) < _SHORT_SCRIPT and (sent_on := _SENT_ON.search(script)):
                yield sent_on[1]
