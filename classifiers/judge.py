"""The pipeline: page text and facts in, judgement out. The only module that callers import."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from classifiers import certificates
from classifiers.context import Place
from classifiers.departure import align
from classifiers.gravity import PageWeight, decide_gravity, only_allowed_items
from classifiers.identity import Register, find_contacts, in_main
from classifiers.lists import Rule, RuleSet
from classifiers.match import Hit
from classifiers.normalise import normalise, rewrite
from classifiers.page_kind import Cue, Evidence, KindDecision, decide_kind, is_listing
from classifiers.score import Scored, score_parts
from classifiers.values import (
    KIND_LABELS,
    Aligned,
    Article,
    Contact,
    Facts,
    Finding,
    Judgement,
    Mention,
    NormalText,
    PageText,
    Spared,
)
from classifiers.weigh import Weighed, excused_place, weigh
from classifiers.wording import Suspicion

_NOBODY = Register()


@dataclass(frozen=True)
class _Reading:
    """All that was read off the page, before anything is judged. Cues stand in its main region; what begins at `seen_to`
    of the normalised text or behind it is not seen by visitors."""

    page: PageText
    normal: NormalText
    rule_hits: tuple[Hit, ...]
    cues: Mapping[str, Sequence[Cue]]
    contacts: tuple[Contact, ...]
    mentions: tuple[Mention, ...]
    numbers: tuple[certificates.ShownNumber, ...]
    seen_to: int


def certificate_numbers(page: PageText) -> tuple[str, ...]:
    """The canonical certificate numbers that a page shows: what to look up before judging it."""
    numbers = certificates.find_numbers(normalise(page.text))
    return tuple(dict.fromkeys(number.canonical for number in numbers if number.canonical))


def restored(text: str, rules: RuleSet) -> NormalText:
    """`text` as rules are matched in it: disguises undone, words of the lists put right where misspelt."""
    normal = normalise(text)
    return rewrite(normal, rules.matcher.scan(normal.text).misspelt)


def judge(page: PageText, rules: RuleSet, facts: Facts, register: Register = _NOBODY) -> Judgement:
    """Judge one page.

    A. what kind of page it is, B. what it breaks, C. how grave that is. Findings' positions count characters of
    `page.text`; `register` knows the registry's names and phones. Never raises on any text.
    """
    reading = _read(page, rules, register)
    kept, spared, decision, suspicion = _decide(reading, rules, facts)
    findings = [_finding(reading, rules.live[each.hit.term.owner_id], each) for each in kept]
    findings += _worded(reading, rules, suspicion)
    unseen, unseen_spared = _unseen(reading, rules)
    findings += unseen
    spared += unseen_spared
    findings += _disguise(reading, rules, decision)
    alignment: tuple[Aligned, ...] = ()
    if facts.certificates is not None and decision.kind == "advert":
        alignment = _alignment(reading, facts)
        findings += _certificates(reading, rules, facts, findings, alignment)
    findings.sort(key=lambda finding: (finding.start, finding.end, finding.rule))
    gravity, gravity_reasons = decide_gravity(_page_weight(reading, rules, findings, alignment))
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
    )


def _read(page: PageText, rules: RuleSet, register: Register) -> _Reading:
    normal = normalise(page.text)
    scan = rules.matcher.scan(normal.text)
    if scan.misspelt:
        normal = rewrite(normal, scan.misspelt)
        scan = rules.matcher.scan(normal.text)
    seen_to = _seen_to(page, normal)
    by_cue: dict[str, list[Cue]] = defaultdict(list)
    for hit in scan.hits:
        if hit.term.owner == "cue":
            start, end = normal.span(hit.start, hit.end)
            by_cue[hit.term.owner_id].append(Cue(start, end, page.text[start:end]))
    return _Reading(
        page=page,
        normal=normal,
        rule_hits=tuple(hit for hit in scan.hits if hit.term.owner == "rule"),
        cues={name: in_main(cues, page.blocks) for name, cues in by_cue.items()},
        contacts=find_contacts(page, normal, register, named="contact" in by_cue),
        mentions=register.mentions(page, normal),
        numbers=tuple(number for number in certificates.find_numbers(normal) if number.start < seen_to)
        if "certificate" in by_cue
        else (),
        seen_to=seen_to,
    )


def _seen_to(page: PageText, normal: NormalText) -> int:
    """Where in the normalised text begins what visitors do not see; its end where they see all of it."""
    unseen = next((block for block in page.blocks if block.region in {"hidden", "unshown"}), None)
    if unseen is None:
        return len(normal.text)
    return unseen.start if normal.starts is None else bisect_left(normal.starts, unseen.start)


def _decide(
    reading: _Reading, rules: RuleSet, facts: Facts
) -> tuple[list[Weighed], list[Spared], KindDecision, Suspicion | None]:
    """The hits that count, those that do not, the kind of page that this follows from, and, where no term says
    anything, what is suspicious about the wording."""
    in_force = {name for name, rule in rules.live.items() if rule.in_force(facts.seen_on, facts.source)}
    hits = [hit for hit in reading.rule_hits if hit.term.owner_id in in_force and hit.start < reading.seen_to]
    weighed, excused = weigh(reading.normal.text, hits, rules)
    counted = [each.hit for each in weighed]
    spared = [_spared(reading, each.hit, each.reason) for each in excused]
    promises = [hit for hit in counted if rules.live[hit.term.owner_id].promise]
    suspicion = None if promises else _suspicion(reading, rules, spared)
    suspect = [_quote(reading, suspicion.start, suspicion.end)] if suspicion else []
    services = [hit for hit in counted if rules.live[hit.term.owner_id].only_on]
    decision = decide_kind(
        Evidence(
            reading.cues,
            reading.contacts,
            (*_words(reading, promises), *suspect),
            _words(reading, services),
            is_listing(reading.page),
        )
    )
    kept = []
    for each in weighed:
        hit = each.hit
        only_on = rules.live[hit.term.owner_id].only_on
        if decision.kind == "notice":
            spared.append(_spared(reading, hit, "页面是执法公告、法条或警示"))
        elif only_on and decision.kind not in only_on:
            spared.append(_spared(reading, hit, f"页面是{KIND_LABELS[decision.kind]}，不是广告"))
        elif _in_own_name(reading, hit, facts):
            spared.append(_spared(reading, hit, "是本机构登记名称的一部分"))
        else:
            kept.append(each)
    return kept, spared, decision, None if decision.kind == "notice" else suspicion


def _unseen(reading: _Reading, rules: RuleSet) -> tuple[list[Finding], list[Spared]]:
    """Promises in what visitors do not see: a finding where it is hidden from the eye, since search engines read
    it; excused where it only stands in the source."""
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
            spared.append(_spared(reading, each.hit, "只在网页源代码中（注释、noscript），访客看不到"))
        elif broken.promise:
            findings += (
                _finding_at(reading, rule, span, f"隐藏的文字属“{broken.title}”")
                for rule in rules.when("hidden_publicity")
            )
    return findings, spared


def _suspicion(reading: _Reading, rules: RuleSet, spared: list[Spared]) -> Suspicion | None:
    """What is suspicious about the wording, unless its surroundings excuse it; then that is added to `spared`."""
    suspicion = rules.wording.suspects(reading.normal.text[: reading.seen_to])
    if suspicion is None:
        return None
    start, end = reading.normal.span(suspicion.start, suspicion.end)
    for rule in rules.when("wording"):
        reason = excused_place(reading.normal.text, Place(suspicion.start, suspicion.end), rule, rules)
        if reason:
            spared.append(Spared(rule.id, start, end, reading.page.text[start:end], reason))
            return None
    return suspicion


def _worded(reading: _Reading, rules: RuleSet, suspicion: Suspicion | None) -> Iterator[Finding]:
    if suspicion:
        words = "、".join(f"“{word}”" for word in suspicion.words)
        detail = f"整体用语的违法程度 {suspicion.measure:.2f}，权重最高的是{words}"
        for rule in rules.when("wording"):
            yield _finding_at(reading, rule, reading.normal.span(suspicion.start, suspicion.end), detail)


def _words(reading: _Reading, hits: Iterable[Hit]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_quote(reading, hit.start, hit.end) for hit in hits))


def _in_own_name(reading: _Reading, hit: Hit, facts: Facts) -> bool:
    """Whether the hit lies within the institution's registered name: a military hospital may say its name."""
    text = reading.normal.text
    for name in facts.institution_names:
        plain = normalise(name).text
        begin = text.find(plain, max(0, hit.end - len(plain)), hit.start + len(plain))
        if begin >= 0 and begin <= hit.start and hit.end <= begin + len(plain):
            return True
    return False


