"""The figures of accuracy as they were measured, and the file that keeps them."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

FIGURES = Path(__file__).parent / "figures.json"


@dataclass(frozen=True)
class Counts:
    """How some passages were judged: how many there are, how many are unlawful, were flagged, and were rightly so."""

    name: str
    passages: int
    unlawful: int
    flagged: int
    right: int


@dataclass(frozen=True)
class Flagged:
    """How many lawful documents of a kind were flagged."""

    kind: str
    documents: int
    flagged: int


@dataclass(frozen=True)
class Bin:
    """The passages whose measure lies between `low` and `high`: how many, their mean measure, how many unlawful."""

    low: float
    high: float
    passages: int
    mean: float
    unlawful: int


@dataclass(frozen=True)
class Round:
    """A blind round: of the `sentences` that break the law, how many were flagged, named by a right rule and cited by a
    right article; how many of the `excusing` adverts were seen through, and of the `lawful` sentences pass."""

    name: str
    sentences: int
    flagged: int
    named: int
    cited: int
    excusing: int
    seen_through: int
    lawful: int
    let_pass: int


@dataclass(frozen=True)
class Figures:
    """The results of one measurement. `corpus`: the fingerprint of the own passages that were learned from; `curve`: by the
    share of all text that was learned from; `fresh`: text that had never been seen, judged once; `rounds`: sentences for
    every prohibition, judged once."""

    corpus: str
    own: int
    sources_count: int
    by_source: Counts
    by_passage: Counts
    sources: tuple[Counts, ...]
    kinds: tuple[Counts, ...]
    documents: tuple[Flagged, ...]
    curve: tuple[Counts, ...]
    calibration: tuple[Bin, ...]
    fresh: tuple[Counts, ...] = ()
    rounds: tuple[Round, ...] = ()


def write_figures(figures: Figures, path: Path = FIGURES) -> None:
    """Keep the figures."""
    path.write_text(json.dumps(asdict(figures), ensure_ascii=False, indent=1) + "\n", "utf-8")


def read_figures(path: Path = FIGURES) -> Figures:
    """The figures that are kept."""
    kept: dict[str, Any] = json.loads(path.read_text("utf-8"))

    def counts(name: str) -> tuple[Counts, ...]:
        return tuple(Counts(**row) for row in kept[name])

    return Figures(
        corpus=kept["corpus"],
        own=kept["own"],
        sources_count=kept["sources_count"],
        by_source=Counts(**kept["by_source"]),
        by_passage=Counts(**kept["by_passage"]),
        sources=counts("sources"),
        kinds=counts("kinds"),
        documents=tuple(Flagged(**row) for row in kept["documents"]),
        curve=counts("curve"),
        calibration=tuple(Bin(**row) for row in kept["calibration"]),
        fresh=counts("fresh"),
        rounds=tuple(Round(**row) for row in kept.get("rounds", ())),
    )
