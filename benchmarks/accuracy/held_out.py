"""Measures the judgement on real text that it has not learned from, with intervals.

Usage: python -m benchmarks.accuracy.held_out [--by source|passage] [--folds N] [--wrong]

Real text lies next to the project; without it the program says that there is nothing to measure. Each part of
the real passages is judged by a wording that was learned without it: parted by source (no text of the same
site was seen), or by passage. Lawful documents that were not drawn for learning are judged by the wording of
the first part.
"""

import argparse
import random
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from rich.console import Console
from rich.table import Table
from sklearn.model_selection import GroupKFold, StratifiedKFold

from benchmarks.accuracy.__main__ import ours
from benchmarks.accuracy.corpus import Passage, lawful_documents, own_passages, real_passages
from benchmarks.accuracy.learn import LISTS, SPARES, SUSPECTS, drawn_documents, examples
from benchmarks.accuracy.learning import Learner, with_excuses
from benchmarks.accuracy.measures import interval
from classifiers.lists.rules import RuleSet, load_rules


def folds(passages: Sequence[Passage], by: str, number: int) -> Iterator[tuple[list[int], list[int]]]:
    """Which passages are learned from and which are judged, `number` times."""
    kinds = [passage.unlawful for passage in passages]
    if by == "source":
        parted = GroupKFold(number).split(kinds, kinds, [passage.source for passage in passages])
    else:
        parted = StratifiedKFold(number, shuffle=True, random_state=3).split(kinds, kinds)
    yield from ((known.tolist(), unseen.tolist()) for known, unseen in parted)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy.held_out", description=__doc__)
    parser.add_argument("--by", choices=("source", "passage"), default="source")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--wrong", action="store_true", help="print what is judged wrongly")
    options = parser.parse_args()
    console = Console(width=110)
    real, documents = real_passages(), lawful_documents()
    if not real:
        console.print("no real text beside the project: nothing to measure")
        return 0
    rules, chance = load_rules(LISTS), random.Random(5)
    own = [*own_passages(), *examples(rules)]
    drawn = drawn_documents(documents)
    known = [*own, *with_excuses(own, chance), *drawn]
    learner = Learner(rules)
    found = np.zeros(len(real), dtype=bool)
    learned: list[RuleSet] = []
    for seen, unseen in folds(real, options.by, options.folds):
        wording = learner.wording([*known, *(real[place] for place in seen)], SPARES, SUSPECTS)
        learned.append(replace(rules, wording=wording))
        judge = ours(learned[-1])
        for place in unseen:
            found[place] = bool(judge(real[place].text))
        console.print(f"  part {len(learned)} of {options.folds}: {len(unseen)} passages", style="dim")
    _passages(console, real, found, options.by)
    _documents(console, [p for p in documents if p not in set(drawn)], learned[0])
    if options.wrong:
        for passage, flagged in zip(real, found.tolist(), strict=True):
            if flagged != passage.unlawful:
                console.print("false " if flagged else "missed", passage.text[:200], markup=False)
    return 0


def _passages(console: Console, real: Sequence[Passage], found: np.ndarray, by: str) -> None:
    unlawful = np.array([passage.unlawful for passage in real])
    table = Table("measure", "value", "95 % interval", title=f"{len(real)} real passages, held out by {by}")
    right = int((found & unlawful).sum())
    for name, of in (("precision", int(found.sum())), ("recall", int(unlawful.sum()))):
        low, high = interval(right, of)
        table.add_row(name, f"{right / max(of, 1):.3f}", f"{low:.3f}–{high:.3f}")
    console.print(table)


def _documents(console: Console, documents: Sequence[Passage], rules: RuleSet) -> None:
    judge = ours(rules)
    flagged: dict[str, list[bool]] = defaultdict(list)
    for document in documents:
        flagged[document.kind].append(bool(judge(document.text)))
    table = Table(
        "kind",
        "documents",
        "flagged",
        "in 1,000",
        "95 % interval",
        title="lawful documents, not learned from",
    )
    for kind, answers in sorted(flagged.items()):
        low, high = interval(sum(answers), len(answers))
        share = f"{1000 * sum(answers) / len(answers):.1f}"
        table.add_row(
            kind, str(len(answers)), str(sum(answers)), share, f"{1000 * low:.1f}–{1000 * high:.1f}"
        )
    console.print(table)


if __name__ == "__main__":
    sys.exit(main())
