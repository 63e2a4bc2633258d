"""One pass over all terms of all lists, then patterns only where their literal part was found."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Literal

from ahocorasick_rs import AhoCorasick

from classifiers.normalise import normalise
from classifiers.variants import variants

Owner = Literal["rule", "context", "cue"]

# How far a pattern may reach from its literal part, in characters. Bounds the work at each hit.
REACH = 48

_NUMBER = r"(?:[0-9]+(?:\.[0-9]+)?|[零一二三四五六七八九十百千万几数两]+)"
_PLACEHOLDERS = {
    "{percent}": (
        r"(?:[0-9]{1,3}(?:\.[0-9]+)? ?[%‰]|百分之(?:[零一二三四五六七八九十百点]{1,8}|[0-9.]{1,6})"
        r"|[0-9零一二三四五六七八九十]{1,4}(?:点[零一二三四五六七八九]{1,3})?%"
        r"|[一二三四五六七八九0-9]成[一二三四五六七八九半]?|百分百|[0-9]{1,3}个百分点)"
    ),
    "{number}": _NUMBER,
    "{gap}": r"[^。！？!?；;\n]{0,8}",
}
_PLACEHOLDER = re.compile(r"\{[a-z]+\}")


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
class Hit:
    """A term that stands in the normalised text from `start` to `end`."""

    term: Term
    start: int
    end: int


@cache
def _compiled(source: str) -> re.Pattern[str]:
    return re.compile(source)


def parse_term(written: str) -> tuple[str, str | None]:
    """A term's literal part and its pattern's source (None for a plain term), both normalised.

    Raises TermFault for an unknown placeholder, an empty term, or one whose literal part is shorter than
    two characters.
    """
    for placeholder in _PLACEHOLDER.findall(written):
        if placeholder not in _PLACEHOLDERS:
            raise TermFault(f"不认识的占位符 {placeholder}；可用：{'、'.join(_PLACEHOLDERS)}")
    literals = [normalise(part).text for part in _PLACEHOLDER.split(written)]
    longest = max(literals, key=len)
    if len(longest) < 2:
        raise TermFault(f"“{written}”的文字部分不足两个字，会误中太多页面")
    placeholders = _PLACEHOLDER.findall(written)
    if not placeholders:
        return longest, None
    pattern = re.escape(literals[0])
    for placeholder, literal in zip(placeholders, literals[1:], strict=True):
        pattern += _PLACEHOLDERS[placeholder] + re.escape(literal)
    return longest, pattern


def compile_terms(owner: Owner, owner_id: str, written: Iterable[str]) -> list[Term]:
    """The terms of one owner, ready to be matched; a rule's terms with their misspellings too."""
    terms = []
    for term in written:
        literal, pattern = parse_term(term)
        terms.append(Term(owner, owner_id, term, literal, pattern))
        if owner != "rule":
            continue
        for variant in variants(literal):
            changed = pattern.replace(re.escape(literal), re.escape(variant)) if pattern else None
            terms.append(Term(owner, owner_id, term, variant, changed))
    return terms


class Matcher:
    """An Aho-Corasick automaton over the literal parts of all terms."""

    def __init__(self, terms: tuple[Term, ...]) -> None:
        self.terms = terms
        by_literal: dict[str, list[Term]] = {}
        for term in terms:
            by_literal.setdefault(term.literal, []).append(term)
        self._by_literal = list(by_literal.values())
        self._automaton = AhoCorasick(list(by_literal), store_patterns=False)

    def scan(self, text: str) -> list[Hit]:
        """All hits in normalised `text`, by position; a pattern that fits one place twice is one hit."""
        hits: dict[tuple[str, str, int, int], Hit] = {}
        for index, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            for term in self._by_literal[index]:
                for hit in _fit(term, text, start, end):
                    hits.setdefault((term.owner_id, term.written, hit.start, hit.end), hit)
        return sorted(hits.values(), key=lambda hit: (hit.start, -hit.end))


def _fit(term: Term, text: str, start: int, end: int) -> Iterable[Hit]:
    if term.pattern is None:
        yield Hit(term, start, end)
        return
    low = max(0, start - REACH)
    for match in term.pattern.finditer(text, low, min(len(text), end + REACH)):
        if match.start() <= start and end <= match.end():
            yield Hit(term, match.start(), match.end())
            return
