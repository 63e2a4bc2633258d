"""The spider for hospital sites 站点: follows a site's own pages."""

import re
from collections.abc import Iterable
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser
from w3lib.url import canonicalize_url

from crawler.spiders.visit import VisitSpider
from records.visits import Target

_NOT_PAGES = re.compile(
    r"\.(?:pdf|docx?|xlsx?|pptx?|zip|rar|7z|gz|exe|apk|dmg|jpe?g|png|gif|bmp|webp|svg|ico|mp[34]|avi|mov|wmv"
    r"|flv|css|js|json|xml|woff2?|ttf|eot)$",
    re.I,
)
_LONGEST_URL = 2000


class SiteSpider(VisitSpider):
    """Plans every link that stays on the site's hosts."""

    name: str = "site"

    def links(self, target: Target, url: str, html: str, body: bytes) -> Iterable[str]:
        """Links of anchors, image maps, frames and meta refresh that belong to the site."""
        own = {urlsplit(target.start_url).netloc.lower(), *target.hosts}
        for link in _hrefs(html):
            found = canonical(urljoin(url, link))
            if found and urlsplit(found).netloc in own:
                yield found


def canonical(url: str) -> str | None:
    """One form for one page: no fragment, sorted query, lower-case host; None for what is no page."""
    try:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or _NOT_PAGES.search(parts.path):
            return None
        plain = canonicalize_url(url, keep_fragments=False)
    except ValueError:
        return None
    return plain if len(plain) <= _LONGEST_URL else None


def _hrefs(html: str) -> Iterable[str]:
    tree = LexborHTMLParser(html)
    for node in tree.css("a[href], area[href]"):
        yield (node.attributes.get("href") or "").strip()
    for node in tree.css("iframe[src], frame[src]"):
        yield (node.attributes.get("src") or "").strip()
    for node in tree.css("meta[http-equiv]"):
        refresh = re.search(r"url\s*=\s*['\"]?([^'\"]+)", node.attributes.get("content") or "", re.I)
        if refresh:
            yield refresh[1].strip()
