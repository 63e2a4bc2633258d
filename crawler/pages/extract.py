"""HTML to the text that a reader sees, in blocks with positions."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from classifiers.values import PageText
from crawler.pages.beside import SPEAKING, words_beside
from crawler.pages.blocks import CHINESE, INLINE, TOP, Builder, State
from crawler.pages.bounded import ORDINARY_TAGS
from crawler.pages.elements import (
    ADDRESSED,
    BREAKS,
    CHANGING,
    DRAWN,
    FIELDS,
    HEADINGS,
    INVISIBLE,
    LISTS,
    MAY_SHOW_OTHERWISE,
    SAYING,
    TELLING,
    UNSHOWN,
)
from crawler.pages.guarded import words_alone
from crawler.pages.inner import BRINGING_THEIR_OWN, MOST_INNER, field_words, is_backwards, source_within
from crawler.pages.regions.parts import kind_of_part, part_in
from crawler.pages.revealed import Reveals
from crawler.pages.tree import parse, parsed, spaced, without_markup, words_of
from crawler.pages.visibility import AFTER, BEFORE, LINES, Look, Styles, names_of, styles_of

# Scripts that a script in the page loads, such as chats: s.src = "//…", document.write('<script src="//…">').
_LOADED = re.compile(r"""\bsrc\s{0,3}=\s{0,3}\\?["']((?:https?:)?//[^"'\s\\<>]{4,300})""")
_LONGEST_LOADER = 20_000  # characters of a script; one that only loads another is short
_DEEPEST_DOCUMENT = 12
_LONGEST_READING = 1  # Chinese characters of an rt that is a reading of one


def extract(html: str, always_visible: frozenset[str] = frozenset()) -> PageText:
    """The text of a page: the visible part, then region `beside` (its title and description, the words of
    pictures), and last, in separate blocks, text hidden from the eye (region "hidden") or in the source only
    (comments: "unshown"). Total: takes any string.

    `always_visible` are element ids that are shown by script later, although they are hidden in the source.
    """
    tree = parsed(html)
    titles = tree.css("title")  # a drawing has its own
    title = next((spaced(node.text()) for node in titles if node.parent and node.parent.tag not in DRAWN), "")
    builder = Builder(words_beside(tree, title))
    _read(tree, builder, always_visible, TOP, 0)
    return builder.page(title, title or _shared_as(tree))


def _read(
    tree: LexborHTMLParser, builder: Builder, always_visible: frozenset[str], state: State, depth: int
) -> None:
    if tree.root is not None:
        styles = styles_of(tree)
        _Walk(builder, always_visible, styles, Reveals(tree, styles), depth).through(tree.root, state)


# The next sibling of an element, the state in it, the blocks before it, the words that its style sheet puts at its
# end; the state around it.
_Open = tuple[LexborNode | None, State, int, str, State]


@dataclass
class _Walk:
    """Depth first with a stack of our own, since nesting is the page's to choose.

    Every page of every site goes through here, node by node: each node is examined once.
    """

    builder: Builder
    always_visible: frozenset[str]
    styles: Styles
    reveals: Reveals
    depth: int
    _plain: set[tuple[object, ...]] = field(default_factory=set)  # tags with their class that change nothing

    def through(self, root: LexborNode, state: State) -> None:
        """Read `root` and all below it."""
        node: LexborNode | None = root
        builder, has_contents = self.builder, bool(self.styles.contents)
        current, drafts = builder.current, builder.drafts
        open_elements: list[_Open] = []
        while True:
            if node is None:
                if not open_elements:
                    return
                # The children of an element are done: continue with its next sibling.
                node, inner, begin, after, state = open_elements.pop()
                if after:
                    builder.add(after, inner)
                builder.leave(inner, state, begin)
                continue
            tag = node.tag or ""
            following = node.next if node is not root else None
            if tag == "-text":
                builder.add(node.text_content or "", state)
            elif tag in UNSHOWN:
                self._keep_unshown(node, tag, state)
            elif tag[:1] != "-":
                attributes = node.attributes
                entered = self._inside(node, tag, attributes, state)
                if entered is not None:
                    inner = entered
                    may_add = has_contents or BEFORE in attributes or AFTER in attributes
                    before, after = self._generated(tag, attributes) if may_add else ("", "")
                    is_block = tag in BREAKS
                    if current and (is_block or inner.origin != state.origin):
                        builder.end_block(state)
                    begin = len(drafts) if is_block else INLINE
                    open_elements.append((following, inner, begin, after, state))
                    node, state = node.child, inner
                    if before:
                        builder.add(before, inner)
                    continue
            node = following

    def _inside(
        self, node: LexborNode, tag: str, attributes: Mapping[str, str | None], state: State
    ) -> State | None:
        """The state in an element; None for one whose words are invisible. Most elements change nothing, and
        are recognised before a closer look."""
        if tag in TELLING or state.is_tiny:
            return self._enter(node, tag, attributes, state)
        if SAYING.isdisjoint(attributes):
            if tag != "a":
                return state
            return state.linked(self.builder.address(attributes, tag), is_link="href" in attributes)
        if len(attributes) > 1:
            return self._enter(node, tag, attributes, state)
        # One class alone says the same of all elements that have it.
        named = (tag, *attributes.items())
        if named in self._plain:
            return state
        entered = self._enter(node, tag, attributes, state)
        if entered is state:
            self._plain.add(named)
        return entered

    def _enter(
        self, node: LexborNode, tag: str, attributes: Mapping[str, str | None], state: State
    ) -> State | None:
        """The state in an element; None for one whose words are not seen. Keeps what it says otherwise."""
        if tag in INVISIBLE or LINES in attributes:
            self._pass_by(node, tag, attributes, state)
            return None
        if tag in MAY_SHOW_OTHERWISE and self._shows_otherwise(node, tag, attributes, state):
            return None
        changed: dict[str, Any] = {}
        look = Look.SEEN
        if attributes:
            look = self.styles.look(attributes)
            if look is not Look.SEEN:
                if self._is_hidden(node, attributes, look):
                    self._keep_hidden(node, attributes, state)
                    return None
                if look is Look.TINY:
                    changed["is_tiny"] = True
            if tag in SPEAKING or tag in FIELDS or "role" in attributes:
                self._keep_said(node, tag, attributes, state)
            if "onclick" in attributes or (tag == "a" and "href" in attributes):
                changed["is_link"] = True
            if tag == "a":
                changed["address"] = self.builder.address(attributes, tag)
        if state.is_tiny and (look is Look.SIZED or (look is not Look.TINY and self.styles.may_size(tag))):
            changed["is_tiny"] = False
        kind = kind_of_part(attributes, tag)
        # An article's own header is not a frame (HTML § 4.3.8).
        if kind and not (state.in_article and tag == "header"):
            changed["part"] = part_in(state.part, kind) or state.part
        if tag in CHANGING:
            changed |= self._changed_by(tag, state)
        return state._replace(**changed) if changed else state

    def _keep_unshown(self, node: LexborNode, tag: str, state: State) -> None:
        if tag != "template" or not self._read_within(node, tag, node.attributes, state):
            self.builder.hide(_source_words(node, tag), *UNSHOWN[tag])

    def _shows_otherwise(
        self, node: LexborNode, tag: str, attributes: Mapping[str, str | None], state: State
    ) -> bool:
        """Keep the words of an element that shows other words than its source holds, or reversed; return
        whether it does."""
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

    def _changed_by(self, tag: str, state: State) -> dict[str, Any]:
        """The changes that an element makes to its children's state, by its tag alone."""
        if tag in HEADINGS:
            return {"heading": True}
        if tag in LISTS:
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
        self, node: LexborNode, tag: str, attributes: Mapping[str, str | None], state: State
    ) -> None:
        """Keep the address that an element without text loads, and the words of a page embedded in its
        attributes."""
        if LINES in attributes:
            self._keep_lines(node, attributes[LINES] or "", state)
            return
        if tag in ADDRESSED:
            self.builder.address(attributes, tag)
        if tag == "script" and "src" not in attributes:
            for found in _LOADED.finditer(node.text()[:_LONGEST_LOADER]):
                self.builder.address({"src": found[1]}, tag)
        self._read_within(node, tag, attributes, state)

    def _read_within(
        self, node: LexborNode, tag: str, attributes: Mapping[str, str | None], state: State
    ) -> bool:
        """Read the page that an element embeds, if it does; up to a limit, since each is parsed."""
        if tag not in BRINGING_THEIR_OWN or self.depth >= _DEEPEST_DOCUMENT:
            return False
        if self.builder.inner_pages >= MOST_INNER or not (source := source_within(node, tag, attributes)):
            return False
        self.builder.inner_pages += 1
        inside = state._replace(origin="document")
        self.builder.end_block(state)
        self.builder.inner_tags += source.count("<")
        if self.builder.inner_tags <= ORDINARY_TAGS:
            _read(parse(source), self.builder, frozenset(), inside, self.depth + 1)
        else:  # a small page may hold a large one, its tags disguised by references
            for line in words_alone(source).text.split("\n"):
                self.builder.add(line, inside)
                self.builder.end_block(inside)
        self.builder.end_block(inside)
        return True

    def _keep_hidden(self, node: LexborNode, attributes: Mapping[str, str | None], state: State) -> None:
        if BEFORE in attributes or AFTER in attributes:  # a style sheet shows others in place of its words
            self._keep_lines(node, f"{attributes.get(BEFORE) or ''}{attributes.get(AFTER) or ''}", state)
        self.builder.hide(words_of(node), "hidden", "")
        for loading in node.css("script[src], iframe[src]"):
            self.builder.address(loading.attributes, "script")

    def _keep_lines(self, node: LexborNode, lines: str, state: State) -> None:
        """Keep the words of an element as the browser laid them out, and the addresses in it."""
        self.builder.end_block(state)
        for line in lines.split("\n"):
            self.builder.add(line, state)
            self.builder.end_block(state)
        for linked in node.css("a[href], script[src], iframe[src]"):
            self.builder.address(linked.attributes, linked.tag or "")

    def _keep_said(
        self, node: LexborNode, tag: str, attributes: Mapping[str, str | None], state: State
    ) -> None:
        """Keep the words on a button or in a field, which have no text, and the alternative text of a
        picture."""
        if tag in FIELDS and (words := field_words(attributes)):
            self.builder.end_block(state)
            self.builder.add(words, state)
            self.builder.end_block(state)
        if tag == "img":  # a drawing in its own address
            self._read_within(node, tag, attributes, state)
        self.builder.beside.of_element(tag, attributes, state.part)

    def _keep_reading(self, node: LexborNode, state: State) -> None:
        """Characters above others are their reading, not part of the words, unless they say something
        themselves."""
        words = words_of(node)
        if len(CHINESE.findall(words)) > _LONGEST_READING:
            self.builder.beside.say(words, "ruby", state.part)

    def _generated(self, tag: str, attributes: Mapping[str, str | None]) -> tuple[str, str]:
        """The words in Chinese that a style sheet puts before and after those of an element."""
        if BEFORE in attributes or AFTER in attributes:
            return attributes.get(BEFORE) or "", attributes.get(AFTER) or ""
        contents = self.styles.contents
        found = [contents[name] for name in (tag, *names_of(attributes)) if name in contents]
        before, after = ("".join(pair[side] for pair in found) for side in (0, 1))
        return _put_in(before, attributes), _put_in(after, attributes)


def _shared_as(tree: LexborHTMLParser) -> str:
    """The title under which a page is shared (Open Graph)."""
    node = tree.css_first("meta[property='og:title' i]")
    return spaced(node.attributes.get("content") or "") if node is not None else ""


def _put_in(words: str, attributes: Mapping[str, str | None]) -> str:
    if words.startswith("attr("):
        words = attributes.get(words[5:-1]) or ""
    return words if CHINESE.search(words) else ""


def _source_words(node: LexborNode, tag: str) -> str:
    """The words of a comment or a noscript, whose markup the parser may have left as text."""
    text = (node.comment_content or "") if tag == "-comment" else words_of(node)
    return without_markup(text)
