"""How text is worded, weighed by what was learned from labelled passages: what no single term says.

A linear model (logistic regression) over the n-grams of a text (`classifiers.text.grams`) and a few signs: which
rules' terms stand in it, what excuses them, and the cues of an offer or of a kind of page. A text's measure is the
sum of the weights of its n-grams, over the root of how many characters it has, plus the weights of its signs and
the bias, as a share between 0 (lawful) and 1 (unlawful). Which rule a suspicious text breaks is told by a second
model of the same kind, one column a rule.

What was learned is data: `wording.tsv` and `naming.tsv`, written by `python -m benchmarks.accuracy.learn`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifiers.text.grams import SLOTS


@dataclass(frozen=True)
class Wording:
    """What was learned. `weights`: float32, one a slot; `signs`: the weight of each sign by its name.

    Below the measure `spares`, a term's hit says nothing; from `suspects` on, a text is suspected without one.
    """

    weights: NDArray[np.float32]
    signs: Mapping[str, float]
    bias: float
    spares: float
    suspects: float


@dataclass(frozen=True)
class Naming:
    """Which rule a suspicious text breaks: `weights` is float32, one row for each of the sorted `slots`, one column
    for each rule; `biases` one for each rule. A share of at least `names` is needed to name one."""

    rules: tuple[str, ...]
    slots: NDArray[np.int64]
    weights: NDArray[np.float32]
    biases: NDArray[np.float32]
    names: float

    def shares(self, slots: NDArray[np.int64], length: int) -> dict[str, float]:
        """How likely each rule is for a text of these n-grams and `length` kept characters, in shares of one."""
        rows = np.searchsorted(self.slots, slots)
        known = rows[(rows < len(self.slots))]
        known = known[self.slots[known] == slots[rows < len(self.slots)]]
        total = self.weights[known].sum(axis=0) / max(length, 1) ** 0.5 + self.biases
        likely = np.exp(total - total.max())
        return dict(zip(self.rules, (likely / likely.sum()).tolist(), strict=True))


def read_wording(text: str) -> Wording:
    """The content of `wording.tsv`: lines "name TAB number". A name is a slot, a sign, or "(bias)", "(spares)",
    "(suspects)". Lines that begin with # are remarks. Raises ValueError naming the line that is not so."""
    weights = np.zeros(SLOTS, np.float32)
    named: dict[str, float] = {}
    for number, name, written in _lines(text):
        try:
            if name.isdigit():
                weights[int(name)] = float(written)
            else:
                named[name] = float(written)
        except (ValueError, IndexError):
            raise ValueError(f"{number}: 应为“特征 制表符 数字”，现为“{name[:40]}\t{written[:20]}”") from None
    try:
        bias, spares, suspects = (named.pop(name) for name in ("(bias)", "(spares)", "(suspects)"))
    except KeyError as missing:
        raise ValueError(f"1: 缺少 {missing.args[0]} 一行") from None
    return Wording(weights, named, bias, spares, suspects)


def read_naming(text: str) -> Naming:
    """The content of `naming.tsv`: first "(rules) TAB id…", "(biases) TAB number…", "(names) TAB number", then
    lines "slot TAB column:weight…". Raises ValueError naming the line that is not so."""
    heads: dict[str, list[str]] = {}
    rows: list[tuple[int, list[str]]] = []
    for number, name, written in _lines(text):
        try:
            if name.isdigit():
                rows.append((int(name), written.split(" ")))
            else:
                heads[name] = written.split(" ")
        except ValueError:
            raise ValueError(f"{number}: 应为“槽号 制表符 列:权重…”") from None
    try:
        rows.sort(key=lambda row: row[0])
        rules, biases, names = heads["(rules)"], heads["(biases)"], float(heads["(names)"][0])
        weights = np.zeros((len(rows), len(rules)), np.float32)
        for place, (_, pairs) in enumerate(rows):
            for pair in pairs:
                column, _, weight = pair.partition(":")
                weights[place, int(column)] = float(weight)
        slots = np.array([slot for slot, _ in rows], np.int64)
        return Naming(tuple(rules), slots, weights, np.array(biases, np.float32), names)
    except KeyError as missing:
        raise ValueError(f"1: 缺少 {missing.args[0]} 一行") from None
    except (ValueError, IndexError) as error:
        raise ValueError(f"1: 无法读取：{error}") from None


def _lines(text: str) -> Iterator[tuple[int, str, str]]:
    """The lines that are no remarks: their number, what stands before the tab, and what behind it."""
    for number, line in enumerate(text.splitlines(), 1):
        if line and not line.startswith("#"):
            name, _, written = line.partition("\t")
            yield number, name, written
