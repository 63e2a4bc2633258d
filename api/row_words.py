"""The words in a row of the queue: the page's telling words, and the matches of a search."""

import re
from collections.abc import Sequence

from markupsafe import Markup, escape

from classifiers.values import GRAVEST_FIRST
from records.models import FindingRecord

_MOST = 3


def telling_words(findings: Sequence[FindingRecord]) -> list[tuple[str, str]]:
    """The words of a page's most severe findings with their severity, each once; one of each rule before more
    of the same, and a list's words before suspected sentences."""
    by_rule: dict[str, list[FindingRecord]] = {}
    for finding in findings:
        by_rule.setdefault(finding.rule, []).append(finding)
    listed_first = [sorted(found, key=lambda one: not one.term) for found in by_rule.values()]
    firsts = [found[0] for found in listed_first]
    rest = [finding for found in listed_first for finding in found[1:]]
    told: dict[str, str] = {}
    for group in (firsts, rest):
        for finding in sorted(group, key=_telling):
            read = f"→{finding.read_as}" if finding.quote and finding.read_as else ""
            told.setdefault(" ".join(f"{finding.quote}{read}".split()), finding.severity)
    told.pop("", None)
    return list(told.items())[:_MOST]


def _telling(finding: FindingRecord) -> tuple[int, bool, bool]:
    return GRAVEST_FIRST[finding.severity], finding.family == "certificate", not finding.term


def mark_sought(text: str, words: str) -> Markup:
    """The text as markup, with the searched words marked; everything else is escaped."""
    sought = [re.escape(word) for word in words.split() if word]
    if not sought:
        return escape(text)
    parts = re.split(f"({'|'.join(sought)})", str(text), flags=re.IGNORECASE)
    return Markup("").join(
        Markup("<mark>{}</mark>").format(part) if at % 2 else escape(part) for at, part in enumerate(parts)
    )
