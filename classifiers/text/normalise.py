"""Undoes disguises and keeps the offset map to the original.

Mappings of one character to one (full width, circled letters, traditional characters, capitals) keep
positions for free. Deletions (invisible characters, stuffed separators, pinyin in brackets) and expansions
(㎎, pictures) go through the offset map. Replacements of a character inside a term (homophones, look-alikes,
pinyin) are tried with the terms, in `classifiers.matching.variants`.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from opencc import OpenCC

from classifiers.text.disguises import PICTURES, SPLIT
from classifiers.text.words import is_word
from classifiers.values import NormalText

_CJK = "\u3400-\u4dbf\u4e00-\u9fff"
# Marks that no Chinese sentence has between two of its characters: these, and every symbol of Unicode (S…). Commas,
# stops, enumeration commas and line breaks are not among them: they part words, sentences and cells.
_LOUD = "*#_※§" + "".join(
    chr(code)
    for blocks in ((0x20, 0x2C00), (0x3000, 0x3400), (0xFE30, 0xFFF0), (0x1F000, 0x1FC00))
    for code in range(*blocks)
    if unicodedata.category(chr(code))[0] == "S"
    and unicodedata.normalize("NFKC", chr(code)) == chr(code)
    and chr(code) not in "→↓|<>" + "".join(PICTURES)
)
# Marks that may part words; they are undone only where single characters stand apart in a row, or where the
# two next to a mark form a word of their own.
_QUIET = " ·.-•→↓⋅∙・‐‑‒–—/|'\"‘’“”…"
_STOPS = "！!？?；;"  # between single characters only
# Strokes that are written as marks.
_STROKES = {"丨": "|", "丶": "·", "亅": "|", "丿": "/"}
_OPEN, _CLOSE = "【[『「〖<《", "】]』」〗>》"
_SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t\r\x0b\x0c"
_LINE_BREAKS = "\x85\u2028\u2029"

_INVISIBLE, _WIDE, _SPLIT, _MARK, _BRACKET, _IDEOGRAPH, _LATIN, _BOX = 1, 2, 4, 8, 16, 32, 64, 128
_PLAIN = np.uint8(_IDEOGRAPH | _LATIN)
_CODES = 0x110000
_AT_ONCE = 64


class Edit(NamedTuple):
    """`text[start:end]` is replaced by `plain`, which may be empty."""

    start: int
    end: int
    plain: str


def normalise(text: str) -> NormalText:
    """`text` with its disguises undone. Total: takes any string, in time linear in its length."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    plain = _one_to_one()[codes]
    mapped = plain.tobytes().decode("utf-32-le", "surrogatepass")
    return rewrite(NormalText(mapped), list(_edits(mapped, _candidates(plain))))


def written_as(character: str) -> list[str]:
    """The characters that `normalise` takes for this one, itself among them (廣 and ⼴ for 广)."""
    return [chr(code) for code in np.flatnonzero(_one_to_one() == ord(character)).tolist()]


def rewrite(normal: NormalText, edits: Sequence[Edit]) -> NormalText:
    """`normal` with `edits` made; they count its characters, are in order and do not overlap."""
    if not edits:
        return normal
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    position = 0
    for edit in (*edits, Edit(len(normal.text), len(normal.text), "")):
        kept = range(position, edit.start)
        parts += (normal.text[position : edit.start], edit.plain)
        starts += kept if normal.starts is None else normal.starts[position : edit.start]
        ends += (
            range(position + 1, edit.start + 1) if normal.ends is None else normal.ends[position : edit.start]
        )
        if edit.plain:
            low, high = normal.span(edit.start, edit.end)
            starts += [low] * len(edit.plain)
            ends += [high] * len(edit.plain)
        position = edit.end
    return NormalText("".join(parts), starts, ends)


