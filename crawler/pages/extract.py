"""HTML to the text that a reader sees, in blocks with positions."""

from selectolax.lexbor import LexborHTMLParser

from classifiers.values import PageText
from crawler.pages.beside import words_beside
from crawler.pages.blocks import TOP, Builder
from crawler.pages.elements import DRAWN
from crawler.pages.tree import parsed, spaced
from crawler.pages.walk.walk import read


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
    read(tree, builder, always_visible, TOP, 0)
    return builder.page(title, title or _shared_as(tree))


def _shared_as(tree: LexborHTMLParser) -> str:
    """The title under which a page is shared (Open Graph)."""
    node = tree.css_first("meta[property='og:title' i]")
    return spaced(node.attributes.get("content") or "") if node is not None else ""
