"""Learns `keyword_lists/wording.tsv` and `naming.tsv` from labelled passages and the rules' examples.

Usage: python -m benchmarks.accuracy.learn [--own-only] [--real FILE …] [--afresh] [--as-base]

The own passages are always learned from; real text is, too, where it lies next to the project or in the named
files (one JSON object a line: text, label, kind, source), and the written files say so. Most of the real text that
the wording knows is not part of the project: `base.tsv` holds the weights that were learned with it, and each learning
adds to those what the passages at hand say otherwise. --afresh does without; --as-base makes the outcome the base of
later ones, for text that will not be there again.
`python -m benchmarks.accuracy.held_out` measures the result on held-out text.
"""

import argparse
import random
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
from rich.console import Console

from benchmarks.accuracy.corpus import Passage, fingerprint, lawful_documents, own_passages, real_passages
from benchmarks.accuracy.learning import Learner, with_excuses
from classifiers.lists.rules import BY_KIND_OF_PAGE, NAMING, WORDING, RuleSet, load_rules
from classifiers.lists.wording import Naming, Wording, read_wording

BASE = Path(__file__).with_name("base.tsv")
LISTS = Path(__file__).parents[2] / "keyword_lists"
SPARES, SUSPECTS, NAMES, ALSO = 0.35, 0.6, 0.1, 0.15
DOCUMENTS = 4000  # of the lawful documents, drawn by chance
_NUMBERS_A_LINE = 2000
_SOURCES = "# 语料: "


def examples(rules: RuleSet) -> list[Passage]:
    """The examples of the rules that judge by words, as passages."""
    passages = []
    for rule in rules.rules:
        if rule.family not in BY_KIND_OF_PAGE:
            breaks = () if rule.when else (rule.id,)
            for text in (*rule.examples.match, *rule.examples.disguised, *rule.examples.todo_match):
                passages.append(Passage(text, True, breaks))
        if rule.family != "certificate":
            for text in (*rule.examples.spare, *rule.examples.todo_spare):
                passages.append(Passage(text, False))
    return passages


def drawn_documents(documents: Sequence[Passage], seed: int = 1) -> list[Passage]:
    """The lawful documents to learn from. The others may be measured on."""
    return random.Random(seed).sample(list(documents), min(DOCUMENTS, len(documents)))


def wording_file(wording: Wording, sources: str) -> str:
    """The content of `wording.tsv`."""
    slots = np.flatnonzero(wording.weights)
    lines = [
        *_head(sources),
        f"(bias)\t{wording.bias}",
        f"(spares)\t{wording.spares}",
        f"(suspects)\t{wording.suspects}",
        *(f"{name}\t{weight}" for name, weight in sorted(wording.signs.items())),
        *_numbers("(slots)", map(str, slots.tolist())),
        *_numbers("(weights)", (f"{weight:.2f}" for weight in wording.weights[slots].tolist())),
    ]
    return "\n".join(lines) + "\n"


def sources_of(path: Path) -> str:
    """The text that a written file was learned from, by its own head."""
    return path.read_text("utf-8").split("\n", 2)[1].removeprefix(_SOURCES)


def naming_file(naming: Naming, sources: str) -> str:
    """The content of `naming.tsv`."""
    rows, columns = np.nonzero(naming.weights)
    lines = [
        *_head(sources),
        f"(rules)\t{' '.join(naming.rules)}",
        f"(biases)\t{' '.join(f'{bias:.2f}' for bias in naming.biases.tolist())}",
        f"(names)\t{naming.names}",
        f"(also)\t{naming.also}",
        *_numbers("(slots)", map(str, naming.slots[rows].tolist())),
        *_numbers("(columns)", map(str, columns.tolist())),
        *_numbers("(weights)", (f"{weight:.1f}" for weight in naming.weights[rows, columns].tolist())),
    ]
    return "\n".join(lines) + "\n"


def _head(sources: str) -> tuple[str, str]:
    remark = "# 由 python -m benchmarks.accuracy.learn 学得，请勿手改；说明见 README.md"
    return remark, f"{_SOURCES}{sources}"


def _numbers(name: str, numbers: Iterable[str]) -> Iterator[str]:
    """Lines of one name, each with some of the numbers."""
    left = iter(numbers)
    while part := " ".join(islice(left, _NUMBERS_A_LINE)):
        yield f"{name}\t{part}"


def main() -> int:
    """Learn and write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy.learn", description=__doc__)
    parser.add_argument("--own-only", action="store_true", help="do without the real text beside the project")
    parser.add_argument(
        "--real", nargs="+", type=Path, default=[], metavar="FILE", help="more real passages, labelled"
    )
    parser.add_argument(
        "--afresh", action="store_true", help="forget the text that the base was learned from"
    )
    parser.add_argument("--as-base", action="store_true", help="let later learning begin with the outcome")
    options = parser.parse_args()
    console = Console(width=110)
    rules = load_rules(LISTS)
    own = [*own_passages(), *examples(rules)]
    real = [] if options.own_only else real_passages(files=options.real)
    documents = [] if options.own_only else drawn_documents(lawful_documents())
    learner = Learner(rules, [*own, *real, *documents])
    passages = [
        *own,
        *with_excuses(own, random.Random(5)),
        *real,
        *documents,
    ]
    sources = (
        f"自有 {len(own)} 段（SHA-256 {fingerprint()}），真实 {len(real)} 段，合法文书 {len(documents)} 篇"
    )
    base = None if options.afresh else read_wording(BASE.read_text("utf-8"))
    if base:
        sources += f"；其上 {sources_of(BASE)}"
    wording = learner.wording(passages, SPARES, SUSPECTS, base)
    for path in [LISTS / WORDING, *([BASE] if options.as_base else [])]:
        path.write_text(wording_file(wording, sources), "utf-8")
    naming = learner.naming(own, NAMES, ALSO)
    (LISTS / NAMING).write_text(naming_file(naming, sources), "utf-8")
    console.print(f"{sources}；{np.count_nonzero(wording.weights)} 个权重，{len(naming.rules)} 条规则")
    return 0


if __name__ == "__main__":
    sys.exit(main())
