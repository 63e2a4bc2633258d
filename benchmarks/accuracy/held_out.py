"""Measures the judgement on real text that it has not learned from, with intervals.

Usage: python -m benchmarks.accuracy.held_out [--real FILE …] [--folds N] [--wrong] [--write]
       python -m benchmarks.accuracy.held_out --fresh NAME FILE

Real text lies next to the project or in the named files; without it the program says that there is nothing to
measure. Each part of the real passages is judged by a wording that was learned without it: parted by source (no
text of the same site was seen), and by passage. Lawful documents that were not drawn for learning are judged by
the wording of the first part. --write keeps the figures in `figures.json`, the source of
`docs/reference/accuracy.md`. --fresh judges a file of labelled passages, none of them learned from, by the lists
as they are, and keeps that result, too.
"""

import argparse
import random
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from sklearn.model_selection import GroupKFold, StratifiedKFold

from benchmarks.accuracy.__main__ import ours
from benchmarks.accuracy.corpus import (
    Passage,
    fingerprint,
    lawful_documents,
    own_passages,
    real_passages,
)
from benchmarks.accuracy.figures import FIGURES, Bin, Counts, Figures, Flagged, read_figures, write_figures
from benchmarks.accuracy.learn import LISTS, SPARES, SUSPECTS, drawn_documents, examples
from benchmarks.accuracy.learning import Learner, with_excuses
from benchmarks.accuracy.measures import interval
from classifiers.lists.rules import RuleSet, load_rules

_SHARES = (0.25, 0.5)  # of what there is, for the curve; all of it is measured anyway
_BINS = (0.0, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95, 1.0)
_FEWEST_OF_A_SOURCE = 10
_OTHERS = "其他来源"


class HeldOut:
    """Learns and judges in turns: no passage is judged by a wording learned from it."""

    def __init__(self, rules: RuleSet, real: Sequence[Passage], folds: int) -> None:
        self._rules = rules
        self._real = real
        self._folds = folds
        documents = lawful_documents()
        drawn = drawn_documents(documents)
        self._known = [*own_passages(), *examples(rules)]
        self._drawn = drawn
        self._learner = Learner(rules, [*self._known, *drawn])
        self.unseen = [document for document in documents if document not in set(drawn)]

    def judged(self, by: str, share: float = 1.0) -> tuple[NDArray[np.bool_], NDArray[np.float64], RuleSet]:
        """For each real passage whether it is flagged and how it measures, by a wording that has seen `share` of the
        others; and the rules with the wording of the first part."""
        found = np.zeros(len(self._real), dtype=bool)
        measured = np.zeros(len(self._real))
        learned: list[RuleSet] = []
        for seen, unseen in folds(self._real, by, self._folds):
            chance = random.Random(11)
            part = [p for p in (*self._known, *self._drawn) if chance.random() < share]
            real = [self._real[place] for place in seen if chance.random() < share]
            passages = [*part, *with_excuses(part, random.Random(5)), *real]
            wording = self._learner.wording(passages, SPARES, SUSPECTS)
            learned.append(replace(self._rules, wording=wording))
            judge = ours(learned[-1])
            for place in unseen:
                found[place] = bool(judge(self._real[place].text))
                measured[place] = self._learner.measure(self._real[place].text, wording)
        return found, measured, learned[0]


def folds(passages: Sequence[Passage], by: str, number: int) -> Iterator[tuple[list[int], list[int]]]:
    """Which passages are learned from and which are judged, `number` times."""
    kinds = [passage.unlawful for passage in passages]
    if by == "source":
        parted = GroupKFold(number).split(kinds, kinds, [passage.source for passage in passages])
    else:
        parted = StratifiedKFold(number, shuffle=True, random_state=3).split(kinds, kinds)
    yield from ((known.tolist(), unseen.tolist()) for known, unseen in parted)


def counted(name: str, passages: Sequence[Passage], found: Sequence[bool]) -> Counts:
    """How the passages were judged."""
    pairs = [(passage.unlawful, flagged) for passage, flagged in zip(passages, found, strict=True)]
    return Counts(
        name,
        len(pairs),
        sum(unlawful for unlawful, _ in pairs),
        sum(flagged for _, flagged in pairs),
        sum(unlawful and flagged for unlawful, flagged in pairs),
    )


def _grouped(
    passages: Sequence[Passage], found: Sequence[bool], of: Callable[[Passage], str]
) -> tuple[Counts, ...]:
    groups: dict[str, list[int]] = defaultdict(list)
    for place, passage in enumerate(passages):
        groups[of(passage)].append(place)
    rows = (
        counted(name, [passages[place] for place in places], [found[place] for place in places])
        for name, places in groups.items()
    )
    return tuple(sorted(rows, key=lambda row: (row.name == _OTHERS, -row.passages, row.name)))


