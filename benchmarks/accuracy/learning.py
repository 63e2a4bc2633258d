"""How the wording is learned: passages in, weights out.

Each passage is taken apart as a page is when it is judged. A lawful passage is lawful in all its sentences; of an
unlawful one it is only known that some sentence is not, so that the whole is learned first, and then also the
sentence that this model finds most suspicious (multiple-instance learning: Andrews et al., 2003). Words that
excuse are added to some unlawful passages, so that an advert is not learned to be lawful where it warns of
others.
"""

import math
import random
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, diags, hstack
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from benchmarks.accuracy.corpus import Passage
from benchmarks.accuracy.likeness import directions
from classifiers.lists.rules import RuleSet
from classifiers.lists.wording import Naming, Wording
from classifiers.page.counting import signs_of, speaks_of_care
from classifiers.page.identity import KnownInstitutions
from classifiers.page.measures import SHORTEST, lines_of, sentences_of, with_pairs
from classifiers.page.reading import read
from classifiers.page.weigh import weigh
from classifiers.text.grams import SLOTS, grams
from classifiers.values import PageText

_STRENGTH = 10.0  # the inverse of how much large weights are punished
_STRENGTH_ON_BASE = 1.0  # the same for differences to a base, of which most text is not at hand
_SIGN = 0.3  # the value of a sign next to n-grams, whose values are one over the root of the length
_BY_RATIO = 0.5  # how far an n-gram's strength follows how one-sided it is
_PART = 0.5  # the weight of a lawful sentence relative to a whole passage
_REAL = 4.0  # the weight of a real labelled passage relative to an invented one
_SMALLEST = 0.05
_SMALLEST_OF_A_RULE = 0.15  # rounded to tenths: 0.2 and more are kept
_EXCUSED = 0.35  # of the unlawful passages get an excusing word
_FEWEST_OF_A_RULE = 8
_NOBODY = KnownInstitutions()
# Words that advertisers add to pass for somebody who warns, informs or complies.
_EXCUSES = (
    *("谨防假冒", "切勿上当受骗", "我们规范经营，接受消费者监督", "本院依法执业", "拒绝套路", "告别套路"),
    *("杜绝虚假宣传", "请认准官方网站", "远离误区", "别再走弯路", "警惕黑诊所", "以上内容仅供参考"),
    *("遵守广告法", "本广告已备案", "发表于权威期刊", "世界卫生组织也推荐", "个体差异请咨询医生"),
    *("具体以医生面诊为准", "不夸大不虚假", "投诉必究", "曝光行业黑幕", "理性就医", "擦亮眼睛", "避免被骗"),
    *("当心假专家", "抵制医托", "规范诊疗", "请勿轻信游医", "效果因人而异", "经临床研究证实", "专家共识推荐"),
    *("消费者权益有保障", "三一五放心单位", "号称万能的都不可信", "非法行医请举报", "科学就医，谨慎选择"),
)


class Part(NamedTuple):
    """A stretch of normalised text and the names of the signs in it."""

    text: str
    signs: frozenset[str]


class Sample(NamedTuple):
    """A sample to learn from: a stretch, whether it is unlawful, and its weight."""

    part: Part
    unlawful: bool
    weight: float


def taken_apart(text: str, rules: RuleSet) -> tuple[Part, list[Part]]:
    """The whole of a passage, and its lines and sentences where it has several."""
    reading = read(PageText.of_plain(text), rules, _NOBODY)
    weighed, excused = weigh(reading.normal.text, reading.rule_hits, rules)
    signs = signs_of(reading, weighed, excused, rules)
    plain = reading.normal.text

    def part(start: int, end: int) -> Part:
        return Part(plain[start:end], with_pairs(s.name for s in signs if start <= s.position < end))

    spans = {*lines_of(plain), *sentences_of(plain)} - {(0, len(plain))}
    parts = [part(*span) for span in sorted(spans) if len(grams(plain[slice(*span)]).places) >= SHORTEST]
    return part(0, len(plain)), parts


def with_excuses(passages: Iterable[Passage], chance: random.Random) -> list[Passage]:
    """Some of the unlawful passages once more, each with an excusing word before or behind it."""
    added = []
    for passage in passages:
        if passage.unlawful and chance.random() < _EXCUSED:
            excuse, text = chance.choice(_EXCUSES), passage.text.rstrip("。")
            forms = (f"{excuse}，{text}", f"{excuse}！{text}", f"{text}，{excuse}。", f"{text}。{excuse}。")
            added.append(passage.worded(chance.choice(forms)))
    return added


