"""The contexts that excuse a hit: negation, warnings, law text, harmless longer words. The words are data
(contexts.yaml)."""

import re
from bisect import bisect_left
from collections import defaultdict
from itertools import islice
from operator import attrgetter
from typing import NamedTuple

from classifiers.lists.rules import Context, RuleSet
from classifiers.matching.match import Hit
from classifiers.matching.terms import REACH
from classifiers.text.grams import SENTENCE_MARKS

_SENTENCE_END = re.compile(f"[{SENTENCE_MARKS}]")
_LONGEST = 600  # a longer text without a stop does not bear on a word
_ASKING = ("吗", "吗?", "么", "么?", "呢", "呢?", "?")
_CLAUSE_END = re.compile(r"[，,、：:]")


class Sentences:
    """The sentences of a normalised text, looked for where they are asked about."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._known: dict[int, tuple[int, int]] = {}

    def around(self, position: int) -> tuple[int, int]:
        """Start and end of the sentence in which `position` stands, at most `_LONGEST` characters either way."""
        known = self._known.get(position)
        if known is None:
            known = self._known[position] = self._around(position)
        return known

    def _around(self, position: int) -> tuple[int, int]:
        low, high = max(0, position - _LONGEST), min(len(self._text), position + _LONGEST)
        last = max(self._text.rfind(mark, low, position) for mark in SENTENCE_MARKS)
        end = _SENTENCE_END.search(self._text, position, high)
        return max(low, last + 1), end.end() if end else high

    def clause_start(self, position: int, within: int) -> int:
        """Where the clause begins in which `position` stands, at most `within` characters before it."""
        start = max(self.around(position)[0], position - within)
        commas = list(_CLAUSE_END.finditer(self._text, start, position))
        return commas[-1].end() if commas else start


class Place(NamedTuple):
    """Where something stands in a normalised text."""

    start: int
    end: int


class Surroundings:
    """The surroundings of hits: only sentences with hits are searched for contexts, each once."""

    def __init__(self, text: str, rules: RuleSet) -> None:
        self._text = text
        self._rules = rules
        self._sentences = Sentences(text)
        self._found: dict[tuple[int, int], dict[str, list[Hit]]] = {}
        self._lines: set[str] | None = None

    def bears(self, name: str, hit: Place) -> Hit | None:
        """The first words of context `name` that bear on `hit`, or None.

        - before: in the same clause, ending at most `within` characters ahead of the hit, or running into it
        - after: in the same sentence, beginning at most `within` characters behind it
        - sentence: anywhere in its sentence, not within the hit
        - overlaps: the hit lies across the context's words, or within them (a longer, harmless word)
        - page: anywhere
        """
        context = self._rules.contexts[name]
        if context.scope == "page":
            return next(iter(self._contexts(0, len(self._text)).get(name, ())), None)
        low, high = self._sentences.around(hit.start)
        words = self._contexts(low, high).get(name)
        if not words:
            return None
        match context.scope:
            case "before":
                low = self._sentences.clause_start(hit.start, context.within + REACH)
                high = hit.start
            case "after":
                low, high = hit.end, hit.end + context.within + 1
            case "overlaps":
                low, high = hit.start - REACH, hit.end
        first = bisect_left(words, low, key=attrgetter("start"))
        for found in islice(words, first, None):
            if found.start >= high:
                break
            if _fits(context, found, hit):
                return found
        return None

    def is_asked(self, hit: Place) -> bool:
        """Whether the hit is asked about, or ends a line that the page also has as a question: a headline that a list has
        cut short."""
        behind = self._text[hit.end : hit.end + 3]
        if behind[:1] in {"吗", "么", "呢"}:
            return behind[1:2] in {"", "\n", "?"} and self.bears("denied_negation", hit) is None
        if behind[:1] not in {"", "\n"}:
            return False
        if self._lines is None:
            self._lines = {line.strip() for line in self._text.split("\n")}
        line = self._text[max(self._text.rfind("\n", 0, hit.end) + 1, hit.end - REACH) : hit.end].strip()
        return any(line + asking in self._lines for asking in _ASKING)

    def _contexts(self, low: int, high: int) -> dict[str, list[Hit]]:
        found = self._found.get((low, high))
        if found is None:
            found = self._found[low, high] = defaultdict(list)
            for hit in self._rules.context_matcher.find(self._text, low, high):
                found[hit.term.owner_id].append(hit)
        return found


def _fits(context: Context, words: Hit, hit: Place) -> bool:
    """Whether words that begin where the context's scope may lie bear on the hit."""
    match context.scope:
        case "before":
            return hit.start - words.end <= context.within
        case "overlaps":
            longer = words.start < hit.start or hit.end < words.end
            return hit.start < words.end and (longer or words.end - words.start >= hit.end - hit.start)
        case "sentence":
            return words.start < hit.start or words.end > hit.end
        case _:
            return True
