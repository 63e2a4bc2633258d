"""The pipeline: page text and facts in, judgement out. The only module that callers import."""

from collections.abc import Iterable, Iterator, Sequence

from classifiers.lists.rules import Rule, RuleSet
from classifiers.matching.match import Hit
from classifiers.page import certificates
from classifiers.page.certificate_findings import alignment_of, certificate_findings
from classifiers.page.counting import Suspicion, count_hits, speaks_for_itself
from classifiers.page.departure import departures
from classifiers.page.gravity import PageWeight, decide_gravity, only_allowed_items
from classifiers.page.identity import KnownInstitutions
from classifiers.page.page_kind import Cue, Evidence, KindDecision, decide_kind, is_listing
from classifiers.page.reading import Reading, finding_at, read, read_as, spared_at, words_of
from classifiers.page.score import Scored, score_parts
from classifiers.page.weigh import Weighed, weigh
from classifiers.text.normalise import normalise
from classifiers.values import (
    KIND_LABELS,
    Aligned,
    Contact,
    Facts,
    Finding,
    Judgement,
    NormalText,
    PageMeasures,
    PageText,
    Spared,
)

_NOBODY = KnownInstitutions()


def certificate_numbers(page: PageText) -> tuple[str, ...]:
    """The canonical certificate numbers that a page shows, to be looked up before judging it."""
    if not certificates.may_show_numbers(page.text):
        return ()
    numbers = certificates.find_numbers(normalise(page.text))
    return tuple(dict.fromkeys(number.canonical for number in numbers if number.canonical))


def restored(text: str, rules: RuleSet) -> NormalText:
    """`text` in the form that rules are matched in: disguises undone, misspelt words of the lists
    corrected."""
    return rules.matcher.put_right(normalise(text))[0]


def judge(page: PageText, rules: RuleSet, facts: Facts, register: KnownInstitutions = _NOBODY) -> Judgement:
    """Judge one page.

    A. its kind, B. its violations, C. their gravity. Findings' positions count characters of
    `page.text`; `register` knows the registry's names and phones. Never raises on any text.
    """
    reading = read(page, rules, register, facts.seen_on)
    kept, spared, decision, suspicions, measures = _decide(reading, rules, facts)
    findings = [_finding(reading, rules.live[each.hit.term.owner_id], each) for each in kept]
    findings += _worded(reading, rules, suspicions, facts)
    unseen, unseen_spared = _unseen(reading, rules)
    findings += unseen
    spared += unseen_spared
    findings += _disguise(reading, rules, decision)
    alignment: tuple[Aligned, ...] = ()
    if facts.certificates is not None and decision.kind == "advert":
        alignment = alignment_of(reading, facts)
        findings += certificate_findings(reading, rules, facts, findings, alignment)
    in_force = rules.in_force(facts.seen_on, facts.source)
    findings = [finding for finding in findings if finding.rule in in_force]
    findings.sort(key=lambda finding: (finding.start, finding.end, finding.rule))
    gravity, gravity_reasons = decide_gravity(
        _page_weight(reading, rules, findings, alignment, facts.contacts)
    )
    in_disguise = decision.disguise is not None
    scored = Scored(findings, gravity, in_disguise, _fields(reading, rules), facts)
    return Judgement(
        page_kind=decision.kind,
        page_kind_reasons=decision.reasons,
        findings=tuple(findings),
        spared=tuple(spared),
        gravity=gravity,
        gravity_reasons=gravity_reasons,
        score_parts=tuple(score_parts(scored)),
        contacts=reading.contacts,
        mentions=reading.mentions,
        alignment=alignment,
        certificates=tuple(dict.fromkeys(number.written for number in reading.numbers)),
        measures=measures,
    )


def _decide(
    reading: Reading, rules: RuleSet, facts: Facts
) -> tuple[list[Weighed], list[Spared], KindDecision, tuple[Suspicion, ...], PageMeasures]:
    """The hits that count, those that do not, the resulting kind of page, suspicious wording without a term, and the
    measures of both."""
    in_force = rules.in_force(facts.seen_on, facts.source)
    hits = [hit for hit in reading.rule_hits if hit.term.owner_id in in_force and hit.start < reading.seen_to]
    counted = count_hits(reading, hits, rules, rules.thresholds[facts.source])
    spared = list(counted.spared)
    promises = [each.hit for each in counted.weighed if rules.live[each.hit.term.owner_id].promise]
    services = [each.hit for each in counted.weighed if rules.live[each.hit.term.owner_id].only_on]
    suspect = [word for each in counted.suspicions if not each.beside_hits for word in each.words[:1]]
    decision = decide_kind(
        Evidence(
            reading.cues,
            reading.contacts,
            (*words_of(reading, promises), *suspect),
            words_of(reading, services),
            is_listing(reading.page, reading.cues.get("graded", ())),
            advertises=any(speaks_for_itself(reading, each) for each in counted.weighed),
        )
    )
    kept = []
    for each in counted.weighed:
        hit = each.hit
        only_on = rules.live[hit.term.owner_id].only_on
        if decision.kind == "notice":
            spared.append(spared_at(reading, hit, "页面是执法公告、法条或警示"))
        elif only_on and decision.kind not in only_on:
            spared.append(spared_at(reading, hit, f"页面是{KIND_LABELS[decision.kind]}，不是广告"))
        elif _in_own_name(reading, hit, rules, facts):
            spared.append(spared_at(reading, hit, "是本机构登记名称的一部分"))
        else:
            kept.append(each)
    if decision.kind == "notice":
        return kept, spared, decision, (), PageMeasures()
    return kept, spared, decision, counted.suspicions, counted.measures


