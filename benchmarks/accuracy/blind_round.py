"""Judges a blind round once: sentences for every prohibition, by somebody who has not read the lists.

Usage: python -m benchmarks.accuracy.blind_round NAME FOLDER [--keep]

The folder holds three files, one JSON object a line. `prohibitions.jsonl`: `text`, and `rules` and `articles`, each a
list of all that a careful reviewer would accept. `excusing.jsonl`: `text`, an advert that hides behind an excusing phrase.
`lawful.jsonl`: `text`, a lawful lookalike. --keep adds the result to `figures.json`, the source of
`docs/reference/accuracy.md`. A round says something of new text only the first time.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.accuracy.figures import Round, read_figures, write_figures
from classifiers.judge import judge
from classifiers.lists.laws import Article
from classifiers.lists.rules import RuleSet, load_rules
from classifiers.values import Facts, Finding, PageText
from records.local_time import local_day

LISTS = Path(__file__).parents[2] / "keyword_lists"
_KINDS = ("prohibitions", "excusing", "lawful")


def plain(article: Article) -> str:
    """An article as a round's writers name it: without the marks around the law."""
    return str(article).replace("《", "").replace("》", "")


def measured(name: str, rows: dict[str, list[dict[str, Any]]], rules: RuleSet) -> Round:
    """The result of the round `name` by these lists; `rows` by kind."""
    facts = Facts(seen_on=local_day(datetime.now(UTC)))

    def findings(row: dict[str, Any]) -> tuple[Finding, ...]:
        return judge(PageText.of_plain(row["text"]), rules, facts).findings

    flagged = named = cited = 0
    for row in rows["prohibitions"]:
        found = findings(row)
        flagged += bool(found)
        named += any(one.rule in row["rules"] for one in found)
        cited += not {plain(article) for one in found for article in one.law}.isdisjoint(row["articles"])
    return Round(
        name=name,
        sentences=len(rows["prohibitions"]),
        flagged=flagged,
        named=named,
        cited=cited,
        excusing=len(rows["excusing"]),
        seen_through=sum(bool(findings(row)) for row in rows["excusing"]),
        lawful=len(rows["lawful"]),
        let_pass=sum(not findings(row) for row in rows["lawful"]),
    )


def read_round(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """The three files of a round. Raises ValueError naming a line that lacks a field, FileNotFoundError for a missing
    file."""
    return {kind: list(_rows(folder / f"{kind}.jsonl", kind)) for kind in _KINDS}


def _rows(file: Path, kind: str) -> Iterator[dict[str, Any]]:
    wanted: Iterable[str] = ("text", "rules", "articles") if kind == "prohibitions" else ("text",)
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        try:
            row = json.loads(line)
            missing = [name for name in wanted if not row.get(name)]
        except (json.JSONDecodeError, AttributeError) as error:
            raise ValueError(f"{file.name}:{number}: expected a JSON object: {error}") from None
        if missing:
            raise ValueError(f"{file.name}:{number}: without {', '.join(missing)}")
        yield row


def main() -> int:
    """Judge, print, and keep on demand."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy.blind_round", description=__doc__)
    parser.add_argument("name", help="the round, as the page of figures calls it")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--keep", action="store_true", help="add the result to figures.json")
    options = parser.parse_args()
    console = Console(width=110)
    try:
        rows = read_round(options.folder)
    except (ValueError, FileNotFoundError) as error:
        console.print(f"blind round: {error}", markup=False)
        return 2
    result = measured(options.name, rows, load_rules(LISTS))
    console.print(result)
    if options.keep:
        kept = read_figures()
        others = (other for other in kept.rounds if other.name != result.name)
        write_figures(replace(kept, rounds=(*others, result)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
