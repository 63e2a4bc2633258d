"""HTML to the text that a reader sees, in blocks with positions."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

from classifiers.values import Block, Link, PageText, Region
from crawler.pages.visibility import Styles, styles_of, words_of

_INVISIBLE = frozenset(
    {"script", "style", "template", "noscript", "head", "svg", "canvas", "object", "iframe"}
)
# What stands in the source, but is shown to nobody whose browser runs scripts.
_UNSHOWN = frozenset({"noscript", "template", "-comment"})
_MOST_HIDDEN, _SHORTEST_HIDDEN = 20_000, 4  # characters, in all and of one stretch
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_BREAKS = frozenset(
    {
        *("address", "article", "aside", "blockquote", "body", "br", "button", "caption", "center", "dd"),
        *("details", "dialog", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "li", "main", "nav", "ol", "option"),
        *("p", "pre", "section", "summary", "table", "tbody", "td", "textarea", "tfoot", "th", "thead"),
        *("tr", "ul"),
    }
)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_FRAME_TAGS = frozenset({"nav", "header", "footer", "aside"})
_FRAME_NAMES = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|menu|topbar|header|footer|foot|sidebar|aside|breadcrumb|crumbs|copyright)"
    r"(?:$|[\s_-])",
    re.I,
)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*+)[^<>]*+>")
_NOT_NESTING = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "p",
        "li",
        "td",
        "tr",
        "th",
        "option",
        "dt",
        "dd",
        "source",
        "wbr",
    ]
)
_ADDRESSED = frozenset({"a", "script", "iframe"})
_MANY_TAGS, _DEEPEST = 20_000, 2_000
_MOST_LINKS, _LONGEST_ADDRESS = 1_000, 2_000
_SPACES = re.compile(r"[ \t\r\n\f\v]+")


def extract(html: str, always_visible: frozenset[str] = frozenset()) -> PageText:
    """The text of a page: what is seen, and after it, in blocks of their own, what is hidden from the eye (region
    "hidden") or stands in the source only (comments, noscript: "unshown"). Total: takes any string.

    `always_visible` are element ids that are shown by script later, although they are hidden in the source.
    """
    tree = parsed(html)
    title_node = tree.css_first("title")
    title = _SPACES.sub(" ", title_node.text()).strip() if title_node else ""
    builder = _Builder()
    if tree.root is not None:
        _walk(tree.root, builder, always_visible, styles_of(tree))
    return builder.page(title)


def _spaced(text: str) -> str:
    """`text` with each run of blanks as one, and none around it. Most words of a page have none: they are looked at
    without being rewritten."""
    plain = text.isprintable() and "  " not in text
    return (text if plain else _SPACES.sub(" ", text)).strip()


@dataclass
class _Builder:
    """Collects text into blocks."""

    pieces: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    length: int = 0
    current: list[str] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    leading: list[str] = field(default_factory=list)  # addresses that the current block leads to
    unseen: dict[str, Region] = field(default_factory=dict)
    unseen_length: int = 0

    def end_block(self, region: Region, heading: bool) -> None:
        if not self.current:
            return
        text = _spaced("".join(self.current))
        self.current.clear()
        if not text:
            return
        end = self.length + len(text)
        if self.leading:
            for address in self.leading:
                self.links.append(Link(address, self.length, end))
            self.leading.clear()
        self.blocks.append(Block(self.length, end, region, heading))
        self.pieces.append(text)
        self.length += len(text) + 1

    def hide(self, text: str, region: Region) -> None:
        """Keep text that is not seen: once, if it says anything in Chinese."""
        text = text[: _MOST_HIDDEN - self.unseen_length]
        if len(text) >= _SHORTEST_HIDDEN and text not in self.unseen and _CHINESE.search(text):
            self.unseen[text] = region
            self.unseen_length += len(text)

    def page(self, title: str) -> PageText:
        for text, region in self.unseen.items():
            self.current.append(text)
            self.end_block(region, False)
        return PageText("\n".join(self.pieces), title, tuple(self.blocks), tuple(self.links[:_MOST_LINKS]))

    def address(self, attributes: Mapping[str, str | None], tag: str) -> None:
        """Keep what an element leads to, or loads."""
        address = (attributes.get("href" if tag == "a" else "src") or "").strip()
        if (
            not address
            or len(address) > _LONGEST_ADDRESS
            or address.startswith(("#", "javascript:", "data:"))
        ):
            return
        if tag == "a":
            self.leading.append(address)
        else:
            self.links.append(Link(address))


def _walk(root: LexborNode, builder: _Builder, always_visible: frozenset[str], styles: Styles) -> None:
    """Depth first with a stack of our own, since nesting is the page's to choose.

    Every page of every site goes through here, node by node: what is asked of a node is asked once.
    """
    node: LexborNode | None = root
    region: Region = "main"
    heading = False
    open_elements: list[_Open] = []
    while True:
        if node is None:
            if not open_elements:
                return
            # The children of an element are done: on with what follows it.
            node, inner, inner_heading, is_block, region, heading = open_elements.pop()
            if is_block:
                builder.end_block(inner, inner_heading)
            continue
        tag = node.tag or ""
        following = node.next if node is not root else None
        if tag == "-text":
            builder.current.append(node.text_content or "")
        elif tag in _UNSHOWN:
            builder.hide(_source_words(node, tag), "unshown")
        elif not tag.startswith("-"):
            attributes = node.attributes
            if tag in _ADDRESSED:
                builder.address(attributes, tag)
            if tag in _INVISIBLE:
                pass
            elif attributes and attributes.get("id") not in always_visible and styles.hides(attributes):
                builder.hide(words_of(node), "hidden")
            else:
                inner = "frame" if region == "frame" or _is_frame(attributes, tag) else "main"
                inner_heading, is_block = heading or tag in _HEADINGS, tag in _BREAKS
                if is_block:
                    builder.end_block(region, heading)
                open_elements.append((following, inner, inner_heading, is_block, region, heading))
                node, region, heading = node.child, inner, inner_heading
                continue
        node = following


# What follows an element; the region and heading of what is in it, and whether it is a block; those outside it.
_Open = tuple[LexborNode | None, Region, bool, bool, Region, bool]


@lru_cache(maxsize=4)
def parsed(html: str) -> LexborHTMLParser:
    """The page's tree, to be read only; nesting beyond what a person would write is left out.

    The last few are kept: text, links and pictures of a page are read from one tree.
    """
    return LexborHTMLParser(_limit_nesting(html))


def _limit_nesting(html: str) -> str:
    """`html` without the opening tags that nest deeper than a person would write: parsing them costs the
    square of their depth. Ordinary pages are returned as they are, after one count."""
    if html.count("<") < _MANY_TAGS:
        return html
    depth, position, pieces = 0, 0, []
    for match in _TAG.finditer(html):
        if match[1]:
            depth = max(0, depth - 1)
        elif match[2].lower() not in _NOT_NESTING:
            depth += 1
            if depth > _DEEPEST:
                pieces.append(html[position : match.start()])
                position = match.end()
    pieces.append(html[position:])
    return "".join(pieces)


def _source_words(node: LexborNode, tag: str) -> str:
    """The words of a comment or a noscript, whose markup the parser may have left as text."""
    text = (node.comment_content or "") if tag == "-comment" else (node.text() or "")
    return _SPACES.sub(" ", _TAG.sub(" ", text)).strip()


def _is_frame(attributes: Mapping[str, str | None], tag: str) -> bool:
    if tag in _FRAME_TAGS:
        return True
    if not attributes or tag in {"body", "html"}:
        return False
    if attributes.get("role") in {"navigation", "contentinfo", "banner"}:
        return True
    names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
    return names != " " and _FRAME_NAMES.search(names) is not None


_MOST_IMAGES = 12
_SMALLEST_SHOWN = 180  # pixels, as the page itself says
_NO_PICTURES = re.compile(r"\.(?:svg|gif|ico)(?:\?|$)|^data:", re.I)
_LAZY = ("data-src", "data-original", "data-lazy-src", "data-url", "src")


def image_addresses(html: str, base: str) -> list[str]:
    """The addresses of a page's pictures that may be large enough to be read, in the page's order, at most twelve.

    What loads late by script names its address in another attribute (`data-src`, as public accounts do).
    """
    found: dict[str, None] = {}
    for node in parsed(html).css("img"):
        attributes = node.attributes
        sides = (attributes.get(name) or "" for name in ("width", "height"))
        if any(_is_small(side) for side in sides):
            continue
        address = next((value.strip() for name in _LAZY if (value := attributes.get(name))), "")
        if address and not _NO_PICTURES.search(address) and len(address) <= _LONGEST_ADDRESS:
            try:
                url = urljoin(base, address)
            except ValueError:
                continue
            if url.startswith(("http://", "https://")):
                found[url] = None
    return list(found)[:_MOST_IMAGES]


def _is_small(side: str) -> bool:
    """Whether a width or height, as the page writes it, is that of an icon; no number is too long to be looked at."""
    digits = side.lstrip("0") or side[-1:]
    return digits.isdecimal() and len(digits) <= len(str(_SMALLEST_SHOWN)) and int(digits) < _SMALLEST_SHOWN