class Learner:
    """Learns from passages; caches their parts, since the same passages are learned from repeatedly."""

    def __init__(self, rules: RuleSet, acquaintance: Sequence[Passage]) -> None:
        """`acquaintance` shows which words keep like company; its labels are not looked at."""
        self._rules = rules
        self._apart: dict[str, tuple[Part, list[Part]]] = {}
        apart = (self.parts(passage.text) for passage in acquaintance)
        parts = {part.text: part for whole, several in apart for part in (whole, *several)}
        self._places = directions(_matrix(list(parts.values()), {}))

    def parts(self, text: str) -> tuple[Part, list[Part]]:
        """`taken_apart`, once a text."""
        if text not in self._apart:
            self._apart[text] = taken_apart(text, self._rules)
        return self._apart[text]

    def wording(
        self, passages: Sequence[Passage], spares: float, suspects: float, base: Wording | None = None
    ) -> Wording:
        """Weights for the features of the passages, with the two thresholds set. With a `base`, only what these
        passages say otherwise is learned: text that the base was learned from need not be at hand."""
        samples: list[Sample] = []
        several: list[tuple[float, list[Part]]] = []
        for passage in passages:
            whole, parts = self.parts(passage.text)
            if not passage.unlawful and not speaks_of_care(whole.text, 0, self._rules):
                continue  # it is excused without being weighed
            weight = _REAL if passage.real else 1.0
            samples.append(Sample(whole, passage.unlawful, weight))
            if not passage.unlawful:
                samples += (Sample(part, False, weight * _PART) for part in parts)
            elif parts:
                several.append((weight, parts))
        first = _fitted(samples, self._places, base)
        for weight, parts in several:
            measures = first.measures(parts)
            samples.append(Sample(parts[int(measures.argmax())], True, weight))
        return _fitted(samples, self._places, base).wording(spares, suspects)

    def measure(self, text: str, wording: Wording) -> float:
        """How likely a passage is unlawful by its wording alone: the highest measure of its parts, 0 to 1."""
        whole, parts = self.parts(text)
        return max(_measure(part, wording) for part in (parts or [whole]))

    def naming(self, passages: Sequence[Passage], names: float, also: float) -> Naming:
        """Weights that tell rules apart, from unlawful passages that are labelled by rule."""
        labelled = [p for p in passages if p.breaks and self._can_be_named(p.breaks[0])]
        counts: dict[str, int] = {}
        for passage in labelled:
            counts[passage.breaks[0]] = counts.get(passage.breaks[0], 0) + 1
        labelled = [p for p in labelled if counts[p.breaks[0]] >= _FEWEST_OF_A_RULE]
        rules = tuple(sorted({p.breaks[0] for p in labelled}))
        matrix = _matrix([Part(self.parts(p.text)[0].text, frozenset()) for p in labelled], {})
        slots = np.flatnonzero(np.asarray((matrix[:, :SLOTS] > 0).sum(axis=0)).ravel() >= 2)
        model = LogisticRegression(C=30, max_iter=300).fit(
            matrix[:, slots], [rules.index(p.breaks[0]) for p in labelled]
        )
        weights = np.where(
            np.abs(model.coef_.T) >= _SMALLEST_OF_A_RULE, np.round(model.coef_.T, 1), 0
        ).astype(np.float32)
        kept = np.flatnonzero(np.abs(weights).sum(axis=1))
        return Naming(
            rules,
            slots[kept].astype(np.int64),
            weights[kept],
            np.round(model.intercept_, 2).astype(np.float32),
            names,
            also,
        )

    def _can_be_named(self, rule: str) -> bool:
        """Whether a sentence's wording can break the rule: not where a page must be an advert first."""
        known = self._rules.live.get(rule)
        return known is not None and not known.only_on


class _Fitted(NamedTuple):
    """A fitted model: a weight for each slot and behind them for each sign, the bias, and the columns of the signs."""

    weights: NDArray[np.float64]
    bias: float
    columns: dict[str, int]

    def measures(self, parts: Sequence[Part]) -> NDArray[np.float64]:
        """The log-odds of each part."""
        odds: NDArray[np.float64] = _matrix(parts, self.columns) @ self.weights + self.bias
        return odds

    def wording(self, spares: float, suspects: float) -> Wording:
        weights = np.round(self.weights[:SLOTS], 2).astype(np.float32)
        weights[np.abs(weights) < _SMALLEST] = 0
        signs = {
            name: round(float(self.weights[column]) * _SIGN, 2)
            for name, column in sorted(self.columns.items())
        }
        return Wording(weights, signs, round(self.bias, 3), spares, suspects)


