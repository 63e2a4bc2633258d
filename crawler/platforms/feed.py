"""Lists of posts: RSS and Atom, JSON feeds, album pages, and CSV files, as bridges and people give them."""

import json
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from lxml import etree

from crawler.pages.sitemap import SiteMap, read_map
from crawler.pages.tree import parsed
from crawler.pages.urls import canonical, resolved
from records.sheets.read import read_tables
from records.sheets.table import FileRefused, TableFile
from records.snapshots.encoding import decode_html

_MOST_POSTS = 2_000
_COLUMNS = tuple(
    dict.fromkeys(
        f"{of}{name}"
        for of in ("", "文章", "原文", "内容", "永久")
        for name in ("url", "网址", "链接", "链接地址", "地址", "link")
    )
)
# Where an object names its post: by these, or by a key of another name that ends as these do and names nothing else.
_ADDRESS_KEYS = ("url", "link", "content_url", "external_url")
_ADDRESS_KEY = re.compile(
    r"(?!.*(?:img|image|pic|cover|thumb|avatar|icon|logo|photo|video|audio|source|home|user|author|api|next|prev|page"
    r"|feed|self|hub|qr|css|js))[\w-]*(?:url|link|href|permalink)(?:[_-]?long)?",
    re.I,
)
_ENTRY = re.compile(rb"<(?:item|entry)[\s>]")
_DEEPEST_STRING = 2
_XML_BASE = "{http://www.w3.org/XML/1998/namespace}base"
_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,200}\?>")
# An ampersand that begins no reference: the parser would leave out the name after it.
_BARE_AMPERSAND = re.compile(r"&(?!#?\w{1,10};)")
_CALL = re.compile(r"^[\w.$]{1,60}\(\s*([\[{].*[\]}])\s*\)\s*;?\s*$", re.S)
# An address in a line, among a number, a title or marks of a list; or a line that is a path.
_IN_LINE = re.compile(r"https?:\\?/\\?/[^\s\"'<>,;，；]+", re.I)
_PATH = re.compile(r"[/?\w.~%-][!-~]*", re.ASCII)
# Posts of public accounts as scripts write their addresses.
_IN_SCRIPT = re.compile(r"https?:(?:\\?/){2}mp\.weixin\.qq\.com\\?/s(?:\\?/|\?|\\x3f)[^\"'\s<>]{4,800}", re.I)
_ESCAPED = re.compile(r"\\x([0-9a-fA-F]{2})|\\u00([0-9a-fA-F]{2})")


def post_urls(body: bytes, url: str = "") -> tuple[str, ...]:
    """The http(s) addresses of the posts that the list at `url` names, in its order, one a post
    (`canonical`), without parameters that say who came and how; empty when `body` is not a list. Total."""
    text = decode_html(body, "").lstrip("\ufeff \t\r\n")
    base = url
    if called := _CALL.match(text):
        text = called[1]
    if text.startswith(("{", "[")):
        found: Iterable[str] = _of_json(text)
    elif re.match(r"<(?:!doctype html|html)", text, re.I):
        found = _of_album(text)
    elif text.startswith("<"):
        base, found = _of_feed(text, url)
    else:
        found = _of_csv(body)
    wanted = dict.fromkeys(post for link in found if (post := _post_at(base, link)))
    return tuple(wanted)[:_MOST_POSTS]


def listed_posts(html: str, url: str, body: bytes) -> tuple[str, ...]:
    """As `post_urls`, of an answer to a request."""
    return post_urls(body, url)


def map_or_feed(url: str, body: bytes) -> SiteMap:
    """A site's map; a feed may serve as one (sitemaps.org, "Syndication feed"). Total."""
    found = read_map(url, body)
    return found if found.pages or not _ENTRY.search(body) else replace(found, pages=post_urls(body, url))


def _post_at(base: str, link: str) -> str | None:
    """The address of a post as its list writes it: escaped once too often, or relative to the list's root."""
    for _ in range(2):
        link = link.replace("&amp;", "&")
    address = resolved(base, link) if link.strip() else None
    return canonical(address) if address else None


def _of_feed(text: str, url: str) -> tuple[str, Iterable[str]]:
    """RSS 0.9 to 2.0 and Atom: the base of links, and each entry's link; read by a parser that recovers from
    broken markup, in linear time."""
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, encoding="utf-8")
    try:
        plain = _BARE_AMPERSAND.sub("&amp;", _DECLARATION.sub("", text))
        feed = etree.fromstring(plain.encode("utf-8", "replace"), parser)
    except (etree.LxmlError, ValueError):
        return url, ()
    if feed is None:
        return url, ()
    home = next((_link_of(channel) for channel in feed.iter("{*}channel")), "") or feed.get(_XML_BASE) or ""
    base = resolved(url, home) or url
    return base, [_entry_link(entry, base) for entry in feed.iter("{*}item", "{*}entry")]


