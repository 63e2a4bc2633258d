"""The pipeline: page text and facts in, judgement out. The only module that callers import."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from classifiers import certificates
from classifiers.identity import Contact, find_contacts, in_main
from classifiers.lists import Rule, RuleSet
from classifiers.match import Hit
from classifiers.normalise import normalise, rewrite
from classifiers.page_kind import Evidence, KindDecision, decide_kind
from classifiers.values import (
    KIND_LABELS,
    SEVERITY_LABELS,
    Article,
    Facts,
    Finding,
    Judgement,
    NormalText,
    PageText,
    ScorePart,
    Severity,
    Spared,
)
from classifiers.weigh import weigh

SEVERITY_POINTS: Mapping[Severity, int] = {"high": 30, "medium": 15, "low": 5}


@dataclass(frozen=True)
class _Reading:
    """All that was read off the page, before anything is judged."""

    page: PageText
    normal: NormalText
    rule_hits: tuple[Hit, ...]
    cue_hits: Mapping[str, Sequence[Hit]]
    contacts: tuple[Contact, ...]
    numbers: tuple[certificates.ShownNumber, ...]


def certificate_numbers(page: PageText) -> tuple[str, ...]:
    """The canonical certificate numbers that a page shows: what to look up before judging it."""
    numbers = certificates.find_numbers(normalise(page.text))
    return tuple(dict.fromkeys(number.canonical for number in numbers if number.canonical))


def judge(page: PageText, rules: RuleSet, facts: Facts) -> Judgement:
    """Judge one page.

    A. what kind of page it is, B. what it breaks, C. how grave that is (score). Findings' positions count
    characters of `page.text`. Never raises on any text.
    """
    reading = _read(page, rules)
    kept, excused = weigh(reading.normal.text, reading.rule_hits, rules)
    spared = [_spared(reading, each.hit, each.reason) for each in excused]
    general = [hit for hit in kept if not rules.live[hit.term.owner_id].only_on]
    promises = [
        _quote(reading, hit.start, hit.end) for hit in general if rules.live[hit.term.owner_id].promise
    ]
    services = [_quote(reading, hit.start, hit.end) for hit in kept if rules.live[hit.term.owner_id].only_on]
    decision = decide_kind(
        Evidence(reading.cue_hits, reading.contacts, _once(promises), _once(services), reading.normal.text)
    )
    findings: list[Finding] = []
    for hit in kept:
        rule = rules.live[hit.term.owner_id]
        if decision.kind == "notice":
            spared.append(_spared(reading, hit, "页面是执法公告、法条或警示"))
        elif rule.only_on and decision.kind not in rule.only_on:
            spared.append(_spared(reading, hit, f"页面是{KIND_LABELS[decision.kind]}，不是广告"))
        else:
            findings.append(_finding(reading, rule, hit.start, hit.end))
    findings += _disguise(reading, rules, decision)
    if facts.certificates is not None and decision.kind == "advert":
        findings += _certificates(reading, rules, facts, tuple(findings))
    findings.sort(key=lambda finding: (finding.start, finding.end, finding.rule))
    return Judgement(
        page_kind=decision.kind,
        page_kind_reasons=decision.reasons,
        findings=tuple(findings),
        spared=tuple(spared),
        score_parts=tuple(_score(findings)),
    )


def _once(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))


def _read(page: PageText, rules: RuleSet) -> _Reading:
    normal = normalise(page.text)
    rule_hits: list[Hit] = []
    by_cue: dict[str, list[Hit]] = defaultdict(list)
    scan = rules.matcher.scan(normal.text)
    if scan.misspelt:
        normal = rewrite(normal, scan.misspelt)
        scan = rules.matcher.scan(normal.text)
    for hit in scan.hits:
        if hit.term.owner == "rule":
            rule_hits.append(hit)
        else:
            by_cue[hit.term.owner_id].append(hit)
    cues = {name: in_main(hits, page.blocks, normal) for name, hits in by_cue.items()}
    return _Reading(
        page=page,
        normal=normal,
        rule_hits=tuple(rule_hits),
        cue_hits=cues,
        contacts=in_main(find_contacts(normal), page.blocks, normal),
        numbers=certificates.find_numbers(normal),
    )


def _disguise(reading: _Reading, rules: RuleSet, decision: KindDecision) -> Iterator[Finding]:
    if decision.disguise is None:
        return
    marks: Sequence[Contact | Hit] = reading.contacts or tuple(reading.cue_hits.get("offer", ()))
    for rule in rules.when(decision.disguise):
        if marks:
            yield _finding(reading, rule, marks[0].start, marks[0].end)


def _certificates(
    reading: _Reading, rules: RuleSet, facts: Facts, findings: Sequence[Finding]
) -> Iterator[Finding]:
    """What is wrong with the certificate of an advert (医疗广告管理办法, arts. 3, 13, 17)."""
    if not reading.numbers:
        anchor = _anchor(reading, findings)
        for rule in rules.when("certificate_none"):
            yield _finding_at(reading, rule, anchor, "")
        return
    faults = [(number, *certificates.standing(number, facts)) for number in reading.numbers]
    valid = [number for number, fault, _ in faults if fault is None]
    if not valid:
        for number, fault, words in faults:
            for rule in rules.when(str(fault)):
                yield _finding(reading, rule, number.start, number.end, words)
        return
    known = (facts.certificates or {})[str(valid[0].canonical)]
    for departure in certificates.departures(reading.normal, reading.page.blocks, known, reading.numbers):
        words = f"成品样件写的是“{departure.approved}”" if departure.approved else "成品样件中没有这句话"
        for rule in rules.when("certificate_departure"):
            yield _finding(reading, rule, departure.start, departure.end, words)


def _anchor(reading: _Reading, findings: Sequence[Finding]) -> tuple[int, int]:
    """Where to show that something is missing: at what makes the page an advert."""
    if findings:
        first = min(findings, key=lambda finding: finding.start)
        return first.start, first.end
    marks: Sequence[Contact | Hit] = (*reading.cue_hits.get("offer", ()), *reading.contacts)
    return reading.normal.span(marks[0].start, marks[0].end) if marks else (0, len(reading.page.text))


def _finding(reading: _Reading, rule: Rule, start: int, end: int, detail: str = "") -> Finding:
    return _finding_at(reading, rule, reading.normal.span(start, end), detail)


def _finding_at(reading: _Reading, rule: Rule, span: tuple[int, int], detail: str) -> Finding:
    quote = reading.page.text[span[0] : span[1]]
    return Finding(
        rule=rule.id,
        family=rule.family,
        title=rule.title,
        severity=rule.severity,
        law=rule.law,
        start=span[0],
        end=span[1],
        quote=quote,
        why=_sentence(rule, quote, detail),
    )


def _sentence(rule: Rule, quote: str, detail: str) -> str:
    """The finding in one Chinese sentence: the words, the reason, the article and what it forbids."""
    article: Article = rule.law[0]
    shown = quote if len(quote) <= 60 else quote[:59] + "…"
    detail = f"（{detail}）" if detail else ""
    return f"页面写有“{shown}”，{rule.why}{detail}，违反{article}：{article.forbids}。"


def _spared(reading: _Reading, hit: Hit, reason: str) -> Spared:
    start, end = reading.normal.span(hit.start, hit.end)
    return Spared(hit.term.owner_id, start, end, reading.page.text[start:end], reason)


def _quote(reading: _Reading, start: int, end: int) -> str:
    low, high = reading.normal.span(start, end)
    return reading.page.text[low:high]


def _score(findings: Sequence[Finding]) -> Iterator[ScorePart]:
    """Each rule counts once, by its severity, so that a score can be added up by hand."""
    for finding in {finding.rule: finding for finding in findings}.values():
        points = SEVERITY_POINTS[finding.severity]
        yield ScorePart(points, f"{finding.title}（{SEVERITY_LABELS[finding.severity]}）")
