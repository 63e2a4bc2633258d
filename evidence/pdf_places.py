"""Where the words of a PDF's page stand: each after the one before, on nothing else, and inside the part that is shown.

A record made on another machine has other places, but never words that were exchanged, laid over others, or cut away.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pypdf.generic import ContentStream

# Ways to place and to shape words that WeasyPrint does not use: it gives each run of letters a matrix of its own (Tm).
_FOREIGN = frozenset({b"Td", b"TD", b"T*", b"'", b'"', b"Ts", b"Tc", b"Tw", b"TL", b"d", b"BX"})
_SAME = 1.0  # points
_ABOVE, _BESIDE = 0.7, 0.3  # of the letters' size: words as near as this to others lie over them
_MARK, _CLOSE = 8, 3.0  # codes; of the letters' size
_EDGE = 2.0  # points: a clip may cut so much of a line
_Matrix = tuple[float, ...]
_PLAIN: _Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass(frozen=True)
class _State:
    """The graphics state (PDF 32000-1, 8.4), as far as it decides where words are seen; `clip` is left, bottom, right,
    top."""

    matrix: _Matrix = _PLAIN
    clip: tuple[float, float, float, float] = (-math.inf, -math.inf, math.inf, math.inf)
    size: float = 0.0


@dataclass(frozen=True)
class _Run:
    """Letters that are drawn together: how many codes, where they begin, and their size in points."""

    length: int
    x: float
    y: float
    size: float


def misplaced(stream: ContentStream) -> Iterator[tuple[object, ...]]:
    """What stands out in the places of a page's words: facts to compare with those of another."""
    runs: list[_Run] = []
    for operator, run, clip in _drawn(stream):
        if run is None:
            yield ("operator", operator)
            continue
        left, bottom, right, top = clip
        if not (left - _EDGE <= run.x <= right + _EDGE and bottom - _EDGE <= run.y <= top + _EDGE):
            yield ("words outside what is shown",)
        if any(_covers(run, other) for other in runs):
            yield ("words over words",)
        if runs and _goes_back(runs[-1], run) and not _is_mark(run, runs):
            yield ("words before those that they follow",)
        runs.append(run)


def _covers(run: _Run, other: _Run) -> bool:
    size = min(run.size, other.size)
    return abs(run.x - other.x) < _BESIDE * size and abs(run.y - other.y) < _ABOVE * size


def _goes_back(before: _Run, run: _Run) -> bool:
    """Whether a run stands above the one before it, or on its line to the left; a table's next cell may begin above, but
    to the right."""
    if run.y > before.y + _SAME:
        return run.x <= before.x + _SAME
    return abs(run.y - before.y) <= _SAME and run.x < before.x - _SAME


def _is_mark(run: _Run, runs: Sequence[_Run]) -> bool:
    """Whether a run is the number of a list's item: short, and close before words that are drawn earlier."""
    close = (0 < one.x - run.x < _CLOSE * run.size for one in runs if abs(one.y - run.y) <= _SAME)
    return run.length <= _MARK and any(close)


def _length(shown: Any) -> int:  # noqa: ANN401 - pypdf's objects
    """The codes of the letters that an operator shows, of two bytes each at most."""
    parts = shown[0] if isinstance(shown[0], list) else shown
    return sum(len(part) for part in parts if isinstance(part, str | bytes))


def _drawn(
    stream: ContentStream,
) -> Iterator[tuple[bytes, _Run | None, tuple[float, float, float, float]]]:
    """Each run of letters with the clip that it is drawn in, and each operator that is not WeasyPrint's."""
    state, kept = _State(), list[_State]()
    own, box, clips = _PLAIN, None, False
    for operands, operator in stream.operations:
        if operator in _FOREIGN:
            yield operator, None, state.clip
        elif operator == b"q":
            kept.append(state)
        elif operator == b"Q" and kept:
            state = kept.pop()
        elif operator == b"cm":
            state = replace(state, matrix=_times(_numbers(operands), state.matrix))
        elif operator == b"Tf":
            state = replace(state, size=float(operands[1]))
        elif operator == b"re":
            box = _box(_numbers(operands), state.matrix) if box is None else box
        elif operator in {b"W", b"W*"}:
            clips = True
        elif operator in {b"n", b"f", b"F", b"f*", b"S", b"s", b"B", b"B*", b"b", b"b*"}:
            if clips and box is not None:
                state = replace(state, clip=_within(state.clip, box))
            box, clips = None, False
        elif operator == b"Tm":
            own = _numbers(operands)
        elif operator in {b"TJ", b"Tj"}:
            places = _times(own, state.matrix)
            size = abs(state.size) * max(abs(places[0]), abs(places[1]))
            yield operator, _Run(_length(operands), places[4], places[5], size), state.clip


def _numbers(operands: Any) -> _Matrix:  # noqa: ANN401 - pypdf's objects
    return tuple(float(one) for one in operands)


def _times(first: _Matrix, then: _Matrix) -> _Matrix:
    a, b, c, d, e, f = first
    g, h, i, j, k, m = then
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def _box(rectangle: _Matrix, matrix: _Matrix) -> tuple[float, float, float, float]:
    x, y, width, height = rectangle
    corners = [
        (a * matrix[0] + b * matrix[2] + matrix[4], a * matrix[1] + b * matrix[3] + matrix[5])
        for a in (x, x + width)
        for b in (y, y + height)
    ]
    across, up = zip(*corners, strict=True)
    return min(across), min(up), max(across), max(up)


def _within(
    outer: tuple[float, float, float, float], inner: tuple[float, float, float, float]
) -> tuple[float, float, float, float]:
    return (
        max(outer[0], inner[0]),
        max(outer[1], inner[1]),
        min(outer[2], inner[2]),
        min(outer[3], inner[3]),
    )
