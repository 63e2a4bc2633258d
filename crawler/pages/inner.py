"""Words that a page shows although its tree does not hold them in reading order: frames with their own
source, shadow trees, form fields, and words written backwards but shown forwards."""

import re
from base64 import b64decode
from collections.abc import Mapping, Sequence
from itertools import groupby
from urllib.parse import unquote_to_bytes

from selectolax.lexbor import LexborNode

from classifiers.values import Block
from records.snapshots.encoding import decode_html

BRINGING_THEIR_OWN = frozenset({"iframe", "frame", "template", "object", "embed", "img"})
Attributes = Mapping[str, str | None]
MOST_INNER = 50  # of a page, in all: each is parsed
_LETTERS_IN_TURN = 6
_LONGEST = 500_000  # characters
_DATA = re.compile(r"data:(text/html|text/plain|application/xhtml\+xml|image/svg\+xml)?([^,]{0,100}),", re.I)
_SHADOW = re.compile(r"^<template\b[^<>]*+>(.*?)(?:</template>)?$", re.I | re.S)
# Types of fields that show no value; an unknown type is a text field (HTML § 4.10.5).
_NOT_SHOWN = frozenset(
    {
        *("hidden", "password", "checkbox", "radio", "file", "image", "range", "color", "number"),
        *("date", "month", "week", "time", "datetime-local"),
    }
)
_BACKWARDS = re.compile("\u202e([^\u202c\u202e\n]*)\u202c?")
_RIGHT_TO_LEFT = re.compile(r"direction\s*:\s*rtl", re.I)
_OVERRIDDEN = re.compile(r"unicode-bidi\s*:\s*(?:bidi|isolate)-override", re.I)


def letters_joined(blocks: list[Block], pieces: Sequence[str]) -> str:
    """The text of blocks, each of which holds one of `pieces`. A run of single characters is a word split by
    a grid of cells or by line breaks: it becomes one block, with a blank for each line break, so that
    positions do not change."""
    if sum(len(piece) == 1 for piece in pieces) < _LETTERS_IN_TURN:
        return "\n".join(pieces)
    joined: list[Block] = []
    text: list[str] = []
    for (is_letter, *_), group in groupby(zip(blocks, pieces, strict=True), _letter_of_a_run):
        run = list(group)
        if is_letter and len(run) >= _LETTERS_IN_TURN:
            joined.append(run[0][0]._replace(end=run[-1][0].end))
            text.append(" ".join(piece for _, piece in run))
        else:
            joined += (block for block, _ in run)
            text += (piece for _, piece in run)
    blocks[:] = joined
    return "\n".join(text)


def _letter_of_a_run(pair: tuple[Block, str]) -> tuple[bool, str, str]:
    return len(pair[1]) == 1, pair[0].region, pair[0].origin


def source_within(node: LexborNode, tag: str, attributes: Attributes) -> str:
    """The HTML that an element embeds as a page of its own; "" where it shows none."""
    if tag == "template":
        is_shown = "shadowrootmode" in attributes or "shadowroot" in attributes
        found = _SHADOW.match(node.html or "") if is_shown else None
        return found[1][:_LONGEST] if found else ""
    if tag == "iframe":
        if source := attributes.get("srcdoc"):
            return source[:_LONGEST]
        return _of_data((attributes.get("src") or "").strip())
    if tag in {"object", "embed", "frame", "img"}:
        return _of_data((attributes.get("data" if tag == "object" else "src") or "").strip())
    return ""


def _of_data(address: str) -> str:
    if not (found := _DATA.match(address)):
        return ""
    kind, parameters = found[1] or "", found[2]
    content = unquote_to_bytes(address[found.end() :][:_LONGEST])
    if parameters.lower().endswith(";base64"):
        content = from_base64(content)
    return decode_html(content, f"{kind or 'text/plain'}{parameters.removesuffix(';base64')}") if kind else ""


def from_base64(content: bytes) -> bytes:
    """The bytes that `content` stands for, whatever stands between its digits."""
    digits = re.sub(rb"[^A-Za-z0-9+/]", b"", content)
    digits = digits[: len(digits) - (len(digits) % 4 == 1)]  # a single digit is not a byte
    return b64decode(digits + b"=" * (-len(digits) % 4))


def field_words(attributes: Attributes) -> str:
    """The words that a form field shows in its attributes: an input's value, a choice's label."""
    if "label" in attributes:
        return attributes["label"] or ""
    kind = (attributes.get("type") or "").strip().lower()
    if kind == "image":
        return attributes.get("alt") or ""
    return "" if kind in _NOT_SHOWN else attributes.get("value") or ""


def is_backwards(tag: str, attributes: Attributes) -> bool:
    """Whether an element shows its characters from the last to the first (CSS Writing Modes 2.2)."""
    if tag == "bdo" and (attributes.get("dir") or "").strip().lower() == "rtl":
        return True
    style = attributes.get("style")
    return bool(style and _RIGHT_TO_LEFT.search(style) and _OVERRIDDEN.search(style))


def forwards(text: str) -> str:
    """`text` as shown where a control character reverses it (U+202E to U+202C)."""
    return _BACKWARDS.sub(lambda found: found[1][::-1], text) if "\u202e" in text else text
