"""Findings gathered by their rule, as a case page lists them: ten rules are ten lines, however often each is broken."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from classifiers.lists.rules import Rule
from classifiers.values import GRAVEST_FIRST
from records.models import FindingRecord

# A missing part has no place on the page.
_MISSING = frozenset({"certificate_none", "certificate_unobtained"})


@dataclass(frozen=True)
class Place:
    """One place at which a rule is broken: its finding's number (from 1), the words, and why."""

    number: int
    quote: str
    read_as: str
    why: str


@dataclass(frozen=True)
class RuleFindings:
    """All findings of one rule. `places` is empty where the rule is about the page as a whole."""

    rule: str
    title: str
    severity: str
    law: tuple[str, ...]
    places: tuple[Place, ...]
    why: str  # of the first

    @property
    def words(self) -> tuple[tuple[str, str], ...]:
        """The words found, each once, as they are written and (where that differs) as they are read."""
        return tuple(dict.fromkeys((place.quote, place.read_as) for place in self.places))

    @property
    def numbers(self) -> str:
        """The findings' numbers, as marks name them."""
        return " ".join(str(place.number) for place in self.places)


def gather_by_rule(
    findings: Sequence[FindingRecord], rules: Mapping[str, Rule] | None = None
) -> list[RuleFindings]:
    """Findings by rule: the most severe first, then by position. `rules` are those in force, by id."""
    gathered: dict[str, list[tuple[int, FindingRecord]]] = {}
    for number, finding in enumerate(findings, 1):
        gathered.setdefault(finding.rule, []).append((number, finding))
    lines = [_line(found, rules or {}) for found in gathered.values()]
    return sorted(lines, key=lambda line: (GRAVEST_FIRST[line.severity], not line.places))


def marked(findings: Sequence[FindingRecord], rules: Mapping[str, Rule]) -> tuple[FindingRecord | None, ...]:
    """The findings that stand somewhere in the text, in their places; None for the others, so that numbers do
    not change."""
    return tuple(None if _is_about_page(finding, rules) else finding for finding in findings)


def _line(found: Sequence[tuple[int, FindingRecord]], rules: Mapping[str, Rule]) -> RuleFindings:
    first = found[0][1]
    places = tuple(
        Place(number, one.quote, one.read_as, one.why)
        for number, one in found
        if not _is_about_page(one, rules)
    )
    law = tuple(dict.fromkeys(article for _, one in found for article in one.law))
    severity = min((one.severity for _, one in found), key=GRAVEST_FIRST.__getitem__)
    why = first.why if places else f"全页没有找到所要求的内容：{first.title}。"
    return RuleFindings(first.rule, first.title, severity, law, places, why)


def _is_about_page(finding: FindingRecord, rules: Mapping[str, Rule]) -> bool:
    rule = rules.get(finding.rule)
    return finding.start == finding.end or (rule is not None and rule.when in _MISSING)
