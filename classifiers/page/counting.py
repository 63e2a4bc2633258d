"""Which hits of a page count, and which passages are worded like unlawful publicity without a term.

Terms and contexts propose; the learned wording of the sentence and its paragraph decides where they are weak. A hit
that no context excuses counts unless its place is worded lawfully; one that is excused counts only where its place
is worded like publicity all the same, so that an excusing word hides no advert; and a passage worded so
without a hit is suspected by itself.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from classifiers.lists.rules import RuleSet
from classifiers.lists.wording import Thresholds
from classifiers.matching.match import Hit
from classifiers.page.context import Sentences
from classifiers.page.measures import PROMISE, Measures, Sign, Stretch
from classifiers.page.reading import Reading, spared_at
from classifiers.page.weigh import Excused, Weighed, weigh
from classifiers.values import Block, PageMeasures, Spared

_AROUND = 160  # characters on either side in which a page must speak of care
_SAYS_MORE = 60  # characters
_NAMED_BESIDE = 0.35  # the share from which a rule is named next to hits of others
_BEYOND_DOUBT = 0.5
_IN_SPITE_OF_NAMES = 0.8
_SURELY_OWN = 0.95  # even next to a word of an authority: 获国家卫健委推荐
_QUOTING = '“”"『』「」'
# A forbidden name is a breach wherever it stands as one's own, among plain facts, too: half the measure is enough.
_NAMES = frozenset({"military-name"})
# Short entries in a row: what a doctor treats, or an institution has, is free to say (医疗广告认定指南, arts. 5 and 7).
_LISTED = re.compile(r"(?:[^、，,。！？!?；;\n]{1,16}、){4,}")
_LISTS = re.compile(
    "擅长|专长|精于|诊治|诊疗|治疗|开展|提供|设有|配有|配备|拥有|包括|范围|项目|科目|手术|设备|仪|单位|矫正|检查"
)
# Where a sentence disclaims, or says how to register, pay or be examined, its wording must be unlawful beyond doubt.
_PLAIN = frozenset({"disclaimed", "errands"})
_MOSTLY = 0.6  # of a stretch is the list
_OF_AUTHORITIES = frozenset({"authority", "notice", "notice_strong"})


@dataclass(frozen=True)
class Suspicion:
    """A sentence or paragraph that is worded like unlawful publicity: its measure, 0 to 1, the words that it rests
    on, and the rules that it most likely breaks, the likelier first (none where no rule is likely enough).
    `beside_hits`: hits of other rules count there, too."""

    stretch: Stretch
    measure: float
    words: tuple[str, ...]
    rules: tuple[str, ...]
    beside_hits: bool = False


@dataclass(frozen=True)
class Counted:
    """The hits that count, those that do not, the suspicions without a hit, and by how much they count."""

    weighed: tuple[Weighed, ...]
    spared: tuple[Spared, ...]
    suspicions: tuple[Suspicion, ...]
    measures: PageMeasures


def signs_of(
    reading: Reading, weighed: Sequence[Weighed], excused: Sequence[Excused], rules: RuleSet
) -> list[Sign]:
    """The signs that the wording uses in addition to the text's characters."""
    signs = [Sign(each.hit.start, f"hit:{each.hit.term.owner_id}") for each in weighed]
    signs += [Sign(each.hit.start, PROMISE) for each in weighed if rules.live[each.hit.term.owner_id].promise]
    signs += [Sign(each.hit.start, f"excused:{each.context}") for each in excused]
    signs += [Sign(hit.start, f"cue:{hit.term.owner_id}") for hit in reading.cue_hits]
    return signs


def count_hits(reading: Reading, hits: Sequence[Hit], rules: RuleSet, thresholds: Thresholds) -> Counted:
    """Part the `hits` (by position, in visible text) into those that count and those that do not."""
    text = reading.normal.text[: reading.seen_to]
    weighed, excused = weigh(reading.normal.text, hits, rules)
    measures = Measures(text, rules.wording, signs_of(reading, weighed, excused, rules))
    kept, spared = [], []
    reach: list[float] = []  # the highest threshold that each hit passes
    voided: list[float] = []
    for each in weighed:
        if not speaks_of_care(text, each.hit.start, rules):
            spared.append(spared_at(reading, each.hit, "附近没有诊疗服务用语，说的不是医疗"))
            continue
        measure = measures.around(each.hit.start)
        share = 2 if each.hit.term.owner_id in _NAMES else 1
        if measure is None or measure >= thresholds.spares / share:
            reach.append(1.0 if measure is None else min(1.0, measure * share))
            kept.append(
                replace(each, measure=measures.of_card(each.hit.start) if measure is None else measure)
            )
        else:
            reason = f"上下文的用语不是宣传（违法程度 {measure:.2f}）"
            spared.append(spared_at(reading, each.hit, reason))
    for other in excused:
        measure = measures.around(other.hit.start)
        least = _IN_SPITE_OF_NAMES if other.context in _PLAIN else thresholds.suspects
        if other.voidable and measure is not None and measure >= least:
            voided.append(measure)
            note = f"已考虑{other.reason}，但整句是自我宣传的用语（违法程度 {measure:.2f}），不予排除"
            kept.append(Weighed(other.hit, note, measure))
        else:
            spared.append(spared_at(reading, other.hit, other.reason))
    kept.sort(key=lambda each: each.hit.start)
    names = sorted(other.hit.start for other in excused if not other.voidable)
    menus = [block for block in reading.page.blocks if block.origin == "menu"]
    suspicions = [
        each
        for each in _suspicions(text, measures, kept, names, rules, thresholds.suspects)
        if not _of_a_menu(reading, menus, each)
    ]
    alone = [each.measure for each in suspicions if not each.beside_hits]
    worded = max((*voided, *alone), default=None)
    reached = PageMeasures(worded, max(reach, default=None))
    return Counted(tuple(kept), tuple(spared), tuple(suspicions), reached)


