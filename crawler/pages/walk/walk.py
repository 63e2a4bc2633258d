"""The walk through a page's tree, node by node: which words are seen, and in which state."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler.pages.beside import SPEAKING
from crawler.pages.blocks import CHINESE, INLINE, Builder, State
from crawler.pages.elements import (
    BREAKS,
    CHANGING,
    FIELDS,
    HEADINGS,
    INVISIBLE,
    LISTS,
    MAY_SHOW_OTHERWISE,
    SAYING,
    TELLING,
    UNSHOWN,
)
from crawler.pages.regions.parts import kind_of_part, part_in
from crawler.pages.revealed import Reveals
from crawler.pages.visibility import AFTER, BEFORE, LINES, Look, Styles, names_of, styles_of
from crawler.pages.walk.otherwise import Otherwise


def read(
    tree: LexborHTMLParser, builder: Builder, always_visible: frozenset[str], state: State, depth: int
) -> None:
    """Add the words of a page to `builder`, in `state`; `depth` counts the pages around it."""
    if tree.root is not None:
        styles = styles_of(tree)
        otherwise = Otherwise(builder, styles, depth, read)
        _Walk(builder, always_visible, styles, Reveals(tree, styles), otherwise).through(tree.root, state)


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
    otherwise: Otherwise
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
                self.otherwise.unshown(node, tag, state)
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
            self.otherwise.pass_by(node, tag, attributes, state)
            return None
        if tag in MAY_SHOW_OTHERWISE and self.otherwise.instead(node, tag, attributes, state):
            return None
        changed: dict[str, Any] = {}
        look = Look.SEEN
        if attributes:
            look = self.styles.look(attributes)
            if look is not Look.SEEN:
                if self._is_hidden(node, attributes, look):
                    self.otherwise.hidden(node, attributes, state)
                    return None
                if look is Look.TINY:
                    changed["is_tiny"] = True
            if tag in SPEAKING or tag in FIELDS or "role" in attributes:
                self.otherwise.said(node, tag, attributes, state)
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

    def _generated(self, tag: str, attributes: Mapping[str, str | None]) -> tuple[str, str]:
        """The words in Chinese that a style sheet puts before and after those of an element."""
        if BEFORE in attributes or AFTER in attributes:
            return attributes.get(BEFORE) or "", attributes.get(AFTER) or ""
        contents = self.styles.contents
        found = [contents[name] for name in (tag, *names_of(attributes)) if name in contents]
        before, after = ("".join(pair[side] for pair in found) for side in (0, 1))
        return _put_in(before, attributes), _put_in(after, attributes)


def _put_in(words: str, attributes: Mapping[str, str | None]) -> str:
    if words.startswith("attr("):
        words = attributes.get(words[5:-1]) or ""
    return words if CHINESE.search(words) else ""
