"""How a short text is worded as a whole: what no single term says, weighed by the words of labelled passages.

A linear model (logistic regression) over the characters of a text and their pairs. What it has learned is data,
`keyword_lists/wording.tsv`: a weight for each character or pair, positive where unlawful passages have it more
often. A text's measure is the sum of the weights of what stands in it, over the root of how many there are, plus
the bias, as a share between 0 and 1: it can be added up by hand.
"""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

# What is learned from passages of one or a few sentences says nothing of a long page.
LONGEST = 400
_MARKS = re.compile(r"[\W_]+")
_DIGIT = re.compile(r"\d")
_CLAUSE = re.compile(r"[^，,。！？!?；;：:、\s]+")
_MOST_WORDS = 4


@dataclass(frozen=True)
class Suspicion:
    """A text that is worded like unlawful publicity: its weightiest clause (`start` to `end` of the normalised
    text), the weightiest words in it, and the measure, 0 to 1."""

    start: int
    end: int
    words: tuple[str, ...]
    measure: float


@dataclass(frozen=True)
class Wording:
    """The learned weights. `threshold` is the measure from which on a text is suspected."""

    weights: Mapping[str, float]
    bias: float
    threshold: float

    def measure(self, text: str) -> float:
        """The measure of a normalised text, 0 (lawful) to 1 (unlawful)."""
        parts = features(text)
        if not parts:
            return 0.0
        total = sum(self.weights.get(part, 0.0) for part in parts) / math.sqrt(len(parts))
        return 1 / (1 + math.exp(-(total + self.bias)))

    def suspects(self, text: str) -> Suspicion | None:
        """What is suspicious about a normalised text; None where it is too long, or lawfully worded."""
        if len(text) > LONGEST or (measure := self.measure(text)) < self.threshold:
            return None
        clause = max(_CLAUSE.finditer(text), key=lambda found: self._weight(found[0]), default=None)
        if clause is None:
            return None
        return Suspicion(clause.start(), clause.end(), tuple(self._words(clause[0])), measure)

    def _weight(self, clause: str) -> float:
        return sum(self.weights.get(part, 0.0) for part in features(clause))

    def _words(self, clause: str) -> Iterator[str]:
        pairs = sorted(
            {first + second for first, second in pairwise(clause)},
            key=lambda pair: (-self.weights.get(pair, 0.0), pair),
        )
        yield from (pair for pair in pairs[:_MOST_WORDS] if self.weights.get(pair, 0.0) > 0)


def features(text: str) -> frozenset[str]:
    """The characters of a normalised text and their pairs, marks left out and any digit as 0."""
    plain = _DIGIT.sub("0", _MARKS.sub("", text))
    return frozenset(plain) | {first + second for first, second in pairwise(plain)}


def read_wording(text: str) -> Wording:
    """The content of `wording.tsv`: lines "name TAB number"; "(bias)" and "(threshold)" among the names.

    Lines that begin with # are remarks. Raises ValueError naming the line that is not so.
    """
    weights: dict[str, float] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        name, _, written = line.partition("\t")
        try:
            weights[name] = float(written)
        except ValueError:
            raise ValueError(f"{number}: 应为“字词 制表符 数字”，现为“{line[:40]}”") from None
    try:
        return Wording(weights, weights.pop("(bias)"), weights.pop("(threshold)"))
    except KeyError as missing:
        raise ValueError(f"1: 缺少 {missing.args[0]} 一行") from None
