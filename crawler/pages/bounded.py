"""Bounds on a page's markup, for the parsers: their time grows with the square of anything beyond them.

Only markup is left out, no words; markup that may be words stays. A page that takes too long all the same is given up by
`crawler.workers.page_reader`.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*+)[^<>]*+>")
_NOT_NESTING = frozenset(
    {
        *("area", "base", "br", "col", "hr", "img", "input", "link", "meta", "p", "li", "td", "tr", "th"),
        *("option", "dt", "dd", "source", "wbr"),
    }
)
_MANY_TAGS, _DEEPEST = 20_000, 2_000
_MOST_ATTRIBUTES = 400  # of a tag; the longest that people write have some dozens
_ASKED_FOR = frozenset(
    {
        *("href", "src", "data-src", "srcset", "srcdoc", "data", "action", "content", "value", "alt"),
        *("title", "label", "placeholder", "aria-label", "style", "class", "id", "hidden", "type"),
        *("name", "rel", "dir", "onclick"),
    }
)
_LONG_TAG = re.compile(r"<[a-zA-Z][^<>]{1600,}+>")
# Attributes as they are commonly written. A quote without its pair, or a mark that may end a comment, stays: without it the
# words that follow would stand elsewhere.
_ATTRIBUTE = re.compile(
    r"""[\s/]++([\w:.@]++(?:-[\w:.@]++)*+)(?:\s*+=\s*+(?:"[^"<>&]*+"|'[^'<>&]*+'|[\w:.@%#,;/]++))?+""", re.A
)
_NAME = re.compile(r"<[a-zA-Z][\w:-]*+", re.A)
_TAG_END = re.compile(r"[\s/]*+>")
# Pages up to here are read in the crawl's own process: their worst takes it a second or two.
_ORDINARY_LENGTH, ORDINARY_TAGS = 200_000, 2_500


@dataclass(frozen=True)
class Bounded:
    """A page's markup within the bounds, and the parts left out, in Chinese."""

    html: str
    cuts: tuple[str, ...] = ()


def is_ordinary(page: str | bytes) -> bool:
    """Whether a page is too small to hold a parser for long, whatever it holds."""
    tags = page.count("<") if isinstance(page, str) else page.count(b"<")
    return len(page) <= _ORDINARY_LENGTH and tags <= ORDINARY_TAGS


@lru_cache(maxsize=4)
def bounded(html: str) -> Bounded:
    """The page without attributes and nesting beyond what people write. Ordinary pages are returned as they are, after a
    look. In time proportional to the page's length."""
    cuts = []
    few = _LONG_TAG.sub(_with_few_attributes, html)
    if few != html:
        cuts.append(f"标签的属性超过 {_MOST_ATTRIBUTES} 个，其余属性未读")
    flat = _without_depth(few)
    if flat != few:
        cuts.append(f"标签嵌套超过 {_DEEPEST} 层，更深的标签未读（文字照读）")
    return Bounded(flat, tuple(cuts))


def _with_few_attributes(tag: re.Match[str]) -> str:
    """A tag with its first attributes, those that readers ask for, and those with words; as it is where they are not
    written as they commonly are."""
    written = tag[0]
    name = _NAME.match(written)
    at, kept, asked_for = name.end() if name else 0, [name[0] if name else ""], set(_ASKED_FOR)
    while found := _ATTRIBUTE.match(written, at):
        at = found.end()
        known = found[1].lower()
        if len(kept) <= _MOST_ATTRIBUTES or known in asked_for or not found[0].isascii():
            kept.append(found[0])
            asked_for.discard(known)
    is_common = _TAG_END.fullmatch(written, at) is not None
    return f"{''.join(kept)}{written[at:]}" if is_common else written


def _without_depth(html: str) -> str:
    """`html` without the opening tags that nest deeper than a person would write."""
    if html.count("<") < _MANY_TAGS:
        return html
    depth, position, pieces = 0, 0, []
    for match in TAG.finditer(html):
        if match[1]:
            depth = max(0, depth - 1)
        elif match[2].lower() not in _NOT_NESTING:
            depth += 1
            if depth > _DEEPEST:
                pieces.append(html[position : match.start()])
                position = match.end()
    pieces.append(html[position:])
    return "".join(pieces)
