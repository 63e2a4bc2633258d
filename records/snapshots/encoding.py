"""Pages' bytes as text: of the ways to read them, the one that does the least damage."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from w3lib.encoding import (
    html_body_declared_encoding,
    http_content_type_encoding,
    read_bom,
    resolve_encoding,
)

# The most frequent characters of Chinese, simplified and traditional.
_EVERYDAY = frozenset(
    "的一是不了在人有我他这這个個们們中来來上大为為和国國地到以说說时時要就出会會可也你对對生能而子那得于著下自之年过過发發后後"
    "作里道行所然家种種事成方多经經么去法学學如都同现現当當没動动面起看定天分还還进進好小部其些主样樣理心本前开開但因只从從"
    "想实實医醫院科病患者治疗療门門诊診专專预預约約电電话話"
)
_WESTERN = frozenset({"cp1252", "iso8859-1", "latin-1", "ascii", "iso8859-15"})
_CHINESE = ("utf-8", "gb18030", "big5hkscs")
_SAMPLE = 400_000  # bytes that are weighed
_IDEOGRAPHS = re.compile("[\u3400-\u9fff]")
_NOT_ASCII = re.compile("[^\0-\x7f]")
# Signs of a wrong reading: undecodable bytes, control characters beyond ASCII, unassigned characters.
_TAGS = re.compile(rb"(?=<)")
_PLAIN_TAG, _WIDE_TAG = re.compile(rb"<[a-zA-Z/!]"), re.compile(rb"<\0[a-zA-Z/!]")
_DAMAGE = re.compile("[\ufffd\x80-\x9f\ue000-\uf8ff]")
_SURE = 3  # ideographs: bytes in another encoding rarely yield this many in valid UTF-8
_BELIEVED = 0.1  # how much less Chinese the reading in the page's declared encoding may be


@dataclass(frozen=True)
class Decoded:
    """A page's text, and the codec (by Python's name) that its bytes were read with."""

    text: str
    encoding: str


def decode_html(body: bytes, content_type: str) -> str:
    """The text of `decoded`. Never raises."""
    return decoded(body, content_type).text


def decoded(body: bytes, content_type: str) -> Decoded:
    """A page's text, whatever encoding it declares. Never raises.

    A byte order mark decides. Else what the header and the page say, UTF-8, GB18030 (of which GB2312 and GBK are parts)
    and Big5 are tried, and the reading is taken that is least damaged and most like Chinese; the declared
    encoding wins where there is no clear difference. So one bad byte, a description cut within a character,
    or a footer in another encoding do not garble the whole page. Undecodable bytes become U+FFFD, as in
    browsers.
    """
    bom, mark = read_bom(body)
    if bom and mark:
        return Decoded(body[len(mark) :].decode(bom, "replace"), bom)
    if body.isascii():
        return Decoded(body.decode("ascii"), "utf-8")
    if wide := _unmarked_utf16(body):
        return Decoded(body.decode(wide, "replace"), wide)
    whole = _as_utf8(body)
    if whole is not None and _has(_IDEOGRAPHS, whole, _SURE):
        return Decoded(whole, "utf-8")
    declared = [name for name in _said(body, content_type) if name not in _WESTERN]
    best = _best_encoding(body, declared)
    text = body.decode(best, "replace")
    if best == "utf-8" and "\ufffd" in text:
        text = _piece_by_piece(body, declared)
    return Decoded(text, best)


def is_undeclared_utf8(body: bytes, content_type: str) -> bool:
    """Whether a page is UTF-8 without itself or its header saying so: a browser reads it in another
    encoding."""
    if body.isascii() or read_bom(body)[0] or "utf-8" in _said(body, content_type)[:1]:
        return False
    return is_utf8(body) and decoded(body, content_type).encoding == "utf-8"


def is_utf8(body: bytes) -> bool:
    """Whether the bytes are valid UTF-8."""
    return _as_utf8(body) is not None


def _as_utf8(body: bytes) -> str | None:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _said(body: bytes, content_type: str) -> list[str]:
    """The codecs that the header, and then the page itself, name; those that are known."""
    header = http_content_type_encoding(content_type) if content_type else None
    named = (header, html_body_declared_encoding(body))
    known = (resolve_encoding(name) for name in named if name)
    # A page whose ASCII markup could be read is not in UTF-16, whatever it says (WHATWG encoding, § 4.2).
    plain = ("utf-8" if name and name.startswith("utf-16") else name for name in known if name)
    return list(dict.fromkeys("gb18030" if name in {"gbk", "gb2312"} else name for name in plain))


def _best_encoding(body: bytes, said: Sequence[str]) -> str:
    sample = body[:_SAMPLE]
    likeness = {name: _likeness(sample.decode(name, "replace")) for name in dict.fromkeys((*said, *_CHINESE))}
    best = max(likeness, key=likeness.__getitem__)
    believed = next((name for name in said if likeness[name] >= likeness[best] - _BELIEVED), None)
    return believed or best


def _piece_by_piece(body: bytes, said: Sequence[str]) -> str:
    """A page that is mostly UTF-8, of which some elements are not: those are read in the encoding that fits them. A
    comment or a part that nobody sees does not decide for the words that are shown."""
    others = [name for name in dict.fromkeys((*said, *_CHINESE)) if name != "utf-8"]
    pieces = []
    for piece in _TAGS.split(body):
        text = piece.decode("utf-8", "replace")
        if text.count("\ufffd") > 1:
            text = max((text, *(piece.decode(name, "replace") for name in others)), key=_likeness)
        pieces.append(text)
    return "".join(pieces)


def _likeness(text: str) -> float:
    """How much like undamaged Chinese a reading is: the share of everyday characters in its non-ASCII text,
    less that of damaged ones."""
    beyond = _NOT_ASCII.findall(text)
    damaged = len(_DAMAGE.findall(text))
    everyday = sum(character in _EVERYDAY for character in beyond)
    return (everyday - damaged) / max(1, len(beyond))


def _unmarked_utf16(body: bytes) -> str | None:
    """UTF-16 without a byte order mark: of its ASCII markup every other byte is zero."""
    start = body[:2_000]
    if len(_PLAIN_TAG.findall(start)) > len(
        _WIDE_TAG.findall(start)
    ):  # zeros strewn into a page that browsers read
        return None
    even, odd = start[::2].count(0), start[1::2].count(0)
    if max(even, odd) * 5 < len(start) or min(even, odd) * 10 > max(even, odd):
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _has(pattern: re.Pattern[str], text: str, count: int) -> bool:
    """Whether `pattern` is found `count` times in a text; stops there."""
    found = pattern.finditer(text)
    return all(next(found, None) is not None for _ in range(count))
