"""The wording of text, weighed by a model learned from labelled passages, beyond any single term.

A linear model (logistic regression) over the n-grams of a text (`classifiers.text.grams`) and a few signs:
which rules' terms and excuses stand in it, and the cues of an offer or of a kind of page. A text's measure is
the sum of the weights of its n-grams, over the root of its number of characters, plus the weights of its
signs and the bias, as a share between 0 (lawful) and 1 (unlawful). A second model of the same kind, with one
column a rule, tells which rule a suspicious text breaks.

The learned weights are data: `wording.tsv` and `naming.tsv`, written by `python -m
benchmarks.accuracy.learn`.
"""

import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifiers.text.grams import SLOTS


@dataclass(frozen=True)
class Wording:
    """The learned model. `weights`: float32, one a slot; `signs`: the weight of each sign by its name.

    Below the measure `spares`, a term's hit does not count; from `suspects` on, a text is suspected without
    one.
    """

    weights: NDArray[np.float32]
    signs: Mapping[str, float]
    bias: float
    spares: float
    suspects: float


@dataclass(frozen=True)
class Thresholds:
    """The thresholds in force for one kind of source: analysts set them (`thresholds.yaml`), else those that were
    learned."""

    spares: float
    suspects: float


@dataclass(frozen=True)
class Naming:
    """Which rule a suspicious text breaks: `weights` is float32, one row for each of the sorted `slots`, one column
    for each rule; `biases` one for each rule. A share of at least `names` is needed to name one, and of `also` to name
    the next one, too: a sentence often breaks two."""

    rules: tuple[str, ...]
    slots: NDArray[np.int64]
    weights: NDArray[np.float32]
    biases: NDArray[np.float32]
    names: float
    also: float

    def named(self, slots: NDArray[np.int64], length: int) -> dict[str, float]:
        """The rules that a text of these n-grams and `length` kept characters most likely breaks, at most two, the
        likelier first, and their shares."""
        shares = self.shares(slots, length)
        likely = sorted(shares, key=lambda rule: -shares[rule])[:2]
        least = zip(likely, (self.names, max(self.names, self.also)), strict=False)
        return {rule: shares[rule] for rule, share in least if shares[rule] >= share}

    def shares(self, slots: NDArray[np.int64], length: int) -> dict[str, float]:
        """How likely each rule is for a text of these n-grams and `length` kept characters, in shares of one."""
        rows = np.searchsorted(self.slots, slots)
        known = rows[(rows < len(self.slots))]
        known = known[self.slots[known] == slots[rows < len(self.slots)]]
        total = self.weights[known].sum(axis=0) / max(length, 1) ** 0.5 + self.biases
        likely = np.exp(total - total.max())
        return dict(zip(self.rules, (likely / likely.sum()).tolist(), strict=True))


def read_wording(text: str) -> Wording:
    """The content of `wording.tsv`: lines "name TAB number" for the signs, "(bias)", "(spares)" and "(suspects)", and
    "(slots)" and "(weights)" with as many numbers each. Lines that begin with # are remarks. Raises
    ValueError naming a malformed line."""
    named: dict[str, float] = {}
    columns = _Columns()
    for number, name, written in _lines(text):
        if columns.takes(name):
            columns.take(number, name, written)
            continue
        try:
            named[name] = float(written)
        except ValueError:
            raise ValueError(f"{number}: 应为“特征 制表符 数字”，现为“{name[:40]}\t{written[:20]}”") from None
    slots = columns.whole("(slots)").astype(np.int64)
    weights = np.zeros(SLOTS, np.float32)
    try:
        weights[slots] = columns.whole("(weights)")
        bias, spares, suspects = (named.pop(name) for name in ("(bias)", "(spares)", "(suspects)"))
    except KeyError as missing:
        raise ValueError(f"1: 缺少 {missing.args[0]} 一行") from None
    except (ValueError, IndexError) as error:
        raise ValueError(f"1: 槽号与权重不相配：{error}") from None
    return Wording(weights, named, bias, spares, suspects)


def read_naming(text: str) -> Naming:
    """The content of `naming.tsv`: "(rules) TAB id…", "(biases) TAB number…", "(names) TAB number", "(also) TAB
    number" where a second rule may be named, and, for the weights that are not 0, "(slots)", "(columns)" and
    "(weights)" with as many numbers each. Raises ValueError naming a malformed line."""
    heads: dict[str, list[str]] = {}
    columns = _Columns()
    for number, name, written in _lines(text):
        if columns.takes(name):
            columns.take(number, name, written)
        else:
            heads[name] = written.split(" ")
    try:
        rules, biases = heads["(rules)"], heads["(biases)"]
        names, also = float(heads["(names)"][0]), float(heads.get("(also)", ["1"])[0])  # older files name one
        slots, rows = np.unique(columns.whole("(slots)").astype(np.int64), return_inverse=True)
        weights = np.zeros((len(slots), len(rules)), np.float32)
        weights[rows, columns.whole("(columns)").astype(np.int64)] = columns.whole("(weights)")
        return Naming(tuple(rules), slots, weights, np.array(biases, np.float32), names, also)
    except KeyError as missing:
        raise ValueError(f"1: 缺少 {missing.args[0]} 一行") from None
    except (ValueError, IndexError) as error:
        raise ValueError(f"1: 无法读取：{error}") from None


class _Columns:
    """Long rows of numbers, each on several lines of the same name."""

    def __init__(self) -> None:
        self._parts: dict[str, list[NDArray[np.float64]]] = {}

    def takes(self, name: str) -> bool:
        """Whether lines of this name hold such numbers."""
        return name in {"(slots)", "(columns)", "(weights)"}

    def take(self, number: int, name: str, written: str) -> None:
        """Add the numbers of line `number`; raises ValueError where one is not a number."""
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                found = np.fromstring(written, np.float64, sep=" ")
            except (DeprecationWarning, ValueError):
                raise ValueError(f"{number}: 应为以空格隔开的数字") from None
        self._parts.setdefault(name, []).append(found)

    def whole(self, name: str) -> NDArray[np.float64]:
        """All numbers of the lines of this name."""
        return np.concatenate(self._parts.get(name, [np.zeros(0)]))


def _lines(text: str) -> Iterator[tuple[int, str, str]]:
    """The lines other than remarks: their number, the text before the tab, and the text after it."""
    for number, line in enumerate(text.splitlines(), 1):
        if line and not line.startswith("#"):
            name, _, written = line.partition("\t")
            yield number, name, written