def _disguise(reading: _Reading, rules: RuleSet, decision: KindDecision) -> Iterator[Finding]:
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
            yield _finding_at(reading, rule, (marks[0].start, marks[0].end), "")


def _alignment(reading: _Reading, facts: Facts) -> tuple[Aligned, ...]:
    """The page beside the sample of the first certificate that it shows and the registry knows."""
    for number in reading.numbers:
        known = (facts.certificates or {}).get(number.canonical or "")
        fault, _ = certificates.standing(number, facts)
        if known and fault in {None, "certificate_expired"}:
            spans = [(shown.start, shown.end) for shown in reading.numbers]
            return align(reading.page, reading.normal, known.approved_text, spans)
    return ()


def _certificates(
    reading: _Reading,
    rules: RuleSet,
    facts: Facts,
    findings: Sequence[Finding],
    alignment: Sequence[Aligned],
) -> Iterator[Finding]:
    """What is wrong with the certificate of an advert (医疗广告管理办法, arts. 3, 13, 17)."""
    if not reading.numbers:
        anchor = _anchor(reading, findings)
        for rule in rules.when("certificate_none"):
            yield _finding_at(reading, rule, anchor, "")
        return
    faults = [(number, *certificates.standing(number, facts)) for number in reading.numbers]
    if all(fault for _, fault, _ in faults):
        agrees = alignment and not _departures(alignment)
        for number, fault, words in faults:
            detail = f"{words}；内容仍与成品样件一致" if fault == "certificate_expired" and agrees else words
            for rule in rules.when(str(fault)):
                yield _finding_at(reading, rule, reading.normal.span(number.start, number.end), detail)
        return
    for item in _departures(alignment):
        words = f"成品样件写的是“{item.approved}”" if item.approved else "成品样件中没有这句话"
        for rule in rules.when("certificate_departure"):
            yield _finding_at(reading, rule, (item.start, item.end), words)


