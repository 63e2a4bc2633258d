"""A page's words as they are collected, in blocks, before it is known which of them frame the page."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from classifiers.values import Block, Link, Origin, PageText, Region
from crawler.pages.beside import Beside
from crawler.pages.inner import forwards, letters_joined
from crawler.pages.regions.article import Box
from crawler.pages.regions.drafts import Draft
from crawler.pages.regions.parts import Part
from crawler.pages.regions.regions import regions
from crawler.pages.tree import spaced

CHINESE = re.compile(r"[\u4e00-\u9fff]")
_MOST_HIDDEN, _SHORTEST_HIDDEN = 20_000, 4  # characters, in all and of one stretch
INLINE = -1  # begins no block
_MOST_LINKS, _LONGEST_ADDRESS = 1_000, 2_000
# A link that calls something of the page's own, such as a chat: not void(0), history.back() and the like.
_CALLS = re.compile(r"(?<![\w$.])(?!(?:void|history|scroll\w*|print|alert|if)\b)[A-Za-z_$][\w$.]*\(")


class State(NamedTuple):
    """The state that an element passes to its children."""

    part: Part | None = None
    heading: bool = False
    origin: Origin = ""
    is_mute: bool = False  # words are not shown: between the shapes of an SVG
    is_tiny: bool = False  # letters have no size
    is_link: bool = False  # a click on the words leads somewhere
    address: str = ""  # to where
    entry_of: int = 0  # the list around, by number
    in_article: bool = False

    def linked(self, address: str, *, is_link: bool) -> "State":
        """The state in an anchor. Every page is full of them, and `_replace` takes twice as long."""
        return State(*self[:5], self.is_link or is_link, address, *self[7:])


TOP = State()


@dataclass
class Builder:
    """Collects text into blocks."""

    beside: Beside
    drafts: list[Draft] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)  # of elements, inner ones before those around them
    current: list[str] = field(default_factory=list)
    tiny: list[str] = field(default_factory=list)  # words without a size
    linked: int = 0  # characters of the current block in links
    links_in_it: int = 0
    leading: list[str] = field(default_factory=list)  # addresses that the current block's words lead to
    links: list[tuple[str, int]] = field(default_factory=list)  # an address, and the block that shows it
    loaded: dict[str, None] = field(default_factory=dict)  # addresses that no words link to
    unseen: dict[str, tuple[Region, Origin]] = field(default_factory=dict)
    unseen_length: int = 0
    lists: int = 0
    inner_pages: int = 0
    inner_tags: int = 0

    def add(self, text: str, state: State) -> None:
        """Words that stand in an element."""
        if (not self.current and text.isspace()) or state.is_mute:
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

    def end_block(self, state: State) -> None:
        """The words so far are a block; `state` is that in which they stand."""
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

    def leave(self, inner: State, around: State, begin: int) -> None:
        """An element ends that began after `begin` blocks (`INLINE`: not a block). `inner` is the state in it."""
        if self.current and (begin != INLINE or inner.origin != around.origin):
            self.end_block(inner)
        if INLINE != begin < len(self.drafts):
            self.boxes.append((begin, len(self.drafts)))
        if inner.is_tiny and not around.is_tiny:
            self.hide_tiny()

    def hide(self, text: str, region: Region, origin: Origin) -> None:
        """Keep invisible text: once, if it contains Chinese."""
        text = text[: _MOST_HIDDEN - self.unseen_length]
        if len(text) >= _SHORTEST_HIDDEN and text not in self.unseen and CHINESE.search(text):
            self.unseen[text] = region, origin
            self.unseen_length += len(text)

    def address(self, attributes: Mapping[str, str | None], tag: str) -> str:
        """Keep the address that an element links to or loads; return it where the words in the element link
        to it."""
        address = (attributes.get("href" if tag == "a" else "src") or "").strip()
        if tag == "a" and (not address or address.startswith(("#", "javascript:"))):
            address = f"javascript:{address.removeprefix('javascript:')};{attributes.get('onclick') or ''}"
            if not _CALLS.search(address):
                return ""
        elif not address or address.startswith(("javascript:", "data:")):
            return ""
        if len(address) > _LONGEST_ADDRESS:
            return ""
        self.loaded[address] = None
        return address if tag == "a" else ""

    def hide_tiny(self) -> None:
        """Keep text without a size as invisible text."""
        self.hide(spaced(" ".join(self.tiny)), "hidden", "")
        self.tiny.clear()

    def page(self, title: str, named: str) -> PageText:
        """The collected text, with the region of each block; `named` is the title that the article's heading says."""
        pieces: list[str] = []
        blocks: list[Block] = []
        length = 0
        for draft, (region, origin) in zip(self.drafts, regions(self.drafts, named, self.boxes), strict=True):
            text = draft.text
            end = length + len(text)
            blocks.append(Block(length, end, region, draft.heading, "", origin))
            pieces.append(text)
            length = end + 1
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
