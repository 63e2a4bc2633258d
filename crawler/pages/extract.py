"""HTML to the text that a reader sees, in blocks with positions."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from classifiers.values import Block, Link, Origin, PageText, Region
from crawler.pages.beside import SPEAKING, Beside, words_beside
from crawler.pages.frame import Draft, Part, kind_of_part, part_in, regions
from crawler.pages.inner import (
    BRINGING_THEIR_OWN,
    MOST_INNER,
    field_words,
    forwards,
    is_backwards,
    letters_joined,
    source_within,
)
from crawler.pages.revealed import Reveals
from crawler.pages.tree import parse, parsed, spaced, without_markup, words_of
from crawler.pages.visibility import Look, Styles, names_of, styles_of

_INVISIBLE = frozenset({"script", "style", "template", "head", "canvas", "embed", "iframe", "rp"})
# What stands in the source, but is shown to nobody whose browser runs scripts; search engines read a noscript.
_UNSHOWN: Mapping[str, tuple[Region, Origin]] = {
    "noscript": ("hidden", "noscript"),
    "template": ("unshown", "comment"),
    "-comment": ("unshown", "comment"),
}
_MOST_HIDDEN, _SHORTEST_HIDDEN = 20_000, 4  # characters, in all and of one stretch
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_BREAKS = frozenset(
    {
        *("address", "article", "aside", "blockquote", "body", "br", "button", "caption", "center", "dd"),
        *("details", "dialog", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "li", "main", "nav", "ol", "option"),
        *("p", "pre", "section", "summary", "table", "tbody", "td", "textarea", "tfoot", "th", "thead"),
        *("tr", "ul", "foreignObject"),
    }
)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_LISTS = frozenset({"ul", "ol", "dl", "select"})
_DRAWN = frozenset({"svg", "g", "symbol", "path", "image", "a", "use"})
_CHANGING = _HEADINGS | _LISTS | {"svg", "text", "foreignObject", "article"}
_MAY_SHOW_OTHERWISE = frozenset(
    {"rt", "object", "bdo", "p", "span", "div", "b", "i", "em", "strong", "font", "td", "li", "h1", "h2"}
)
# Elements that say something by their tag alone: the others are entered as they are, where they have no attributes.
_TELLING = _INVISIBLE | _CHANGING | frozenset({"rt", "object", "bdo", "nav", "header", "footer", "aside"})
_ADDRESSED = frozenset({"a", "script", "iframe"})
_MOST_LINKS, _LONGEST_ADDRESS = 1_000, 2_000
_DEEPEST_DOCUMENT = 12
_LONGEST_READING = 1  # Chinese characters of an rt that is a reading of one


def extract(html: str, always_visible: frozenset[str] = frozenset()) -> PageText:
    """The text of a page: what is seen, after it what browsers and search engines show beside it (its title and
    description, the words of pictures), and last, in blocks of their own, what is hidden from the eye (region "hidden")
    or stands in the source only (comments: "unshown"). Total: takes any string.

    `always_visible` are element ids that are shown by script later, although they are hidden in the source.
    """
    tree = parsed(html)
    titles = tree.css("title")  # a drawing has its own
    title = next(
        (spaced(node.text()) for node in titles if node.parent and node.parent.tag not in _DRAWN), ""
    )
    builder = _Builder(words_beside(tree, title))
    _read(tree, builder, always_visible, _TOP, 0)
    return builder.page(title)


class _State(NamedTuple):
    """What an element hands down to what is in it."""

    part: Part | None = None
    heading: bool = False
    origin: Origin = ""
    is_mute: bool = False  # words are not shown: between the shapes of an SVG
    is_tiny: bool = False  # letters have no size
    is_link: bool = False  # a click on the words leads somewhere
    address: str = ""  # to where
    entry_of: int = 0  # the list around, by number
    in_article: bool = False


_TOP = _State()


@dataclass
class _Builder:
    """Collects text into blocks."""

    beside: Beside
    drafts: list[Draft] = field(default_factory=list)
    current: list[str] = field(default_factory=list)
    tiny: list[str] = field(default_factory=list)  # words without a size
    linked: int = 0  # characters of the current block in links
    links_in_it: int = 0
    leading: list[str] = field(default_factory=list)  # addresses that the current block's words lead to
    links: list[tuple[str, int]] = field(default_factory=list)  # an address, and the block that shows it
    loaded: dict[str, None] = field(default_factory=dict)  # what no words lead to
    unseen: dict[str, tuple[Region, Origin]] = field(default_factory=dict)
    unseen_length: int = 0
    lists: int = 0
    inner_pages: int = 0

    def add(self, text: str, state: _State) -> None:
        """Words that stand in an element."""
        if state.is_mute or (not self.current and text.isspace()):
            return
        if state.is_tiny:
            self.tiny.append(text)
            return
        self.current.append(text)
        if state.is_link and not text.isspace():
            self.linked += len(text.strip())
            self.links_in_it += 1
            if state.address:
                self.leading.append(state.address)
                self.loaded.pop(state.address, None)

    def end_block(self, state: _State) -> None:
        if not self.current:
            return
        text = spaced(forwards("".join(self.current)))
        self.current.clear()
        linked, links = self.linked, self.links_in_it
        self.linked = self.links_in_it = 0
        if not text:
            return
        if self.leading:
            self.links += [(address, len(self.drafts)) for address in dict.fromkeys(self.leading)]
            self.leading.clear()
        self.drafts.append(
            Draft(text, state.part, state.heading, state.origin, linked, links, state.entry_of)
        )

    def hide(self, text: str, region: Region, origin: Origin) -> None:
        """Keep text that is not seen: once, if it says anything in Chinese."""
        text = text[: _MOST_HIDDEN - self.unseen_length]
        if len(text) >= _SHORTEST_HIDDEN and text not in self.unseen and _CHINESE.search(text):
            self.unseen[text] = region, origin
            self.unseen_length += len(text)

    def address(self, attributes: Mapping[str, str | None], tag: str) -> str:
        """Keep what an element leads to, or loads; returns it where words in the element lead to it."""
        address = (attributes.get("href" if tag == "a" else "src") or "").strip()
        if (
            not address
            or len(address) > _LONGEST_ADDRESS
            or address.startswith(("#", "javascript:", "data:"))
        ):
            return ""
        self.loaded[address] = None
        return address if tag == "a" else ""

    def page(self, title: str) -> PageText:
        pieces: list[str] = []
        blocks: list[Block] = []
        length = 0
        for draft, (region, origin) in zip(self.drafts, regions(self.drafts), strict=True):
            blocks.append(Block(length, length + len(draft.text), region, draft.heading, "", origin))
            pieces.append(draft.text)
            length += len(draft.text) + 1
        links = [Link(address, blocks[place].start, blocks[place].end) for address, place in self.links]
        links += map(Link, self.loaded)
        more: list[tuple[str, Region, Origin]] = [
            (text, "frame" if part is not None and part.is_frame else "beside", origin)
            for text, origin, part in self.beside.new_to("\n".join(pieces))
        ]
        more += ((spaced(text), *where) for text, where in self.unseen.items())
        for text, region, origin in more:
            if text:
                blocks.append(Block(length, length + len(text), region, False, "", origin))
                pieces.append(text)
                length += len(text) + 1
        text = letters_joined(blocks, pieces)
        return PageText(text, title, tuple(blocks), tuple(links[:_MOST_LINKS]))


def _read(
    tree: LexborHTMLParser, builder: _Builder, always_visible: frozenset[str], state: _State, depth: int
) -> None:
    if tree.root is not None:
        styles = styles_of(tree)
        _Walk(builder, always_visible, styles, Reveals(tree, styles), depth).through(tree.root, state)


# What follows an element, the state in it, whether it is a block, the words that its style sheet puts at its end; the
# state around it.
_Open = tuple[LexborNode | None, _State, bool, str, _State]


@dataclass
class _Walk:
    """Depth first with a stack of our own, since nesting is the page's to choose.

    Every page of every site goes through here, node by node: what is asked of a node is asked once.
    """

    builder: _Builder
    always_visible: frozenset[str]
    styles: Styles
    reveals: Reveals
    depth: int

    def through(self, root: LexborNode, state: _State) -> None:
        """Read `root` and all below it."""
        node: LexborNode | None = root
        builder = self.builder
        open_elements: list[_Open] = []
        while True:
            if node is None:
                if not open_elements:
                    return
                # The children of an element are done: on with what follows it.
                node, inner, is_block, after, state = open_elements.pop()
                if after:
                    builder.add(after, inner)
                if builder.current and (is_block or inner.origin != state.origin):
                    builder.end_block(inner)
                if inner.is_tiny and not state.is_tiny:
                    builder.hide(spaced(" ".join(builder.tiny)), "hidden", "")
                    builder.tiny.clear()
                continue
            tag = node.tag or ""
            following = node.next if node is not root else None
            if tag == "-text":
                builder.add(node.text_content or "", state)
            elif tag in _UNSHOWN:
                self._keep_unshown(node, tag, state)
            elif not tag.startswith("-"):
                attributes = node.attributes
                is_plain = not attributes and tag not in _TELLING and not state.is_tiny
                entered = state if is_plain else self._enter(node, tag, attributes, state)
                if entered is not None:
                    inner = entered
                    before, after = self._generated(tag, attributes) if self.styles.contents else ("", "")
                    is_block = tag in _BREAKS
                    if builder.current and (is_block or inner.origin != state.origin):
                        builder.end_block(state)
                    open_elements.append((following, inner, is_block, after, state))
                    node, state = node.child, inner
                    if before:
                        builder.add(before, inner)
                    continue
            node = following

    def _enter(
        self, node: LexborNode, tag: str, attributes: Mapping[str, str | None], state: _State
    ) -> _State | None:
        """The state in an element; None for one whose words are not seen. Keeps what it says otherwise."""
        if tag in _INVISIBLE:
            self._pass_by(node, tag, attributes, state)
            return None
        if tag in _MAY_SHOW_OTHERWISE and self._shows_otherwise(node, tag, attributes, state):
            return None
        changed: dict[str, Any] = {}
        look = Look.SEEN
        if attributes:
            look = self.styles.look(attributes)
            if look is not Look.SEEN:
                if self._is_hidden(node, attributes, look):
                    self._keep_hidden(node)
                    return None
                if look is Look.TINY:
                    changed["is_tiny"] = True
            if tag in SPEAKING or "role" in attributes:
                self._keep_said(tag, attributes, state)
            if "onclick" in attributes or (tag == "a" and "href" in attributes):
                changed["is_link"] = True
            if tag == "a":
                changed["address"] = self.builder.address(attributes, tag)
        if state.is_tiny and (look is Look.SIZED or (look is not Look.TINY and self.styles.may_size(tag))):
            changed["is_tiny"] = False
        kind = kind_of_part(attributes, tag)
        # An article's own header is no frame (HTML § 4.3.8).
        if kind and not (state.in_article and tag == "header"):
            changed["part"] = part_in(state.part, kind) or state.part
        if tag in _CHANGING:
            changed |= self._changed_by(tag, state)
        return state._replace(**changed) if changed else state

    def _keep_unshown(self, node: LexborNode, tag: str, state: _State) -> None:
        if tag != "template" or not self._read_within(node, tag, node.attributes, state):
            self.builder.hide(_source_words(node, tag), *_UNSHOWN[tag])

    def _shows_otherwise(
        self, node: LexborNode, tag: str, attributes: Mapping[str, str | None], state: _State
    ) -> bool:
        """Keep the words of an element that shows others than stand in it, or the other way round; whether it is one."""
        if tag == "rt":
            self._keep_reading(node, state)
            return True
        if tag == "object":
            return self._read_within(node, tag, attributes, state)
        if (
            not attributes
            or not is_backwards(tag, attributes)
            or self.styles.look(attributes) is not Look.SEEN
        ):
            return False
        self.builder.add(words_of(node)[::-1], state)
        return True

    def _changed_by(self, tag: str, state: _State) -> dict[str, Any]:
        """What an element changes for what is in it, by its tag alone."""
        if tag in _HEADINGS:
            return {"heading": True}
        if tag in _LISTS:
            self.builder.lists += 1
            return {"entry_of": self.builder.lists}
        if tag == "svg":
            return {"is_mute": True}
        if tag == "article":
            return {"in_article": True}
        return {"is_mute": False, "origin": "svg"} if state.is_mute else {}

    def _is_hidden(self, node: LexborNode, attributes: Mapping[str, str | None], look: Look) -> bool:
        if look not in {Look.HIDDEN, Look.FOLDED} or attributes.get("id") in self.always_visible:
            return False
        return look is Look.HIDDEN or not self.reveals.shows(node, attributes)

    def _pass_by(
        self, node: LexborNode, tag: str, attributes: Mapping[str, str | None], state: _State
    ) -> None:
        """Keep what an element without words of its own loads, and the words of a page that is written out in it."""
        if tag in _ADDRESSED:
            self.builder.address(attributes, tag)
        self._read_within(node, tag, attributes, state)

    def _read_within(
        self, node: LexborNode, tag: str, attributes: Mapping[str, str | None], state: _State
    ) -> bool:
        """Read the page that an element shows in its place, if it does; of so many, for each is parsed."""
        if tag not in BRINGING_THEIR_OWN or self.depth >= _DEEPEST_DOCUMENT:
            return False
        if self.builder.inner_pages >= MOST_INNER or not (source := source_within(node, tag, attributes)):
            return False
        self.builder.inner_pages += 1
        inside = state._replace(origin="document")
        self.builder.end_block(state)
        _read(parse(source), self.builder, frozenset(), inside, self.depth + 1)
        self.builder.end_block(inside)
        return True

    def _keep_hidden(self, node: LexborNode) -> None:
        self.builder.hide(words_of(node), "hidden", "")
        for loading in node.css("script[src], iframe[src]"):
            self.builder.address(loading.attributes, "script")

    def _keep_said(self, tag: str, attributes: Mapping[str, str | None], state: _State) -> None:
        """Keep the words on a button or in a field, which have no text, and those for who does not see a picture."""
        if tag == "input" and (words := field_words(attributes)):
            self.builder.end_block(state)
            self.builder.add(words, state)
            self.builder.end_block(state)
        self.builder.beside.of_element(tag, attributes, state.part)

    def _keep_reading(self, node: LexborNode, state: _State) -> None:
        """What stands over characters is their reading, and no part of the words; unless it says something itself."""
        words = words_of(node)
        if len(_CHINESE.findall(words)) > _LONGEST_READING:
            self.builder.beside.say(words, "ruby", state.part)

    def _generated(self, tag: str, attributes: Mapping[str, str | None]) -> tuple[str, str]:
        """The words in Chinese that a style sheet puts before and after those of an element."""
        contents = self.styles.contents
        found = [contents[name] for name in (tag, *names_of(attributes)) if name in contents]
        before, after = ("".join(pair[side] for pair in found) for side in (0, 1))
        return _put_in(before, attributes), _put_in(after, attributes)


def _put_in(words: str, attributes: Mapping[str, str | None]) -> str:
    if words.startswith("attr("):
        words = attributes.get(words[5:-1]) or ""
    return words if _CHINESE.search(words) else ""


def _source_words(node: LexborNode, tag: str) -> str:
    """The words of a comment or a noscript, whose markup the parser may have left as text."""
    text = (node.comment_content or "") if tag == "-comment" else words_of(node)
    return without_markup(text)
