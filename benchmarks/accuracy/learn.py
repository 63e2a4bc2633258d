"""Learns `keyword_lists/wording.tsv` from the own set and the rules' examples, and says what it is worth.

Usage: python -m benchmarks.accuracy.learn [--held-out]

With --held-out nothing is written: the set is judged in ten parts, each by weights that were learned without it,
which is what the wording does for text that it has not seen. (The terms have seen the set; see README.)
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from rich.console import Console
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from benchmarks.accuracy.__main__ import LISTS, ours
from benchmarks.accuracy.corpus import Passage, fingerprint, own_passages
from benchmarks.accuracy.measures import by_passage
from classifiers.lists.rules import RuleSet, load_rules
from classifiers.lists.wording import Wording, features
from classifiers.text.normalise import normalise

THRESHOLD = 0.65
_STRENGTH = 10.0  # the inverse of how much large weights are punished
_FEWEST = 2  # passages that a feature must stand in
_SMALLEST = 0.02
# These families judge contacts and certificates, not wording.
_NOT_WORDED = frozenset({"certificate", "disguised", "technology"})
PARTS = 10


def examples(rules: RuleSet) -> list[Passage]:
    """The examples of the rules, as passages."""
    passages = []
    for rule in rules.rules:
        if rule.family not in _NOT_WORDED:
            for text in (*rule.examples.match, *rule.examples.disguised, *rule.examples.todo_match):
                passages.append(Passage(text, True, frozenset({rule.family})))
        for text in (*rule.examples.spare, *rule.examples.todo_spare):
            passages.append(Passage(text, False, frozenset()))
    return passages


def learn(passages: Sequence[Passage]) -> Wording:
    """Weights for what stands in the passages, learned by logistic regression."""
    worded = [p for p in passages if not p.unlawful or not p.families <= _NOT_WORDED]
    rows = [features(normalise(passage.text).text) for passage in worded]
    often: dict[str, int] = {}
    for row in rows:
        for part in row:
            often[part] = often.get(part, 0) + 1
    scaled = [{part: len(row) ** -0.5 for part in sorted(row) if often[part] >= _FEWEST} for row in rows]
    vectorizer = DictVectorizer()
    matrix = vectorizer.fit_transform(scaled)
    model = LogisticRegression(C=_STRENGTH, max_iter=5000, class_weight="balanced")
    model.fit(matrix, [passage.unlawful for passage in worded])
    weights = {
        name: round(float(weight), 2)
        for name, weight in zip(vectorizer.get_feature_names_out(), model.coef_[0], strict=True)
        if abs(weight) >= _SMALLEST
    }
    return Wording(weights, round(float(model.intercept_[0]), 3), THRESHOLD)


def written(wording: Wording, corpus: str) -> str:
    """The content of `wording.tsv`."""
    lines = [
        "# 由 python -m benchmarks.accuracy.learn 从标注语料和规则例句学得，请勿手改；说明见 README.md",
        f"# 语料 SHA-256: {corpus}",
        f"(bias)\t{wording.bias}",
        f"(threshold)\t{wording.threshold}",
        *(f"{name}\t{weight}" for name, weight in sorted(wording.weights.items())),
    ]
    return "\n".join(lines) + "\n"


def held_out(console: Console, rules: RuleSet, own: Sequence[Passage]) -> None:
    """Judge each tenth of the own set by weights learned without it, and the wording alone likewise."""
    kinds = [passage.unlawful for passage in own]
    folds = StratifiedKFold(PARTS, shuffle=True, random_state=1)
    whole = np.zeros((2, 2), dtype=int)
    alone = np.zeros((2, 2), dtype=int)
    for known, unseen in folds.split(kinds, kinds):
        wording = learn([*(own[place] for place in known), *examples(rules)])
        judged = replace(rules, wording=wording)
        judge_whole = ours(judged)
        for place in unseen:
            passage = own[place]
            found = wording.suspects(normalise(passage.text).text) is not None
            alone[int(passage.unlawful), int(found)] += 1
            whole[int(passage.unlawful), int(bool(judge_whole(passage.text)))] += 1
    for name, table in (("wording alone", alone), ("whole judgement", whole)):
        console.print(
            f"{name}, on the tenth left out: recall {table[1, 1] / table[1].sum():.3f}, "
            f"false alarms {table[0, 1]} of {table[0].sum()}"
        )


def main() -> int:
    """Learn and write, or measure what was learned."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy.learn", description=__doc__)
    parser.add_argument("--held-out", action="store_true", help="measure on parts left out; write nothing")
    options = parser.parse_args()
    console = Console(width=110)
    rules, own = load_rules(LISTS), own_passages()
    if options.held_out:
        held_out(console, rules, own)
        return 0
    path = Path(LISTS) / "wording.tsv"
    wording = learn([*own, *examples(rules)])
    path.write_text(written(wording, fingerprint()), "utf-8")
    console.print(f"{path}: {len(wording.weights)} weights from {len(own)} passages and the examples")
    measured = by_passage(own, ours(load_rules(LISTS)))
    console.print(f"own set, seen: precision {measured.precision:.3f}, recall {measured.recall:.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
