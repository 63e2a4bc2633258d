"""The benchmark of accuracy: its corpus and its gate; disguised violations are still found."""

import json
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks.accuracy.__main__ import LISTS, disguised, keyword_search, ours
from benchmarks.accuracy.corpus import fingerprint, own_passages, real_passages
from benchmarks.accuracy.gate import Floors, faults, hold
from benchmarks.accuracy.measures import Measure, by_passage
from classifiers.lists.rules import load_rules

RULES = load_rules(LISTS)
OWN = own_passages()


def test_the_own_set_is_large_and_half_of_it_lawful() -> None:
    assert len(OWN) >= 300
    assert 0.4 <= sum(passage.unlawful for passage in OWN) / len(OWN) <= 0.6


def test_a_line_that_is_no_passage_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_text("# ok\nlawful news 没有竖线\n", "utf-8")
    with pytest.raises(ValueError, match=r"bad\.txt:2"):
        own_passages(tmp_path)


def test_precision_and_recall_are_reached_and_better_than_keyword_search() -> None:
    every_tenth = OWN[::10]  # `make gate` holds all of them
    measured = by_passage(every_tenth, ours(RULES))
    assert measured.precision >= 0.95
    assert measured.recall >= 0.95
    assert measured.f1 > by_passage(every_tenth, keyword_search(RULES)).f1


def test_real_passages_that_were_learned_from_are_reached_where_they_are_at_hand() -> None:
    measured = by_passage(real_passages(), ours(RULES))
    assert measured.precision >= 0.90
    assert measured.recall >= 0.90


@pytest.mark.slow
@pytest.mark.soak
def test_disguised_violations_are_found_and_disguised_lawful_passages_spared(soak: bool) -> None:
    results = disguised(OWN[:: 20 if soak else 200], RULES)
    shares = {name: still / changed for name, (changed, still, _) in results.items() if changed}
    assert min(shares.values()) >= 0.9, shares
    assert sum(alarms for _, _, alarms in results.values()) <= 2


def test_a_floor_does_not_fall_silently(tmp_path: Path) -> None:
    floors = tmp_path / "floors.json"
    floors.write_text(json.dumps({"corpus": fingerprint(), "precision": 0.9, "recall": 0.9}), "utf-8")
    console = Console(quiet=True)
    worse, better = Measure(80, 20, 5), Measure(95, 5, 5)
    assert hold(console, worse, update=False, allow_regression=False, path=floors) == 1
    assert hold(console, worse, update=True, allow_regression=False, path=floors) == 1
    assert hold(console, better, update=True, allow_regression=False, path=floors) == 0
    assert json.loads(floors.read_text("utf-8"))["precision"] == 0.95
    assert hold(console, worse, update=True, allow_regression=True, path=floors) == 0


def test_another_corpus_stops_the_gate_with_the_command_to_run() -> None:
    assert "make gate UPDATE=1" in faults(Floors("new", 1.0, 1.0), Floors("old", 0.5, 0.5))[0]
