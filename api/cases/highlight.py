"""A page's text cut into lines and segments, each with the findings that cover it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from classifiers.values import GRAVEST_FIRST
from records.models import FindingRecord


@dataclass(frozen=True)
class Segment:
    """A stretch of text; `numbers` are the findings that cover it (from 1), `severity` the highest of
    theirs."""

    text: str
    numbers: tuple[int, ...]
    severity: str
    opens: tuple[int, ...]


@dataclass(frozen=True)
class Mark:
    """A place of a text to highlight, such as a finding."""

    start: int
    end: int
    severity: str


def lines(text: str, findings: Sequence[FindingRecord | Mark | None]) -> list[list[Segment]]:
    """The text line by line; joined, the segments' texts are the text again. None has a number, but no place."""
    edges = {0, len(text)}
    for finding in findings:
        edges |= {finding.start, finding.end} if finding is not None else set()
    result: list[list[Segment]] = [[]]
    for start, end in pairwise(sorted(edge for edge in edges if 0 <= edge <= len(text))):
        covering = [
            (number, finding)
            for number, finding in enumerate(findings, 1)
            if finding is not None and finding.start <= start and end <= finding.end
        ]
        numbers = tuple(number for number, _ in covering)
        severity = min(
            (finding.severity for _, finding in covering), key=GRAVEST_FIRST.__getitem__, default=""
        )
        opens = tuple(number for number, finding in covering if finding.start == start)
        for index, piece in enumerate(text[start:end].split("\n")):
            if index:
                result.append([])
            if piece:
                result[-1].append(Segment(piece, numbers, severity, opens if not index else ()))
    return [line for line in result if line]
