"""The links of a page as a browser would follow them, from any element or handler."""

import re
from collections.abc import Iterable, Iterator, Mapping
from html import unescape
from itertools import islice

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler.pages.tree import parsed
from crawler.pages.urls import resolved
from records.snapshots.encoding import decoded, is_utf8

_REFRESH = re.compile(r"url\s*=\s*['\"]?([^'\"]{1,2000})", re.I)
# A script that only redirects visitors.
_SENT_ON = re.compile(
    r"(?:window|document|top|self|parent)?\.?location(?:\.(?:href|replace\(|assign\())?\s*=?\s*['\"]([^'\"]{1,500})['\"]"
)
_HREF = re.compile(r"\bhref\s{0,9}=\s{0,9}[\"']?([^\"'\s<>]{1,2000})", re.I)
_SHORT_SCRIPT = 400
# The address that a click handler opens.
_OPENED = re.compile(
    r"(?:location(?:\.href|\.replace|\.assign)?\s*(?:=|\()|(?:window\.)?open\(|(?:go|jump|goto|tiao\w*|open|link|to|turn)\w*\()"
    r"\s*['\"]([^'\"\s]{1,500})['\"]",
    re.I,
)
_ADDRESS = re.compile(r"^(?:https?:)?/|^\.{0,2}[/?]|\.(?:s?html?|aspx?|php|jspx?|do)(?:[?#]|$)|^#!?/", re.I)
_VARIANTS = frozenset({"alternate", "next", "prev", "canonical"})
_LEADING = (
    "a[href], area[href], iframe[src], frame[src], link[rel][href], meta[http-equiv], script:not([src])"
    ", [onclick], [data-href], [data-url], [data-link], option[value]"
)
_DATA = ("data-href", "data-url", "data-link")
_HANDLING = frozenset({"onclick", "value", *_DATA})
_FRAMES = frozenset({"iframe", "frame"})
_MOST_LINKS = 5_000
_MOST_FRAMES = 20  # a script that adds frames without end would have each crawled as a page


def links_of(html: str, url: str, encoding: str = "utf-8") -> Iterable[str]:
    """The addresses that the page at `url` leads to, each once, resolved against its base, in the page's order.

    Anchors, image maps, frames, variants of the page, refreshes, redirecting scripts, click handlers, and
    options whose value is an address. `encoding` is the encoding of queries (WHATWG URL, § 4.1).
    """
    tree = parsed(html)
    base = base_of(tree, url, encoding)
    origin = "/".join(base.split("/", 3)[:3]) + "/"
    for count, link in enumerate(dict.fromkeys(_written(tree))):
        if count >= _MOST_LINKS:
            return
        # Most links are written from the root, the same on every page of a site: they are resolved once.
        from_root = link.startswith("/") and not link.startswith(("//", "/\\"))
        address = resolved(origin if from_root else base, link, encoding)
        if address is not None:
            yield address


def page_links(html: str, url: str, body: bytes) -> list[str]:
    """As `links_of`, in the encoding of the page's bytes."""
    encoding = "utf-8" if is_utf8(body) else decoded(body, "").encoding
    return list(links_of(html, url, encoding))


def links_alone(html: str, url: str) -> list[str]:
    """The addresses in a page's attributes, from its source alone, for a page whose tree cannot be built."""
    written = dict.fromkeys(found[1] for found in _HREF.finditer(html))
    addresses = (resolved(url, unescape(link)) for link in islice(written, _MOST_LINKS))
    return [address for address in addresses if address is not None]


def base_of(tree: LexborHTMLParser, url: str, encoding: str = "utf-8") -> str:
    """The base of a page's links: its first `base` that names an address, else the page's address."""
    node = tree.css_first("base[href]")
    named = (node.attributes.get("href") or "").strip() if node is not None else ""
    return (resolved(url, named, encoding) if named else None) or url


def _leading(tree: LexborHTMLParser) -> Iterator[LexborNode]:
    """The elements that may lead somewhere; of frames the first ones."""
    frames = 0
    for node in tree.css(_LEADING):
        if node.tag in _FRAMES:
            frames += 1
            if frames > _MOST_FRAMES:
                continue
        yield node


def _written(tree: LexborHTMLParser) -> Iterator[str]:
    for node in _leading(tree):
        tag, attributes = node.tag or "", node.attributes
        if tag in {"a", "area"}:
            href = (attributes.get("href") or "").strip()
            if href[:11].lower() == "javascript:":
                yield from _OPENED.findall(href)
            elif href:
                yield href
        elif tag in _FRAMES:
            yield (attributes.get("src") or "").strip()
        elif tag == "link":
            if (attributes.get("rel") or "").lower() in _VARIANTS:
                yield (attributes.get("href") or "").strip()
        elif tag == "meta":
            if refresh := _REFRESH.search((attributes.get("content") or "")[: _SHORT_SCRIPT * 10]):
                yield refresh[1].strip()
        elif tag == "script":
            script = node.text()
            if 0 < len(script) < _SHORT_SCRIPT and (sent_on := _SENT_ON.search(script)):
                yield sent_on[1]
        if not _HANDLING.isdisjoint(attributes):
            yield from _handled(tag, attributes)


def _handled(tag: str, attributes: Mapping[str, str | None]) -> Iterator[str]:
    """The addresses that a click or a choice opens."""
    if handler := attributes.get("onclick"):
        yield from (opened for opened in _OPENED.findall(handler[:2_000]) if _ADDRESS.search(opened))
    for key in ("value",) if tag == "option" else _DATA:
        if (address := (attributes.get(key) or "").strip()) and _ADDRESS.search(address[:2_000]):
            yield address
