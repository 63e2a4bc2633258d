"""What a change of the lists can touch: texts in which nothing that changed has anything to do are judged as before.

Told without judging: where only terms of rules and cues have changed, a text is as it was unless one of these stands in
it, as it is written or once words are corrected, or it has a word that only one of the two versions corrects. Where
anything else has changed (a context, a threshold, the wording that was learned), any text may be judged differently.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import fields, replace

from ahocorasick_rs import AhoCorasick

from classifiers.lists.rules import Rule, RuleSet
from classifiers.matching.homophones import Sounds, pronounced
from classifiers.matching.match import Matcher
from classifiers.matching.terms import Term
from classifiers.text.normalise import normalise

# What a rule only says of itself: no finding is another one for it. Its terms are compared by themselves.
_SAID = frozenset(
    {
        *("title", "family_title", "severity", "why", "advice", "gravity", "known_false_alarms", "examples"),
        *("terms", "written"),
    }
)
_COMPARED = frozenset({"rules", "cues", "version", "families"})  # by themselves, or of no weight


class Change:
    """The step from one version of the lists to another."""

    def __init__(self, before: RuleSet, after: RuleSet) -> None:
        self._before, self._after = before.matcher, after.matcher
        rules = _changed_rules(before, after)
        self.touches_all = rules is None or not _same_but_for_terms(before, after)
        terms = (
            [] if self.touches_all else list(_changed_terms(self._before, self._after, rules or frozenset()))
        )
        self._terms = Matcher(replace(term, owner="context") for term in terms)
        written = _changed_variants(self._before, self._after)
        self._variants = AhoCorasick(written, store_patterns=False) if written else None
        words = _changed_sounds(self._before.sounds, self._after.sounds)
        self._sounds = Sounds(words) if words else None

    def touches(self, text: str) -> bool:
        """Whether `text` may be judged differently by the two versions; false only where its findings are the same."""
        if self.touches_all:
            return True
        normal = normalise(text)
        if self._stands_in(normal.text):
            return True
        seen: list[str] = []
        joined = self._before.joined(normal, seen.append)
        if any(map(self._has_term, seen)):
            return True
        if joined.text != normal.text and self._stands_in(joined.text):
            return True
        seen.clear()
        self._before.spelt_right(joined, seen.append)
        return any(map(self._has_term, seen))

    def _stands_in(self, text: str) -> bool:
        """Whether a normalised text has a changed term in it, or a word that is corrected by one version alone."""
        return self._has_term(text) or self._is_spelt_otherwise(text)

    def _has_term(self, text: str) -> bool:
        return bool(self._terms.find(text))

    def _is_spelt_otherwise(self, text: str) -> bool:
        if self._variants and self._variants.find_matches_as_indexes(text):
            return True
        if self._sounds is None:
            return False
        both = (self._before.sounds, self._after.sounds)
        return any(
            len({sounds and sounds.meant_by(text[start : start + length]) for sounds in both}) > 1
            for start, length in self._sounds.places(text)
        )


def _same_but_for_terms(before: RuleSet, after: RuleSet) -> bool:
    """Whether the two are the same but for the terms of rules and cues."""
    return all(
        _same(getattr(before, field.name), getattr(after, field.name))
        for field in fields(RuleSet)
        if field.name not in _COMPARED
    ) and [(cues.id, cues.title) for cues in before.cues.values()] == [
        (cues.id, cues.title) for cues in after.cues.values()
    ]


def _same(one: object, other: object) -> bool:
    """Whether they are equal; arrays only where they are one and the same."""
    try:
        return one is other or bool(one == other)
    except ValueError:
        return False


def _changed_rules(before: RuleSet, after: RuleSet) -> frozenset[str] | None:
    """The live rules that are in one version alone, or hold otherwise where their terms stand; None where that can show
    without a term."""
    old, new = before.live, after.live
    changed = frozenset(
        name
        for name in old.keys() | new.keys()
        if name not in old or name not in new or _differ(old[name], new[name])
    )
    named = {*before.naming.rules, *after.naming.rules}
    not_by_terms = [
        [name for name, rule in live.items() if rule.when is not None or name in named] for live in (old, new)
    ]
    return None if not_by_terms[0] != not_by_terms[1] or not changed.isdisjoint(not_by_terms[0]) else changed


def _differ(one: Rule, other: Rule) -> bool:
    names = (field.name for field in fields(Rule) if field.name not in _SAID)
    return any(getattr(one, name) != getattr(other, name) for name in names)


def _changed_terms(before: Matcher, after: Matcher, rules: frozenset[str]) -> Iterator[Term]:
    """The terms of changed rules, and those that are looked for in one version alone or in another order."""
    old, new = _by_literal(before.terms), _by_literal(after.terms)
    for literal in dict.fromkeys((*old, *new)):
        one, other = old[literal], new[literal]
        if one != other:
            alone = [
                *(term for term in one if term not in other),
                *(term for term in other if term not in one),
            ]
            yield from alone or one
        yield from (term for term in (*one, *other) if term.owner == "rule" and term.owner_id in rules)


def _by_literal(terms: Iterable[Term]) -> defaultdict[str, list[Term]]:
    found: defaultdict[str, list[Term]] = defaultdict(list)
    for term in terms:
        found[term.literal].append(term)
    return found


def _changed_variants(before: Matcher, after: Matcher) -> list[str]:
    """The misspelt words that one version alone corrects, or both differently."""
    old = {variant.written: variant for variant in before.variants}
    new = {variant.written: variant for variant in after.variants}
    return [written for written in old.keys() | new.keys() if old.get(written) != new.get(written)]


def _changed_sounds(before: Sounds | None, after: Sounds | None) -> list[str]:
    """The words whose sounds stand for other words in the one version than in the other."""
    old, new = _by_sound(before), _by_sound(after)
    changed = [sound for sound in old.keys() | new.keys() if old.get(sound) != new.get(sound)]
    return list(
        dict.fromkeys(word for sound in changed for word in (*old.get(sound, ()), *new.get(sound, ())))
    )


def _by_sound(sounds: Sounds | None) -> dict[str, list[str]]:
    return {pronounced(words[0]): words for words in sounds.words.values()} if sounds else {}
