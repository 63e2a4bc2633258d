"""The language that terms are written in: plain words with a few placeholders.

`{percent}` a percentage, `{number}` a number, `{gap}` up to eight characters of the same sentence,
`{gap:20}` up to twenty, `{甲|乙|}` one of several wordings, of which one may be empty and each may hold
placeholders itself. Each compiles to a pattern whose every repetition is bounded, so that no page can make it
slow.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import groupby, product
from math import prod
from typing import Literal

from classifiers.text.normalise import normalise
from classifiers.text.words import how_common

Owner = Literal["rule", "context", "cue"]

# How far a pattern may reach from its literal part, in characters. Bounds the work at each hit.
REACH = 64
_LONGEST_GAP = 40
_MOST_WORDINGS = 400
_SHORTEST = 2

_DIGITS = "0-9零一二三四五六七八九十百千万亿几数两半"
_PERCENT = (
    r"(?:[0-9]{1,3}(?:\.[0-9]+)? ?[%‰]|百分之(?:[零一二三四五六七八九十百点]{1,8}|[0-9.]{1,6})"
    r"|[0-9零一二三四五六七八九十百]{1,4}(?:点[零一二三四五六七八九]{1,3})?%"
    r"|[一二三四五六七八九0-9]成[一二三四五六七八九半]?|百分百|百分之?百|[0-9]{1,3}个百分点)"
)
_NUMBER = rf"(?:[0-9]+(?:[.,][0-9]+)?[{_DIGITS}]{{0,3}}|[{_DIGITS}]{{1,8}})"


class TermFault(Exception):
    """A term that cannot be used; the message says why, in Chinese."""


@dataclass(frozen=True)
class Term:
    """A term of one owner: `literal` is looked for by the automaton; `pattern`, if any, must then fit, beginning
    at most `before` characters ahead of the literal."""

    owner: Owner
    owner_id: str
    written: str
    literal: str
    pattern_source: str | None
    before: int = 0

    @cached_property
    def pattern(self) -> re.Pattern[str] | None:
        """The compiled pattern; made when first needed, since most are never."""
        return _compiled(self.pattern_source) if self.pattern_source else None


@dataclass(frozen=True)
class ParsedTerm:
    """A parsed term, normalised.

    `anchors`: the literals of which one must stand in the text, those of the rarest words; `pattern` must
    then fit around it (None for plain words), beginning at most `before` characters ahead of it; `words`: all
    literal parts of all wordings.
    """

    anchors: tuple[str, ...]
    pattern: str | None
    words: tuple[str, ...]
    before: int


@cache
def _compiled(source: str) -> re.Pattern[str]:
    return re.compile(source)


@cache
def parse_term(written: str) -> ParsedTerm:
    """Take a term apart.

    Raises TermFault for an unknown placeholder, braces that do not pair, or where no part has two characters in all
    its wordings.
    """
    parts = list(_parts(written))
    literals, reaches, reach = [], {}, 0
    for gap, run in groupby(parts, lambda part: part.pattern is not None):
        members = list(run)
        if not gap:
            literals.append(_written_out(members))
            whole = len(literals[-1]) == prod(len(part.wordings) for part in members)
            reaches[literals[-1]] = min(REACH, reach) if whole else REACH
        reach += sum(part.longest for part in members)
    usable = [wordings for wordings in literals if min(map(len, wordings)) >= _SHORTEST]
    anchors = min(usable, key=lambda wordings: sum(map(how_common, wordings)), default=())
    if not anchors:
        raise TermFault(f"“{written}”的文字部分不足两个字，会误中太多页面")
    plain = len(literals) == 1 and len(anchors) == prod(len(part.wordings) for part in parts)
    words = tuple(word for wordings in usable for word in wordings)
    return ParsedTerm(
        anchors, None if plain else "".join(part.source for part in parts), words, reaches[anchors]
    )


def _written_out(run: Iterable["_Part"]) -> tuple[str, ...]:
    """All wordings of a run of parts without a gap; of its best part alone, where they would be too many."""
    parts = list(run)
    if prod(len(part.wordings) for part in parts) > _MOST_WORDINGS:
        return max((part.wordings for part in parts), key=lambda wordings: min(map(len, wordings)))
    return tuple(dict.fromkeys(map("".join, product(*(part.wordings for part in parts)))))


@dataclass(frozen=True)
class _Part:
    """A stretch of a term: some wordings (one, where it is plain text), or a placeholder's pattern."""

    wordings: tuple[str, ...]
    pattern: str | None = None
    width: int = 0  # the most characters that the pattern takes

    @property
    def longest(self) -> int:
        return self.width if self.pattern is not None else max(map(len, self.wordings), default=0)

    @property
    def source(self) -> str:
        if self.pattern is not None:
            return self.pattern
        longest_first = sorted(map(re.escape, self.wordings), key=len, reverse=True)
        return longest_first[0] if len(longest_first) == 1 else f"(?:{'|'.join(longest_first)})"


def _parts(written: str) -> Iterator[_Part]:
    for piece, in_braces in _braces(written):
        if in_braces:
            yield _placeholder(piece)
        elif piece:
            yield _plain(piece)


@cache
def _plain(piece: str) -> _Part:
    return _Part((normalise(piece).text,))


def _braces(written: str) -> Iterator[tuple[str, bool]]:
    """Stretches outside and inside of the outermost braces, in turn."""
    depth, begin = 0, 0
    for position, character in enumerate(written):
        if character == "{" and (depth := depth + 1) == 1:
            yield written[begin:position], False
            begin = position + 1
        elif character == "}":
            depth -= 1
            if depth < 0:
                break
            if depth == 0:
                yield written[begin:position], True
                begin = position + 1
    if depth:
        raise TermFault(f"“{written}”的花括号不成对")
    yield written[begin:], False


@cache  # the lists' groups of words stand in many terms
def _placeholder(inside: str) -> _Part:
    choices = _choices(inside)
    if len(choices) > 1:
        return _alternatives(choices)
    name, _, width = inside.partition(":")
    if name == "gap" and (not width or (width.isdecimal() and 1 <= int(width) <= _LONGEST_GAP)):
        return _Part((), rf"[^。！？!?；;、\n]{{0,{int(width or 8)}}}?", int(width or 8))
    if inside == "percent":
        return _Part((), _PERCENT, REACH)
    if inside == "number":
        return _Part((), _NUMBER, REACH)
    known = f"{{percent}}、{{number}}、{{gap}}、{{gap:N}}（N 为 1 至 {_LONGEST_GAP}）、{{甲|乙}}"
    raise TermFault(f"不认识的占位符 {{{inside}}}；可用：{known}")


def _choices(inside: str) -> list[str]:
    """The texts between the bars, except bars inside inner braces."""
    choices = [""]
    for piece, in_braces in _braces(inside):
        if in_braces:
            choices[-1] += f"{{{piece}}}"
        else:
            first, *others = piece.split("|")
            choices[-1] += first
            choices += others
    return choices


def _alternatives(choices: list[str]) -> _Part:
    """One of several wordings; as a pattern where one of them has a gap or a number in it."""
    parsed = [list(_parts(choice)) for choice in choices]
    if any(part.pattern for parts in parsed for part in parts):
        sources = ["".join(part.source for part in parts) for parts in parsed]
        longest = max(sum(part.longest for part in parts) for parts in parsed)
        return _Part((), f"(?:{'|'.join(sources)})", longest)
    written_out = [
        "".join(wording) for parts in parsed for wording in product(*(part.wordings for part in parts))
    ]
    return _Part(tuple(dict.fromkeys(written_out)))
