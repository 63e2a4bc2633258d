"""Words that an element shows otherwise than by the text in it: of pages within, fields, pictures, style sheets; and those
that it hides."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler.pages.blocks import CHINESE, Builder, State
from crawler.pages.bounded import ORDINARY_TAGS
from crawler.pages.elements import ADDRESSED, FIELDS, UNSHOWN
from crawler.pages.guarded import words_alone
from crawler.pages.inner import BRINGING_THEIR_OWN, MOST_INNER, field_words, is_backwards, source_within
from crawler.pages.tree import parse, without_markup, words_of
from crawler.pages.visibility import AFTER, BEFORE, LINES, Look, Styles

# Scripts that a script in the page loads, such as chats: s.src = "//…", document.write('<script src="//…">').
_LOADED = re.compile(r"""\bsrc\s{0,3}=\s{0,3}\\?["']((?:https?:)?//[^"'\s\\<>]{4,300})""")
_LONGEST_LOADER = 20_000  # characters of a script; one that only loads another is short
_DEEPEST_DOCUMENT = 12
_LONGEST_READING = 1  # Chinese characters of an rt that is a reading of one

Read = Callable[[LexborHTMLParser, Builder, frozenset[str], State, int], None]


@dataclass
class Otherwise:
    """Keeps such words, in the builder of the page; `read` reads a page within."""

    builder: Builder
    styles: Styles
    depth: int
    read: Read

    def unshown(self, node: LexborNode, tag: str, state: State) -> None:
        """Keep the words of an element that stand in the source only."""
        if tag != "template" or not self._read_within(node, tag, node.attributes, state):
            self.builder.hide(_source_words(node, tag), *UNSHOWN[tag])

    def instead(self, node: LexborNode, tag: str, attributes: Mapping[str, str | None], state: State) -> bool:
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

    def pass_by(self, node: LexborNode, tag: str, attributes: Mapping[str, str | None], state: State) -> None:
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
            self.read(parse(source), self.builder, frozenset(), inside, self.depth + 1)
        else:  # a small page may hold a large one, its tags disguised by references
            for line in words_alone(source).text.split("\n"):
                self.builder.add(line, inside)
                self.builder.end_block(inside)
        self.builder.end_block(inside)
        return True

    def hidden(self, node: LexborNode, attributes: Mapping[str, str | None], state: State) -> None:
        """Keep the words of an element that is hidden from the eye."""
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

    def said(self, node: LexborNode, tag: str, attributes: Mapping[str, str | None], state: State) -> None:
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


def _source_words(node: LexborNode, tag: str) -> str:
    """The words of a comment or a noscript, whose markup the parser may have left as text."""
    text = (node.comment_content or "") if tag == "-comment" else words_of(node)
    return without_markup(text)
