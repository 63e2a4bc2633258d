"""Whether a page's style sheets, rather than its source, decide which words a visitor reads, and in which order.

Such a page is read as the browser lays it out (`crawler.downloading.arrangement`): style sheets have too many ways to hide,
order and add words for a reader of the source to know them all.
"""

import re
from html import unescape

_PIECE = re.compile(r"<(/?[a-z][\w-]*)?[^<>]*>([^<>]+)(?=<)", re.I)
# A short piece in one of these is a whole label: departments in a menu, choices in a list.
_LABELS = frozenset({"a", "li", "option", "button", "th", "dt"})
# A piece that may be short; far fewer than all, and quick to find.
_MAY_BE_SHORT = re.compile(r">\s*+(?:[^<>&\s][^<>&]{0,2}\s*+|[^<>&]{0,60}+&[^<>]{0,300})<")
_CHINESE = re.compile("[\u3400-\u9fff]")
_LABEL = 6  # characters
_SHORT, _LONGEST_WRITTEN = 3, 60  # characters shown, characters of source
_RUN, _MANY, _MOSTLY = 12, 24, 0.5
# Words in a style sheet: in a string, by their code points (icon fonts use others), from an attribute or a variable.
# Each sign begins with letters that are quick to look for in the page written small: every page is looked through.
_PLACED = tuple(
    re.compile(sign)
    for sign in (
        r"content(?<![\w-]content)\s{0,3}:[^;{}]{0,300}?(?:attr\(|var\(|[\u3400-\u9fff]|\\0{0,2}[4-9][0-9a-f]{3}(?![0-9a-f]))",
        r"list-style(?:-type)?\s{0,3}:[^;{}]{0,300}?[\u3400-\u9fff]",
        r"symbols\s{0,3}:[^;{}]{0,300}?[\u3400-\u9fff]",
    )
)
_REVERSED = re.compile(r"unicode-bidi\s{0,3}:\s{0,3}(?:bidi|isolate)-override")
# Elements that no browser shows, unless a style sheet says so.
_SHOWN = re.compile(r"<(?:style|script)\b[^<>]{0,300}\bdisplay\s{0,3}:")
_SHOWN_BY_RULE = tuple(
    re.compile(rf"{tag}(?<=[}},;>\s]{tag})\s{{0,9}}[,{{]") for tag in ("style", "script", "head", "title")
)
_RULE = re.compile(r"[},;>]\s{0,9}(?:style|script|head|title)\s{0,9}[,{]")
# Words in an attribute of an element that has none of its own: a style sheet of another address may show them.
_IN_ATTRIBUTE = re.compile(
    r"\sdata-[\w-]{1,40}=(?:\"([^\"<>]{1,500})\"|'([^'<>]{1,500})')[^<>]{0,500}>\s{0,20}</", re.I
)
_MOST_IN_ATTRIBUTES = 12  # Chinese characters


def is_arranged(html: str, small: str) -> bool:
    """Whether the page may show other words than its source holds, or in another order: words cut into short pieces,
    written backwards, or put there by a style sheet. `small` is the page in small letters. In time proportional to its
    length."""
    return (
        any(sign.search(small) for sign in (*_PLACED, _REVERSED, _SHOWN))
        or _is_shown_by_rule(small)
        or _is_in_attributes(html)
        or _is_cut(html)
    )


def _is_shown_by_rule(small: str) -> bool:
    start = small.find("<style")
    if start < 0 or not any(rule.search(small, start) for rule in _SHOWN_BY_RULE):
        return False
    return _RULE.search(small, start) is not None


def _is_in_attributes(html: str) -> bool:
    if "data-" not in html:
        return False
    count = 0
    for found in _IN_ATTRIBUTE.finditer(html):
        count += len(_CHINESE.findall(found[1] or found[2]))
        if count >= _MOST_IN_ATTRIBUTES:
            return True
    return False


def _is_cut(html: str) -> bool:
    """Whether short pieces of words stand in a row, or make up most of the pieces."""
    if len(_MAY_BE_SHORT.findall(html)) < _RUN:
        return False
    run = short = 0
    pieces = [
        text
        for tag, written in _PIECE.findall(html)
        if (text := written.strip()) and not (len(text) <= _LABEL and tag.lower() in _LABELS)
    ]
    for written in pieces:
        text = written
        if len(text) > _SHORT and "&" in text and len(text) <= _LONGEST_WRITTEN:
            text = unescape(text).strip()
        if len(text) > _SHORT:
            run = 0
        elif _CHINESE.search(text):
            short += 1
            run += 1
            if run >= _RUN:
                return True
    return short >= _MANY and short >= _MOSTLY * sum(map(bool, map(_CHINESE.search, map(unescape, pieces))))
