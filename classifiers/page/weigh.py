"""Parts the hits into those that count and those that their surroundings excuse."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from classifiers.lists.rules import RuleSet
from classifiers.matching.match import Hit
from classifiers.page.context import Place, Surroundings
from classifiers.text.words import cuts_through_word


@dataclass(frozen=True)
class Weighed:
    """A hit that counts, the contexts that did not excuse it, in Chinese ("" without any), and the measure of
    its wording (None where it is not weighed)."""

    hit: Hit
    note: str
    measure: float | None = None


@dataclass(frozen=True)
class Excused:
    """A hit that does not count, and why, in Chinese. `context` is the id of the context that excuses it, ""
    for another reason; `voidable`: whether its own wording may make it count all the same."""

    hit: Hit
    reason: str
    context: str = ""
    voidable: bool = False


def weigh(text: str, hits: Sequence[Hit], rules: RuleSet) -> tuple[list[Weighed], list[Excused]]:
    """The hits of rules in normalised `text` (by position) that count, and those that are excused."""
    surroundings = Surroundings(text, rules)
    kept: list[Hit] = []
    notes: dict[tuple[str, int], str] = {}
    excused: list[Excused] = []
    for hit in _longest(hits):
        excuse, note = _excuse(text, surroundings, rules, hit)
        if excuse is None:
            kept.append(hit)
            notes[hit.term.owner_id, hit.start] = note
        else:
            excused.append(excuse)
    return [Weighed(hit, notes[hit.term.owner_id, hit.start]) for hit in _merged(kept)], excused


def _longest(hits: Iterable[Hit]) -> Iterator[Hit]:
    """Leave out a hit that lies inside another of the same rule: one place, one finding."""
    ends: dict[str, int] = {}
    for hit in hits:  # by start, longer ones first
        if hit.end > ends.get(hit.term.owner_id, -1):
            ends[hit.term.owner_id] = hit.end
            yield hit


def _merged(hits: Iterable[Hit]) -> Iterator[Hit]:
    """Join hits of one rule that overlap: 本地第一 and 第一品牌 in 本地第一品牌 are one finding."""
    last: dict[str, Hit] = {}
    for hit in hits:
        before = last.get(hit.term.owner_id)
        if before is None or hit.start >= before.end:
            if before is not None:
                yield before
            last[hit.term.owner_id] = hit
        else:
            last[hit.term.owner_id] = before._replace(end=max(before.end, hit.end))
    yield from last.values()


def _excuse(text: str, surroundings: Surroundings, rules: RuleSet, hit: Hit) -> tuple[Excused | None, str]:
    """The excuse of `hit` (None where it counts), and the contexts that did not excuse it, in Chinese."""
    rule = rules.live[hit.term.owner_id]
    place, note = Place(hit.start, hit.end), ""
    for name in rule.unless:
        words = surroundings.bears(name, place)
        if not words:
            continue
        context = rules.contexts[name]
        found = f"{context.title}：“{text[words.start : words.end]}”"
        voids = next((void for other in context.void_by if (void := surroundings.bears(other, place))), None)
        if voids is None:
            return Excused(hit, found, name, voidable=context.scope == "sentence"), ""
        note = f"已考虑{found}，因同句有“{text[voids.start : voids.end]}”不予排除"
    for name in rule.needs:
        if not surroundings.bears(name, place):
            return Excused(hit, f"缺少所需语境：{rules.contexts[name].title}", f"no-{name}"), ""
    if surroundings.is_asked(place):
        return Excused(hit, "是问句，或页面别处一句问话的前半句", "asked", voidable=True), ""
    if hit.term.pattern is None and cuts_through_word(text, hit.start, hit.end):
        return Excused(hit, "切断了一个更长的词", "cut"), ""
    return None, note
