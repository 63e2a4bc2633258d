"""Floors of precision and recall, pinned to the corpus that they were measured on.

A floor rises with --update and never falls without --allow-regression. Where the corpus has changed, nothing
is compared before somebody confirms it with --update.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console

from benchmarks.accuracy.corpus import fingerprint
from benchmarks.accuracy.measures import Measure

FLOORS = Path(__file__).parents[2] / "tests" / "floors.json"
# Measures are kept to three places; a loss by rounding is not a fall.
_PLACES = 3


@dataclass(frozen=True)
class Floors:
    """The measures to reach, and the SHA-256 of the passages that they were measured on."""

    corpus: str
    precision: float
    recall: float


def read_floors(path: Path = FLOORS) -> Floors:
    """The pinned floors."""
    return Floors(**json.loads(path.read_text("utf-8")))


def faults(measured: Floors, floors: Floors) -> list[str]:
    """The deviations from the pinned floors, in words; empty when there are none."""
    if measured.corpus != floors.corpus:
        return ["the corpus has changed: look at the figures, then run `make gate UPDATE=1`"]
    return [
        f"{name} fell from {floor:.3f} to {now:.3f}"
        for name, floor, now in (
            ("precision", floors.precision, measured.precision),
            ("recall", floors.recall, measured.recall),
        )
        if now < floor
    ]


def hold(
    console: Console, measure: Measure, update: bool, allow_regression: bool, path: Path = FLOORS
) -> int:
    """Compare a measure with the floors; 0 when it reaches them, 1 when not."""
    measured = Floors(fingerprint(), round(measure.precision, _PLACES), round(measure.recall, _PLACES))
    floors = read_floors(path)
    console.print(f"precision {measured.precision:.3f} (floor {floors.precision:.3f})")
    console.print(f"recall    {measured.recall:.3f} (floor {floors.recall:.3f})")
    if update:
        falls = measured.precision < floors.precision or measured.recall < floors.recall
        if falls and not allow_regression:
            console.print("a floor would fall: add --allow-regression if that is meant", style="red")
            return 1
        path.write_text(json.dumps(asdict(measured), indent=2) + "\n", "utf-8")
        console.print("floors written", style="green")
        return 0
    wrong = faults(measured, floors)
    for fault in wrong:
        console.print(fault, style="red")
    return int(bool(wrong))