def _bins(passages: Sequence[Passage], measured: NDArray[np.float64]) -> tuple[Bin, ...]:
    unlawful = np.array([passage.unlawful for passage in passages])
    rows = []
    for low, high in pairwise(_BINS):
        within = (measured >= low) & ((measured < high) | (high == 1.0))
        if within.any():
            mean = round(float(measured[within].mean()), 3)
            rows.append(Bin(low, high, int(within.sum()), mean, int(unlawful[within].sum())))
    return tuple(rows)


def _documents(documents: Sequence[Passage], rules: RuleSet) -> tuple[Flagged, ...]:
    judge = ours(rules)
    flagged: dict[str, list[bool]] = defaultdict(list)
    for document in documents:
        flagged[document.kind].append(bool(judge(document.text)))
    return tuple(Flagged(kind, len(answers), sum(answers)) for kind, answers in sorted(flagged.items()))


def measure_all(real: Sequence[Passage], folds: int, console: Console, wrong: bool) -> Figures:
    """Measure by source and by passage, the curve, and the documents; wrong answers by source are printed on
    demand."""
    held_out = HeldOut(load_rules(LISTS), real, folds)
    found, measured, rules = held_out.judged("source")
    console.print("by source: done", style="dim")
    answers = found.tolist()
    if wrong:
        for passage, flagged in zip(real, answers, strict=True):
            if flagged != passage.unlawful:
                console.print("false " if flagged else "missed", passage.text[:200], markup=False)
    common = {
        source
        for source in {passage.source for passage in real}
        if sum(passage.source == source for passage in real) >= _FEWEST_OF_A_SOURCE
    }
    curve = [counted(f"{share:.0%}", real, held_out.judged("source", share)[0].tolist()) for share in _SHARES]
    kept = read_figures() if FIGURES.exists() else None
    return Figures(
        corpus=fingerprint(),
        own=len(own_passages()),
        sources_count=len({passage.source for passage in real}),
        by_source=counted("by source", real, answers),
        by_passage=counted("by passage", real, held_out.judged("passage")[0].tolist()),
        sources=_grouped(
            real,
            answers,
            lambda passage: passage.source.partition("（")[0] if passage.source in common else _OTHERS,
        ),
        kinds=_grouped(real, answers, lambda passage: passage.kind),
        documents=_documents(held_out.unseen, rules),
        curve=(*curve, counted("100%", real, answers)),
        calibration=_bins(real, measured),
        fresh=kept.fresh if kept else (),
        rounds=kept.rounds if kept else (),
    )


def _print(console: Console, figures: Figures) -> None:
    table = Table(
        "held out", "precision", "95 %", "recall", "95 %", title=f"{figures.by_source.passages} passages"
    )
    for row in (figures.by_source, figures.by_passage, *figures.curve, *figures.fresh):
        low, high = interval(row.right, row.flagged)
        least, most = interval(row.right, row.unlawful)
        table.add_row(
            row.name,
            f"{row.right / max(row.flagged, 1):.3f}",
            f"{low:.3f}–{high:.3f}",
            f"{row.right / max(row.unlawful, 1):.3f}",
            f"{least:.3f}–{most:.3f}",
        )
    console.print(table)
    lawful = Table("kind", "documents", "flagged", "in 1,000", title="lawful documents, not learned from")
    for kind in figures.documents:
        lawful.add_row(
            kind.kind, str(kind.documents), str(kind.flagged), f"{1000 * kind.flagged / kind.documents:.1f}"
        )
    console.print(lawful)


def main() -> int:
    """Measure and print, and keep the figures on demand."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy.held_out", description=__doc__)
    parser.add_argument("--real", nargs="+", type=Path, default=[], metavar="FILE", help="more real passages")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--wrong", action="store_true", help="print the wrong answers")
    parser.add_argument("--write", action="store_true", help="keep the figures")
    parser.add_argument("--fresh", nargs=2, metavar=("NAME", "FILE"), help="judge a file that was never seen")
    options = parser.parse_args()
    console = Console(width=110)
    if options.fresh:
        name, file = options.fresh
        passages = real_passages(Path(), [Path(file)])
        judge = ours(load_rules(LISTS))
        row = counted(name, passages, [bool(judge(passage.text)) for passage in passages])
        console.print(row)
        kept = read_figures()
        write_figures(replace(kept, fresh=(*(other for other in kept.fresh if other.name != name), row)))
        return 0
    real = real_passages(files=options.real)
    if not real:
        console.print("no real text next to the project: nothing to measure")
        return 0
    figures = measure_all(real, options.folds, console, options.wrong)
    _print(console, figures)
    if options.write:
        write_figures(figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
