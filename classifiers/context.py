"""What excuses a hit: negation, warnings, law text, harmless longer words. The words are data (contexts.yaml)."""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from functools import cached_property
from itertools import islice
from operator import attrgetter

from classifiers.lists import Context, RuleSet
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


class Surroundings:
    """What stands around hits: only the sentences that hit are searched for contexts, each once."""

    def __init__(self, text: str, rules: RuleSet) -> None:
        self._text = text
        self._rules = rules
        self._sentences = Sentences(text)
        self._found: dict[tuple[int, int], dict[str, list[Hit]]] = {}

    def bears(self, name: str, hit: Hit) -> Hit | None:
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
        words = self._contexts(low, high).get(name, ())
        if context.scope == "before":
            low = max(self._sentences.clause_start(hit.start), hit.start - context.within - REACH)
        first = bisect_left(words, low - REACH, key=attrgetter("start"))
        return next((found for found in islice(words, first, None) if _fits(context, found, hit, low)), None)

    def _contexts(self, low: int, high: int) -> dict[str, list[Hit]]:
        found = self._found.get((low, high))
        if found is None:
            found = self._found[low, high] = defaultdict(list)
            for hit in self._rules.context_matcher.scan(self._text, low, high).hits:
                found[hit.term.owner_id].append(hit)
        return found


def _fits(context: Context, words: Hit, hit: Hit, low: int) -> bool:
    outside = words.end <= hit.start or words.start >= hit.end
    match context.scope:
        case "overlaps":
            longer = words.start < hit.start or hit.end < words.end
            return not outside and (longer or words.end - words.start >= hit.end - hit.start)
        case "before":
            return low <= words.start < hit.start and hit.start - words.end <= context.within
        case "after":
            return 0 <= words.start - hit.end <= context.within
        case _:
            return outside or words.start < hit.start or words.end > hit.end