def _candidates(codes: NDArray[np.uint32]) -> NDArray[np.intp]:
    """Positions where something may have to be deleted or expanded: few, or none, in ordinary text."""
    kinds = _kinds()[codes]
    if not (kinds & ~_PLAIN).any():
        return np.zeros(0, np.intp)
    before = np.concatenate(([0], kinds[:-1])) if len(kinds) else kinds
    after = np.concatenate((kinds[1:], [0])) if len(kinds) else kinds
    between = _IDEOGRAPH | _MARK | _INVISIBLE
    always = kinds & (_INVISIBLE | _WIDE | _SPLIT) != 0
    marks = (kinds & _MARK != 0) & (before & between != 0) & (after & between != 0)
    brackets = (kinds & _BRACKET != 0) & (before & _IDEOGRAPH != 0) & (after & _LATIN != 0)
    boxes = (kinds & _BOX != 0) & (after & _IDEOGRAPH != 0)
    return np.flatnonzero(always | marks | brackets | boxes)


# 治★愈: one or a few loud marks between two Chinese characters
_LOUDLY = re.compile(f"(?<=[{_CJK}]) {{0,2}}[{re.escape(_LOUD)}][{re.escape(_LOUD)} ]{{0,4}}(?=[{_CJK}])")
# 治 愈 率, 治 - 愈 - 率: single characters held apart by the same marks, three at least
_APART = re.compile(
    f"(?<=[{_CJK}])(?P<mark>[{re.escape(_LOUD + _QUIET + _STOPS)}]{{1,3}})[{_CJK}](?:(?P=mark)[{_CJK}]){{1,60}}"
)
# 医(yī)疗(liáo): a character's own pinyin in brackets; a single plain letter is not: 粤(B)
_TONED = "āáǎàēéěèīíǐìōóǒòūúǔùüǖǘǚǜńňǹ"
_ANNOTATION = re.compile(f"(?<=[{_CJK}])[(](?:[{_TONED}]|[a-z{_TONED}]{{2,6}})[)]")
# 【治】【愈】: single characters in brackets, two at least
_BOXED = re.compile(f"(?:[{re.escape(_OPEN)}][{_CJK}][{re.escape(_CLOSE)}]){{2,60}}")
_FEW_MARKS = re.compile(f"[{re.escape(_QUIET)}]{{1,3}}")


def _edits(text: str, candidates: NDArray[np.intp]) -> Iterator[Edit]:
    """The edits at the candidates, in order and apart from each other."""
    if not len(candidates):
        return
    kinds, done = _kinds(), 0
    for position in candidates.tolist():
        if position < done:
            continue
        for edit in _edits_at(text, position, int(kinds[ord(text[position])])):
            done = edit.end
            yield edit


def _edits_at(text: str, position: int, kind: int) -> Iterator[Edit]:
    if kind & _INVISIBLE:
        yield Edit(position, position + 1, "")
    elif kind & _WIDE:
        yield Edit(position, position + 1, _expansion(text[position]))
    elif kind & _SPLIT:
        whole = SPLIT.get(text[position : position + 2])
        if whole:
            yield Edit(position, position + 2, whole)
    elif match := _LOUDLY.match(text, position) or _ANNOTATION.match(text, position):
        yield Edit(position, match.end(), "")
    elif match := _APART.match(text, position):
        width = len(match["mark"])
        for start in range(position, match.end(), width + 1):
            yield Edit(start, start + width, "")
    elif match := _BOXED.match(text, position):
        for start in range(position, match.end(), 3):
            yield Edit(start, start + 1, "")
            yield Edit(start + 2, start + 3, "")
    elif (match := _FEW_MARKS.match(text, position)) and _parts_a_word(text, position, match.end()):
        yield Edit(position, match.end(), "")


def _parts_a_word(text: str, start: int, end: int) -> bool:
    """Whether the marks at `text[start:end]` split a word of two that belongs to neither neighbour
    (根-治)."""
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    if not before or not after:
        return False
    taken = (len(before) == 2 and is_word(before)) or (len(after) == 2 and is_word(after))
    return not taken and is_word(before[-1] + after[0])


