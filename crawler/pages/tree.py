"""A page's tree: parsed once, read for its text, its links and its pictures."""

import re
from collections.abc import Iterator
from functools import lru_cache

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler.pages.bounded import TAG, bounded

_MOST_STYLE, _MOST_RULES, _LONGEST_RULE = 200_000, 2_000, 2_000
# Characters that no text needs, and that XML (so docx and xlsx), PDF and PostgreSQL refuse.
_CONTROLS = re.compile("[\0-\x08\x0b\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_SPACES = re.compile(r"[ \t\r\n\f]+")
# Elements whose text is not words of the page.
_NOT_WORDS = frozenset({"script", "style", "template", "-comment"})


def parse(html: str) -> LexborHTMLParser:
    """The page's tree; markup beyond the bounds is left out."""
    return LexborHTMLParser(bounded(html).html)


@lru_cache(maxsize=4)
def parsed(html: str) -> LexborHTMLParser:
    """As `parse`, to be read only. The last few are kept: text, links and pictures of a page are read from one tree."""
    return parse(html)


def style_rules(tree: LexborHTMLParser) -> Iterator[tuple[str, str]]:
    """The rules of a page's style elements, selectors and declarations, up to a number; those in @media too."""
    count = 0
    for node in tree.css("style"):
        for rule in node.text()[:_MOST_STYLE].split("}"):
            around, brace, declarations = rule.rpartition("{")
            selectors = around.rpartition("{")[2].rpartition(";")[2].strip()
            if not brace or len(selectors) > _LONGEST_RULE or len(declarations) > _LONGEST_RULE:
                continue
            count += 1
            if count > _MOST_RULES:
                return
            yield selectors, declarations


def words_of(node: LexborNode) -> str:
    """The text of a node and of all below it, without scripts, styles and comments."""
    pieces: list[str] = []
    waiting = [node.child]
    while waiting:
        at = waiting.pop()
        if at is None:
            continue
        waiting.append(at.next)
        if at.tag == "-text":
            pieces.append(at.text_content or "")
        elif at.tag not in _NOT_WORDS:
            waiting.append(at.child)
    return " ".join(" ".join(pieces).split())


def spaced(text: str) -> str:
    """`text` with each run of blanks as one, none around it, and without control characters and halves of characters:
    the one gate for a page's words. Most texts have none of these and are returned unchanged."""
    if text.isprintable():
        return (_SPACES.sub(" ", text) if "  " in text else text).strip()
    return _SPACES.sub(" ", _CONTROLS.sub("", text)).strip()


def without_markup(text: str) -> str:
    """Words whose tags a parser left as text."""
    return " ".join(TAG.sub(" ", text).split())