def _entry_link(entry: etree._Element, base: str) -> str:
    """An entry's link, from the base that the entry itself names (XML Base)."""
    link, own = _link_of(entry), entry.get(_XML_BASE)
    return (own and resolved(resolved(base, own) or base, link)) or link


def _link_of(entry: etree._Element) -> str:
    """Where an entry says that its post is: RSS has it as text, Atom as `href`; else its permanent id. ""
    where that is not text: the recovering parser keeps lone surrogates (`&#xd800;`), and raises when they are
    read."""
    try:
        return _said_link(entry)
    except UnicodeDecodeError:
        return ""


def _said_link(entry: etree._Element) -> str:
    for link in entry.iterchildren("{*}link"):
        if link.get("rel", "alternate") == "alternate" and (address := link.get("href") or link.text):
            return str(address)
    permanent = (guid.text for guid in entry.iterchildren("{*}guid") if guid.get("isPermaLink") != "false")
    return next((str(address) for address in permanent if address), "")


def _of_json(text: str) -> Iterator[str]:
    """A JSON feed (jsonfeed.org), or the answer of a platform's list: every object with an address, in order; also
    where a list is written out in a string, an object a line, or as addresses alone."""
    whole = _loaded(text)
    if whole is None:
        whole = [_loaded(line) for line in text.splitlines()]
    if isinstance(whole, list) and whole and all(isinstance(value, str) for value in whole):
        yield from (value for value in whole if _IN_LINE.match(value))
        return
    waiting: deque[tuple[object, int]] = deque([(whole, 0)])
    while waiting:
        value, depth = waiting.popleft()
        if isinstance(value, list):
            waiting.extendleft((inner, depth) for inner in reversed(value))
        elif isinstance(value, dict):
            if address := _named_in(value):
                yield address
            waiting.extendleft((inner, depth) for inner in reversed(value.values()) if _may_hold(inner))
        elif isinstance(value, str) and depth < _DEEPEST_STRING:
            waiting.appendleft((_loaded(value), depth + 1))


def _named_in(entry: Mapping[str, object]) -> str:
    """The address that an object gives to its post; "" where it gives none."""
    texts = {key: value for key, value in entry.items() if isinstance(value, str) and value}
    known = [texts[key] for key in _ADDRESS_KEYS if key in texts]
    other = (key for key in texts if texts[key].startswith(("http", "/")) and _ADDRESS_KEY.fullmatch(key))
    return known[0] if known else texts.get(next(other, ""), "")


def _may_hold(value: object) -> bool:
    return isinstance(value, list | dict) or (isinstance(value, str) and value.lstrip()[:1] in {"{", "["})


def _loaded(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _of_album(html: str) -> Iterator[str]:
    """An album of posts: items that name their post in `data-link`, anchors to posts, and posts in a script's data."""
    tree = parsed(html)
    for node in tree.css("[data-link]"):
        yield node.attributes.get("data-link") or ""
    for node in tree.css("a[href*='mp.weixin.qq.com/s'], a[href*='/s/'], a[href*='/s?']"):
        yield node.attributes.get("href") or ""
    for node in tree.css("script:not([src])"):
        for address in _IN_SCRIPT.findall(node.text()):
            yield _ESCAPED.sub(lambda code: chr(int(code[1] or code[2], 16)), address).replace("\\/", "/")


def _of_csv(body: bytes) -> Iterator[str]:
    """A table with a column of addresses, or one address a line."""
    try:
        tables = read_tables(TableFile("posts.csv", body), _COLUMNS)
    except FileRefused:
        for line in decode_html(body, "").splitlines():
            if address := _IN_LINE.search(line):
                yield address[0]
            elif path := _PATH.fullmatch(re.split("[,;\t]", line)[0].strip(' "')):
                yield path[0]
        return
    for sheet in tables.sheets:
        column = next(name for name in _COLUMNS if name in sheet.headings)
        for row in sheet.rows:
            written = row.cells.get(column, "")
            # A cell may hold a formula that shows a link, or words next to the address.
            if found := _IN_LINE.search(written) or _PATH.fullmatch(written):
                yield found[0]
