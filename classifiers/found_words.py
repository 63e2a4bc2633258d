"""Findings by rule and words: an explanation says each thing once, with all its places, however often a page repeats it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from classifiers.values import GRAVEST_FIRST


class Explained(Protocol):
    """A finding, as it was judged or as it is kept."""

    @property
    def rule(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def severity(self) -> str: ...
    @property
    def law(self) -> Sequence[object]: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def quote(self) -> str: ...
    @property
    def read_as(self) -> str: ...
    @property
    def why(self) -> str: ...


class WrittenAndRead(Protocol):
    """Words on a page, with their reading."""

    @property
    def quote(self) -> str: ...
    @property
    def read_as(self) -> str: ...


@dataclass(frozen=True)
class FoundWords:
    """One rule, broken by the same words. `places` are (start, end) in the page's text, in their order; empty, as is
    `quote`, where the rule is about the page as a whole. `numbers` count the findings from 1."""

    rule: str
    title: str
    severity: str
    law: tuple[str, ...]
    quote: str
    read_as: str  # the quote with its disguise undone; "" where it is written so
    why: str
    places: tuple[tuple[int, int], ...]
    numbers: tuple[int, ...]


def written_and_read(finding: WrittenAndRead) -> str:
    """The words as the page has them and, where they are disguised, as they are read: “根★治”（读作“根治”）."""
    read = f"（读作“{finding.read_as}”）" if finding.read_as else ""
    return f"“{finding.quote}”{read}"


def gather_words(findings: Sequence[Explained]) -> list[FoundWords]:
    """Findings by rule and words, the most severe first, then by their first place."""
    gathered: dict[tuple[str, str], list[tuple[int, Explained]]] = {}
    for number, finding in enumerate(findings, 1):
        gathered.setdefault((finding.rule, finding.quote), []).append((number, finding))
    rows = [_row(found) for found in gathered.values()]
    return sorted(rows, key=lambda row: (GRAVEST_FIRST[row.severity], row.places[:1]))


def _row(found: Sequence[tuple[int, Explained]]) -> FoundWords:
    first = found[0][1]
    return FoundWords(
        first.rule,
        first.title,
        min((one.severity for _, one in found), key=GRAVEST_FIRST.__getitem__),
        tuple(dict.fromkeys(str(article) for _, one in found for article in one.law)),
        first.quote,
        first.read_as,
        first.why,
        tuple(sorted((one.start, one.end) for _, one in found if one.start < one.end)),
        tuple(number for number, _ in found),
    )