def speaks_for_itself(reading: Reading, weighed: Weighed) -> bool:
    """Whether a hit is said by the page in its own voice, not told of others: worded like publicity beyond doubt, in
    a sentence without quotation marks and, unless that is sure, without a word of an authority or its acts."""
    if weighed.measure is None or weighed.measure < _BEYOND_DOUBT:
        return False
    is_reported = weighed.measure < _SURELY_OWN
    text = reading.normal.text
    low, stop = Sentences(text).around(weighed.hit.start)
    if any(mark in text[low:stop] for mark in _QUOTING):
        return False
    return not is_reported or not any(
        hit.term.owner_id in _OF_AUTHORITIES and low <= hit.start < stop for hit in reading.cue_hits
    )


def _of_a_menu(reading: Reading, menus: Sequence[Block], suspicion: Suspicion) -> bool:
    """Whether a suspicion stands in one of the page's menus, whose entries name things and promise nothing."""
    start, _ = reading.normal.span(suspicion.stretch.start, suspicion.stretch.start + 1)
    before = bisect_right(menus, start, key=lambda block: block.start)
    return before > 0 and start < menus[before - 1].end


def speaks_of_care(text: str, position: int, rules: RuleSet) -> bool:
    """Whether the text around `position` speaks of care: without it, a promise is some other trade's. A text
    too short to say more than its promise counts as doing so."""
    if len(text) < _SAYS_MORE:
        return True
    around = text[max(0, position - _AROUND) : position + _AROUND]
    return bool(rules.care.find_matches_as_indexes(around))


def _lists_things(stretch: str) -> bool:
    """Whether a stretch mostly lists diseases, operations, devices or posts; what it promises as well is a hit."""
    listed = max((len(found[0]) for found in _LISTED.finditer(stretch)), default=0)
    return listed >= _MOSTLY * len(stretch) and _LISTS.search(stretch) is not None


def _is_plain(text: str, stretch: Stretch, rules: RuleSet) -> bool:
    """Whether a stretch says that nothing is promised, warns of others who use the institution's name, or tells how to
    register, pay or be examined."""
    found = rules.context_matcher.find(text, stretch.start, stretch.end)
    return any(hit.term.owner_id in _PLAIN for hit in found)


def _suspicions(
    text: str,
    measures: Measures,
    kept: Sequence[Weighed],
    names: Sequence[int],
    rules: RuleSet,
    suspects: float,
) -> list[Suspicion]:
    """Passages worded like unlawful publicity where no hit of a promise counts, or that surely break another rule than the
    hits there; where a fixed name holds the promise (at one of `names`), it must be so beyond doubt."""
    promises = [each.hit for each in kept if rules.live[each.hit.term.owner_id].promise]
    starts = [hit.start for hit in promises]
    found = []
    for stretch, measure in measures.suspicious(suspects):
        if measure < _IN_SPITE_OF_NAMES and stretch.holds_any(names):
            continue
        if not speaks_of_care(text, stretch.start, rules) or _lists_things(text[stretch.start : stretch.end]):
            continue
        if measure < _IN_SPITE_OF_NAMES and _is_plain(text, stretch, rules):
            continue
        there = promises[bisect_left(starts, stretch.start) : bisect_left(starts, stretch.end)]
        hit = {each.term.owner_id for each in there}
        shares = measures.named(rules.naming, stretch)
        named = tuple(
            rule
            for rule, share in shares.items()
            if rule in rules.live and rule not in hit and (not hit or share >= _NAMED_BESIDE)
        )
        if named or not hit:
            found.append(Suspicion(stretch, measure, measures.words(stretch), named, bool(hit)))
    return found
