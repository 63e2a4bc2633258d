"""What excuses a hit: negation, warnings, law text, harmless longer words. The words are data (contexts.yaml)."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property

from classifiers.lists import Context
from classifiers.match import Hit

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
    """The first of `context_hits` (all of `context`) that stands where it bears on `hit`, or None.

    - before: in the same clause, ending at most `within` characters ahead of the hit
    - after: in the same sentence, beginning at most `within` characters behind it
    - sentence: anywhere in its sentence, outside the hit
    - covers: the context's words contain the hit (a longer, harmless word)
    - page: anywhere
    """
    low, high = sentences.around(hit.start)
    for words in context_hits:
        outside = words.end <= hit.start or words.start >= hit.end
        fits = False
        match context.scope:
            case "page":
                fits = True
            case "covers":
                fits = words.start <= hit.start and hit.end <= words.end
            case "sentence":
                fits = outside and low <= words.start and words.end <= high
            case "before":
                ahead = hit.start - words.end
                fits = 0 <= ahead <= context.within and words.start >= sentences.clause_start(hit.start)
            case "after":
                behind = words.start - hit.end
                fits = 0 <= behind <= context.within and words.end <= high
        if fits:
            return words
    return None
