"""One pass over all terms of all lists, then patterns only where their literal part was found."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick

from classifiers.matching.homophones import Sounds
from classifiers.matching.stuffing import stuffed
from classifiers.matching.terms import REACH, Owner, Term, parse_term
from classifiers.matching.variants import Variant, variants, vocabulary
from classifiers.text.normalise import Edit, rewrite
from classifiers.text.words import cuts_through_word, is_part_of_word
from classifiers.values import NormalText

# Beyond this number, further repetitions on a page tell nothing new.
_MOST_HITS_OF_A_TERM = 200
_MENUS = 2048  # cached stretches: a site's pages share their menus
_PAIR = 2  # characters that sound like those of a term by accident
_HELD_APART = 3  # characters of a term from which marks are removed


# Where a word is misspelt (start, end), and the edits that put it right.
_Misspelt = tuple[int, int, tuple[Edit, ...]]
Watch = Callable[[str], object]


class Hit(NamedTuple):
    """A term that stands in the normalised text from `start` to `end`."""

    term: Term
    start: int
    end: int


class Scan(NamedTuple):
    """The result of one pass over a text of `size` characters: hits, by position, the misspellings to correct
    first, and the count of its most frequent literal."""

    hits: list[Hit]
    misspelt: list[Edit]
    size: int
    most_often: int


def compile_terms(owner: Owner, owner_id: str, written: Iterable[str]) -> Iterator[Term]:
    """The terms of one owner, ready to be matched: one for each literal that a term may begin from."""
    for term in written:
        parsed = parse_term(term)
        for anchor in parsed.anchors:
            yield Term(owner, owner_id, term, anchor, parsed.pattern, parsed.before)


class Matcher:
    """An Aho-Corasick automaton over the literal parts of all terms, and how the rules' are misspelt."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self.terms = tuple(terms)
        by_literal: dict[str, list[Term]] = {}
        words: dict[str, None] = {}
        for term in self.terms:
            by_literal.setdefault(term.literal, []).append(term)
            if term.owner == "rule":
                words.update(dict.fromkeys(parse_term(term.written).words))
        known = vocabulary(words)
        self.variants = variants(known, by_literal)
        self.sounds = Sounds(known) if known else None
        self._by_literal = list(by_literal.values())
        self._variants_from = len(self._by_literal)
        self.literals = (*by_literal, *(variant.written for variant in self.variants))
        self._automaton = AhoCorasick(self.literals, store_patterns=False)
        self._longest = max(map(len, by_literal), default=0)
        self._stands_over = lru_cache(maxsize=_MENUS)(self._term_stands_over)

    def put_right(self, normal: NormalText) -> tuple[NormalText, list[Hit]]:
        """The text with the rules' words corrected where they are held apart or misspelt, and all hits in it."""
        return self.spelt_right(self.joined(normal))

    def joined(self, normal: NormalText, watch: Watch = lambda _: None) -> NormalText:
        """The text with the rules' words put together where they are held apart. `watch` is told each other text that is
        searched for terms."""

        def has_term(characters: str) -> bool:
            watch(characters)
            return self._has_term(characters)

        return rewrite(normal, stuffed(normal.text, has_term))

    def spelt_right(self, normal: NormalText, watch: Watch = lambda _: None) -> tuple[NormalText, list[Hit]]:
        """The text with the rules' words corrected where they are misspelt, and all hits in it. `watch` is told each other
        text that is searched for terms."""
        scan = self.scan(normal.text, watch)
        if not scan.misspelt:
            return normal, scan.hits
        put_right = rewrite(normal, scan.misspelt)
        watch(put_right.text)
        if scan.most_often + len(scan.misspelt) * self._longest > _MOST_HITS_OF_A_TERM:
            return put_right, self.find(put_right.text)
        return put_right, self._found_again(put_right.text, scan)

    def _found_again(self, text: str, scan: Scan) -> list[Hit]:
        """The hits in `text`, which is the text of `scan` with its misspellings corrected: searched again
        within reach of these, shifted elsewhere."""
        margin = REACH + self._longest
        zones: list[list[int]] = []  # of the old text, with the shift of the text after them
        moved = 0
        for edit in scan.misspelt:
            moved += len(edit.plain) - (edit.end - edit.start)
            if zones and edit.start - margin <= zones[-1][1]:
                zones[-1][1:] = edit.end + margin, moved
            else:
                zones.append([edit.start - margin, edit.end + margin, moved])
        hits: list[Hit] = []
        begin = before = told = 0
        for low, high, behind in [*zones, [scan.size + 1, scan.size + 1, 0]]:
            hits += (
                hit if not before else hit._replace(start=hit.start + before, end=hit.end + before)
                for hit in scan.hits
                if begin <= hit.start and hit.end <= low
            )
            if low <= scan.size:
                first, last = low + before, high + behind
                start = max(0, first - margin - 2 * REACH)
                around = self._hits(text[start : last + margin + 2 * REACH], start)[0]
                hits += (hit for hit in around if hit.end > first and told <= hit.start < last)
                told = last
            begin, before = high, behind
        hits.sort(key=_by_position)
        return hits

    def _has_term(self, characters: str) -> bool:
        """Whether a rule's term stands in them that is longer than a word of two, or is all of them."""
        return any(
            hit.term.owner == "rule" and hit.end - hit.start >= min(_HELD_APART, len(characters))
            for hit in self._hits(characters)[0]
        )

    def scan(self, text: str, watch: Watch = lambda _: None) -> Scan:
        """All hits in normalised `text`, and the misspellings in it; `watch` is told each other text that is searched."""
        hits, misspelt, most_often = self._hits(text)
        if self.sounds:
            sounding = list(self.sounds.misspelt(text))
            misspelt += (found for found in sounding if found[1] - found[0] > _PAIR)
            pairs = [found for found in sounding if found[1] - found[0] == _PAIR]
            misspelt += self._backed(text, pairs, tuple(misspelt), watch)
        hits.sort(key=_by_position)
        edits = list(_put_right(text, misspelt, hits)) if misspelt else []
        return Scan(hits, edits, len(text), most_often)

    def find(self, text: str, low: int = 0, high: int | None = None) -> list[Hit]:
        """All hits in normalised `text` from `low` to `high`, by position; a pattern that fits one place twice is one
        hit."""
        hits, _, _ = self._hits(text if high is None else text[low:high], low)
        hits.sort(key=_by_position)
        return hits

    def _hits(self, part: str, low: int = 0) -> tuple[list[Hit], list[_Misspelt], int]:
        """The hits in `part`, which begins at `low` of its text, the variants of words in it, and how often the literal
        stands there that stands there most often."""
        hits: list[Hit] = []
        fitted: set[tuple[str, str, int, int]] = set()
        misspelt: list[_Misspelt] = []
        often: dict[int, int] = {}
        for index, start, end in self._automaton.find_matches_as_indexes(part, overlapping=True):
            if index >= self._variants_from:
                misspelt.append(_variant_at(start, end, self.variants[index - self._variants_from]))
                continue
            times = often[index] = often.get(index, 0) + 1
            if times > _MOST_HITS_OF_A_TERM:
                continue
            for term in self._by_literal[index]:
                if term.pattern is None:
                    hits.append(Hit(term, low + start, low + end))
                    continue
                span = _fit(term.pattern, part, start, end, term.before)
                if span and (key := (term.owner_id, term.written, *span)) not in fitted:
                    fitted.add(key)
                    hits.append(Hit(term, low + span[0], low + span[1]))
        return hits, misspelt, max(often.values(), default=0)

    def _backed(
        self, text: str, pairs: Sequence[_Misspelt], sure: Sequence[_Misspelt], watch: Watch
    ) -> Iterator[_Misspelt]:
        """The words of two that only sound like one of the lists' and have another sign of disguise within reach, one
        of `sure`, or make a longer term: 导医 is a guide in a hospital, not 道医 misspelt, but 仅胜十个 is 仅剩十个."""
        for found in pairs:
            start, end, edits = found
            backed = any(
                start - REACH < other < end + REACH and not (other < end and start < stop)
                for other, stop, _ in sure
            )
            if backed or self._makes_a_longer_term(text, start, end, edits[0], watch):
                yield found

    def _makes_a_longer_term(self, text: str, start: int, end: int, edit: Edit, watch: Watch) -> bool:
        """Whether a rule's term stands over `text[start:end]`, and beyond it, once `edit` is made."""
        low = max(0, start - REACH)
        meant = text[low : edit.start] + edit.plain + text[edit.end : end + REACH]
        watch(meant)
        return self._stands_over(meant, start - low, end - low)

    def _term_stands_over(self, meant: str, start: int, end: int) -> bool:
        for index, first, last in self._automaton.find_matches_as_indexes(meant, overlapping=True):
            for term in () if index >= self._variants_from else self._by_literal[index]:
                if term.owner != "rule":
                    continue
                span = (first, last)
                if term.pattern is not None:
                    span = _fit(term.pattern, meant, first, last, term.before) or (start, start)
                if span[0] <= start and end <= span[1] and span[1] - span[0] > end - start + 1:
                    return True
        return False


