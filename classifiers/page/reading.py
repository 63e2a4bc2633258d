"""Reads a page before judgement, and puts findings into words."""

import unicodedata
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from classifiers.lists.rules import Rule, RuleSet
from classifiers.matching.match import Hit
from classifiers.page import certificates
from classifiers.page.identity import KnownInstitutions, find_contacts, in_main
from classifiers.page.page_kind import Cue
from classifiers.text.normalise import normalise
from classifiers.values import ORIGIN_LABELS, Article, Contact, Finding, Mention, NormalText, PageText, Spared

# The cues of what kind of page it is.
_OF_A_KIND = frozenset({"education", "education_strong", "news", "notice", "notice_strong", "authority"})


@dataclass(frozen=True)
class Reading:
    """Everything read from the page before judgement. Cues stand in its main region; text from `seen_to` of
    the normalised text on is invisible."""

    page: PageText
    normal: NormalText
    rule_hits: tuple[Hit, ...]
    cue_hits: tuple[Hit, ...]
    cues: Mapping[str, Sequence[Cue]]
    contacts: tuple[Contact, ...]
    mentions: tuple[Mention, ...]
    numbers: tuple[certificates.ShownNumber, ...]
    seen_to: int
    seen_on: date = date.max


def read(page: PageText, rules: RuleSet, register: KnownInstitutions, seen_on: date = date.max) -> Reading:
    """Read a page: disguises undone, misspelt words of the lists corrected, terms, contacts and numbers
    found. Its findings cite the law in force on the day that it was seen."""
    normal, hits = rules.matcher.put_right(normalise(page.text))
    seen_to = _seen_to(page, normal)
    by_cue: dict[str, list[Cue]] = defaultdict(list)
    for hit in hits:
        if hit.term.owner == "cue":
            start, end = normal.span(hit.start, hit.end)
            by_cue[hit.term.owner_id].append(Cue(start, end, page.text[start:end]))
    return Reading(
        page=page,
        normal=normal,
        rule_hits=_of_rules(page, normal, hits, rules),
        cue_hits=tuple(hit for hit in hits if hit.term.owner == "cue"),
        cues={name: _of_the_page(name, in_main(cues, page.blocks), page) for name, cues in by_cue.items()},
        contacts=find_contacts(page, normal, register, named="contact" in by_cue),
        mentions=register.mentions(page, normal),
        numbers=tuple(number for number in certificates.find_numbers(normal) if number.start < seen_to)
        if "certificate" in by_cue
        else (),
        seen_to=seen_to,
        seen_on=seen_on,
    )


def _of_the_page(name: str, cues: Sequence[Cue], page: PageText) -> tuple[Cue, ...]:
    """The cues that speak of the page itself: the words of a link describe another page."""
    if name not in _OF_A_KIND or not cues:
        return tuple(cues)
    links = sorted((link.start, link.end) for link in page.links if link.end)
    starts = [start for start, _ in links]

    def is_of_a_link(cue: Cue) -> bool:
        place = bisect_right(starts, cue.start)
        return place > 0 and cue.end <= links[place - 1][1]

    return tuple(cue for cue in cues if not is_of_a_link(cue))


def _of_rules(page: PageText, normal: NormalText, hits: Sequence[Hit], rules: RuleSet) -> tuple[Hit, ...]:
    """The hits of rules, without those in the entries of menus, where a rule says that these only name a thing."""
    found = tuple(hit for hit in hits if hit.term.owner == "rule")
    menus = [block for block in page.blocks if block.origin == "menu"]
    if not menus:
        return found
    starts = [block.start for block in menus]

    def is_named_only(hit: Hit) -> bool:
        rule = rules.live.get(hit.term.owner_id)
        if rule is None or not rule.unless_menu:
            return False
        start, end = normal.span(hit.start, hit.end)
        place = bisect_right(starts, start)
        return place > 0 and end <= menus[place - 1].end

    return tuple(hit for hit in found if not is_named_only(hit))


def _seen_to(page: PageText, normal: NormalText) -> int:
    """Where the invisible part of the normalised text begins; its end where all of it is visible."""
    unseen = next((block for block in page.blocks if block.region in {"hidden", "unshown"}), None)
    if unseen is None:
        return len(normal.text)
    return unseen.start if normal.starts is None else bisect_left(normal.starts, unseen.start)


def words_of(reading: Reading, hits: Iterable[Hit]) -> tuple[str, ...]:
    """The different words of the page that were hit, in order."""
    return tuple(dict.fromkeys(quote_of(reading, hit.start, hit.end) for hit in hits))


def finding_at(
    reading: Reading,
    rule: Rule,
    span: tuple[int, int],
    detail: str,
    term: str = "",
    missing: bool = False,
    read_as: str = "",
) -> Finding:
    """A finding of `rule` at a span of the page's text, by `term` where it is found by words; `detail` says
    in Chinese the considerations. `missing`: the fault is that the page does not say something, and the words at the
    span only show that it should, as an advert."""
    quote = reading.page.text[span[0] : span[1]]
    detail = "；".join(filter(None, (_stood(reading.page, span[0]), detail)))
    law = rule.law_on(reading.seen_on) or rule.law
    return Finding(
        rule=rule.id,
        family=rule.family,
        title=rule.title,
        severity=rule.severity,
        law=law,
        start=span[0],
        end=span[1],
        quote=quote,
        why=_sentence(rule, law[0], quote, detail, missing),
        term=term,
        read_as=read_as,
    )


def _stood(page: PageText, position: int) -> str:
    """The place of words outside the page's plain text, in Chinese; "" for plain text."""
    place = bisect_right(page.blocks, position, key=lambda block: block.start) - 1
    if place < 0 or not (origin := page.blocks[place].origin):
        return ""
    return f"位于{ORIGIN_LABELS[origin]}"


def _sentence(rule: Rule, article: Article, quote: str, detail: str, missing: bool) -> str:
    """The finding in one Chinese sentence: the words, the rule and its reason, the considerations, the article and its
    prohibition."""
    shown = quote if len(quote) <= 60 else quote[:59] + "…"
    opening = f"由“{shown}”可知页面是广告" if missing else f"页面写有“{shown}”"
    detail = f"（{detail}）" if detail else ""
    return f"{opening}，属“{rule.title}”：{rule.why}{detail}，违反{article}：{article.forbids}。"


def spared_at(reading: Reading, hit: Hit, reason: str) -> Spared:
    """A hit that is excused, and why."""
    start, end = reading.normal.span(hit.start, hit.end)
    return Spared(hit.term.owner_id, start, end, reading.page.text[start:end], reason)


def read_as(reading: Reading, start: int, end: int) -> str:
    """The words of a span as they are read; "" where they are written so, ignoring width and case."""
    plain = reading.normal.text[start:end]
    written = unicodedata.normalize("NFKC", quote_of(reading, start, end)).lower()
    return "" if written == plain else plain


def quote_of(reading: Reading, start: int, end: int) -> str:
    """The page's own characters behind a span of the normalised text."""
    low, high = reading.normal.span(start, end)
    return reading.page.text[low:high]