def _unseen(reading: Reading, rules: RuleSet) -> tuple[list[Finding], list[Spared]]:
    """Promises in invisible text: a finding where it is hidden, since search engines read it; excused where
    it is only in the source."""
    hits = [hit for hit in reading.rule_hits if hit.start >= reading.seen_to]
    if not hits:
        return [], []
    findings: list[Finding] = []
    spared: list[Spared] = []
    hidden = [block for block in reading.page.blocks if block.region == "hidden"]
    for each in weigh(reading.normal.text, hits, rules)[0]:
        broken = rules.live[each.hit.term.owner_id]
        span = reading.normal.span(each.hit.start, each.hit.end)
        if not any(block.start <= span[0] < block.end for block in hidden):
            spared.append(spared_at(reading, each.hit, "只在网页源代码中（注释、noscript），访客看不到"))
        elif broken.promise:
            findings += (
                finding_at(
                    reading,
                    rule,
                    span,
                    f"隐藏的文字属“{broken.title}”",
                    read_as=read_as(reading, each.hit.start, each.hit.end),
                )
                for rule in rules.when("hidden_publicity")
            )
    return findings, spared


def _worded(
    reading: Reading, rules: RuleSet, suspicions: Iterable[Suspicion], facts: Facts
) -> Iterator[Finding]:
    """The findings for passages worded like publicity: by the rules that each most likely breaks, else by the
    rule for wording as such."""
    for suspicion in suspicions:
        words = "、".join(f"“{word}”" for word in suspicion.words)
        detail = f"整句用语的违法程度 {suspicion.measure:.2f}，主要依据是{words}"
        named = [
            rule
            for rule in map(rules.live.__getitem__, suspicion.rules)
            if rule.in_force(facts.seen_on, facts.source)
        ]
        span = reading.normal.span(suspicion.stretch.start, suspicion.stretch.end)
        read = read_as(reading, suspicion.stretch.start, suspicion.stretch.end)
        for rule in named or rules.when("wording"):
            yield finding_at(reading, rule, span, detail, read_as=read)


def _in_own_name(reading: Reading, hit: Hit, rules: RuleSet, facts: Facts) -> bool:
    """Whether the hit lies within the institution's registered name, or only begins in it and the rule finds nothing behind
    it: a military hospital may say its name, and what experts sit there."""
    text = reading.normal.text
    for name in facts.institution_names:
        plain = normalise(name).text
        begin = text.find(plain, max(0, hit.start - len(plain) + 1), hit.start + len(plain))
        end = begin + len(plain)
        if begin < 0 or not begin <= hit.start < end:
            continue
        behind = rules.matcher.find(text, end, hit.end) if hit.end > end else []
        if not any(other.term.owner_id == hit.term.owner_id for other in behind):
            return True
    return False


def _disguise(reading: Reading, rules: RuleSet, decision: KindDecision) -> Iterator[Finding]:
    if decision.disguise is None:
        return
    shown = [contact for contact in reading.contacts if contact.end]
    marks: list[Contact | Cue] = [
        *shown,
        *reading.cues.get("offer", ()),
        *reading.cues.get("education", ()),
    ]
    for rule in rules.when(decision.disguise):
        if marks:
            yield finding_at(reading, rule, (marks[0].start, marks[0].end), "")


def _page_weight(
    reading: Reading,
    rules: RuleSet,
    findings: Sequence[Finding],
    alignment: Sequence[Aligned],
    contacts: Sequence[str],
) -> PageWeight:
    spans = [(number.start, number.end) for number in reading.numbers]
    certificate_only = bool(findings) and all(finding.family == "certificate" for finding in findings)
    return PageWeight(
        findings=findings,
        rule_gravity=rules.gravities,
        grave_diseases=reading.cues.get("grave-disease", ()),
        only_allowed_items=certificate_only
        and only_allowed_items(reading.normal, reading.page.blocks, spans),
        agrees=bool(alignment) and not departures(alignment, contacts),
    )


def _fields(reading: Reading, rules: RuleSet) -> tuple[str, ...]:
    """The titles of the key fields that the page's words belong to."""
    return tuple(
        cues.title
        for name, cues in rules.cues.items()
        if name.startswith("field-") and reading.cues.get(name)
    )


def _finding(reading: Reading, rule: Rule, weighed: Weighed) -> Finding:
    span = reading.normal.span(weighed.hit.start, weighed.hit.end)
    read = read_as(reading, weighed.hit.start, weighed.hit.end)
    detail = "；".join(filter(None, (read and f"读作“{read}”", weighed.note)))
    return finding_at(reading, rule, span, detail, rule.as_written(weighed.hit.term.written), read_as=read)
