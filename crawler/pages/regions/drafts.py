"""A block whose region is not decided, and what its words and links say of it."""

import re
from typing import NamedTuple

from classifiers.values import Origin
from crawler.pages.regions.parts import Part

SENTENCE = re.compile(r"[。！？；，,;!?](?:(?<=[。！？；，])|(?<=[\u3400-\u9fff].))")
LABEL = 8  # characters of a menu's entry
SHORTEST_PROSE, _SHORTEST_SENTENCE = 16, 6  # characters
_MOSTLY = 0.7  # of a block's characters: it is a link


class Draft(NamedTuple):
    """A block whose region is not decided: the text, how many of its characters are in links, and in how many; the list
    that it is an entry of (0: none)."""

    text: str
    part: Part | None
    heading: bool = False
    origin: Origin = ""
    linked: int = 0
    links: int = 0
    entry_of: int = 0

    @property
    def is_link(self) -> bool:
        """Whether it is mostly a link; dates and numbers next to a link do not count."""
        if self.linked >= _MOSTLY * len(self.text):
            return True
        return self.linked > 0 and self.linked >= _MOSTLY * sum(map(str.isalpha, self.text))

    @property
    def is_row(self) -> bool:
        """Whether it consists of short links with marks between them."""
        words = sum(map(str.isalnum, self.text))
        return (
            self.linked <= LABEL * self.links
            and self.linked >= _MOSTLY * words
            and not SENTENCE.search(self.text)
        )

    @property
    def said(self) -> int:
        """The characters of its sentences, however short; 0 where it has none."""
        return self._sentences(_SHORTEST_SENTENCE)

    @property
    def prose(self) -> int:
        """The characters of its sentences; 0 where it has none."""
        return self._sentences(SHORTEST_PROSE)

    def _sentences(self, shortest: int) -> int:
        unlinked = len(self.text) - self.linked
        return unlinked if unlinked >= shortest and SENTENCE.search(self.text) else 0