def _departures(alignment: Iterable[Aligned]) -> list[Aligned]:
    return [item for item in alignment if item.agreement in {"added", "changed"}]


def _anchor(reading: _Reading, findings: Sequence[Finding]) -> tuple[int, int]:
    """Where to show that something is missing: at what makes the page an advert."""
    if findings:
        first = min(findings, key=lambda finding: finding.start)
        return first.start, first.end
    shown = [contact for contact in reading.contacts if contact.end]
    marks: list[Contact | Cue] = [*reading.cues.get("offer", ()), *shown]
    return (marks[0].start, marks[0].end) if marks else (0, len(reading.page.text))


def _page_weight(
    reading: _Reading, rules: RuleSet, findings: Sequence[Finding], alignment: Sequence[Aligned]
) -> PageWeight:
    spans = [(number.start, number.end) for number in reading.numbers]
    certificate_only = bool(findings) and all(finding.family == "certificate" for finding in findings)
    return PageWeight(
        findings=findings,
        rule_gravity=rules.gravities,
        grave_diseases=tuple(dict.fromkeys(cue.quote for cue in reading.cues.get("grave-disease", ()))),
        only_allowed_items=certificate_only
        and only_allowed_items(reading.normal, reading.page.blocks, spans),
        alignment=alignment,
    )


def _fields(reading: _Reading, rules: RuleSet) -> tuple[str, ...]:
    """The titles of the key fields that the page's words belong to."""
    return tuple(
        cues.title
        for name, cues in rules.cues.items()
        if name.startswith("field-") and reading.cues.get(name)
    )


def _finding(reading: _Reading, rule: Rule, weighed: Weighed) -> Finding:
    return _finding_at(reading, rule, reading.normal.span(weighed.hit.start, weighed.hit.end), weighed.note)


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
    """The finding in one Chinese sentence: the words, the rule and its reason, what was weighed, the article and
    what it forbids."""
    article: Article = rule.law[0]
    shown = quote if len(quote) <= 60 else quote[:59] + "…"
    detail = f"（{detail}）" if detail else ""
    return f"页面写有“{shown}”，属“{rule.title}”：{rule.why}{detail}，违反{article}：{article.forbids}。"


def _spared(reading: _Reading, hit: Hit, reason: str) -> Spared:
    start, end = reading.normal.span(hit.start, hit.end)
    return Spared(hit.term.owner_id, start, end, reading.page.text[start:end], reason)


def _quote(reading: _Reading, start: int, end: int) -> str:
    low, high = reading.normal.span(start, end)
    return reading.page.text[low:high]
