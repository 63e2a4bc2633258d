"""What excuses a hit: negation, warnings, law text, harmless longer words. The words are data (contexts.yaml)."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cached_property
from itertools import islice
from operator import attrgetter

from classifiers.lists import Context
from classifiers.match import Hit
from classifiers.terms import REACH

_SENTENCE_END = re.compile(r"[。！？!?；;\n]")
_CLAUSE_END = re.compile(r"[，,、：:]")


class Sentences:
    """The sentences of a normalised text, found once, asked often."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _ends(self) -> list[int]:
        return [match.end() for match in _SENTENCE_END.finditer(self._text)]

    def around(self, position: int) -> tuple[int, int]:
        """Start and end of the sentence in which `position` stands."""
        index = bisect_right(self._ends, position)
        start = self._ends[index - 1] if index else 0
        end = self._ends[index] if index < len(self._ends) else len(self._text)
        return start, end

    def clause_start(self, position: int) -> int:
        """Where the clause begins in which `position` stands."""
        start, _ = self.around(position)
        commas = list(_CLAUSE_END.finditer(self._text, start, position))
        return commas[-1].end() if commas else start


def applies(context: Context, hit: Hit, context_hits: Sequence[Hit], sentences: Sentences) -> Hit | None:
    """The first of `context_hits` (all of `context`, by position) that bears on `hit`, or None.

    - before: in the same clause, ending at most `within` characters ahead of the hit
    - after: in the same sentence, beginning at most `within` characters behind it
    - sentence: anywhere in its sentence, outside the hit
    - overlaps: the hit lies across the context's words, or within them (a longer, harmless word)
    - page: anywhere
    """
    if context.scope == "page":
        return context_hits[0] if context_hits else None
    low, high = sentences.around(hit.start)
    if context.scope == "before":
        low = max(sentences.clause_start(hit.start), hit.start - context.within - REACH)
    first = bisect_left(context_hits, max(0, low - REACH), key=attrgetter("start"))
    for words in islice(context_hits, first, None):
        if words.start >= high:
            return None
        if _bears(context, words, hit, low, high):
            return words
    return None


def _bears(context: Context, words: Hit, hit: Hit, low: int, high: int) -> bool:
    outside = words.end <= hit.start or words.start >= hit.end
    match context.scope:
        case "overlaps":
            longer = words.start < hit.start or hit.end < words.end
            return not outside and (longer or words.end - words.start >= hit.end - hit.start)
        case "before":
            return 0 <= hit.start - words.end <= context.within and words.start >= low
        case "after":
            return 0 <= words.start - hit.end <= context.within and words.end <= high
        case _:
            return outside and low <= words.start and words.end <= high