def _measure(part: Part, wording: Wording) -> float:
    found = grams(part.text)
    total = float(sum(wording.weights[slots].sum(dtype=np.float64) for slots in found.slots))
    odds = total / max(len(found.places), 1) ** 0.5 + sum(wording.signs.get(name, 0.0) for name in part.signs)
    return 1 / (1 + math.exp(-(odds + wording.bias)))


def _fitted(samples: Sequence[Sample], places: NDArray[np.float32], base: Wording | None) -> _Fitted:
    names = sorted(
        {name for sample in samples for name in sample.part.signs} | set(base.signs if base else ())
    )
    columns = {name: SLOTS + place for place, name in enumerate(names)}
    matrix = _matrix([sample.part for sample in samples], columns)
    unlawful = np.array([sample.unlawful for sample in samples])
    weights = np.array([sample.weight for sample in samples])
    scales = _scales(matrix, unlawful, weights)
    features = hstack([matrix @ diags(scales), csr_matrix(matrix[:, :SLOTS] @ places)], "csr")
    before = _of_base(base, names)
    coefficients, bias = (
        _difference(features, unlawful, weights, matrix @ before[:-1] + before[-1])
        if base
        else _alone(features, unlawful, weights)
    )
    learned = coefficients[: matrix.shape[1]] * scales
    learned[:SLOTS] += places @ coefficients[matrix.shape[1] :]
    return _Fitted(learned + before[:-1], bias + float(before[-1]), columns)


def _of_base(base: Wording | None, names: Sequence[str]) -> NDArray[np.float64]:
    """The base's weight of each slot, of each sign of `names`, and its bias; noughts without a base."""
    if base is None:
        return np.zeros(SLOTS + len(names) + 1)
    signs = [base.signs.get(name, 0.0) / _SIGN for name in names]
    return np.concatenate((base.weights, signs, [base.bias]))


def _alone(
    features: csr_matrix, unlawful: NDArray[np.bool_], weights: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    """The coefficients and the bias that tell the samples apart."""
    model = LogisticRegression(
        C=_STRENGTH, max_iter=5000, solver="liblinear", dual=True, tol=0.01, random_state=0
    )
    model.fit(features, unlawful, sample_weight=weights)
    return model.coef_[0], float(model.intercept_[0])


def _difference(
    features: csr_matrix, unlawful: NDArray[np.bool_], weights: NDArray[np.float64], odds: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    """The coefficients and the bias that tell the samples apart when added to the `odds` that the base gives them: the
    same loss, of which only the difference to the base is punished, by which scikit-learn cannot start."""
    sides = np.where(unlawful, 1.0, -1.0)

    def loss(coefficients: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        margins = sides * (features @ coefficients[:-1] + coefficients[-1] + odds)
        slopes = -_STRENGTH_ON_BASE * weights * sides * expit(-margins)
        costs = (
            _STRENGTH_ON_BASE * float(weights @ np.logaddexp(0, -margins))
            + float(coefficients @ coefficients) / 2
        )
        return costs, np.append(features.T @ slopes, slopes.sum()) + coefficients

    found = minimize(
        loss, np.zeros(features.shape[1] + 1), jac=True, method="L-BFGS-B", options={"maxiter": 300}
    )
    return found.x[:-1], float(found.x[-1])


def _scales(
    matrix: csr_matrix, unlawful: NDArray[np.bool_], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """How strongly each column may weigh: n-grams that are as frequent in lawful text as in unlawful less than
    others (the log-count ratio of Wang and Manning, 2012, by half); signs all alike."""
    there = (matrix > 0).astype(np.float64)
    in_unlawful = 1 + there.T @ (weights * unlawful)
    in_lawful = 1 + there.T @ (weights * ~unlawful)
    ratio = np.log((in_unlawful / in_unlawful.sum()) / (in_lawful / in_lawful.sum()))
    scales: NDArray[np.float64] = (1 - _BY_RATIO) + _BY_RATIO * np.abs(ratio)
    scales[SLOTS:] = 1
    return scales


def _matrix(parts: Sequence[Part], columns: dict[str, int]) -> csr_matrix:
    """One row a part: its n-grams by slot, its signs behind them."""
    indices, values, ends = [], [], [0]
    for text, signs in parts:
        found = grams(text)
        slots = np.concatenate(found.slots).astype(np.int64)
        known = [columns[name] for name in sorted(signs) if name in columns]
        indices += [slots, np.array(known, np.int64)]
        values += [np.full(len(slots), max(len(found.places), 1) ** -0.5), np.full(len(known), _SIGN)]
        ends.append(ends[-1] + len(slots) + len(known))
    shape = (len(parts), SLOTS + len(columns))
    return csr_matrix((np.concatenate(values), np.concatenate(indices), ends), shape=shape, dtype=np.float64)
