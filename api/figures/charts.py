"""The geometry of charts: drawn as SVG by the templates, so that they print, need no script, and each bar is a link."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from records.cases.review_queue import QueueFilter
from records.figures.case_figures import FigureRow

WIDTH, ROW, LABEL = 640, 26, 190
HEIGHT, FOOT = 180, 24


@dataclass(frozen=True)
class Bar:
    """One bar, in units of the chart: all cases, and the part of it that was found unlawful."""

    title: str
    x: float
    y: float
    width: float
    height: float
    confirmed: float  # width or height of the part
    count: int
    confirmed_count: int
    address: str


@dataclass(frozen=True)
class Chart:
    """Bars on a ground of a size in units."""

    width: int
    height: int
    bars: Sequence[Bar]


def bars(rows: Sequence[FigureRow]) -> Chart:
    """Bars from left to right, one below the other, each with its title at the left."""
    most = max((row.counts["all"] for row in rows), default=0) or 1
    room = WIDTH - LABEL - 70
    made = []
    for number, row in enumerate(rows):
        count, confirmed = row.counts["all"], row.counts["is-confirmed"]
        made.append(
            Bar(
                row.title,
                LABEL,
                number * ROW + 4,
                room * count / most,
                ROW - 8,
                room * confirmed / most,
                count,
                confirmed,
                _address(row.wanted),
            )
        )
    return Chart(WIDTH, max(1, len(rows)) * ROW, made)


def columns(rows: Sequence[FigureRow], wanted: Mapping[str, str]) -> Chart:
    """Columns side by side, in the order of time. `wanted` are the filters of all of them."""
    most = max((row.counts["all"] for row in rows), default=0) or 1
    step = WIDTH / max(1, len(rows))
    room = HEIGHT - FOOT - 16
    made = []
    for number, row in enumerate(rows):
        count, confirmed = row.counts["all"], row.counts["is-confirmed"]
        height = room * count / most
        made.append(
            Bar(
                row.title,
                number * step + 0.1 * step,
                HEIGHT - FOOT - height,
                0.8 * step,
                height,
                room * confirmed / most,
                count,
                confirmed,
                _address({**wanted, **row.wanted}),
            )
        )
    return Chart(WIDTH, HEIGHT, made)


def _address(wanted: Mapping[str, str]) -> str:
    return f"/cases?{QueueFilter(**{**wanted, 'state': 'all'}).address()}"