def _by_position(hit: Hit) -> tuple[int, int]:
    return hit.start, -hit.end


def _fit(pattern: re.Pattern[str], text: str, start: int, end: int, before: int) -> tuple[int, int] | None:
    """Where the pattern fits around its literal at `text[start:end]`, from `before` characters ahead of it."""
    high = end + REACH
    if not before:
        match = pattern.match(text, start, high)
        return match.span() if match and end <= match.end() else None
    match = pattern.search(text, start - before if start > before else 0, high)
    while match and match.start() <= start:
        if end <= match.end():
            return match.span()
        match = pattern.search(text, match.start() + 1, high)
    return None


def _variant_at(start: int, end: int, variant: Variant) -> _Misspelt:
    edits = (
        Edit(start + stand_in.offset, start + stand_in.offset + stand_in.length, stand_in.meant)
        for stand_in in variant.stand_ins
    )
    return start, end, tuple(edits)


def _put_right(text: str, misspelt: list[_Misspelt], hits: list[Hit]) -> Iterator[Edit]:
    """The edits that undo misspellings: the longest first where they overlap, each stand-in by itself.

    Words that a rule found as written stay, and so does a stand-in that forms an ordinary word with its
    neighbours on the page.
    """
    done = covered = 0
    found = iter([hit for hit in hits if hit.term.owner == "rule"])
    hit = next(found, None)
    for start, end, edits in sorted(misspelt, key=lambda seen: (seen[0], -seen[1])):
        if start < done:
            continue
        while hit is not None and hit.start < end:
            covered = max(covered, hit.end)
            hit = next(found, None)
        if start < covered:
            continue
        if (
            _runs_on(text, start, end)
            or cuts_through_word(text, start, end)
            or any(is_part_of_word(text, edit.start, edit.end) for edit in edits)
        ):
            continue
        done = end
        yield from edits


def _runs_on(text: str, start: int, end: int) -> bool:
    """Whether pinyin at an edge of `text[start:end]` goes on as a longer run of letters."""
    before, after = text[max(0, start - 1) : start + 1], text[end - 1 : end + 1]
    return any(len(pair) == 2 and pair.isascii() and pair.isalpha() for pair in (before, after))
