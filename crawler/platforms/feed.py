"""Lists of posts: RSS and Atom, JSON feeds, album pages, and CSV files, as bridges and people give them."""

import json
import re
from collections import deque
from collections.abc import Iterable, Iterator

from lxml import etree

from crawler.pages.tree import parsed
from records.sheets.read import read_tables
from records.sheets.table import FileRefused, TableFile

_MOST_POSTS = 2_000
_COLUMNS = ("url", "link", "网址", "链接", "文章链接", "地址")
_ADDRESS_KEYS = ("url", "link", "content_url", "external_url")


def post_urls(body: bytes) -> tuple[str, ...]:
    """The http(s) addresses of a list's posts, in its order; empty when it is no list. Total."""
    text = body.decode("utf-8-sig", "replace").lstrip()
    if text.startswith(("{", "[")):
        found: Iterable[str] = _of_json(text)
    elif re.match(r"<(?:!doctype html|html)", text, re.I):
        found = _of_album(text)
    elif text.startswith("<"):
        found = _of_feed(body)
    else:
        found = _of_csv(body)
    links = (link.strip().replace("&amp;", "&") for link in found)
    wanted = dict.fromkeys(link for link in links if link.startswith(("http://", "https://")))
    return tuple(wanted)[:_MOST_POSTS]


def _of_feed(body: bytes) -> Iterator[str]:
    """RSS 0.9 to 2.0 and Atom: each entry's link, by the parser that recovers from what is broken, in linear time."""
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True)
    try:
        feed = etree.fromstring(body.lstrip(), parser)
    except (etree.LxmlError, ValueError):
        return
    if feed is not None:
        yield from (_link_of(entry) for entry in feed.iter("{*}item", "{*}entry"))


def _link_of(entry: etree._Element) -> str:
    """Where an entry says that its post is: RSS has it as text, Atom as `href`; else its permanent id."""
    for link in entry.iterchildren("{*}link"):
        if link.get("rel", "alternate") == "alternate" and (address := link.get("href") or link.text):
            return str(address)
    permanent = (guid.text for guid in entry.iterchildren("{*}guid") if guid.get("isPermaLink") != "false")
    return next((str(address) for address in permanent if address), "")


def _of_json(text: str) -> Iterator[str]:
    """A JSON feed (jsonfeed.org), or the answer of a platform's list: every object with an address, in order."""
    try:
        waiting: deque[object] = deque([json.loads(text)])
    except (ValueError, RecursionError):
        return
    while waiting:
        value = waiting.popleft()
        if isinstance(value, list):
            waiting.extendleft(reversed(value))
        elif isinstance(value, dict):
            address = next((value[key] for key in _ADDRESS_KEYS if isinstance(value.get(key), str)), None)
            if address:
                yield address
            waiting.extendleft(inner for inner in reversed(value.values()) if isinstance(inner, list | dict))


def _of_album(html: str) -> Iterator[str]:
    """An album of posts: items that name their post in `data-link`, and anchors to posts."""
    tree = parsed(html)
    for node in tree.css("[data-link]"):
        yield node.attributes.get("data-link") or ""
    for node in tree.css("a[href*='mp.weixin.qq.com/s'], a[href*='/s/'], a[href*='/s?']"):
        yield node.attributes.get("href") or ""


def _of_csv(body: bytes) -> Iterator[str]:
    """A table with a column of addresses, or one address a line."""
    try:
        tables = read_tables(TableFile("posts.csv", body), _COLUMNS)
    except FileRefused:
        yield from (
            line.split(",")[0].strip('"') for line in body.decode("utf-8-sig", "replace").splitlines()
        )
        return
    for sheet in tables.sheets:
        column = next(name for name in _COLUMNS if name in sheet.headings)
        yield from (row.cells.get(column, "") for row in sheet.rows)
