"""How right the judgement is: precision, recall and F1, next to two baselines in the same run, and by
disguise.

Usage: python -m benchmarks.accuracy [--gate [--update] [--allow-regression]] [--wrong]
"""

import argparse
import logging
import random
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import jieba
from rich.console import Console
from rich.table import Table

from benchmarks.accuracy import gate
from benchmarks.accuracy.corpus import Passage, own_passages, real_passages
from benchmarks.accuracy.measures import Judge, Measure, by_family, by_passage
from benchmarks.accuracy.tricks import TRICKS
from classifiers.judge import judge
from classifiers.lists.rules import RuleSet, load_rules
from classifiers.values import Facts, PageText

LISTS = Path(__file__).parents[2] / "keyword_lists"
FACTS = Facts(date(2026, 11, 24))


def ours(rules: RuleSet) -> Judge:
    """The whole judgement, content alone."""
    return lambda text: frozenset(
        finding.family for finding in judge(PageText.of_plain(text), rules, FACTS).findings
    )


def keyword_search(rules: RuleSet) -> Judge:
    """Baseline: the same terms, searched for in the unchanged text, without contexts."""
    return lambda text: frozenset(
        rules.live[hit.term.owner_id].family
        for hit in rules.matcher.scan(text).hits
        if hit.term.owner == "rule"
    )


def jieba_look_up(rules: RuleSet) -> Judge:
    """Baseline: jieba's words, looked up among the same terms."""
    families = {
        term.literal: rules.live[term.owner_id].family for term in rules.matcher.terms if term.owner == "rule"
    }
    return lambda text: frozenset(families[word] for word in jieba.cut(text) if word in families)


def _row(table: Table, name: str, measure: Measure) -> None:
    wrong = f"{measure.false_alarms} / {measure.missed}"
    table.add_row(name, f"{measure.precision:.3f}", f"{measure.recall:.3f}", f"{measure.f1:.3f}", wrong)


def _compared(console: Console, title: str, passages: Sequence[Passage], rules: RuleSet) -> None:
    table = Table(
        "judge", "precision", "recall", "F1", "false / missed", title=f"{title}: {len(passages)} passages"
    )
    _row(table, "Qingyi", by_passage(passages, ours(rules)))
    _row(table, "keyword search, same terms", by_passage(passages, keyword_search(rules)))
    _row(table, "jieba words in the list", by_passage(passages, jieba_look_up(rules)))
    console.print(table)


def _families(console: Console, passages: Sequence[Passage], rules: RuleSet) -> None:
    table = Table("family", "precision", "recall", "F1", "false / missed", title="own set, by rule family")
    family_of = {rule.id: rule.family for rule in rules.rules}
    for family, measure in by_family(passages, ours(rules), family_of).items():
        _row(table, family, measure)
    console.print(table)


def disguised(passages: Sequence[Passage], rules: RuleSet) -> dict[str, tuple[int, int, int]]:
    """By trick: how many found violations were changed by it, how many of these are still found, and how
    many lawful passages that raised nothing raise something when disguised."""
    plain = ours(rules)
    found = [passage.text for passage in passages if passage.unlawful and plain(passage.text)]
    lawful = [passage.text for passage in passages if not passage.unlawful and not plain(passage.text)]
    hits = {
        text: sorted(
            (hit.start, hit.end) for hit in rules.matcher.scan(text).hits if hit.term.owner == "rule"
        )
        for text in lawful
    }
    hits |= {
        text: [(f.start, f.end) for f in judge(PageText.of_plain(text), rules, FACTS).findings]
        for text in found
    }
    results = {}
    for name, trick in TRICKS.items():
        chance = random.Random(7)
        changed = [other for text in found if (other := trick(text, hits[text], chance)) != text]
        still = sum(bool(plain(text)) for text in changed)
        alarms = sum(bool(plain(trick(text, hits[text], chance))) for text in lawful)
        results[name] = (len(changed), still, alarms)
    return results


def _tricks(console: Console, passages: Sequence[Passage], rules: RuleSet) -> None:
    table = Table(
        "trick", "violations", "still found", "share", "new false alarms", title="own set, disguised"
    )
    for name, (changed, still, alarms) in disguised(passages, rules).items():
        share = f"{still / changed:.3f}" if changed else "–"
        table.add_row(name, str(changed), str(still), share, str(alarms))
    console.print(table)


def _wrong(console: Console, passages: Sequence[Passage], rules: RuleSet) -> None:
    plain = ours(rules)
    for passage in passages:
        if bool(plain(passage.text)) != passage.unlawful:
            console.print("missed" if passage.unlawful else "false ", passage.text, markup=False)


def main() -> int:
    """Measure and print, or compare the measures with the floors."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy", description=__doc__)
    parser.add_argument("--gate", action="store_true", help="hold the measures against tests/floors.json")
    parser.add_argument(
        "--update", action="store_true", help="with --gate: raise the floors to what is measured"
    )
    parser.add_argument("--allow-regression", action="store_true", help="with --update: let floors fall, too")
    parser.add_argument("--wrong", action="store_true", help="print the passages that are judged wrongly")
    options = parser.parse_args()
    console = Console(width=110)
    rules, own = load_rules(LISTS), own_passages()
    if options.gate:
        return gate.hold(console, by_passage(own, ours(rules)), options.update, options.allow_regression)
    if options.wrong:
        _wrong(console, [*own, *real_passages()], rules)
        return 0
    jieba.setLogLevel(logging.WARNING)
    _compared(console, "own set", own, rules)
    if real := real_passages():
        _compared(console, "real passages, learned from", real, rules)
    _families(console, own, rules)
    _tricks(console, own, rules)
    return 0


if __name__ == "__main__":
    sys.exit(main())
