"""A page's text cut into lines and segments, each with the findings that cover it."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
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
    result: list[list[Segment]] = [[]]
    for start, end, covering in _stretches(len(text), findings):
        numbers = tuple(sorted(covering))
        severity = min(
            (covering[each].severity for each in numbers), key=GRAVEST_FIRST.__getitem__, default=""
        )
        opens = tuple(number for number in numbers if covering[number].start == start)
        for index, piece in enumerate(text[start:end].split("\n")):
            if index:
                result.append([])
            if piece:
                result[-1].append(Segment(piece, numbers, severity, opens if not index else ()))
    return [line for line in result if line]


def _stretches(
    length: int, findings: Sequence[FindingRecord | Mark | None]
) -> Iterator[tuple[int, int, Mapping[int, FindingRecord | Mark]]]:
    """The stretches between the findings' edges, in order, each with the findings that cover it by their numbers. A page
    may have thousands of findings: each is looked at where it begins and ends alone."""
    placed = [(number, one) for number, one in enumerate(findings, 1) if one is not None]
    edges = {0, length} | {edge for _, one in placed for edge in (one.start, one.end) if 0 <= edge <= length}
    waiting = deque(sorted(placed, key=lambda each: each[1].start))
    covering: dict[int, FindingRecord | Mark] = {}
    for start, end in pairwise(sorted(edges)):
        while waiting and waiting[0][1].start <= start:
            number, one = waiting.popleft()
            covering[number] = one
        covering = {number: one for number, one in covering.items() if one.end > start}
        yield start, end, covering
