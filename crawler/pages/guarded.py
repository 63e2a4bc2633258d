"""One guard around reading a page: readable parts are kept, and unreadable parts are named."""

import html as markup
import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TypeVar

from classifiers.values import PageText
from crawler.pages.bounded import bounded
from crawler.pages.post import Post

Read = TypeVar("Read")

_LONGEST_FAULT = 120
_NO_TEXT = re.compile(r"<(script|style|template)\b|<!--", re.I)
_TAG = re.compile(r"<[a-zA-Z/!?][^<>]*+>")
_NO_CHARACTER = re.compile(r"&#(?:x[0-9a-f]{7,}|[0-9]{8,});?", re.I)
_LINE = re.compile(r"[^\n]+")
_LINE_END = re.compile(r"<(?:br|/?(?:p|div|li|tr|td|th|h[1-6]|section|article|title))\b", re.I)
_PIECE = 200_000  # characters
MOST_TEXT = (
    1_000_000  # characters of a page that are judged; the longest that people write have some ten thousand
)


@dataclass
class Attempts:
    """The parts of a page, read one by one, and the names of unreadable parts, in Chinese."""

    faults: list[str] = field(default_factory=list)

    def read(self, part: str, how: Callable[[], Read], otherwise: Callable[[], Read]) -> Read:
        """The result of `how`, or of `otherwise` where `how` raises; the failure is noted with the part's
        name."""
        try:
            return how()
        except Exception as error:  # a hostile page chooses the error and its place
            self.faults.append(f"{part}未能读取（{fault_of(error)}）")
            return otherwise()

    async def wait(self, part: str, result: Awaitable[Read], otherwise: Callable[[], Read]) -> Read:
        """As `read`, of a result that is waited for."""
        try:
            return await result
        except Exception as error:  # as above
            self.faults.append(f"{part}未能读取（{fault_of(error)}）")
            return otherwise()

    @property
    def reason(self) -> str | None:
        """The unreadable parts as one sentence; None where there are none."""
        return "；".join(self.faults) or None


def read_guarded(html: str, how: Callable[[], Post]) -> Post:
    """As `tried`, and with what of its markup and of its text is beyond the bounds."""
    post = tried(html, how)
    cuts = list(bounded(html).cuts)
    if len(post.text.text) > MOST_TEXT:
        post = replace(post, text=_beginning(post.text))
        cuts.append(f"页面文字超过 {MOST_TEXT // 10_000} 万字，其余未研判")
    return replace(post, faults=(*post.faults, *cuts)) if cuts else post


def tried(html: str, how: Callable[[], Post]) -> Post:
    """The page as `how` reads it; where that raises, its words without the markup, with the fault in the post."""
    attempts = Attempts()
    post = attempts.read("页面结构", how, lambda: Post(words_alone(html)))
    return replace(post, faults=(*post.faults, *attempts.faults)) if attempts.faults else post


def words_only(html: str) -> Post:
    """A page read as its words alone, up to the bound."""
    return read_guarded(html, lambda: Post(words_alone(html)))


def words_alone(html: str) -> PageText:
    """The words of a page without its markup, all as main text. Total; in time proportional to the page's length, and in
    little more memory than its words take."""
    pieces, length = list[str](), 0
    for piece in _in_pieces(" ".join(_without_scripts(html))):
        pieces.append(words := _words_in(piece))
        length += sum(map(len, words.split()))
        if length > MOST_TEXT:  # more than is judged, so that the cut is said
            break
    lines = (" ".join(line[0].split()) for line in _LINE.finditer("".join(pieces)))
    kept, length = list[str](), 0
    for line in filter(None, lines):
        kept.append(line)
        length += len(line) + 1
        if length - 1 > MOST_TEXT:  # one line more, as above
            break
    return PageText.of_plain("\n".join(kept))


def _words_in(markup_and_words: str) -> str:
    text = _TAG.sub(" ", _LINE_END.sub(lambda tag: f"\n{tag[0]}", markup_and_words))
    return markup.unescape(_NO_CHARACTER.sub("\ufffd", text))


def _in_pieces(text: str) -> Iterator[str]:
    """`text` in pieces that each end where a tag may begin: millions of tags at once take too much memory."""
    start = 0
    while start < len(text):
        end = text.find("<", start + _PIECE)
        yield text[start : (end := len(text) if end < 0 else end)]
        start = end


def _beginning(page: PageText) -> PageText:
    """The first characters of a page, up to the bound, with their blocks and links."""
    blocks = tuple(
        block._replace(end=min(block.end, MOST_TEXT)) for block in page.blocks if block.start < MOST_TEXT
    )
    links = tuple(link for link in page.links if link.end <= MOST_TEXT)
    return replace(page, text=page.text[:MOST_TEXT], blocks=blocks, links=links)


def _without_scripts(html: str) -> Iterator[str]:
    """The parts of `html` between scripts, styles and comments; an unclosed one extends to the end, as in a browser."""
    position = 0
    while opened := _NO_TEXT.search(html, position):
        yield html[position : opened.start()]
        closing = re.compile(f"</{opened[1]}[^<>]*+>?" if opened[1] else "-->", re.I)
        closed = closing.search(html, opened.end())
        if closed is None:
            return
        position = closed.end()
    yield html[position:]


def fault_of(error: BaseException) -> str:
    """An exception in one short line."""
    return f"{type(error).__name__} {' '.join(str(error).split())}"[:_LONGEST_FAULT].strip()
