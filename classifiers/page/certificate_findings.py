"""The faults of an advert's certificate, and its departures from its approved sample."""

from collections.abc import Iterator, Sequence

from classifiers.lists.rules import RuleSet
from classifiers.page import certificates
from classifiers.page.departure import align, departures
from classifiers.page.page_kind import Cue
from classifiers.page.reading import Reading, finding_at
from classifiers.values import Aligned, Contact, Facts, Finding


def alignment_of(reading: Reading, facts: Facts) -> tuple[Aligned, ...]:
    """The page aligned with the sample of the first certificate that it shows and the registry knows."""
    for number in reading.numbers:
        known = (facts.certificates or {}).get(number.canonical or "")
        fault, _ = certificates.standing(number, facts)
        if known and fault in {None, "certificate_expired"}:
            spans = [(shown.start, shown.end) for shown in reading.numbers]
            return align(reading.page, reading.normal, known.approved_text, spans)
    return ()


def certificate_findings(
    reading: Reading,
    rules: RuleSet,
    facts: Facts,
    findings: Sequence[Finding],
    alignment: Sequence[Aligned],
) -> Iterator[Finding]:
    """The faults of an advert's certificate (医疗广告管理办法, arts. 3, 13, 14, 17): a number that is not
    shown differs from a certificate that was never obtained."""
    if not reading.numbers:
        place = _anchor(reading, findings)
        missing = "certificate_unobtained" if facts.holds_certificate is False else "certificate_none"
        for rule in rules.when(missing):
            yield finding_at(reading, rule, place, "", missing=True)
        return
    departing = departures(alignment, facts.contacts)
    faults = [(number, *certificates.standing(number, facts)) for number in reading.numbers]
    if all(fault for _, fault, _ in faults):
        agrees = alignment and not departing
        for number, fault, words in faults:
            detail = f"{words}；内容仍与成品样件一致" if fault == "certificate_expired" and agrees else words
            for rule in rules.when(str(fault)):
                yield finding_at(reading, rule, reading.normal.span(number.start, number.end), detail)
        return
    for item in departing:
        words = f"成品样件写的是“{item.approved}”" if item.approved else "成品样件中没有这句话"
        for rule in rules.when("certificate_departure"):
            yield finding_at(reading, rule, (item.start, item.end), words)


def _anchor(reading: Reading, findings: Sequence[Finding]) -> tuple[int, int]:
    """Where to show that something is missing: at the words that make the page an advert."""
    if findings:
        first = min(findings, key=lambda finding: finding.start)
        return first.start, first.end
    shown = [contact for contact in reading.contacts if contact.end]
    marks: list[Contact | Cue] = [*reading.cues.get("offer", ()), *shown]
    return (marks[0].start, marks[0].end) if marks else (0, len(reading.page.text))
