"""The language that terms are written in: plain words with a few placeholders.

`{percent}` a percentage, `{number}` a number, `{gap}` up to eight characters of the same sentence,
`{gap:20}` up to twenty, `{甲|乙|}` one of several wordings, of which one may be empty. Each compiles to a
pattern whose every repetition is bounded, so that no page can make it slow.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Literal

from classifiers.normalise import normalise

Owner = Literal["rule", "context", "cue"]

# How far a pattern may reach from its literal part, in characters. Bounds the work at each hit.
REACH = 48
_LONGEST_GAP = 30
_MOST_WORDINGS = 400
_SHORTEST_LITERAL = 2

_DIGITS = "0-9零一二三四五六七八九十百千万亿几数两半"
_PERCENT = (
    r"(?:[0-9]{1,3}(?:\.[0-9]+)? ?[%‰]|百分之(?:[零一二三四五六七八九十百点]{1,8}|[0-9.]{1,6})"
    r"|[0-9零一二三四五六七八九十百]{1,4}(?:点[零一二三四五六七八九]{1,3})?%"
    r"|[一二三四五六七八九0-9]成[一二三四五六七八九半]?|百分百|百分之?百|[0-9]{1,3}个百分点)"
)
_NUMBER = rf"(?:[0-9]+(?:[.,][0-9]+)?[{_DIGITS}]{{0,3}}|[{_DIGITS}]{{1,8}})"
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


class TermFault(Exception):
    """A term that cannot be used; the message says why, in Chinese."""


@dataclass(frozen=True)
class Term:
    """A term of one owner: `literal` is looked for by the automaton; `pattern`, if any, must then fit."""

    owner: Owner
    owner_id: str
    written: str
    literal: str
    pattern_source: str | None

    @property
    def pattern(self) -> re.Pattern[str] | None:
        """The compiled pattern; made when first needed, since most are never."""
        return _compiled(self.pattern_source) if self.pattern_source else None


@dataclass(frozen=True)
class ParsedTerm:
    """A term taken apart, all of it normalised.

    `anchors`: the literals of which one must stand in the text; `pattern` what must then fit around it (None
    for plain words); `words`: all literal parts of all wordings.
    """

    anchors: tuple[str, ...]
    pattern: str | None
    words: tuple[str, ...]


@cache
def _compiled(source: str) -> re.Pattern[str]:
    return re.compile(source)


@cache
def parse_term(written: str) -> ParsedTerm:
    """Take a term apart.

    Raises TermFault for an unknown placeholder, too many wordings, or one whose literal parts are all
    shorter than two characters.
    """
    parts = list(_parts(written))
    anchors: dict[str, None] = {}
    words: dict[str, None] = {}
    choices = [part.wordings if part.pattern is None else (None,) for part in parts]
    total = 1
    for choice in choices:
        total *= len(choice)
    if total > _MOST_WORDINGS:
        raise TermFault(f"“{written}”有 {total} 种写法，超过 {_MOST_WORDINGS} 种，请拆成几条")
    for wording in product(*choices):
        literals = "".join("\n" if piece is None else piece for piece in wording).split("\n")
        longest = max(literals, key=len)
        if len(longest) < _SHORTEST_LITERAL:
            raise TermFault(f"“{written}”的文字部分不足两个字，会误中太多页面")
        anchors[longest] = None
        words.update(dict.fromkeys(literal for literal in literals if len(literal) >= _SHORTEST_LITERAL))
    plain = all(part.pattern is None for part in parts)
    pattern = None if plain else "".join(part.source for part in parts)
    return ParsedTerm(tuple(anchors), pattern, tuple(words))


@dataclass(frozen=True)
class _Part:
    """A stretch of a term: some wordings (one, where it is plain text), or a placeholder's pattern."""

    wordings: tuple[str, ...]
    pattern: str | None = None

    @property
    def source(self) -> str:
        if self.pattern is not None:
            return self.pattern
        longest_first = sorted(map(re.escape, self.wordings), key=len, reverse=True)
        return longest_first[0] if len(longest_first) == 1 else f"(?:{'|'.join(longest_first)})"


def _parts(written: str) -> Iterator[_Part]:
    position = 0
    for match in _PLACEHOLDER.finditer(written):
        if match.start() > position:
            yield _Part((normalise(written[position : match.start()]).text,))
        yield _placeholder(match[1])
        position = match.end()
    rest = written[position:]
    if "{" in rest or "}" in rest:
        raise TermFault(f"“{written}”的花括号不成对")
    if rest:
        yield _Part((normalise(rest).text,))


def _placeholder(inside: str) -> _Part:
    if "|" in inside:
        return _Part(tuple(dict.fromkeys(normalise(wording).text for wording in inside.split("|"))))
    name, _, width = inside.partition(":")
    if name == "gap" and (not width or (width.isdecimal() and 1 <= int(width) <= _LONGEST_GAP)):
        return _Part((), rf"[^。！？!?；;\n]{{0,{int(width or 8)}}}?")
    if inside == "percent":
        return _Part((), _PERCENT)
    if inside == "number":
        return _Part((), _NUMBER)
    known = f"{{percent}}、{{number}}、{{gap}}、{{gap:N}}（N 为 1 至 {_LONGEST_GAP}）、{{甲|乙}}"
    raise TermFault(f"不认识的占位符 {{{inside}}}；可用：{known}")