def _expansion(character: str) -> str:
    picture = PICTURES.get(character)
    return unicodedata.normalize("NFKC", character).lower() if picture is None else picture


@lru_cache(maxsize=1)
def _one_to_one() -> NDArray[np.uint32]:
    """Code point to code point, for all of Unicode."""
    table = np.arange(_CODES, dtype=np.uint32)
    for code in _compatible(range(0x21, 0x30000)):
        plain = unicodedata.normalize("NFKC", chr(code)).lower()
        if len(plain) == 1:
            table[code] = ord(plain)
    ideographs = [chr(code) for code in (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000))]
    simplified = OpenCC("t2s").convert("\n".join(ideographs)).split("\n")
    for before, after in zip(ideographs, simplified, strict=True):
        if len(after) == 1:
            table[ord(before)] = ord(after)
    for code, plain in _japanese().items():
        table[code] = ord(plain)
    for stroke, mark in _STROKES.items():
        table[ord(stroke)] = ord(mark)
    table[0xD800:0xE000] = 0xFFFD  # lone surrogates, which no automaton takes
    table[ord("﹪")] = table[ord("٪")] = ord("%")
    for space in _SPACES:
        table[ord(space)] = ord(" ")
    for line_break in _LINE_BREAKS:
        table[ord(line_break)] = ord("\n")
    return table[table]  # a compatibility form of a traditional character takes two steps


def _compatible(codes: range) -> Iterator[int]:
    """Those of the code points, and some others, that Unicode has a plainer form of, or a small letter: most
    have none, which is checked for many at once."""
    for first in range(codes.start, codes.stop, _AT_ONCE):
        some = range(first, min(first + _AT_ONCE, codes.stop))
        written = "\n".join(map(chr, some))
        if not unicodedata.is_normalized("NFKC", written) or written.lower() != written:
            yield from (code for code in some if not 0xD800 <= code <= 0xDFFF)


def _japanese() -> dict[int, str]:
    """Japan's own forms of characters (効, 顕) to the simplified ones. Those that Chinese text has as characters of
    their own are left alone: the simplified (芸) and the traditional ones."""
    rare = [chr(code) for code in range(0x4E00, 0xA000) if not chr(code).encode("gb2312", "ignore")]
    to_simplified = OpenCC("t2s").convert
    forms = [
        form
        for form, plain in zip(rare, to_simplified("\n".join(rare)).split("\n"), strict=True)
        if form == plain
    ]
    simplified = to_simplified(OpenCC("jp2t").convert("\n".join(forms))).split("\n")
    return {
        ord(form): plain
        for form, plain in zip(forms, simplified, strict=True)
        if len(plain) == 1 and plain != form
    }


@lru_cache(maxsize=1)
def _kinds() -> NDArray[np.uint8]:
    """The edits that each code point can begin, as bits."""
    table = np.zeros(_CODES, dtype=np.uint8)
    table[0x3400:0x4DC0] = table[0x4E00:0xA000] = _IDEOGRAPH
    table[ord("a") : ord("z") + 1] = _LATIN
    for character in "āáǎàēéěèīíǐìōóǒòūúǔùüǖǘǚǜńňǹ":
        table[ord(character)] = _LATIN
    for code in (*range(0x80, 0xD800), *range(0xE000, 0x30000), *range(0xE0000, 0xE01F0)):
        if unicodedata.category(chr(code)) in {"Cf", "Mn", "Me"}:
            table[code] |= _INVISIBLE
    for code in _compatible(range(0x80, 0x30000)):
        if not table[code] & _INVISIBLE and len(unicodedata.normalize("NFKC", chr(code))) > 1:
            table[code] |= _WIDE
    for picture in PICTURES:
        table[ord(picture)] = _WIDE
    for parts in SPLIT:
        table[ord(parts[0])] |= _SPLIT
    for mark in _LOUD + _QUIET + _STOPS:
        table[ord(mark)] |= _MARK
    table[ord("(")] |= _BRACKET
    for bracket in _OPEN:
        table[ord(bracket)] |= _BOX
    return table
